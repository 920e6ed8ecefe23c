"""Two customers who opened the link in their letter, and one who answered when the money will come."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID, uuid5

from rms.actions import payer_answers, visits
from rms.demo.story import Story, act, somebody_else
from rms.domain.payer_answers import Answer, AnswerKind
from rms.models import Invoice
from rms.queries.public_links import link_of

# From addresses of the documentation's networks (RFC 5737), days after the letter.
PHONE = (
    "203.0.113.24",
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Mobile Safari/537.36",
)
DESK = (
    "198.51.100.7",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0",
)
LOOKS = (((0, PHONE), (1, DESK), (3, DESK)), ((0, DESK), (2, PHONE)))
ANSWERED_AFTER = 3
PROMISED_IN = 9


def look(story: Story, issued: Sequence[Invoice]) -> None:
    """Of the two newest open invoices that were mailed long enough ago; the first one is answered."""
    waiting = [one for one in issued if one.sent_at and one.balance > 0 and _is_old_enough(one, story)]
    for invoice, looks in zip(reversed(waiting), LOOKS, strict=False):
        for days, (ip, browser) in looks:
            at = _days_after(invoice, days)
            with somebody_else(ip=ip, user_agent=browser):
                act(visits.note_view, link_of("invoices", invoice.id), now=at)
        if looks is LOOKS[0]:
            _answer(invoice, _days_after(invoice, ANSWERED_AFTER))


def _answer(invoice: Invoice, at: dt.datetime) -> None:
    promise = Answer(
        AnswerKind.WILL_PAY,
        on_date=at.date() + dt.timedelta(days=PROMISED_IN),
        name=invoice.buyer_snapshot.get("contact_person"),
    )
    with somebody_else(ip=DESK[0], user_agent=DESK[1]):
        act(
            payer_answers.answer,
            link_of("invoices", invoice.id),
            promise,
            answer_id=_id_of_answer(invoice.id),
            now=at,
        )


def _is_old_enough(invoice: Invoice, story: Story) -> bool:
    return not invoice.is_cancelled and _days_after(invoice, ANSWERED_AFTER) < story.now


def _days_after(invoice: Invoice, days: int) -> dt.datetime:
    return invoice.sent_at + dt.timedelta(days=days, hours=2, minutes=10)


def _id_of_answer(invoice_id: UUID) -> UUID:
    """The form of an answer brings its id; here nobody has sent one."""
    return uuid5(invoice_id, "answer")
