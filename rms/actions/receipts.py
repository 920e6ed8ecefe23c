"""Money that arrived: recorded, and laid on the invoices it pays, with what settles them without cash.

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
from rms.domain import tds
from rms.domain.allocation import Claim, OpenInvoice, beyond_limit, check
from rms.domain.contacts import Checks, one_line, several_lines
from rms.domain.errors import N_, Invalid
from rms.domain.errors import sentence as say
from rms.domain.lifecycle import ReceiptStatus, Status, Verb, move_receipt
from rms.domain.money import MAX_MONEY, ZERO
from rms.domain.periods import EARLIEST
from rms.models import Invoice, Receipt, ReceiptAllocation
from rms.queries.customers import find_customer
from rms.queries.write_offs import own_limit, written_off

PAYMENT_METHODS = ("bank_transfer", "upi", "cheque", "cash", "card")
KEPT_AS = ("advance", "refund")
PAYMENT, WRITE_OFF = "payment", "write_off"
LONGEST_REFERENCE = 100
LONGEST_NOTE = 2_000


@dataclass(frozen=True)
class ReceiptDraft:
    """What arrived, from whom, when and how; `payment_method` is one of PAYMENT_METHODS.

    `amount` is what the customer paid: credited in the bank, and `bank_charges` that we bear. `keep_as` says
    what becomes of the rest. Of `kind` WRITE_OFF no money came: amount 0, no method, and only write-offs.
    """

    customer_id: UUID
    amount: Decimal
    receipt_date: dt.date
    payment_method: str | None
    reference: str | None = None
    notes: str | None = None
    bank_charges: Decimal = ZERO
    keep_as: str = "advance"
    kind: str = PAYMENT


def record(
    draft: ReceiptDraft,
    claims: Sequence[Claim],
    *,
    now: dt.datetime,
    today: dt.date,
    created_by: UUID | None,
) -> Receipt:
    """A receipt with its number and its allocations; what is left over is an advance, or to be paid back.

    A cheque waits for clearance and pays its invoices all the same; everything else is cleared on its day.
    Raises NotFound for a customer that is not there, Invalid by field, by str(invoice id) for a claim that
    does not fit or writes off more than the acting person may, and at "receipt" when more is allocated than
    was received.
    """
    draft = _checked(draft, today)
    if draft.kind == WRITE_OFF:
        _check_write_off(claims)
    customer = find_customer(draft.customer_id)
    invoices = _lock_invoices(claims, draft.amount, customer.id)
    receipt = _add(draft, now=now, created_by=created_by)
    for claim in claims:
        invoice = invoices[claim.invoice_id]
        _lay(receipt, claim, invoice, _day_of(invoice, receipt, today))
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
        _lay_more(receipt, claim, laid.get(claim.invoice_id), invoices[claim.invoice_id], today)
    _settle(receipt, invoices, today)
    return receipt


def _checked(draft: ReceiptDraft, today: dt.date) -> ReceiptDraft:
    """With reference and note without control characters; Invalid with everything that is wrong."""
    checks = Checks()
    _check_amounts(checks, draft)
    if draft.receipt_date > today:
        checks.refuse("receipt_date", say(N_("This day has not come yet. Enter the day the money arrived")))
    if draft.receipt_date < EARLIEST:
        checks.refuse("receipt_date", say(N_("A receipt cannot be older than 1 Jul 2017")))
    if draft.kind != WRITE_OFF and draft.payment_method not in PAYMENT_METHODS:
        checks.refuse("payment_method", say(N_("Choose how the money came")))
    if draft.keep_as not in KEPT_AS:
        checks.refuse("keep_as", say(N_("Choose what becomes of what is left")))
    reference = checks.clean("reference", one_line, draft.reference, LONGEST_REFERENCE)
    notes = checks.clean("notes", several_lines, draft.notes, LONGEST_NOTE)
    checks.finish()
    return replace(draft, reference=reference or None, notes=notes or None)


def _check_amounts(checks: Checks, draft: ReceiptDraft) -> None:
    if draft.kind == WRITE_OFF:
        if draft.amount or draft.bank_charges or draft.payment_method:
            checks.refuse("amount", say(N_("A write-off without money has no amount. Leave it empty")))
        return
    if not 0 < draft.amount - draft.bank_charges <= MAX_MONEY:
        checks.refuse("amount", say(N_("Enter the amount that arrived. It must be more than 0")))
    if draft.bank_charges < 0:
        checks.refuse("bank_charges", say(N_("An amount cannot be less than 0")))
    elif draft.amount > MAX_MONEY:
        checks.refuse("bank_charges", say(N_("Amount and bank charges are too much together")))


def _check_write_off(claims: Sequence[Claim]) -> None:
    if not claims:
        raise Invalid(N_("Say how much is written off of which invoice."))
    told = say(N_("Without money only a write-off can stand here"))
    errors = {str(claim.invoice_id): [told] for claim in claims if claim.settled != claim.write_off_amount}
    if errors:
        raise Invalid(errors=errors)


def _add(draft: ReceiptDraft, *, now: dt.datetime, created_by: UUID | None) -> Receipt:
    """The row with its number; a cheque is pending until the bank has paid it."""
    taken = take_number("receipt", draft.receipt_date)
    is_pending = draft.payment_method == "cheque"
    receipt = Receipt(
        **asdict(draft),
        series_id=taken.series_id,
        receipt_number=taken.text,
        status=(ReceiptStatus.PENDING if is_pending else ReceiptStatus.CLEARED).value,
        cleared_on=None if is_pending else draft.receipt_date,
        cleared_at=None if is_pending else now,
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
    _check_limit(claims)
    return {invoice.id: invoice for invoice in locked}


def _check_limit(claims: Sequence[Claim]) -> None:
    """Under the locks of the invoices, so that nobody writes off the same again beside us."""
    written = [claim.invoice_id for claim in claims if claim.write_off_amount]
    limit = own_limit() if written else None
    if limit is None:
        return
    errors = beyond_limit(claims, limit, written_off(written))
    if errors:
        raise Invalid(errors=errors)


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


def _lay_more(
    receipt: Receipt, claim: Claim, before: ReceiptAllocation | None, invoice: Invoice, today: dt.date
) -> None:
    """One live row per receipt and invoice: more money for the same invoice takes the place of the row from
    an earlier day, which stays for reports as of that day."""
    if before is None:
        _lay(receipt, claim, invoice, today)
        return
    whole = _together(claim, before)
    if before.allocated_on == today:
        for name, value in _columns(whole, invoice).items():
            setattr(before, name, value)
    else:
        before.released_on = today
        db().flush()
        _lay(receipt, whole, invoice, today)


def _lay(receipt: Receipt, claim: Claim, invoice: Invoice, day: dt.date) -> None:
    columns = _columns(claim, invoice)
    db().add(
        ReceiptAllocation(receipt_id=receipt.id, invoice_id=claim.invoice_id, allocated_on=day, **columns)
    )


def _columns(claim: Claim, invoice: Invoice) -> dict[str, object]:
    return {
        "allocated_amount": claim.amount,
        "tds_amount": claim.tds_amount,
        "tds_section": claim.tds_section if claim.tds_amount else None,
        "tds_rate": _rate_of(claim, invoice),
        "gst_tds_amount": claim.gst_tds_amount,
        "write_off_amount": claim.write_off_amount,
        "write_off_reason": claim.write_off_reason.strip() if claim.write_off_amount else None,
    }


def _rate_of(claim: Claim, invoice: Invoice) -> Decimal | None:
    """The rate that was told, or what the deduction is of the value without GST; None where that is more
    than all of it."""
    if not claim.tds_amount or claim.tds_rate is not None:
        return claim.tds_rate if claim.tds_amount else None
    share = tds.share_kept(claim.tds_amount, tds.base_of(invoice.subtotal, invoice.total, claim.settled))
    return share if share is not None and share <= 100 else None


def _together(claim: Claim, before: ReceiptAllocation) -> Claim:
    """Both as one claim; of section and reason the newer word counts, and the rate is worked out anew."""
    return Claim(
        claim.invoice_id,
        claim.amount + before.allocated_amount,
        claim.tds_amount + before.tds_amount,
        claim.gst_tds_amount + before.gst_tds_amount,
        claim.write_off_amount + before.write_off_amount,
        tds_section=claim.tds_section or before.tds_section,
        tds_rate=before.tds_rate if not claim.tds_amount else None,
        write_off_reason=claim.write_off_reason or before.write_off_reason,
    )


def _settle(receipt: Receipt, invoices: dict[UUID, Invoice], today: dt.date) -> None:
    """The sums are kept by triggers, so both sides are read again before each invoice's state follows."""
    db().flush()
    db().refresh(receipt)
    for invoice in lock_all(Invoice, invoices):
        invoice.restate(today)
    db().flush()
