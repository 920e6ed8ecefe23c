"""What becomes of a receipt after it was recorded: a cheque clears or bounces, a mistake is cancelled, money
is taken off an invoice again.

Nothing is deleted. An allocation is released on a day and stays for every report as of an earlier one, and
invoices open again with the due dates they always had. The lock order is receipt, then its invoices.
"""

import datetime as dt
from uuid import UUID

from sqlalchemy import select

from rms.db.locks import lock, lock_all
from rms.db.session import db
from rms.domain.contacts import Checks, one_line
from rms.domain.errors import N_, IllegalMove, Invalid, NotFound
from rms.domain.errors import sentence as say
from rms.domain.lifecycle import ReceiptStatus, Verb, move_receipt
from rms.domain.money import rupees
from rms.domain.periods import format_date
from rms.models import Invoice, Receipt, ReceiptAllocation

LONGEST_REASON = 255
NOT_LAID = N_("Nothing of this receipt is laid on that invoice any more.")


def clear(receipt_id: UUID, *, on: dt.date, now: dt.datetime, today: dt.date) -> Receipt:
    """The bank has credited the cheque on that day. Raises IllegalMove when it is not waiting, Invalid at
    "on" for a day before the receipt or one that has not come."""
    receipt = lock(Receipt, receipt_id)
    status = move_receipt(ReceiptStatus(receipt.status), Verb.CLEAR)
    _check_day(receipt, on, today)
    receipt.status, receipt.cleared_on, receipt.cleared_at = status.value, on, now
    receipt.version += 1
    db().flush()
    return receipt


def bounce(receipt_id: UUID, *, on: dt.date, reason: str | None, now: dt.datetime, today: dt.date) -> Receipt:
    """The bank did not pay, or took the credit back: as of that day the money was never there.

    What it settled is open again, tax deducted and write-offs included. Raises as `clear` does, and
    IllegalMove while a refund was paid out of it.
    """
    return _reverse(receipt_id, Verb.BOUNCE, on, reason, today, bounced_at=now)


def cancel(receipt_id: UUID, *, on: dt.date, reason: str | None, now: dt.datetime, today: dt.date) -> Receipt:
    """Recorded by mistake. Like `bounce`, but the reason must be given: the number stays used."""
    return _reverse(receipt_id, Verb.CANCEL, on, reason, today, cancelled_at=now)


def release(receipt_id: UUID, invoice_id: UUID, *, today: dt.date) -> Receipt:
    """Take what this receipt settles of one invoice off again, as of today; the cash is on account again.

    Raises NotFound for a stranger's invoice, IllegalMove when nothing of it is laid there any more.
    """
    receipt = lock(Receipt, receipt_id)
    move_receipt(ReceiptStatus(receipt.status), Verb.ALLOCATE)
    invoices = lock_all(Invoice, [invoice_id])
    live = [one for one in _live(receipt) if one.invoice_id == invoice_id]
    if not invoices:
        raise NotFound()
    if not live:
        raise IllegalMove(NOT_LAID)
    _release(live, today)
    receipt.version += 1
    _restate(receipt, [invoice_id], today)
    return receipt


def _reverse(
    receipt_id: UUID,
    verb: Verb,
    on: dt.date,
    reason: str | None,
    today: dt.date,
    *,
    bounced_at: dt.datetime | None = None,
    cancelled_at: dt.datetime | None = None,
) -> Receipt:
    receipt = lock(Receipt, receipt_id)
    status = move_receipt(ReceiptStatus(receipt.status), verb)
    _check_day(receipt, on, today)
    receipt.cancel_reason = _checked_reason(reason, is_needed=verb is Verb.CANCEL)
    if receipt.refunded_amount:
        raise IllegalMove(
            N_("%(amount)s of it was paid back. Cancel that refund first"),
            amount=rupees(receipt.refunded_amount),
        )
    live = _live(receipt)
    lock_all(Invoice, [one.invoice_id for one in live])
    _release(live, on)
    receipt.status, receipt.reversed_on = status.value, on
    receipt.bounced_at, receipt.cancelled_at = bounced_at, cancelled_at
    receipt.version += 1
    _restate(receipt, [one.invoice_id for one in live], today)
    return receipt


def _live(receipt: Receipt) -> list[ReceiptAllocation]:
    """Read after the receipt was locked: nobody lays or takes anything of it meanwhile."""
    statement = select(ReceiptAllocation).where(
        ReceiptAllocation.receipt_id == receipt.id, ReceiptAllocation.released_on.is_(None)
    )
    return list(db().scalars(statement.execution_options(populate_existing=True)))


def _release(allocations: list[ReceiptAllocation], on: dt.date) -> None:
    """On that day, but not before it was laid down: what came later was never there on any day."""
    for allocation in allocations:
        allocation.released_on = max(on, allocation.allocated_on)
    db().flush()


def _restate(receipt: Receipt, invoices: list[UUID], today: dt.date) -> None:
    """The sums are kept by triggers, so both sides are read again before each invoice's state follows."""
    db().flush()
    db().refresh(receipt)
    for invoice in lock_all(Invoice, invoices):
        invoice.restate(today)
    db().flush()


def _check_day(receipt: Receipt, on: dt.date, today: dt.date) -> None:
    if on > today:
        raise Invalid(N_("This day has not come yet"), field="on")
    if on < receipt.receipt_date:
        raise Invalid(
            N_("The receipt is of %(day)s. Nothing can become of it before that day"),
            field="on",
            day=format_date(receipt.receipt_date),
        )


def _checked_reason(reason: str | None, *, is_needed: bool) -> str | None:
    checks = Checks()
    text = checks.clean("reason", one_line, reason, LONGEST_REASON)
    if is_needed and not text:
        checks.refuse("reason", say(N_("Say why, for the books")))
    checks.finish()
    return text or None
