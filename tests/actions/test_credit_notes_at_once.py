"""Several people with the same invoice open, one of them crediting it: one winner, and never too much."""

from decimal import Decimal

from rms.actions import credit_notes
from rms.db.session import db, tenant_scope
from rms.domain.allocation import Claim
from rms.domain.crediting import Ask
from rms.domain.errors import Invalid
from rms.models import CreditNote, Invoice, Receipt
from tests.actions.test_credit_notes import CREW, PEST, make_credit, make_invoice
from tests.actions.test_receipts_at_once import all_at_once, recording
from tests.factories import NOW, TODAY


def issuing(company, note_id):
    def issue():
        with tenant_scope(company.tenant_id):
            return credit_notes.issue(note_id, now=NOW, today=TODAY)

    return issue


def test_two_people_credit_the_last_of_a_line_and_one_does(nilgiri):
    invoice = make_invoice(nilgiri, PEST)
    last = Ask(invoice.lines[0], quantity=Decimal("2.000"))
    waiting = [make_credit(nilgiri, invoice, last, issue=False).id for _ in range(4)]
    results = all_at_once([issuing(nilgiri, note_id) for note_id in waiting])
    issued = [one for one in results if isinstance(one, CreditNote)]
    refused = [one for one in results if isinstance(one, Invalid)]
    assert (len(issued), len(refused)) == (1, 3), results
    assert {str(told) for one in refused for [told] in one.errors.values()} == {
        "Nothing is left to credit on this line"
    }
    with nilgiri.scope():
        row = db().get(Invoice, (nilgiri.tenant_id, invoice.id))
        assert (row.amount_credited, row.balance, row.status) == (row.total, 0, "paid")


def test_money_and_credit_at_once_settle_the_invoice_exactly(nilgiri):
    for _ in range(5):
        invoice = make_invoice(nilgiri, CREW)  # 87,000 + 15,660 = 1,02,660.00
        ask = Ask(invoice.lines[0], quantity=Decimal("2.000"))  # 29,000 + 5,220 = 34,220.00
        note_id = make_credit(nilgiri, invoice, ask, issue=False).id
        full = [Claim(invoice.id, Decimal("102660.00"))]
        results = all_at_once([issuing(nilgiri, note_id), recording(nilgiri, invoice.customer_id, full)])
        with nilgiri.scope():
            row = db().get(Invoice, (nilgiri.tenant_id, invoice.id))
            note = db().get(CreditNote, (nilgiri.tenant_id, note_id))
            assert row.settled <= row.total
            if isinstance(results[1], Receipt):  # the money came first: all of the credit is left
                assert (row.amount_credited, row.balance, row.status) == (0, 0, "paid")
                assert note.unapplied_amount == Decimal("34220.00")
            else:
                assert isinstance(results[1], Invalid), results
                assert (row.amount_credited, row.balance) == (Decimal("34220.00"), Decimal("68440.00"))


def test_a_payment_of_the_rest_and_a_credit_at_once_leave_nothing_open(nilgiri):
    invoice = make_invoice(nilgiri, CREW)
    note_id = make_credit(nilgiri, invoice, Ask(invoice.lines[0], quantity=Decimal("2")), issue=False).id
    rest = [Claim(invoice.id, Decimal("68440.00"))]
    results = all_at_once([issuing(nilgiri, note_id), recording(nilgiri, invoice.customer_id, rest)])
    assert isinstance(results[0], CreditNote) and isinstance(results[1], Receipt), results
    with nilgiri.scope():
        row = db().get(Invoice, (nilgiri.tenant_id, invoice.id))
        assert (row.settled, row.balance, row.status) == (row.total, 0, "paid")
