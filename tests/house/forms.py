"""Forms that are right, so that a walk is refused for who sends them and not for what is in them."""

from tests.factories import TODAY
from tests.house.belongings import Belongings

DAY = TODAY.isoformat()

CUSTOMER = {
    "name": "Ours alone",
    "code": "OURS",
    "gst_treatment": "unregistered",
    "country_code": "IN",
    "state_code": "29",
    "address_line1": "1 MG Road",
    "city": "Bengaluru",
    "pin_code": "560001",
    "payment_terms": "30",
    "version": "1",
}
SERVICE = {
    "name": "Ours alone",
    "code": "OURS",
    "hsn_sac": "998533",
    "unit": "MON",
    "default_rate": "100.00",
    "tax": "standard",
    "version": "1",
}


def head_of(own: Belongings) -> dict:
    return {
        "version": "1",
        "customer_id": str(own.customer),
        "customer": "",
        "invoice_date": DAY,
        "payment_terms": "30",
        "due_date": DAY,
        "place_of_supply": "29",
    }


def line_of(own: Belongings, **changed) -> dict:
    cells = {"name": "Housekeeping", "hsn_sac": "998533", "quantity": "2", "rate": "10.00", "tax": "18"}
    return {f"lines-{own.line}-{cell}": text for cell, text in {**cells, "version": "1", **changed}.items()}


def receipt_of(own: Belongings, **changed) -> dict:
    fields = {
        "customer_id": str(own.customer),
        "customer": "",
        "amount": "100.00",
        "receipt_date": DAY,
        "payment_method": "upi",
    }
    return {**fields, **changed}


# For every address that posts to a row: the row (unless it is the usual one), and a form that is right for
# its owner. `test_the_owner_gets_through` proves that they are; otherwise the walk would see refused forms.
POSTS = {
    "customers.save": ({}, lambda own: CUSTOMER),
    "customers.deactivate": ({}, lambda own: {}),
    "customers.activate": ({}, lambda own: {}),
    "services.save": ({}, lambda own: SERVICE),
    "services.archive": ({}, lambda own: {}),
    "services.restore": ({}, lambda own: {}),
    "invoices.head": ({}, head_of),
    "invoices.delete": ({}, lambda own: {}),
    "invoices.issue": ({}, lambda own: {}),
    "invoices.add_line": ({}, lambda own: {}),
    "invoices.change_line": ({}, line_of),
    "invoices.delete_line": ({}, lambda own: {}),
    "invoices.restore_line": ({"line_id": "deleted_line"}, lambda own: {}),
    "invoices.send": (
        {"invoice_id": "invoice"},
        lambda own: {"to_address": "them@example.in", "message": "Hello"},
    ),
    "invoices.cancel": ({"invoice_id": "invoice"}, lambda own: {"reason": "Entered twice"}),
    "receipts.preview_use": ({}, lambda own: {f"alloc-{own.invoice}": "10.00"}),
    "receipts.fill_use": ({}, lambda own: {"mode": "oldest"}),
    "receipts.use": ({}, lambda own: {f"alloc-{own.invoice}": "10.00"}),
    "people.change_role": ({}, lambda own: {"role": "manager", "version": "1"}),
    "people.deactivate": ({}, lambda own: {}),
    "people.activate": ({}, lambda own: {}),
    "people.remove": ({}, lambda own: {}),
    "people.turn_off_factor": ({}, lambda own: {}),
    "people.resend": ({}, lambda own: {}),
    "people.withdraw": ({}, lambda own: {}),
    "account.end": ({}, lambda own: {}),
}


def body_of(endpoint: str, own: Belongings) -> dict:
    """What its owner would send there; nothing where nothing is posted."""
    return POSTS[endpoint][1](own) if endpoint in POSTS else {}
