"""The columns of the list of invoices: which there are, and which of them this person wants to see."""

from flask_babel import lazy_gettext as _

from rms.rooms.invoices.asked import list_preferences

# Number, customer and what is to be collected always show: without them a row says nothing.
CHOICES = {
    "date": _("Date"),
    "place": _("Place of supply"),
    "status": _("Status"),
    "due": _("Due"),
    "reference": _("PO reference"),
    "tax": _("GST"),
    "total": _("Total"),
}
USUAL = ("date", "place", "status", "due", "total")


def columns_shown() -> tuple[str, ...]:
    """In the order of the list; what is stored and known no more is left out."""
    chosen = list_preferences().get("columns")
    return tuple(name for name in CHOICES if name in (USUAL if chosen is None else chosen))
