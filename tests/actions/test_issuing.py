"""Issuing: a number without gaps, the checks of Rule 46, snapshots; and cancelling."""

import threading
from decimal import Decimal

import pytest

from rms.actions import invoices as drafts
from rms.actions import issuing, sending
from rms.db.session import db, tenant_scope
from rms.domain.errors import IllegalMove, Invalid, StaleVersion
from rms.models import Company, Customer, Tenant
from rms.queries.invoices import find_invoice, lines_of
from tests import factories
from tests.factories import NOW, TODAY

CREW = {"name": "Housekeeping crew", "hsn_sac": "998533", "quantity": "6", "rate": "14500", "tax": "18"}


def make_draft(company, *, cells=CREW, **customer):
    with company.scope():
        buyer = factories.make_customer("Lotus Valley School", **customer)
        draft = drafts.create_draft(customer_id=buyer.id, today=TODAY, created_by=company.admin.id)
        drafts.add_line(draft.id, cells=cells)
        return draft.id


def issue(company, draft_id, **arguments):
    with company.scope():
        return issuing.issue(draft_id, now=NOW, today=TODAY, **arguments)


def told(refusal):
    return [str(sentence) for sentences in refusal.value.errors.values() for sentence in sentences]


def test_it_takes_the_next_number_of_the_series_and_drops_the_blank_line(nilgiri):
    numbers = [issue(nilgiri, make_draft(nilgiri)).invoice_number for _ in range(3)]
    assert [number.split("/", 1)[1] for number in numbers] == ["26-27/0001", "26-27/0002", "26-27/0003"]
    with nilgiri.scope():
        assert db().get(Tenant, nilgiri.tenant_id).current_invoice_count == 3


def test_an_issued_invoice_is_paper(nilgiri):
    invoice_id = make_draft(nilgiri)
    issue(nilgiri, invoice_id)
    with nilgiri.scope():
        db().query(Company).one().name = "Another name"
        db().query(Customer).one().name = "Another customer"
    with nilgiri.scope():
        invoice = find_invoice(invoice_id)
        assert invoice.status == "pending"
        assert invoice.seller_snapshot["name"] == "Nilgiri Facility Services LLP"
        assert invoice.buyer_snapshot["name"] == "Lotus Valley School"
        assert len(lines_of(invoice_id)) == 1
        # 6 x 14,500 = 87,000.00 + 18 % 15,660.00
        assert (invoice.total, invoice.balance) == (Decimal("102660.00"),) * 2


def test_it_cannot_be_issued_twice(nilgiri):
    invoice_id = make_draft(nilgiri)
    issue(nilgiri, invoice_id)
    with pytest.raises(IllegalMove):
        issue(nilgiri, invoice_id)


def test_what_was_not_seen_is_not_issued(nilgiri):
    invoice_id = make_draft(nilgiri)
    with nilgiri.scope():
        seen = find_invoice(invoice_id).totals_seq
    with nilgiri.scope():
        drafts.add_line(invoice_id, cells=CREW)
    with pytest.raises(StaleVersion):
        issue(nilgiri, invoice_id, totals_seq=seen)


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({**CREW, "quantity": "abc"}, "Line 1 has something that cannot be read."),
        ({**CREW, "name": ""}, "Line 1 does not say what it is for."),
        ({**CREW, "hsn_sac": ""}, "Line 1 has no SAC or HSN."),
        ({**CREW, "rate": "0"}, "The total is zero."),
    ],
)
def test_lines_that_are_not_ready_are_named(nilgiri, cells, sentence):
    invoice_id = make_draft(nilgiri, cells=cells)
    with pytest.raises(Invalid) as refusal:
        issue(nilgiri, invoice_id)
    assert sentence in told(refusal)


def test_a_private_buyer_of_more_than_fifty_thousand_needs_an_address(nilgiri):
    # CGST Rule 46(e): 87,000.00 is above 50,000
    without = {"gst_treatment": "unregistered", "address_line1": None}
    with pytest.raises(Invalid) as refusal:
        issue(nilgiri, make_draft(nilgiri, **without))
    assert told(refusal) == [
        "From ₹50,000.00 on, the invoice needs the address and state of Lotus Valley School."
    ]
    small = make_draft(nilgiri, cells={**CREW, "quantity": "1"}, **without)
    assert issue(nilgiri, small).total == Decimal("17110.00")  # 14,500 + 2,610


def test_a_company_without_address_or_lines_is_told_both(nilgiri):
    with nilgiri.scope():
        db().query(Company).one().address_line1 = None
        draft = drafts.create_draft(customer_id=None, today=TODAY, created_by=nilgiri.admin.id)
    with pytest.raises(Invalid) as refusal:
        issue(nilgiri, draft.id)
    assert set(refusal.value.errors) == {"company", "customer_id", "lines"}


def test_sixteen_threads_leave_no_gap_and_no_duplicate(nilgiri):
    waiting = [make_draft(nilgiri) for _ in range(24)]
    lost = make_draft(nilgiri, cells={**CREW, "rate": "0"})
    numbers, errors = [], []

    def work():
        while waiting:
            try:
                invoice_id = waiting.pop()
            except IndexError:
                return
            try:
                with tenant_scope(nilgiri.tenant_id):
                    numbers.append(issuing.issue(invoice_id, now=NOW, today=TODAY).invoice_number)
            except Exception as error:  # noqa: BLE001 - told by the assertion below
                errors.append(error)

    def fail():
        for _ in range(8):
            with pytest.raises(Invalid), tenant_scope(nilgiri.tenant_id):
                issuing.issue(lost, now=NOW, today=TODAY)

    threads = [threading.Thread(target=work) for _ in range(4)] + [threading.Thread(target=fail)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert sorted(int(number.rpartition("/")[2]) for number in numbers) == list(range(1, 25))


def test_cancelling_keeps_the_number_and_frees_the_money(nilgiri):
    invoice_id = make_draft(nilgiri)
    number = issue(nilgiri, invoice_id).invoice_number
    with nilgiri.scope():
        invoice = find_invoice(invoice_id)
        receipt = factories.make_receipt(invoice.customer, "50000.00")
        factories.make_allocation(receipt, invoice, "50000.00")
    with nilgiri.scope():
        issuing.cancel(invoice_id, reason="Wrong branch", now=NOW, today=TODAY)
    with nilgiri.scope():
        invoice = find_invoice(invoice_id)
        assert (invoice.status, invoice.invoice_number) == ("cancelled", number)
        assert invoice.amount_paid == 0
        assert db().get(type(receipt), (nilgiri.tenant_id, receipt.id)).unallocated_amount == Decimal(
            "50000.00"
        )


def test_cancelling_wants_a_reason(nilgiri):
    invoice_id = make_draft(nilgiri)
    issue(nilgiri, invoice_id)
    with nilgiri.scope(), pytest.raises(Invalid):
        issuing.cancel(invoice_id, reason="", now=NOW, today=TODAY)


def test_lines_that_waited_for_an_undo_go_when_the_invoice_becomes_paper(nilgiri, superuser):
    """Frozen with it, they could never be cleared away."""
    with nilgiri.scope(nilgiri.admin):
        draft = drafts.create_draft(customer_id=factories.make_customer().id, today=TODAY, created_by=None)
        cells = {"name": "Housekeeping", "hsn_sac": "998533", "quantity": "1", "rate": "1000", "tax": "18"}
        drafts.change_line(draft.id, lines_of(draft.id)[0].id, cells, version=1)
        factories.make_line(draft, "5.00", position=9, deleted_at=NOW)
        issuing.issue(draft.id, now=NOW, today=TODAY)
    rows = superuser.execute("SELECT name FROM invoice_line_items WHERE invoice_id = %s", (draft.id,))
    assert rows.fetchall() == [("Housekeeping",)]


@pytest.mark.usefixtures("app")
def test_the_invoice_of_the_factory_can_be_sent_as_an_issued_one(nilgiri):
    """Tests of letters and links start from it: it carries seller and buyer as issuing copies them."""
    with nilgiri.scope():
        customer = factories.make_customer(email="pay@kaveri.example")
        invoice = factories.make_invoice(customer, with_parties=True)
        assert invoice.seller_snapshot["gst_number"] == factories.gstin_of("29")
        assert (invoice.buyer_snapshot["name"], invoice.customer_gst) == (customer.name, customer.gst_number)
        mail = sending.send(invoice, to_address=None, sender="", now=NOW)
        assert (mail.to_address, mail.params["company_name"]) == ("pay@kaveri.example", nilgiri.name)
