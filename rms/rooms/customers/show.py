"""One customer's page: what happened, their invoices, what they paid, and who they are."""

from uuid import UUID

from flask import redirect, request

from rms.forms.customers import country_name, treatment_words
from rms.policy import P
from rms.queries import customer_activity, customer_papers
from rms.queries.client_types import find_account_manager, find_client_type
from rms.queries.contacts import contacts_of
from rms.queries.customers import find_customer
from rms.queries.invoice_lists import Filter, list_invoices
from rms.queries.invoice_orders import Key, Order, length_of
from rms.queries.reminders import customer_is_stopped
from rms.rooms.customers import room
from rms.rooms.customers.frame import TABS, address_of, tab_page
from rms.web.clock import today, zone
from rms.web.guard import requires
from rms.web.listing import PAGE_SIZE, decode, encode, garbled, paged

EVENTS = 30


@room.get("/c/<slug>/customers/<uuid:customer_id>")
@requires(P.COMPANY_READ)
def show(customer_id: UUID):
    """`?tab=` says which tab, and `?after=` where its list goes on."""
    tab = request.args.get("tab")
    tab = tab if tab in TABS else TABS[0]
    match tab:
        case "invoices":
            return tab_page(customer_id, tab, **_invoices(customer_id))
        case "receipts":
            return tab_page(customer_id, tab, **_papers(customer_id))
        case "details":
            return tab_page(customer_id, tab, **_details(customer_id))
        case "statement":
            return redirect(address_of(customer_id, tab))
    return tab_page(customer_id, tab, **_activity(customer_id))


def _activity(customer_id: UUID) -> dict:
    rows = customer_activity.activity_of(
        customer_id, zone=zone().key, limit=EVENTS + 1, after=_after(customer_activity.Key.read, 3)
    )
    listed = paged(rows, key=lambda row: (row.at.isoformat(), row.rank, row.id), size=EVENTS)
    return _list(customer_id, "activity", listed.rows, listed.older)


def _invoices(customer_id: UUID) -> dict:
    found = list_invoices(
        Filter(customer_id=customer_id),
        today=today(),
        limit=PAGE_SIZE,
        after=_after(Key.read, length_of(Order())),
    )
    older = encode(Key.of(found.rows[-1]).values) if found.has_older else None
    return _list(customer_id, "invoices", found.rows, older)


def _papers(customer_id: UUID) -> dict:
    rows = customer_papers.papers_of(
        customer_id, limit=PAGE_SIZE + 1, after=_after(customer_papers.Key.read, 2)
    )
    listed = paged(rows, key=lambda row: (row.day, row.id))
    return _list(customer_id, "receipts", listed.rows, listed.older)


def _list(customer_id: UUID, tab: str, rows, older: str | None) -> dict:
    """Rows, and the addresses of the first page and of the next."""
    is_later = bool(request.args.get("after"))
    return {
        "rows": rows,
        "first_url": address_of(customer_id, tab) if is_later else "",
        "older_url": address_of(customer_id, tab, after=older) if older else "",
    }


def _details(customer_id: UUID) -> dict:
    customer = find_customer(customer_id)
    kind, manager = customer.client_type_id, customer.account_manager_id
    return {
        "contacts": contacts_of(customer_id),
        "client_type": find_client_type(kind) if kind else None,
        "manager": find_account_manager(manager) if manager else None,
        "is_reminded": not customer_is_stopped(customer_id),
        "treatment": treatment_words(customer.gst_treatment),
        "country": country_name(customer.country_code),
    }


def _after(read, parts: int):
    """The last row seen; an address that somebody shortened is refused in a sentence."""
    values = decode(request.args.get("after"), parts)
    if values is None:
        return None
    try:
        return read(values)
    except (ValueError, OverflowError):
        raise garbled() from None
