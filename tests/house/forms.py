"""Forms that are right, so that a walk is refused for who sends them and not for what is in them."""

import datetime as dt

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


def quote_head_of(own: Belongings) -> dict:
    day = dt.datetime.now(dt.UTC).date()
    return {
        "version": "1",
        "customer_id": str(own.customer),
        "customer": "",
        "quote_date": day.isoformat(),
        "valid_until": (day + dt.timedelta(days=14)).isoformat(),
        "place_of_supply": "29",
    }


def quote_line_of(own: Belongings) -> dict:
    cells = {"name": "Housekeeping", "hsn_sac": "998533", "quantity": "2", "rate": "10.00", "tax": "18"}
    return {f"lines-{own.quote_line}-{cell}": text for cell, text in {**cells, "version": "2"}.items()}


def receipt_of(own: Belongings, **changed) -> dict:
    fields = {
        "customer_id": str(own.customer),
        "customer": "",
        "amount": "100.00",
        "receipt_date": DAY,
        "payment_method": "upi",
    }
    return {**fields, **changed}


def credit_of(own: Belongings, **changed) -> dict:
    fields = {
        "invoice_id": str(own.credited),
        "credit_note_date": DAY,
        "reason_code": "price",
        f"qty-{own.credited_line}": "",
        f"amt-{own.credited_line}": "20.00",
        f"was-{own.credited_line}": "|",
        "version": "1",
    }
    return {**fields, **changed}


def schedule_of(own: Belongings) -> dict:
    return {
        "customer_id": str(own.customer),
        "every": "1",
        "rhythm": "month",
        "starts_on": "1 Jan 2099",
        "ends": "never",
        "payment_terms": "30",
        "sends": "0",
        "lines-0-name": "Cleaning, {month}",
        "lines-0-rate": "100",
        "version": "1",
    }


# For every address that posts to a row: the row (unless it is the usual one), and a form that is right for
# its owner. `test_the_owner_gets_through` proves that they are; otherwise the walk would see refused forms.
POSTS = {
    "customers.save": ({}, lambda own: CUSTOMER),
    "customers.deactivate": ({}, lambda own: {}),
    "customers.activate": ({}, lambda own: {}),
    "customers.add_contact": ({}, lambda own: {"name": "Asha"}),
    "customers.save_contact": ({}, lambda own: {"version": "1", "name": "Asha"}),
    "customers.remove_contact": ({}, lambda own: {"version": "1"}),
    "customers.create_opening": (
        {},
        lambda own: {"number": "OLD/1", "amount": "10.00", "invoice_date": "1 Apr 2026"},
    ),
    "customers.merge": ({}, lambda own: {"into": str(own.twin)}),
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
    "invoices.copy_line": ({}, lambda own: {}),
    "invoices.move_line": ({}, lambda own: {}),
    "invoices.paste_lines": ({}, lambda own: {"rows": "Gardening\t2\t400"}),
    "invoices.add_last_lines": ({}, lambda own: {}),
    "invoices.add_as_service": ({}, line_of),
    "invoices.save": ({}, lambda own: {**head_of(own), **line_of(own)}),
    "invoices.restore": ({"invoice_id": "deleted_draft"}, lambda own: {}),
    "invoices.send": (
        {"invoice_id": "invoice"},
        lambda own: {"to_address": "them@example.in", "message": "Hello"},
    ),
    "invoices.letter": ({"invoice_id": "invoice"}, lambda own: {"subject": "Bill", "message": "Hello"}),
    "invoices.send_again": ({"invoice_id": "invoice"}, lambda own: {}),
    "invoices.share": ({"invoice_id": "invoice"}, lambda own: {"expires_on": ""}),
    "invoices.revoke_link": ({"invoice_id": "invoice"}, lambda own: {}),
    "invoices.settle_answer": ({"invoice_id": "invoice"}, lambda own: {}),
    "invoices.save_particulars": ({}, lambda own: {"version": "1", "destination_country": "US"}),
    "invoices.save_notes": ({"invoice_id": "invoice"}, lambda own: {"version": "1", "notes": "Thank you"}),
    "settings.make_default": ({}, lambda own: {"version": "1"}),
    "settings.retire_series": ({}, lambda own: {"version": "1"}),
    "settings.save_client_type": (
        {},
        lambda own: {"version": str(own.type_stamp), "name": "Societies", "payment_terms": "15"},
    ),
    "settings.save_account_manager": (
        {},
        lambda own: {"version": str(own.manager_stamp), "name": "Meera", "email": "meera@example.in"},
    ),
    "settings.save_tds_rate": ({}, lambda own: {"version": "1", "name": "Royalty", "rate": "10"}),
    "invoices.debit": ({"invoice_id": "invoice"}, lambda own: {}),
    "invoices.cancel": ({"invoice_id": "invoice"}, lambda own: {"reason": "Entered twice"}),
    "credit_notes.preview_draft": ({"credit_note_id": "credit_draft"}, credit_of),
    "credit_notes.save": ({"credit_note_id": "credit_draft"}, credit_of),
    "credit_notes.issue": ({"credit_note_id": "credit_draft"}, credit_of),
    "credit_notes.delete": ({"credit_note_id": "credit_draft"}, lambda own: {}),
    "credit_notes.preview_use": ({}, lambda own: {f"use-{own.credited}": "10.00"}),
    "credit_notes.use": ({}, lambda own: {f"use-{own.credited}": "10.00"}),
    "credit_notes.release": ({}, lambda own: {"invoice_id": str(own.credited)}),
    "credit_notes.letter": ({}, lambda own: {"subject": "Credit", "message": "Hello"}),
    "credit_notes.send": ({}, lambda own: {"to_address": "them@example.in", "message": "Hello"}),
    "customers.statement_letter": ({}, lambda own: {"subject": "Account", "message": "Hello"}),
    "customers.send_statement": ({}, lambda own: {"to_address": "them@example.in", "message": "Hello"}),
    "credit_notes.cancel": ({}, lambda own: {"reason": "Given twice"}),
    "receipts.preview_use": ({}, lambda own: {f"alloc-{own.invoice}": "10.00"}),
    "receipts.fill_use": ({}, lambda own: {"mode": "oldest"}),
    "receipts.record_line": (
        {},
        lambda own: {"customer_id": str(own.customer), "customer": "", "way": "account"},
    ),
    "receipts.skip_line": ({}, lambda own: {}),
    "receipts.take_line_back": ({"bank_line_id": "skipped_bank_line"}, lambda own: {}),
    "receipts.use": ({}, lambda own: {f"alloc-{own.invoice}": "10.00"}),
    "receipts.clear": ({"receipt_id": "waiting_receipt"}, lambda own: {"on": DAY}),
    "receipts.bounce": ({"receipt_id": "waiting_receipt"}, lambda own: {"on": DAY, "reason": "no funds"}),
    "receipts.cancel": ({"receipt_id": "used_receipt"}, lambda own: {"on": DAY, "reason": "Entered twice"}),
    "receipts.release": ({"receipt_id": "used_receipt", "invoice_id": "invoice"}, lambda own: {}),
    "receipts.letter": ({}, lambda own: {"subject": "Thanks", "message": "Hello"}),
    "receipts.send": ({}, lambda own: {"to_address": "them@example.in", "message": "Hello"}),
    "refunds.cancel": ({}, lambda own: {"on": DAY, "reason": "Wrong account"}),
    "receipts.drop_draft": ({}, lambda own: {}),
    "customers.set_reminding": ({}, lambda own: {"on": "0"}),
    "invoices.remind": ({"invoice_id": "invoice"}, lambda own: {}),
    "invoices.set_reminding": ({"invoice_id": "invoice"}, lambda own: {"on": "0"}),
    "invoices.skip_reminder": ({"invoice_id": "invoice"}, lambda own: {"step": "+1"}),
    "recurring.save": ({}, schedule_of),
    "recurring.pause": ({}, lambda own: {}),
    "recurring.resume": ({}, lambda own: {}),
    "recurring.end": ({}, lambda own: {}),
    "recurring.run": ({}, lambda own: {}),
    "invoices.pay": (
        {"invoice_id": "invoice"},
        lambda own: {"amount": "10.00", "receipt_date": DAY, "payment_method": "upi"},
    ),
    "quotes.head": ({}, quote_head_of),
    "quotes.delete": ({}, lambda own: {}),
    "quotes.copy": ({}, lambda own: {}),
    "quotes.give_out": ({}, lambda own: {}),
    "quotes.add_line": ({}, lambda own: {}),
    "quotes.change_line": ({}, quote_line_of),
    "quotes.delete_line": ({}, lambda own: {}),
    "quotes.restore_line": ({"quote_line_id": "deleted_quote_line"}, lambda own: {}),
    "quotes.send": (
        {"quote_id": "sent_quote"},
        lambda own: {"to_address": "them@example.in", "message": "Hello"},
    ),
    "quotes.share": ({"quote_id": "sent_quote"}, lambda own: {}),
    "quotes.record": ({"quote_id": "sent_quote"}, lambda own: {"answer": "accepted", "name": "Ravi"}),
    "quotes.make_invoice": ({"quote_id": "sent_quote"}, lambda own: {}),
    "quotes.archive": ({"quote_id": "declined_quote"}, lambda own: {}),
    "quotes.bring_back": ({"quote_id": "declined_quote"}, lambda own: {}),
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
