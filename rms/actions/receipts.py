"""Money that arrived: recorded, and laid on the invoices it pays.

What is not allocated stays on account, and may be allocated later. Invoices are locked in one order before
anything is judged, so that two people with the same invoice open are served one after the other.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from rms.actions.numbers import take_number
from rms.db.locks import lock, lock_all
from rms.db.session import db
from rms.domain.allocation import Claim, OpenInvoice, check
from rms.domain.contacts import Checks, one_line, several_lines
from rms.domain.errors import N_, Invalid
from rms.domain.errors import sentence as say
from rms.domain.lifecycle import ReceiptStatus, Status, Verb, move_receipt
from rms.domain.money import MAX_MONEY
from rms.domain.periods import EARLIEST
from rms.models import Invoice, Receipt, ReceiptAllocation
from rms.queries.customers import find_customer

PAYMENT_METHODS = ("bank_transfer", "upi", "cheque", "cash", "card")
LONGEST_REFERENCE = 100
LONGEST_NOTE = 2_000


@dataclass(frozen=True)
class ReceiptDraft:
    """What arrived, from whom, when and how; `payment_method` is one of PAYMENT_METHODS."""

    customer_id: UUID
    amount: Decimal
    receipt_date: dt.date
    payment_method: str
    reference: str | None = None
    notes: str | None = None


def record(
    draft: ReceiptDraft,
    claims: Sequence[Claim],
    *,
    now: dt.datetime,
    today: dt.date,
    created_by: UUID | None,
) -> Receipt:
    """A receipt with its number, cleared at once, and its allocations; what is left over is an advance.

    Raises NotFound for a customer that is not there, Invalid by field, by str(invoice id) for a claim that
    does not fit, and at "receipt" when more is allocated than was received.
    """
    draft = _checked(draft, today)
    customer = find_customer(draft.customer_id)
    invoices = _lock_invoices(claims, draft.amount, customer.id)
    receipt = _add(draft, now=now, created_by=created_by)
    for claim in claims:
        _lay(receipt, claim, _day_of(invoices[claim.invoice_id], receipt, today))
    _settle(receipt, invoices, today)
    return receipt


def allocate(receipt_id: UUID, claims: Sequence[Claim], *, today: dt.date) -> Receipt:
    """Lay money that was kept on account on more invoices, as of today.

    Raises NotFound, IllegalMove for a receipt that bounced or was cancelled, and Invalid as `record` does.
    """
    receipt = lock(Receipt, receipt_id)
    move_receipt(ReceiptStatus(receipt.status), Verb.ALLOCATE)
    if not claims:
        raise Invalid(N_("Say how much goes to which invoice."))
    invoices = _lock_invoices(claims, receipt.unallocated_amount, receipt.customer_id)
    laid = _live_allocations(receipt)
    for claim in claims:
        _lay_more(receipt, claim, laid.get(claim.invoice_id), today)
    _settle(receipt, invoices, today)
    return receipt


def _checked(draft: ReceiptDraft, today: dt.date) -> ReceiptDraft:
    """With reference and note without control characters; Invalid with everything that is wrong."""
    checks = Checks()
    if not 0 < draft.amount <= MAX_MONEY:
        checks.refuse("amount", say(N_("Enter the amount that arrived. It must be more than 0")))
    if draft.receipt_date > today:
        checks.refuse("receipt_date", say(N_("This day has not come yet. Enter the day the money arrived")))
    if draft.receipt_date < EARLIEST:
        checks.refuse("receipt_date", say(N_("A receipt cannot be older than 1 Jul 2017")))
    if draft.payment_method not in PAYMENT_METHODS:
        checks.refuse("payment_method", say(N_("Choose how the money came")))
    reference = checks.clean("reference", one_line, draft.reference, LONGEST_REFERENCE)
    notes = checks.clean("notes", several_lines, draft.notes, LONGEST_NOTE)
    checks.finish()
    return replace(draft, reference=reference or None, notes=notes or None)


def _add(draft: ReceiptDraft, *, now: dt.datetime, created_by: UUID | None) -> Receipt:
    """The row with its number, cleared at once."""
    taken = take_number("receipt", draft.receipt_date)
    receipt = Receipt(
        **asdict(draft),
        series_id=taken.series_id,
        receipt_number=taken.text,
        status=ReceiptStatus.CLEARED.value,
        cleared_at=now,
        created_by=created_by,
    )
    db().add(receipt)
    db().flush()
    return receipt


def _day_of(invoice: Invoice, receipt: Receipt, today: dt.date) -> dt.date:
    """The day on which this money pays the invoice: when it arrived, but not before the invoice was there.

    An invoice of a coming day is paid as of today, since nothing is allocated on a day that has not come.
    """
    return max(receipt.receipt_date, min(invoice.invoice_date, today))


def _lock_invoices(claims: Sequence[Claim], available: Decimal, customer_id: UUID) -> dict[UUID, Invoice]:
    """The claimed invoices by id, locked and judged: each claim fits, and together they fit the money."""
    locked = lock_all(Invoice, [claim.invoice_id for claim in claims])
    check(available, claims, [_as_open(invoice) for invoice in locked], customer_id)
    return {invoice.id: invoice for invoice in locked}


def _as_open(invoice: Invoice) -> OpenInvoice:
    return OpenInvoice(
        id=invoice.id,
        number=invoice.invoice_number or "",
        due_date=invoice.due_date,
        balance=invoice.balance,
        customer_id=invoice.customer_id,
        status=Status(invoice.status),
    )


def _live_allocations(receipt: Receipt) -> dict[UUID, ReceiptAllocation]:
    """Read anew: what was laid down may have been released since the receipt was loaded."""
    statement = select(ReceiptAllocation).where(
        ReceiptAllocation.receipt_id == receipt.id, ReceiptAllocation.released_on.is_(None)
    )
    return {row.invoice_id: row for row in db().scalars(statement)}


def _lay_more(receipt: Receipt, claim: Claim, before: ReceiptAllocation | None, today: dt.date) -> None:
    """One live row per receipt and invoice: more money for the same invoice takes the place of the row from
    an earlier day, which stays for reports as of that day."""
    if before is None:
        _lay(receipt, claim, today)
    elif before.allocated_on == today:
        _add_to(before, claim)
    else:
        before.released_on = today
        db().flush()
        _add_to(_lay(receipt, claim, today), _as_claim(before))


def _lay(receipt: Receipt, claim: Claim, day: dt.date) -> ReceiptAllocation:
    allocation = ReceiptAllocation(
        receipt_id=receipt.id,
        invoice_id=claim.invoice_id,
        allocated_amount=claim.amount,
        tds_amount=claim.tds_amount,
        gst_tds_amount=claim.gst_tds_amount,
        write_off_amount=claim.write_off_amount,
        allocated_on=day,
    )
    db().add(allocation)
    return allocation


def _as_claim(allocation: ReceiptAllocation) -> Claim:
    return Claim(
        allocation.invoice_id,
        allocation.allocated_amount,
        allocation.tds_amount,
        allocation.gst_tds_amount,
        allocation.write_off_amount,
    )


def _add_to(allocation: ReceiptAllocation, more: Claim) -> None:
    allocation.allocated_amount += more.amount
    allocation.tds_amount += more.tds_amount
    allocation.gst_tds_amount += more.gst_tds_amount
    allocation.write_off_amount += more.write_off_amount


def _settle(receipt: Receipt, invoices: dict[UUID, Invoice], today: dt.date) -> None:
    """The sums are kept by triggers, so both sides are read again before each invoice's state follows."""
    db().flush()
    db().refresh(receipt)
    for invoice in lock_all(Invoice, invoices):
        invoice.restate(today)
    db().flush()
