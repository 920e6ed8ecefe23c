"""One receipt: what came, what it settled, what is still on account, and what happened."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from flask_babel import gettext, ngettext

from rms.domain.money import rupees
from rms.domain.periods import format_date
from rms.models import Receipt, Refund
from rms.policy import P
from rms.queries.mails import letters_about
from rms.queries.receipts import allocations_of, find_receipt, who_changed, who_recorded
from rms.queries.refunds import refunds_of_receipt
from rms.rooms.receipts import room
from rms.rooms.receipts.forms import METHOD_WORDS
from rms.web.clock import at_home, today
from rms.web.fragments import page
from rms.web.guard import requires


@dataclass(frozen=True)
class Step:
    """One thing that happened, as of `day`; `who` and `at` say who wrote it down, and when."""

    day: dt.date
    icon: str
    words: str
    tone: str = ""
    who: str = ""
    at: dt.datetime | None = None

    @property
    def when(self) -> str:
        """The day, and when it was written down if that was another one."""
        if self.at is None:
            return ", ".join(filter(None, (self.who, format_date(self.day))))
        written = at_home(self.at)
        moment = f"{format_date(written.date())} {written:%H:%M}"
        dated = "" if written.date() == self.day else gettext("as of %(day)s", day=format_date(self.day))
        return ", ".join(filter(None, (dated, self.who, moment)))


@room.get("/<uuid:receipt_id>")
@requires(P.COMPANY_READ)
def show(receipt_id: UUID):
    receipt, laid = find_receipt(receipt_id), allocations_of(receipt_id)
    refunds = refunds_of_receipt(receipt_id)
    is_void = receipt.reversed_on is not None
    return page(
        "receipts/show.html",
        receipt=receipt,
        laid=laid,
        live=[row for row in laid if row.released_on is None],
        had=_had_until(receipt, laid) if is_void else [],
        refunds=refunds,
        steps=_story(receipt, laid, refunds)[::-1],
        method_words=METHOD_WORDS,
        share=int(receipt.allocated_amount / receipt.amount * 1000) if receipt.amount else 0,
        today=today(),
    )


def _had_until(receipt: Receipt, laid: Sequence[Any]) -> list[Any]:
    """What was still laid on invoices when the receipt bounced or was cancelled."""
    return [row for row in laid if row.released_on == max(receipt.reversed_on, row.allocated_on)]


def _story(receipt: Receipt, laid: Sequence[Any], refunds: Sequence[Refund]) -> list[Step]:
    """The oldest first; on one day in the order in which these things follow from each other."""
    changed = who_changed(receipt.id)
    steps = [
        *_recorded(receipt),
        *_cleared(receipt, changed),
        *_laid(laid),
        *_taken_back(receipt, laid),
        *_refunded(refunds),
        *_mailed(receipt),
        *_ended(receipt, changed),
    ]
    return sorted(steps, key=lambda step: step.day)


def _recorded(receipt: Receipt) -> Iterator[Step]:
    amount = rupees(receipt.amount)
    if receipt.kind == "write_off":
        words = gettext("Write-off recorded")
    elif receipt.payment_method == "cheque":
        words = gettext("Cheque over %(amount)s recorded", amount=amount)
    else:
        words = gettext("%(amount)s recorded", amount=amount)
    yield Step(receipt.receipt_date, "paid", words, "good", who_recorded(receipt), receipt.created_at)


def _laid(laid: Sequence[Any]) -> Iterator[Step]:
    for day, rows in groupby(laid, key=lambda row: row.allocated_on):
        count = len(list(rows))
        words = ngettext("Laid on %(num)s invoice", "Laid on %(num)s invoices", count)
        yield Step(day, "check", words, "good")


def _taken_back(receipt: Receipt, laid: Sequence[Any]) -> Iterator[Step]:
    """One by one; what the bounce or the cancellation released is told with that."""
    gone = [] if receipt.reversed_on is None else _had_until(receipt, laid)
    for row in laid:
        if row.released_on and row not in gone:
            words = gettext(
                "%(amount)s taken back from %(number)s",
                amount=rupees(row.settled),
                number=row.invoice_number,
            )
            yield Step(row.released_on, "x", words)


def _refunded(refunds: Sequence[Refund]) -> Iterator[Step]:
    for refund in refunds:
        names = {"amount": rupees(refund.amount), "number": refund.refund_number}
        words = gettext("%(amount)s paid back, %(number)s", **names)
        yield Step(refund.refund_date, "sent", words)
        if refund.cancelled_on:
            words = gettext("Refund %(number)s cancelled", number=refund.refund_number)
            yield Step(refund.cancelled_on, "x", words, "", refund.cancel_reason or "")


def _mailed(receipt: Receipt) -> Iterator[Step]:
    """Each letter with how its delivery went; nothing is asked while none was ever sent."""
    for mail in letters_about("receipts", receipt.id) if receipt.sent_at else ():
        states = {
            "sent": ("mail", gettext("Voucher mailed to %(address)s", address=mail.to_address), ""),
            "failed": ("warn", gettext("Could not be mailed to %(address)s", address=mail.to_address), "bad"),
        }
        on_its_way = ("mail", gettext("On its way to %(address)s", address=mail.to_address), "")
        icon, words, tone = states.get(mail.state, on_its_way)
        yield Step(at_home(mail.created_at).date(), icon, words, tone, "", mail.sent_at or mail.created_at)


def _cleared(receipt: Receipt, changed: dict[str, str]) -> Iterator[Step]:
    if receipt.payment_method == "cheque" and receipt.cleared_on and receipt.cleared_at:
        who = changed.get("cleared_at", "")
        yield Step(receipt.cleared_on, "check", gettext("Cleared"), "good", who, receipt.cleared_at)


def _ended(receipt: Receipt, changed: dict[str, str]) -> Iterator[Step]:
    for at, name, words in (
        (receipt.bounced_at, "bounced_at", gettext("Bounced")),
        (receipt.cancelled_at, "cancelled_at", gettext("Cancelled")),
    ):
        if at:
            told = f"{words}: {receipt.cancel_reason}" if receipt.cancel_reason else words
            yield Step(receipt.reversed_on, "x", told, "bad", changed.get(name, ""), at)
