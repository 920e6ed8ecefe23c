"""Credit notes: what is taken back and what is refused, and what becomes of the invoices, by sums by hand."""

import datetime as dt
from decimal import Decimal as D
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from rms.actions import credit_notes, issuing, receipts
from rms.actions import invoices as drafts
from rms.actions.credit_notes import Head, Use
from rms.db.session import db
from rms.domain.allocation import Claim
from rms.domain.crediting import Ask
from rms.domain.errors import IllegalMove, Invalid, NotFound, StaleVersion
from rms.models import Company, CreditNote, CreditNoteApplication, Customer, Invoice, Refund
from rms.queries.credit_notes import lines_of_credit_note
from rms.queries.invoices import find_invoice, lines_of
from tests import factories
from tests.factories import NOW, TODAY

CREW = {"name": "Housekeeping crew", "hsn_sac": "998533", "quantity": "6", "rate": "14500", "tax": "18"}
PEST = {"name": "Pest control", "hsn_sac": "998531", "quantity": "2", "rate": "4560", "tax": "18"}
YESTERDAY = TODAY - dt.timedelta(days=1)
TOMORROW = TODAY + dt.timedelta(days=1)


def make_invoice(company, *cells, day=TODAY, discount=None, customer=None, **columns):
    """An invoice issued as people do it, and the ids of its lines."""
    with company.scope(company.admin):
        buyer = customer or factories.make_customer("Lotus Valley School", **columns)
        draft = drafts.create_draft(customer_id=buyer.id, today=day, created_by=company.admin.id)
        for one in cells:
            drafts.add_line(draft.id, cells=one)
        if discount:
            row = find_invoice(draft.id)
            row.discount_percent = D(discount)
            db().flush()
    with company.scope(company.admin):
        issued = issuing.issue(draft.id, now=NOW, today=day)
        lines = [line.id for line in lines_of(issued.id)]
        return SimpleNamespace(id=issued.id, lines=lines, total=issued.total, customer_id=issued.customer_id)


def make_credit(company, invoice, *asks, issue=True, day=TODAY, reduces=True, **head):
    """Drafted in one transaction, issued in another, as two clicks do."""
    with company.scope(company.admin):
        note = credit_notes.create_from_invoice(
            invoice.id,
            today=day,
            created_by=company.admin.id,
            head=Head(day, "deficiency", **head),
            asks=asks,
        )
    if not issue:
        return note
    with company.scope(company.admin):
        return credit_notes.issue(note.id, now=NOW, today=TODAY, reduces_invoice=reduces)


def stored(company, model, row_id):
    with company.scope():
        return db().get(model, (company.tenant_id, row_id))


def told(refusal):
    return {where: [str(one) for one in sentences] for where, sentences in refusal.value.errors.items()}


def figures(note):
    return tuple(
        getattr(note, name)
        for name in ("amount", "cgst_amount", "sgst_amount", "igst_amount", "round_off", "total_credit")
    )


def test_a_part_of_an_invoice_is_credited_and_reduces_it(nilgiri):
    # 6 x 14,500 + 2 x 4,560 = 96,120.00, + 9% + 9% = 17,301.60, 1,13,421.60 -> 1,13,422.00
    invoice = make_invoice(nilgiri, CREW, PEST)
    assert invoice.total == D("113422.00")
    # 1 x 14,500 + 500 off pest control = 15,000.00; CGST = SGST = 1,305 + 45; 17,700.00
    crew, pest = invoice.lines
    note = make_credit(nilgiri, invoice, Ask(crew, quantity=D("1.000")), Ask(pest, amount=D("500.00")))
    assert figures(note) == (D("15000.00"), D("1350.00"), D("1350.00"), D("0.00"), D("0.00"), D("17700.00"))
    assert note.credit_note_number.endswith("/26-27/0001")
    assert (note.status, note.applied_amount, note.unapplied_amount) == ("applied", D("17700.00"), 0)
    row = stored(nilgiri, Invoice, invoice.id)
    assert (row.amount_credited, row.balance, row.status) == (
        D("17700.00"),
        D("95722.00"),
        "partially_paid",
    )
    with nilgiri.scope():
        crew_line, pest_line = lines_of_credit_note(note.id)
        assert (crew_line.quantity, crew_line.rate, crew_line.unit) == (
            D("1.000"),
            D("14500.0000"),
            lines_of(invoice.id)[0].unit,
        )
        assert (pest_line.quantity, pest_line.rate, pest_line.unit) == (0, D("500.0000"), "lot")
        [laid] = db().scalars(select(CreditNoteApplication))
        assert (laid.applied_amount, laid.applied_on, laid.released_on) == (D("17700.00"), TODAY, None)


def test_three_part_credits_with_a_discount_and_igst_add_up_to_exactly_the_invoice(nilgiri):
    # 3 x 333.33 = 999.99, 7% off = 70.00 -> 929.99, IGST 167.40 -> 1,097.39 -> 1,097.00
    cells = {**CREW, "quantity": "3", "rate": "333.33"}
    invoice = make_invoice(nilgiri, cells, discount="7", state_code="33", gst_number=factories.gstin_of("33"))
    assert invoice.total == D("1097.00")
    # 309.9967 -> 310.00, 167.40 x 310 / 929.99 = 55.8006 -> 55.80: 365.80 -> 366;
    # of the left 619.99 and 111.60 half: 309.995 -> 310.00, 55.8009 -> 55.80: 731.60 -> 732 - 366 = 366;
    # the rest 309.99 and 55.80: 1,097 - 732 = 365.
    one = Ask(invoice.lines[0], quantity=D("1.000"))
    notes = [make_credit(nilgiri, invoice, one) for _ in range(3)]
    assert [(note.amount, note.igst_amount, note.total_credit) for note in notes] == [
        (D("310.00"), D("55.80"), D("366.00")),
        (D("310.00"), D("55.80"), D("366.00")),
        (D("309.99"), D("55.80"), D("365.00")),
    ]
    row = stored(nilgiri, Invoice, invoice.id)
    assert (row.amount_credited, row.balance, row.status) == (D("1097.00"), 0, "paid")
    with pytest.raises(Invalid) as refusal:
        make_credit(nilgiri, invoice, one)
    assert told(refusal) == {str(invoice.lines[0]): ["Nothing is left to credit on this line"]}


def test_reverse_charge_is_credited_without_tax(nilgiri):
    with nilgiri.scope(nilgiri.admin):
        buyer = factories.make_customer("Transporter's customer")
        draft = drafts.create_draft(customer_id=buyer.id, today=TODAY, created_by=None)
        find_invoice(draft.id).reverse_charge = True
        drafts.add_line(draft.id, cells={**PEST, "tax": "5"})
    with nilgiri.scope(nilgiri.admin):
        issued = issuing.issue(draft.id, now=NOW, today=TODAY)
        invoice = SimpleNamespace(id=issued.id, lines=[line.id for line in lines_of(issued.id)])
        assert issued.total == D("9120.00")
    note = make_credit(nilgiri, invoice, Ask(invoice.lines[0], quantity=D("1.000")))
    assert (note.gst_amount, note.total_credit, note.reverse_charge) == (0, D("4560.00"), True)


def test_what_the_paid_invoice_does_not_take_stays_to_be_used(nilgiri):
    invoice = make_invoice(nilgiri, PEST)  # 9,120 + 1,641.60 = 10,761.60 -> 10,762.00
    other = make_invoice(nilgiri, CREW, customer=stored(nilgiri, Customer, invoice.customer_id))
    pay(nilgiri, invoice, "8000")
    note = make_credit(nilgiri, invoice, Ask(invoice.lines[0], quantity=D("1.000")))  # 5,380.80 -> 5,381
    assert (note.total_credit, note.applied_amount) == (D("5381.00"), D("2762.00"))
    assert (note.unapplied_amount, note.status) == (D("2619.00"), "issued")
    assert stored(nilgiri, Invoice, invoice.id).status == "paid"
    with nilgiri.scope(nilgiri.admin):
        used = credit_notes.apply(note.id, [Use(other.id, D("2619.00"))], today=TODAY)
        assert (used.unapplied_amount, used.status) == (0, "applied")
    assert stored(nilgiri, Invoice, other.id).amount_credited == D("2619.00")


def pay(company, invoice, amount):
    draft = receipts.ReceiptDraft(invoice.customer_id, D(amount), TODAY, "upi")
    with company.scope(company.admin):
        return receipts.record(draft, [Claim(invoice.id, D(amount))], now=NOW, today=TODAY, created_by=None)


def test_credit_may_be_kept_instead_of_reducing_the_invoice(nilgiri):
    invoice = make_invoice(nilgiri, PEST)
    note = make_credit(nilgiri, invoice, Ask(invoice.lines[0], quantity=D("1")), reduces=False)
    assert (note.status, note.unapplied_amount) == ("issued", D("5381.00"))
    assert stored(nilgiri, Invoice, invoice.id).balance == D("10762.00")


def test_more_than_is_left_is_told_at_the_line_and_takes_no_number(nilgiri):
    invoice = make_invoice(nilgiri, PEST)
    [pest] = invoice.lines
    waiting = make_credit(nilgiri, invoice, Ask(pest, quantity=D("2.000")), issue=False)
    make_credit(nilgiri, invoice, Ask(pest, quantity=D("1.000")))
    with pytest.raises(Invalid) as refusal, nilgiri.scope():
        credit_notes.issue(waiting.id, now=NOW, today=TODAY)
    assert told(refusal) == {str(pest): ["1 (₹4,560.00) is left to credit on this line"]}
    last = make_credit(nilgiri, invoice, Ask(pest, quantity=D("1.000")))
    assert last.credit_note_number.endswith("/0002")


# The day of the invoice, the day of the credit note, and whether GST may still be taken back.
@pytest.mark.parametrize(
    ("supplied", "credited", "may"),
    [
        (dt.date(2026, 2, 14), dt.date(2026, 11, 22), True),
        (dt.date(2025, 3, 31), dt.date(2025, 11, 30), True),
        (dt.date(2025, 3, 31), dt.date(2025, 12, 1), False),
        (dt.date(2025, 4, 1), dt.date(2026, 11, 22), True),
    ],
)
def test_gst_is_credited_until_30_november_after_the_year_of_supply(nilgiri, supplied, credited, may):
    invoice = make_invoice(nilgiri, PEST, day=supplied)
    ask = Ask(invoice.lines[0], quantity=D("1.000"))
    if may:
        assert make_credit(nilgiri, invoice, ask, day=credited).gst_amount == D("820.80")
        return
    with pytest.raises(Invalid) as refusal:
        make_credit(nilgiri, invoice, ask, day=credited)
    assert told(refusal) == {
        "is_financial": [
            "GST of this invoice could be credited until 30 Nov 2025. Make it a credit note without GST"
        ]
    }
    financial = make_credit(nilgiri, invoice, ask, day=credited, is_financial=True)
    assert (financial.gst_amount, financial.total_credit) == (0, D("4560.00"))


def test_a_draft_after_the_last_day_begins_without_gst(nilgiri):
    invoice = make_invoice(nilgiri, PEST, day=dt.date(2025, 3, 31))
    with nilgiri.scope():
        note = credit_notes.create_from_invoice(invoice.id, today=TODAY, created_by=None)
        assert (note.is_financial, note.credit_note_date, note.status) == (True, TODAY, "draft")


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (TOMORROW, "This day has not come yet"),
        (YESTERDAY, "The invoice is of 22 Nov 2026. Choose that day or a later one"),
    ],
)
def test_the_day_is_neither_to_come_nor_before_the_invoice(nilgiri, day, words):
    invoice = make_invoice(nilgiri, PEST)
    with pytest.raises(Invalid) as refusal:
        make_credit(nilgiri, invoice, Ask(invoice.lines[0], quantity=D("1")), day=day)
    assert told(refusal) == {"credit_note_date": [words]}


def test_a_credit_of_nothing_is_not_issued(nilgiri):
    with pytest.raises(Invalid) as refusal:
        make_credit(nilgiri, make_invoice(nilgiri, PEST))
    assert told(refusal) == {"lines": ["Say what is credited: a quantity or an amount of at least one line"]}


def test_drafts_and_cancelled_invoices_are_not_credited(nilgiri):
    invoice = make_invoice(nilgiri, PEST)
    waiting = make_credit(nilgiri, invoice, Ask(invoice.lines[0], quantity=D("1")), issue=False)
    with nilgiri.scope():
        issuing.cancel(invoice.id, reason="Twice", now=NOW, today=TODAY)
    for act in (
        lambda: credit_notes.create_from_invoice(invoice.id, today=TODAY, created_by=None),
        lambda: credit_notes.issue(waiting.id, now=NOW, today=TODAY),
    ):
        with pytest.raises(IllegalMove), nilgiri.scope():
            act()
    with nilgiri.scope():
        draft_id = factories.make_draft(factories.make_customer()).id
    with pytest.raises(IllegalMove), nilgiri.scope():
        credit_notes.create_from_invoice(draft_id, today=TODAY, created_by=None)


def test_an_invoice_with_a_credit_note_is_not_cancelled_also_when_the_credit_is_kept(nilgiri):
    invoice = make_invoice(nilgiri, PEST)
    note = make_credit(nilgiri, invoice, Ask(invoice.lines[0], quantity=D("1")), reduces=False)
    with pytest.raises(Invalid, match="A credit note was issued"), nilgiri.scope():
        issuing.cancel(invoice.id, reason="Twice", now=NOW, today=TODAY)
    with nilgiri.scope():
        credit_notes.cancel(note.id, reason="A mistake", today=TODAY)
    with nilgiri.scope():
        assert issuing.cancel(invoice.id, reason="Twice", now=NOW, today=TODAY).is_cancelled


def test_it_is_changed_until_it_is_issued(nilgiri):
    invoice = make_invoice(nilgiri, CREW, PEST)
    crew, pest = invoice.lines
    note = make_credit(nilgiri, invoice, Ask(crew, quantity=D("1")), issue=False)
    head = Head(TODAY, "price", "Agreed on 4 Nov", notes="Sorry\nfor that")
    with nilgiri.scope():
        changed = credit_notes.change(note.id, head=head, asks=[Ask(pest, amount=D("100"))], version=1)
        assert (changed.amount, changed.total_credit, changed.version) == (D("100.00"), D("118.00"), 2)
        assert [line.invoice_line_id for line in lines_of_credit_note(note.id)] == [pest]
    with pytest.raises(StaleVersion), nilgiri.scope():
        credit_notes.change(note.id, head=head, asks=[], version=1)
    with nilgiri.scope():
        credit_notes.issue(note.id, now=NOW, today=TODAY, version=2)
    for act in (
        lambda: credit_notes.change(note.id, head=head, version=3),
        lambda: credit_notes.issue(note.id, now=NOW, today=TODAY),
        lambda: credit_notes.delete_draft(note.id),
    ):
        with pytest.raises(IllegalMove), nilgiri.scope():
            act()


def test_a_draft_is_deleted_with_its_lines(nilgiri):
    invoice = make_invoice(nilgiri, PEST)
    note = make_credit(nilgiri, invoice, Ask(invoice.lines[0], quantity=D("1")), issue=False)
    with nilgiri.scope():
        credit_notes.delete_draft(note.id)
    with nilgiri.scope():
        assert db().scalar(select(func.count()).select_from(CreditNote)) == 0
    with pytest.raises(NotFound), nilgiri.scope():
        credit_notes.delete_draft(note.id)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reason_code": "whim"}, "reason_code"),
        ({"credit_note_date": dt.date(2017, 6, 30)}, "credit_note_date"),
        ({"reason": "x" * 256}, "reason"),
        ({"notes": "x" * 2_001}, "notes"),
    ],
)
def test_a_wrong_head_is_refused_at_its_field(nilgiri, changes, field):
    invoice = make_invoice(nilgiri, PEST)
    head = Head(**{"credit_note_date": TODAY, **changes})
    with pytest.raises(Invalid) as refusal, nilgiri.scope():
        credit_notes.create_from_invoice(invoice.id, today=TODAY, created_by=None, head=head)
    assert set(told(refusal)) == {field}


def test_names_stay_as_on_the_invoice_and_the_bank_account_is_not_copied(nilgiri):
    invoice = make_invoice(nilgiri, PEST)
    with nilgiri.scope():
        db().get(Customer, (nilgiri.tenant_id, invoice.customer_id)).name = "Another name"
        db().query(Company).one().trade_name = "Nilgiri"
    note = make_credit(nilgiri, invoice, Ask(invoice.lines[0], quantity=D("1")))
    assert note.buyer_snapshot["name"] == "Lotus Valley School"
    assert note.seller_snapshot["trade_name"] == "Nilgiri"
    assert note.seller_snapshot["bank_account_number"] is None


# Standing alone


def standalone(company, *cells, customer=None, day=TODAY, **head):
    with company.scope(company.admin):
        buyer = factories.make_customer("Sundaram Tools", **(customer or {}))
        head = Head(day, "discount", **head)
        return credit_notes.create_standalone(buyer.id, head=head, lines=cells, created_by=None)


def test_without_an_invoice_it_is_priced_for_the_customers_state(nilgiri):
    # 2 x 4,560 = 9,120.00; in the state 820.80 + 820.80, elsewhere 1,641.60; 10,761.60 -> 10,762.00
    here = standalone(nilgiri, PEST)
    assert figures(here) == (
        D("9120.00"),
        D("820.80"),
        D("820.80"),
        D("0.00"),
        D("0.40"),
        D("10762.00"),
    )
    there = standalone(nilgiri, PEST, customer={"state_code": "33", "gst_number": factories.gstin_of("33")})
    assert (there.igst_amount, there.place_of_supply, there.supply_type) == (D("1641.60"), "33", "INTER")
    with nilgiri.scope():
        issued = credit_notes.issue(there.id, now=NOW, today=TODAY)
        assert (issued.status, issued.unapplied_amount) == ("issued", D("10762.00"))


def test_without_an_invoice_and_without_gst_it_is_the_bare_amount(nilgiri):
    note = standalone(nilgiri, PEST, is_financial=True)
    assert (note.gst_amount, note.total_credit) == (0, D("9120.00"))


def test_a_rate_of_an_earlier_time_may_be_credited(nilgiri):
    # 12% was in force until 21 September 2025: 9,120 x 6% = 547.20 each.
    note = standalone(nilgiri, {**PEST, "tax": "12"})
    assert (note.cgst_amount, note.sgst_amount) == (D("547.20"), D("547.20"))


def test_wrong_cells_are_told_by_line_and_field(nilgiri):
    with pytest.raises(Invalid) as refusal:
        standalone(nilgiri, PEST, {**PEST, "rate": "many", "tax": "13"})
    assert set(told(refusal)) == {"lines.1.rate", "lines.1.tax"}


# Using, releasing, cancelling


def test_using_more_than_is_left_or_owed_is_refused_in_its_place(nilgiri):
    note = standalone(nilgiri, {**PEST, "quantity": "1", "rate": "1000"})  # 1,180.00
    with nilgiri.scope():
        credit_notes.issue(note.id, now=NOW, today=TODAY)
        buyer = db().get(Customer, (nilgiri.tenant_id, note.customer_id))
    small = make_invoice(nilgiri, {**PEST, "quantity": "1", "rate": "500"}, customer=buyer)  # 590.00
    large = make_invoice(nilgiri, PEST, customer=buyer)
    strangers = make_invoice(nilgiri, PEST)
    for uses, place, words in (
        ([Use(small.id, D("600"))], str(small.id), "That is ₹10.00 more than is owed. Use ₹590.00"),
        (
            [Use(large.id, D("1181"))],
            "credit_note",
            "Used ₹1.00 more than is left of the credit",
        ),
        (
            [Use(strangers.id, D("1"))],
            str(strangers.id),
            "This invoice is not one of this customer's open invoices",
        ),
    ):
        with pytest.raises(Invalid) as refusal, nilgiri.scope():
            credit_notes.apply(note.id, uses, today=TODAY)
        assert told(refusal) == {place: [words]}
    with pytest.raises(Invalid, match="Say how much"), nilgiri.scope():
        credit_notes.apply(note.id, [], today=TODAY)
    with nilgiri.scope():
        used = credit_notes.apply(note.id, [Use(small.id, D("590")), Use(large.id, D("590"))], today=TODAY)
        assert used.status == "applied"
    assert stored(nilgiri, Invoice, small.id).status == "paid"


def test_more_for_the_same_invoice_on_a_later_day_keeps_what_held_before(nilgiri):
    invoice = make_invoice(nilgiri, CREW)
    note = make_credit(nilgiri, invoice, Ask(invoice.lines[0], quantity=D("1")), reduces=False)
    with nilgiri.scope():
        credit_notes.apply(note.id, [Use(invoice.id, D("10"))], today=TODAY)
    with nilgiri.scope():
        credit_notes.apply(note.id, [Use(invoice.id, D("5"))], today=TODAY)
    with nilgiri.scope():
        credit_notes.apply(note.id, [Use(invoice.id, D("20"))], today=TOMORROW)
    with nilgiri.scope():
        rows = db().scalars(select(CreditNoteApplication).order_by(CreditNoteApplication.created_at))
        assert [(row.applied_amount, row.applied_on, row.released_on) for row in rows] == [
            (D("15.00"), TODAY, TOMORROW),
            (D("35.00"), TOMORROW, None),
        ]
    assert stored(nilgiri, Invoice, invoice.id).amount_credited == D("35.00")


def test_released_credit_is_free_again_and_the_invoice_owed(nilgiri):
    invoice = make_invoice(nilgiri, PEST)
    note = make_credit(nilgiri, invoice, Ask(invoice.lines[0], quantity=D("2")))
    assert stored(nilgiri, Invoice, invoice.id).status == "paid"
    with nilgiri.scope():
        free = credit_notes.release(note.id, invoice.id, today=TOMORROW)
        assert (free.status, free.unapplied_amount) == ("issued", D("10762.00"))
    row = stored(nilgiri, Invoice, invoice.id)
    assert (row.status, row.balance, row.amount_credited) == ("pending", D("10762.00"), 0)
    with pytest.raises(NotFound), nilgiri.scope():
        credit_notes.release(note.id, invoice.id, today=TOMORROW)


def test_cancelling_frees_the_invoice_and_its_lines_and_keeps_the_number(nilgiri):
    invoice = make_invoice(nilgiri, PEST)
    ask = Ask(invoice.lines[0], quantity=D("2"))
    note = make_credit(nilgiri, invoice, ask)
    with nilgiri.scope():
        gone = credit_notes.cancel(note.id, reason="Given twice", today=TODAY)
        assert (gone.status, gone.cancelled_on, gone.applied_amount) == ("cancelled", TODAY, 0)
        assert gone.credit_note_number == note.credit_note_number
    assert stored(nilgiri, Invoice, invoice.id).balance == D("10762.00")
    assert make_credit(nilgiri, invoice, ask).total_credit == D("10762.00")
    for act in (
        lambda: credit_notes.cancel(note.id, reason="Again", today=TODAY),
        lambda: credit_notes.apply(note.id, [Use(invoice.id, D("1"))], today=TODAY),
    ):
        with pytest.raises(IllegalMove), nilgiri.scope():
            act()


def test_it_is_not_cancelled_without_a_reason_or_while_money_went_back(nilgiri):
    invoice = make_invoice(nilgiri, PEST)
    note = make_credit(nilgiri, invoice, Ask(invoice.lines[0], quantity=D("1")), reduces=False)
    with pytest.raises(Invalid) as refusal, nilgiri.scope():
        credit_notes.cancel(note.id, reason=" ", today=TODAY)
    assert told(refusal) == {"reason": ["Say why, for the books."]}
    with nilgiri.scope():
        refund = Refund(
            refund_number="RF/1",
            refund_date=TODAY,
            customer_id=note.customer_id,
            credit_note_id=note.id,
            amount=D("100.00"),
            payment_method="upi",
        )
        db().add(refund)
    with pytest.raises(Invalid, match="paid back"), nilgiri.scope():
        credit_notes.cancel(note.id, reason="A mistake", today=TODAY)


def test_another_company_finds_none_of_it(nilgiri, sahyadri):
    invoice = make_invoice(nilgiri, PEST)
    note = make_credit(nilgiri, invoice, Ask(invoice.lines[0], quantity=D("1")), issue=False)
    for act in (
        lambda: credit_notes.create_from_invoice(invoice.id, today=TODAY, created_by=None),
        lambda: credit_notes.create_standalone(invoice.customer_id, head=Head(TODAY), created_by=None),
        lambda: credit_notes.change(note.id, head=Head(TODAY), version=1),
        lambda: credit_notes.issue(note.id, now=NOW, today=TODAY),
        lambda: credit_notes.delete_draft(note.id),
        lambda: credit_notes.apply(note.id, [Use(invoice.id, D("1"))], today=TODAY),
        lambda: credit_notes.release(note.id, invoice.id, today=TODAY),
        lambda: credit_notes.cancel(note.id, reason="x", today=TODAY),
    ):
        with pytest.raises(NotFound), sahyadri.scope():
            act()
