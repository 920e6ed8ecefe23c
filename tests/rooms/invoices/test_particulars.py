"""Delivery, export and number series of a draft; and what an issued invoice may still be given."""

import html

import pytest
from sqlalchemy import select

from rms.actions import invoices as drafts
from rms.actions import series
from rms.actions.series import SeriesDraft
from rms.db.session import db
from rms.models import AuditLog, Invoice, InvoiceLineItem
from tests.factories import TODAY, make_customer
from tests.http import Browser
from tests.rooms.invoices.making import issued_in

GOODS = {"name": "Lathe", "hsn_sac": "845811", "quantity": "1", "rate": "1000", "tax": "18"}
DELIVERY = {
    "shipping_name": "Depot",
    "shipping_address_line1": "4 Anna Salai",
    "shipping_city": "Chennai",
    "shipping_pin_code": "600002",
    "shipping_state_code": "33",
}
EXPORT = {"port_code": "innsa 1", "shipping_bill_number": "7896542", "shipping_bill_date": "20/10/2026"}


def draft_in(company, cells=GOODS, **customer) -> str:
    with company.scope(company.admin):
        buyer = make_customer(**customer)
        draft = drafts.create_draft(
            customer_id=buyer.id, today=TODAY, created_by=company.admin.id, lines=[cells]
        )
        return str(draft.id)


def stored(company, invoice_id) -> Invoice:
    with company.scope():
        return db().get(Invoice, (company.tenant_id, invoice_id))


def text_of(reply) -> str:
    return html.unescape(reply.get_data(as_text=True))


def test_goods_for_a_private_person_are_taxed_where_they_are_delivered(nilgiri, priya: Browser):
    draft = draft_in(nilgiri, gst_treatment="unregistered")
    assert (stored(nilgiri, draft).place_of_supply, stored(nilgiri, draft).tax_mode) == ("29", "CGST_SGST")
    reply = priya.post(f"invoices/{draft}/particulars", DELIVERY | {"version": "1"})
    assert (reply.status_code, reply.location.endswith("/edit")) == (303, True)
    invoice = stored(nilgiri, draft)
    assert (invoice.place_of_supply, invoice.tax_mode, invoice.igst_total) == ("33", "IGST", 180)
    assert priya.post(f"invoices/{draft}/issue", send="0").status_code == 303
    snapshot = stored(nilgiri, draft).buyer_snapshot
    assert (snapshot["shipping_city"], snapshot["city"]) == ("Chennai", "Bengaluru")


def test_a_registered_customer_is_taxed_at_home_wherever_it_is_shipped(nilgiri, priya: Browser):
    draft = draft_in(nilgiri)  # IGST Act s.10(1)(b)
    assert priya.post(f"invoices/{draft}/particulars", DELIVERY | {"version": "1"}).status_code == 303
    assert stored(nilgiri, draft).place_of_supply == "29"


def test_the_particulars_of_an_export_are_kept_as_printed(nilgiri, priya: Browser):
    draft = draft_in(nilgiri, gst_treatment="overseas", country_code="US", state_code=None)
    fields = EXPORT | {"destination_country": "AE", "version": "1"}
    assert priya.post(f"invoices/{draft}/particulars", fields).status_code == 303
    invoice = stored(nilgiri, draft)
    kept = (invoice.port_code, invoice.shipping_bill_number, str(invoice.shipping_bill_date))
    assert kept == ("INNSA1", "7896542", "2026-10-20")
    assert invoice.destination_country == "AE"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"port_code": "N"}, "port_code"),
        ({"port_code": "INNSA1X"}, "port_code"),
        ({"shipping_bill_number": "12", "shipping_bill_date": "20/10/2026"}, "shipping_bill_number"),
        ({"shipping_bill_number": "7896542"}, "shipping_bill_date"),
        ({"shipping_bill_date": "20/10/2026"}, "shipping_bill_number"),
        ({"shipping_bill_number": "7896542", "shipping_bill_date": "30/02/2026"}, "shipping_bill_date"),
        ({"shipping_bill_number": "7896542", "shipping_bill_date": "9999-12-31"}, "shipping_bill_date"),
        ({"shipping_address_line1": "4 Anna Salai"}, "shipping_state_code"),
        ({"shipping_state_code": "99"}, "shipping_state_code"),
        ({"destination_country": "Narnia"}, "destination_country"),
        ({"series_id": "nonsense"}, "series_id"),
        ({"shipping_name": "x" * 256}, "shipping_name"),
    ],
)
def test_what_cannot_be_is_told_at_its_field_and_nothing_is_lost(nilgiri, priya: Browser, fields, field):
    draft = draft_in(nilgiri)
    reply = priya.post(f"invoices/{draft}/particulars", {"shipping_city": "Hosur", "version": "1"} | fields)
    assert reply.status_code == 422
    assert f'id="{field}-error"' in text_of(reply)
    assert 'value="Hosur"' in text_of(reply)
    assert (stored(nilgiri, draft).version, stored(nilgiri, draft).shipping_city) == (1, None)


def test_who_was_slower_sees_both(nilgiri, priya: Browser, imran: Browser):
    draft = draft_in(nilgiri)
    first = imran.post(f"invoices/{draft}/particulars", shipping_city="Hosur", version="1")
    reply = priya.post(f"invoices/{draft}/particulars", shipping_city="Salem", version="1")
    assert (first.status_code, reply.status_code) == (303, 409)
    assert "stored now Hosur, yours Salem" in text_of(reply)
    assert priya.post(f"invoices/{draft}/particulars", shipping_city="Salem", version="2").status_code == 303


def test_a_draft_takes_its_number_from_the_series_it_chose(nilgiri, priya: Browser):
    with nilgiri.scope():
        exports = series.add("invoice", "Exports", SeriesDraft(prefix="NFX", year="FY"), today=TODAY)
        chosen = str(exports.id)
    draft, other = draft_in(nilgiri), draft_in(nilgiri)
    assert "Exports" in text_of(priya.get(f"invoices/{draft}/particulars"))
    priya.post(f"invoices/{draft}/particulars", series_id=chosen, version="1")
    assert "NFX/26-27/0001" in text_of(priya.get(f"invoices/{draft}/edit"))
    for one in (draft, other):
        assert priya.post(f"invoices/{one}/issue", send="0").status_code == 303
    numbers = [stored(nilgiri, one).invoice_number for one in (draft, other)]
    assert numbers[0] == "NFX/26-27/0001"
    assert numbers[1].endswith("/26-27/0001") and not numbers[1].startswith("NFX")


def test_a_series_that_is_not_offered_any_more_gives_way_to_the_usual_one(nilgiri, priya: Browser):
    with nilgiri.scope():
        exports = series.add("invoice", "Exports", SeriesDraft(prefix="NFX", year="FY"), today=TODAY).id
    draft = draft_in(nilgiri)
    priya.post(f"invoices/{draft}/particulars", series_id=str(exports), version="1")
    with nilgiri.scope():
        series.retire(exports, version=1)
    assert priya.post(f"invoices/{draft}/issue", send="0").status_code == 303
    assert not stored(nilgiri, draft).invoice_number.startswith("NFX")


def test_an_issued_invoice_takes_notes_and_says_who_wrote_them(nilgiri, priya: Browser):
    invoice_id = issued_in(nilgiri)
    version = stored(nilgiri, invoice_id).version
    fields = {"notes": "Thank you", "reference_number": "PO 7", "version": str(version)} | EXPORT
    assert priya.post(f"invoices/{invoice_id}/notes", fields).status_code == 303
    invoice = stored(nilgiri, invoice_id)
    assert (invoice.notes, invoice.reference_number, invoice.port_code) == ("Thank you", "PO 7", "INNSA1")
    with nilgiri.scope():
        entry = (
            db()
            .scalars(
                select(AuditLog)
                .where(AuditLog.entity_id == invoice_id, AuditLog.action == "update")
                .order_by(AuditLog.created_at.desc())
                .limit(1)
            )
            .one()
        )
        assert entry.user_id == nilgiri.admin.id
        assert entry.new_values["notes"] == "Thank you"
        assert "total" not in entry.new_values
    stale = priya.post(f"invoices/{invoice_id}/notes", notes="Mine", version=str(version))
    assert stale.status_code == 409
    assert "stored now Thank you, yours Mine" in text_of(stale)


def test_amounts_and_addresses_of_an_issued_invoice_cannot_be_slipped_in(nilgiri, priya: Browser):
    invoice_id = issued_in(nilgiri)
    before = stored(nilgiri, invoice_id)
    slipped = {"total": "1", "shipping_city": "Hosur", "series_id": "", "invoice_date": "2026-01-01"}
    fields = {"notes": "Hello", "version": str(before.version)} | slipped
    assert priya.post(f"invoices/{invoice_id}/notes", fields).status_code == 303
    after = stored(nilgiri, invoice_id)
    for name in ("total", "shipping_city", "series_id", "invoice_date", "buyer_snapshot"):
        assert getattr(after, name) == getattr(before, name)
    assert priya.post(f"invoices/{invoice_id}/particulars", DELIVERY | {"version": "2"}).status_code == 409


def test_a_cancelled_invoice_takes_no_notes(nilgiri, priya: Browser):
    invoice_id = issued_in(nilgiri)
    assert priya.post(f"invoices/{invoice_id}/cancel", reason="Wrong customer").status_code == 303
    assert priya.get(f"invoices/{invoice_id}/notes").status_code == 409
    assert priya.post(f"invoices/{invoice_id}/notes", notes="Hello", version="2").status_code == 409


def test_a_copy_has_the_same_contents_and_dates_of_its_own(nilgiri, priya: Browser):
    with nilgiri.scope(nilgiri.admin):
        buyer = make_customer()
        source = drafts.create_draft(
            customer_id=buyer.id,
            today=TODAY,
            created_by=nilgiri.admin.id,
            lines=[
                GOODS,
                {**GOODS, "name": "Chuck", "rate": "33.33", "discount": "5"},
                {**GOODS, "rate": "x"},
            ],
        )
        source.reference_number, source.notes, source.invoice_date = "PO 7", "Hello", TODAY.replace(day=1)
        source_id = source.id
    reply = priya.post("invoices", copy_of=str(source_id))
    assert reply.status_code == 303
    made = reply.location.split("/")[-2]
    with nilgiri.scope():
        one, two = (db().get(Invoice, (nilgiri.tenant_id, each)) for each in (source_id, made))
        assert str(two.id) != str(one.id)
        assert (two.customer_id, two.notes, two.total) == (one.customer_id, "Hello", one.total)
        # 1,000 + 180 and 31.66 + 5.70 rounded to the rupee; the third cannot be read and counts for nothing
        assert two.total == 1217
        assert (two.reference_number, two.status, two.version) == (None, "draft", 1)
        assert two.invoice_date > one.invoice_date
        rows = [
            [
                (line.name, line.rate, line.discount_percent, line.is_valid, line.raw_input)
                for line in db().scalars(
                    select(InvoiceLineItem)
                    .where(InvoiceLineItem.invoice_id == each.id)
                    .order_by(InvoiceLineItem.position)
                )
            ]
            for each in (one, two)
        ]
        assert rows[0] == rows[1] and len(rows[0]) == 3


def test_a_copy_of_what_is_not_theirs_is_404(nilgiri, rohan: Browser):
    source = draft_in(nilgiri)
    assert rohan.post("invoices", copy_of=source).status_code == 404
