"""The mail that brings a customer a credit note."""

import datetime as dt

from rms.config import Settings
from rms.domain.contacts import Address
from rms.domain.errors import N_, NotFound
from rms.mail.kind import Attachment, Contents, Kind, Unsendable
from rms.models import EmailMessage
from rms.queries.credit_notes import applications_of, find_credit_note


def _credit_note(mail: EmailMessage, settings: Settings, now: dt.datetime) -> Contents:
    """What it was used on is told as it stands when the mail leaves."""
    # Beside the other imports this would load the PDF engine into processes that never send a mail.
    from rms.documents.of_credit_note import pdf_of

    try:
        note = find_credit_note(mail.entity_id)
    except NotFound:
        raise Unsendable("the credit note is gone") from None
    if note.cancelled_on is not None:
        raise Unsendable("the credit note was cancelled")
    seller = note.seller_snapshot
    parts = (seller.get(name) for name in ("address_line1", "address_line2", "city", "pin_code"))
    names = {
        "note": note,
        "used": [row for row in applications_of(note.id) if row.released_on is None],
        "seller": {
            "name": seller["name"],
            "address": ", ".join(Address(*parts).lines),
            "gst_number": seller.get("gst_number"),
        },
    }
    return Contents(names, (Attachment(*pdf_of(note.id)),))


CREDIT_NOTE_KINDS: dict[str, Kind] = {
    "credit_note": Kind(
        subject=N_("Credit note %(number)s from %(company_name)s"),
        needs=frozenset({"number", "amount", "company_name", "message"}),
        look_up=_credit_note,
        in_the_name_of="company_name",
        to_customers=True,
    ),
}
