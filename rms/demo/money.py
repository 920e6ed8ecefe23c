"""How the money comes in: by transfer, UPI and cheque, for one invoice or two, with tax kept back, a little
less or a little more than was owed; what bounces, what was entered twice, what goes back.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from uuid import UUID

from rms.actions import receipt_life, receipts, refunds
from rms.actions.receipts import ReceiptDraft
from rms.demo.story import Event, Story, act
from rms.domain import tds
from rms.domain.allocation import Claim
from rms.domain.money import ZERO, q0
from rms.models import Customer, Invoice, Receipt

RECENT, OLD = 20, 150  # days
# Of the cheques, counted as they come: two bounce and are paid again, one bounces and is not.
BOUNCED, BOUNCED_FOR_GOOD = {3, 9}, 14
OVERPAID, ENTERED_TWICE = 4, 20  # of the payments, likewise
ADVANCES = ((3, 52, "60000"), (8, 31, "25000"), (25, 12, "18500"))  # whose, how many days ago, rupees
PAID_BACK = Decimal(5000)


@dataclass
class _Till:
    """Counts what has come, and keeps an invoice that is paid together with the next one."""

    story: Story
    deducting: set[UUID]
    payments: int = 0
    cheques: int = 0
    held: dict[UUID, Invoice] = field(default_factory=dict)


def comes_in(
    story: Story, issued: Sequence[Invoice], buyers: Sequence[Customer], deducting: set[UUID]
) -> Iterator[Event]:
    """Everything that arrives, and what becomes of it."""
    till = _Till(story, deducting)
    for count, invoice in enumerate(issued):
        if not stays_open(story, count, invoice):
            yield from _payment(till, count, invoice)
    yield from _advances(story, buyers)


def stays_open(story: Story, count: int, invoice: Invoice) -> bool:
    """New ones mostly wait, some are late, and a few old ones will perhaps never be paid."""
    age = (story.today - invoice.invoice_date).days
    if invoice.is_cancelled:
        return True
    if age < RECENT:
        return bool(count % 4)
    return count % 7 == 6 if age < OLD else count % 29 == 6


def _payment(till: _Till, count: int, invoice: Invoice) -> Iterator[Event]:
    """One in five waits for the next invoice of its customer, and both are paid at once."""
    day = _day_of(till.story, invoice)
    is_part = (till.story.today - invoice.invoice_date).days < RECENT or count % 11 == 3
    if is_part:
        amount = q0(invoice.total / 2)
        yield from _arrives(till, invoice, [Claim(invoice.id, amount)], day)
        return
    if count % 5 == 1 and invoice.customer_id not in till.held:
        till.held[invoice.customer_id] = invoice
        return
    both = [one for one in (till.held.pop(invoice.customer_id, None), invoice) if one]
    claims = [_full(till, one, day, is_rounded=count % 23 == 5) for one in both]
    yield from _arrives(till, invoice, claims, day)


def _full(till: _Till, invoice: Invoice, day: dt.date, *, is_rounded: bool) -> Claim:
    """Everything that is owed: with tax kept back of the value without GST, or the odd rupees left out."""
    if invoice.customer_id in till.deducting:
        [section] = [one for one in tds.in_force(day) if one.nature == "contractor"]
        kept = q0(invoice.subtotal * section.rate / 100)
        told = {"tds_amount": kept, "tds_section": section.code, "tds_rate": section.rate}
        return Claim(invoice.id, invoice.total - kept, **told)
    odd = invoice.total % 10 if is_rounded else ZERO
    return Claim(
        invoice.id,
        invoice.total - odd,
        write_off_amount=odd,
        write_off_reason="Rounded down by the customer" if odd else None,
    )


def _arrives(till: _Till, invoice: Invoice, claims: list[Claim], day: dt.date) -> Iterator[Event]:
    till.payments += 1
    story = till.story
    extra = Decimal(12_400 if till.payments == OVERPAID else 0)
    draft = ReceiptDraft(
        customer_id=invoice.customer_id,
        amount=sum((claim.amount for claim in claims), extra),
        receipt_date=day,
        payment_method=story.dice.choice(("bank_transfer", "bank_transfer", "upi", "cheque")),
        reference=_reference(story, day),
        bank_charges=Decimal(59 if till.payments % 31 == 7 else 0),
    )
    if draft.payment_method == "cheque":
        till.cheques += 1
        yield from _cheque(story, till.cheques, draft, claims)
    else:
        yield _recorded(story, draft, claims, [])
    if till.payments == ENTERED_TWICE:
        yield from _entered_twice(story, draft)


def _cheque(story: Story, number: int, draft: ReceiptDraft, claims: list[Claim]) -> Iterator[Event]:
    """It counts at once; two to four days later the bank has credited it, or not."""
    made: list[Receipt] = []
    yield _recorded(story, draft, claims, made)
    day = draft.receipt_date + dt.timedelta(days=2 + number % 3)
    if day > story.today:
        return
    if number not in BOUNCED and number != BOUNCED_FOR_GOOD:
        yield day, 0, lambda: _act_on(receipt_life.clear, story, made, day)
        return
    yield day, 0, lambda: _act_on(receipt_life.bounce, story, made, day, reason="Funds insufficient")
    again = day + dt.timedelta(days=6)
    if number in BOUNCED and again <= story.today:
        transfer = {"payment_method": "bank_transfer", "reference": _reference(story, again)}
        yield _recorded(story, replace(draft, receipt_date=again, **transfer), claims, [])


def _entered_twice(story: Story, draft: ReceiptDraft) -> Iterator[Event]:
    made: list[Receipt] = []
    yield _recorded(story, draft, [], made)
    day = draft.receipt_date
    yield day, 0, lambda: _act_on(receipt_life.cancel, story, made, day, reason="Entered twice")


def _advances(story: Story, buyers: Sequence[Customer]) -> Iterator[Event]:
    """Paid before anything was billed; of the second one a part goes back."""
    for number, (whose, days_ago, amount) in enumerate(ADVANCES):
        day = story.today - dt.timedelta(days=days_ago)
        draft = ReceiptDraft(
            customer_id=buyers[whose].id,
            amount=Decimal(amount),
            receipt_date=day,
            payment_method="bank_transfer",
            reference=_reference(story, day),
            notes="In advance",
        )
        made: list[Receipt] = []
        yield _recorded(story, draft, [], made)
        if number == 1:
            back = day + dt.timedelta(days=10)
            yield back, 0, lambda made=made, back=back: _pay_back(story, made, back)


def _pay_back(story: Story, made: list[Receipt], day: dt.date) -> None:
    draft = refunds.RefundDraft(
        amount=PAID_BACK, refund_date=day, payment_method="bank_transfer", reference=_reference(story, day)
    )
    act(refunds.pay_back_receipt, made[0].id, draft, today=story.today, created_by=story.user_id)


def _recorded(story: Story, draft: ReceiptDraft, claims: list[Claim], made: list[Receipt]) -> Event:
    """What it makes is put into `made`, for what comes after it."""

    def record() -> None:
        at = story.morning_of(draft.receipt_date)
        made.append(act(receipts.record, draft, claims, now=at, today=story.today, created_by=story.user_id))

    return draft.receipt_date, 0, record


def _act_on(work: Callable, story: Story, made: list[Receipt], day: dt.date, **more: str) -> None:
    act(work, made[0].id, on=day, now=story.morning_of(day), today=story.today, **more)


def _day_of(story: Story, invoice: Invoice) -> dt.date:
    """What would come in after today came in during the last days instead."""
    day = invoice.invoice_date + dt.timedelta(days=story.dice.randint(8, 55))
    if day > story.today:
        age = (story.today - invoice.invoice_date).days
        day = story.today - dt.timedelta(days=story.dice.randint(0, min(age, 18)))
    return day


def _reference(story: Story, day: dt.date) -> str:
    return f"EXMPN{day:%y%j}{story.dice.randrange(1000, 9999)}"
