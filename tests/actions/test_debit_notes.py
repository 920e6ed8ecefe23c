"""Debit notes: what an invoice is raised by, in whose name and at which rates, by sums by hand."""

import contextlib
import datetime as dt
import threading
from decimal import Decimal as D

import pytest

from rms.actions import credit_notes, debit_notes, issuing, receipts
from rms.actions import invoices as drafts
from rms.actions.invoices import Head
from rms.db.session import db
from rms.domain.allocation import Claim
from rms.domain.discounts import NONE
from rms.domain.errors import IllegalMove, Invalid, NotFound, StaleVersion
from rms.models import Invoice
from rms.queries.debit_notes import debit_notes_against
from rms.queries.invoices import find_invoice, lines_of
from tests import factories
from tests.actions.test_credit_notes import CREW, PEST, make_invoice
from tests.factories import NOW, TODAY

TOMORROW = TODAY + dt.timedelta(days=1)


def started(company, original, *cells, today=TODAY):
    """A draft of a debit note with these lines; its id."""
    with company.scope(company.admin):
        note = debit_notes.start(original.id, today=today, created_by=company.admin.id)
        [blank] = lines_of(note.id)
        drafts.delete_line(note.id, blank.id, now=NOW)
        for one in cells:
            drafts.add_line(note.id, cells=one)
        return note.id


def head_of(note: Invoice, **changed) -> Head:
    kept = {
        "customer_id": note.customer_id,
        "invoice_date": note.invoice_date,
        "payment_terms": note.payment_terms,
        "due_date": note.due_date,
        "place_of_supply": note.place_of_supply,
        "reference_number": None,
        "notes": None,
        "discount": NONE,
    }
    return Head(**{**kept, **changed})


def give_reason(company, note_id, reason="Two days were left out", **changed):
    with company.scope(company.admin):
        note = find_invoice(note_id)
        head = head_of(note, adjustment_reason=reason, **changed)
        drafts.change_head(note_id, head, version=note.version)


def issue(company, note_id, today=TODAY):
    with company.scope(company.admin):
        return issuing.issue(note_id, now=NOW, today=today)


def test_it_raises_an_invoice_of_the_same_customer_in_a_series_of_its_own(nilgiri):
    original = make_invoice(nilgiri, CREW, state_code="29")
    note_id = started(nilgiri, original, PEST)
    give_reason(nilgiri, note_id)
    note = issue(nilgiri, note_id)
    # 2 x 4,560 = 9,120.00; 9 % + 9 % = 820.80 + 820.80; 10,761.60, to the rupee 10,762.00
    assert (note.subtotal, note.cgst_total, note.sgst_total) == (D("9120.00"), D("820.80"), D("820.80"))
    assert (note.round_off, note.total, note.balance) == (D("0.40"), D("10762.00"), D("10762.00"))
    assert (note.kind, note.status, note.customer_id) == ("debit_note", "pending", original.customer_id)
    assert note.against_invoice_id == original.id and note.adjustment_reason == "Two days were left out"
    with nilgiri.scope():
        first = find_invoice(original.id)
        assert first.kind == "tax_invoice" and first.series_id != note.series_id
        assert note.invoice_number.rsplit("/", 1)[1] == "0001"
        assert [row.id for row in debit_notes_against(original.id)] == [note_id]


def test_two_notes_follow_each_other_without_a_gap(nilgiri):
    original = make_invoice(nilgiri, CREW)
    numbers = []
    for _ in range(2):
        note_id = started(nilgiri, original, PEST)
        give_reason(nilgiri, note_id)
        numbers.append(issue(nilgiri, note_id).invoice_number.rsplit("/", 1)[1])
    assert numbers == ["0001", "0002"]


def test_the_supply_stays_taxed_where_it_was(nilgiri):
    """The customer has moved to Tamil Nadu since: the supply was made in Karnataka all the same."""
    original = make_invoice(nilgiri, CREW, state_code="29")
    with nilgiri.scope():
        find_invoice(original.id).customer.state_code = "33"
    note_id = started(nilgiri, original, PEST)
    give_reason(nilgiri, note_id, place_of_supply="33", reverse_charge=True)
    note = issue(nilgiri, note_id)
    assert (note.place_of_supply, note.igst_total, note.reverse_charge) == ("29", D(0), False)
    assert note.cgst_total == D("820.80")


def test_another_customer_is_refused(nilgiri):
    original = make_invoice(nilgiri, CREW)
    note_id = started(nilgiri, original)
    with nilgiri.scope(nilgiri.admin), pytest.raises(Invalid, match="customer of its invoice"):
        other = factories.make_customer("Somebody else")
        head = head_of(find_invoice(note_id), customer_id=other.id)
        drafts.change_head(note_id, head, version=find_invoice(note_id).version)


def test_it_says_why_and_is_not_older_than_its_invoice(nilgiri):
    original = make_invoice(nilgiri, CREW)
    note_id = started(nilgiri, original, PEST)
    with pytest.raises(Invalid) as refused:
        issue(nilgiri, note_id)
    assert set(refused.value.errors) == {"adjustment_reason"}
    yesterday = TODAY - dt.timedelta(days=1)
    give_reason(nilgiri, note_id, invoice_date=yesterday)
    with pytest.raises(Invalid) as refused:
        issue(nilgiri, note_id)
    assert set(refused.value.errors) == {"invoice_date"}


def test_a_rate_of_the_day_of_the_supply_holds(nilgiri):
    """28 % went on 22 September 2025: what was supplied before is raised at 28 % (CGST Act s.14)."""
    before = dt.date(2025, 9, 1)
    cement = {"name": "Cement", "hsn_sac": "2523", "quantity": "1", "rate": "1000", "tax": "28"}
    original = make_invoice(nilgiri, cement, day=before)
    note_id = started(nilgiri, original, cement)
    give_reason(nilgiri, note_id)
    assert issue(nilgiri, note_id).total == D("1280.00")


@pytest.mark.parametrize("standing", ["draft", "cancelled", "debit note", "opening", "stranger"])
def test_what_cannot_be_raised(nilgiri, sahyadri, standing):
    original = make_invoice(nilgiri, CREW)
    company, wanted, told = nilgiri, original.id, IllegalMove
    if standing == "draft":
        with nilgiri.scope(nilgiri.admin):
            wanted = drafts.create_draft(customer_id=None, today=TODAY, created_by=nilgiri.admin.id).id
    elif standing == "cancelled":
        with nilgiri.scope(nilgiri.admin):
            issuing.cancel(original.id, reason="Twice", now=NOW, today=TODAY)
    elif standing == "debit note":
        wanted = started(nilgiri, original, PEST)
        give_reason(nilgiri, wanted)
        issue(nilgiri, wanted)
    elif standing == "opening":
        with nilgiri.scope(nilgiri.admin):
            wanted = factories.make_invoice(
                factories.make_customer("Old"), kind="opening", invoice_number="OLD/7"
            ).id
    else:
        company, told = sahyadri, NotFound
    with company.scope(company.admin), pytest.raises(told):
        debit_notes.start(wanted, today=TODAY, created_by=company.admin.id)


def test_an_invoice_with_an_issued_note_is_not_cancelled_before_it(nilgiri):
    original = make_invoice(nilgiri, CREW)
    note_id = started(nilgiri, original, PEST)
    give_reason(nilgiri, note_id)
    issue(nilgiri, note_id)
    with nilgiri.scope(nilgiri.admin), pytest.raises(Invalid, match="debit note stands against"):
        issuing.cancel(original.id, reason="Twice", now=NOW, today=TODAY)
    for one in (note_id, original.id):
        with nilgiri.scope(nilgiri.admin):
            assert issuing.cancel(one, reason="Twice", now=NOW, today=TODAY).status == "cancelled"


def test_a_note_against_a_cancelled_invoice_is_not_issued(nilgiri):
    original = make_invoice(nilgiri, CREW)
    note_id = started(nilgiri, original, PEST)
    give_reason(nilgiri, note_id)
    with nilgiri.scope(nilgiri.admin):
        issuing.cancel(original.id, reason="Twice", now=NOW, today=TODAY)
    with pytest.raises(Invalid, match="not ready") as refused:
        issue(nilgiri, note_id)
    assert set(refused.value.errors) == {"adjustment_reason"}


def test_issuing_and_cancelling_at_once_never_leaves_a_note_without_its_invoice(nilgiri):
    for _ in range(8):
        original = make_invoice(nilgiri, CREW)
        note_id = started(nilgiri, original, PEST)
        give_reason(nilgiri, note_id)
        _at_once(
            lambda note_id=note_id: issue(nilgiri, note_id),
            lambda original=original: _cancel(nilgiri, original.id),
        )
        with nilgiri.scope():
            states = {find_invoice(original.id).status, find_invoice(note_id).status}
        assert states in ({"pending"}, {"cancelled", "draft"})


def _cancel(company, invoice_id):
    with company.scope(company.admin):
        issuing.cancel(invoice_id, reason="Twice", now=NOW, today=TODAY)


def _at_once(*acts) -> None:
    gate = threading.Barrier(len(acts))

    def run(act) -> None:
        gate.wait()
        with contextlib.suppress(
            Invalid, StaleVersion
        ):  # one of the two is told; which one is left to chance
            act()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


def test_it_is_paid_and_credited_like_an_invoice(nilgiri):
    original = make_invoice(nilgiri, CREW)
    note_id = started(nilgiri, original, PEST)
    give_reason(nilgiri, note_id)
    issue(nilgiri, note_id)
    with nilgiri.scope(nilgiri.admin):
        receipt = receipts.ReceiptDraft(
            customer_id=original.customer_id, receipt_date=TODAY, amount=D("10000.00"), payment_method="cash"
        )
        receipts.record(receipt, [Claim(note_id, D("10000.00"))], now=NOW, today=TODAY, created_by=None)
    with nilgiri.scope(nilgiri.admin):
        note = find_invoice(note_id)
        assert (note.status, note.balance) == ("partially_paid", D("762.00"))
        assert (
            credit_notes.create_from_invoice(note_id, today=TODAY, created_by=nilgiri.admin.id).invoice_id
            == note_id
        )


def test_the_kind_survives_every_change(nilgiri):
    original = make_invoice(nilgiri, CREW)
    note_id = started(nilgiri, original, {"name": "Exempt", "rate": "100", "tax": "exempt"})
    with nilgiri.scope():
        assert find_invoice(note_id).kind == "debit_note"
    with nilgiri.scope(nilgiri.admin):
        drafts.delete_draft(note_id, now=NOW)
    with nilgiri.scope(nilgiri.admin):
        drafts.restore_draft(note_id)
        db().expire_all()
        kept = find_invoice(note_id)
        assert (kept.kind, kept.against_invoice_id) == ("debit_note", original.id)
