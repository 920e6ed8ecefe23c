"""What was billed too high or too low: credit notes in every state, a debit note, and an old balance."""

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal

from rms.actions import credit_notes, debit_notes, invoices, issuing, opening, refunds
from rms.actions.credit_heads import Head
from rms.actions.credit_notes import Use
from rms.demo.story import Event, Story, act, cells_of
from rms.domain.crediting import Ask, Reason
from rms.domain.money import q2
from rms.models import CreditNote, Customer, Invoice, ServiceType
from rms.queries.invoices import lines_of

# Days after the invoice, and why; each takes a quarter off its first line.
OFF_INVOICES = ((12, Reason.DEFICIENCY), (20, Reason.PRICE), (9, Reason.DISCOUNT), (15, Reason.DEFICIENCY))
CANCELLED, STANDALONE, KEPT, PAID_BACK, RAISED = 40, 33, 24, 18, 10  # days ago
OLD_BALANCE = ("VI/2025/118", 470, Decimal("18750.00"))  # its number, days ago, what is still owed


def write(
    story: Story, still_open: Sequence[Invoice], buyers: Sequence[Customer], sold: Sequence[ServiceType]
) -> Iterator[Event]:
    """`still_open` are issued and not paid, the oldest first."""
    late = [one for one in still_open if (story.today - one.invoice_date).days > 25]
    for invoice, (days, reason) in zip(late, OFF_INVOICES, strict=False):
        day = invoice.invoice_date + dt.timedelta(days=days)
        yield day, 0, lambda day=day, one=invoice, why=reason: _off(story, one, day, why)
    yield from _of_their_own(story, still_open, buyers, sold)
    latest = still_open[-1]
    yield _on(story, CANCELLED), 0, lambda: _cancelled(story, late[-1], _on(story, CANCELLED))
    yield story.today, 0, lambda: _drafted(story, latest, story.today, Reason.OTHER)
    yield _on(story, RAISED), 0, lambda: _raise(story, late[-1], sold[0], _on(story, RAISED))
    yield story.today, 0, lambda: _old_balance(story, buyers[14])


def _on(story: Story, days_ago: int) -> dt.date:
    return story.today - dt.timedelta(days=days_ago)


def _drafted(story: Story, invoice: Invoice, day: dt.date, reason: Reason) -> CreditNote:
    line = lines_of(invoice.id)[0]
    return act(
        credit_notes.create_from_invoice,
        invoice.id,
        today=day,
        created_by=story.user_id,
        head=Head(max(day, invoice.invoice_date), reason.value),
        asks=[Ask(line.id, amount=q2(line.taxable_amount / 4))],
    )


def _off(story: Story, invoice: Invoice, day: dt.date, reason: Reason) -> CreditNote:
    note = _drafted(story, invoice, day, reason)
    return act(credit_notes.issue, note.id, now=story.morning_of(day), today=story.today)


def _cancelled(story: Story, invoice: Invoice, day: dt.date) -> None:
    note = _off(story, invoice, max(day, invoice.invoice_date), Reason.PRICE)
    act(credit_notes.cancel, note.id, reason="Given to the wrong invoice", today=story.today)


def _of_their_own(
    story: Story, still_open: Sequence[Invoice], buyers: Sequence[Customer], sold: Sequence[ServiceType]
) -> Iterator[Event]:
    """One used over two invoices of its customer, one that waits, and one that is paid back in part."""
    owing = _who_owes_most_invoices(still_open)
    notes = ((STANDALONE, owing[0].customer_id), (KEPT, buyers[9].id), (PAID_BACK, buyers[4].id))
    for days_ago, customer_id in notes:
        day, then = _on(story, days_ago), _on(story, days_ago - 5)
        made: list[CreditNote] = []
        yield (
            day,
            0,
            lambda day=day, whose=customer_id, made=made: made.append(_alone(story, whose, sold[1], day)),
        )
        if days_ago == STANDALONE:
            yield then, 0, lambda made=made: _use(story, made[0], owing)
        if days_ago == PAID_BACK:
            yield then, 0, lambda made=made, then=then: _pay_back(story, made[0], then)


def _who_owes_most_invoices(still_open: Sequence[Invoice]) -> list[Invoice]:
    by_customer: dict = {}
    for invoice in still_open:
        by_customer.setdefault(invoice.customer_id, []).append(invoice)
    return max(by_customer.values(), key=len)


def _alone(story: Story, customer_id, service: ServiceType, day: dt.date) -> CreditNote:
    note = act(
        credit_notes.create_standalone,
        customer_id,
        head=Head(day, Reason.DISCOUNT.value, "Discount for the year"),
        lines=[cells_of(service, quantity="1", description="Discount for the year")],
        created_by=story.user_id,
    )
    return act(credit_notes.issue, note.id, now=story.morning_of(day), today=story.today)


def _use(story: Story, note: CreditNote, owing: Sequence[Invoice]) -> None:
    """A part on each of the two that are owed the longest."""
    uses = [Use(invoice.id, Decimal(1500)) for invoice in owing[:2]]
    act(credit_notes.apply, note.id, uses, today=story.today)


def _pay_back(story: Story, note: CreditNote, day: dt.date) -> None:
    draft = refunds.RefundDraft(amount=Decimal(2000), refund_date=day, payment_method="upi")
    act(refunds.pay_back_credit_note, note.id, draft, today=story.today, created_by=story.user_id)


def _raise(story: Story, invoice: Invoice, service: ServiceType, day: dt.date) -> None:
    """Two days of the crew were left out."""
    note = act(debit_notes.start, invoice.id, today=max(day, invoice.invoice_date), created_by=story.user_id)
    [blank] = lines_of(note.id)
    cells = cells_of(service, quantity="1", description="Two days of the crew that were left out")
    act(invoices.change_line, note.id, blank.id, cells=cells | {"rate": "966.67"}, version=blank.version)
    note.adjustment_reason = "Two days were left out"
    act(issuing.issue, note.id, now=story.morning_of(day), today=story.today)


def _old_balance(story: Story, buyer: Customer) -> None:
    number, days_ago, amount = OLD_BALANCE
    day = _on(story, days_ago)
    old = opening.Opening(
        number=number,
        invoice_date=day,
        due_date=day + dt.timedelta(days=buyer.payment_terms),
        amount=amount,
        notes="From the old books",
    )
    act(opening.add_opening, buyer.id, old, created_by=story.user_id, now=story.now, today=story.today)
