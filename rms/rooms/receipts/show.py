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
from rms.models import Receipt
from rms.policy import P
from rms.queries.receipts import allocations_of, find_receipt, who_recorded
from rms.rooms.receipts import room
from rms.rooms.receipts.forms import METHOD_WORDS
from rms.web.clock import at_home
from rms.web.fragments import page
from rms.web.guard import requires


@dataclass(frozen=True)
class Step:
    """One thing that happened."""

    icon: str
    words: str
    when: str
    tone: str = ""


@room.get("/<uuid:receipt_id>")
@requires(P.COMPANY_READ)
def show(receipt_id: UUID):
    receipt, laid = find_receipt(receipt_id), allocations_of(receipt_id)
    live = [row for row in laid if row.released_on is None]
    return page(
        "receipts/show.html",
        receipt=receipt,
        laid=laid,
        live=live,
        steps=list(_story(receipt, laid))[::-1],
        method_words=METHOD_WORDS,
        share=int(receipt.allocated_amount / receipt.amount * 1000) if receipt.amount else 0,
    )


def _story(receipt: Receipt, laid: Sequence[Any]) -> Iterator[Step]:
    """The oldest first."""
    who = who_recorded(receipt)
    recorded = _moment(receipt.created_at)
    words = gettext("%(amount)s recorded", amount=rupees(receipt.amount))
    yield Step("paid", words, f"{who}, {recorded}" if who else recorded, "good")
    for day, rows in groupby(laid, key=lambda row: row.allocated_on):
        count = len(list(rows))
        words = ngettext("Laid on %(num)s invoice", "Laid on %(num)s invoices", count)
        yield Step("check", words, format_date(day), "good")
    for row in laid:
        if row.released_on:
            words = gettext(
                "%(amount)s taken back from %(number)s",
                amount=rupees(row.allocated_amount),
                number=row.invoice_number,
            )
            yield Step("x", words, format_date(row.released_on))
    if receipt.bounced_at:
        yield Step("x", gettext("Bounced"), _moment(receipt.bounced_at), "bad")
    if receipt.cancelled_at:
        yield Step("x", gettext("Cancelled"), _moment(receipt.cancelled_at), "bad")


def _moment(at: dt.datetime) -> str:
    home = at_home(at)
    return f"{format_date(home.date())} {home:%H:%M}"
