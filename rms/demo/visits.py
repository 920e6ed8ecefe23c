"""Two customers who opened the link in their letter, and one who answered when the money will come."""

import datetime as dt
from collections.abc import Iterable, Sequence
from uuid import UUID, uuid5

from rms.actions import payer_answers, visits
from rms.demo.story import Story, act, somebody_else
from rms.domain.payer_answers import Answer, AnswerKind
from rms.models import Invoice
from rms.queries.public_links import link_of

# From addresses of the documentation's networks (RFC 5737).
PHONE = (
    "203.0.113.24",
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Mobile Safari/537.36",
)
DESK = (
    "198.51.100.7",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0",
)
# Days ago; the last look of the first customer ends in an answer.
LATE, IN_TIME = ((3, PHONE), (2, DESK), (1, DESK)), ((2, DESK), (1, PHONE))
PROMISED_IN = dt.timedelta(days=6)


def look(story: Story, issued: Sequence[Invoice]) -> None:
    """Of those that were mailed and of which nothing is paid: the newest late one, and the newest in time."""
    before = _ago(story, LATE[0][0])
    waiting = [one for one in reversed(issued) if _is_waiting(one) and one.sent_at < before]
    late = [one for one in waiting if one.due_date < story.today][:1]
    in_time = [one for one in waiting if one.due_date >= story.today][:1]
    for invoice in late:
        _open(story, invoice, LATE)
        _answer(invoice, _ago(story, LATE[-1][0]))
    for invoice in in_time:
        _open(story, invoice, IN_TIME)


def _open(story: Story, invoice: Invoice, looks: Iterable[tuple[int, tuple[str, str]]]) -> None:
    for days, (ip, browser) in looks:
        with somebody_else(ip=ip, user_agent=browser):
            act(visits.note_view, link_of("invoices", invoice.id), now=_ago(story, days))


def _is_waiting(invoice: Invoice) -> bool:
    return bool(invoice.sent_at) and not invoice.is_cancelled and invoice.balance == invoice.total


def _ago(story: Story, days: int) -> dt.datetime:
    return story.morning_of(story.today - dt.timedelta(days=days)) + dt.timedelta(minutes=95)


def _answer(invoice: Invoice, at: dt.datetime) -> None:
    promise = Answer(
        AnswerKind.WILL_PAY,
        on_date=at.date() + PROMISED_IN,
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


def _id_of_answer(invoice_id: UUID) -> UUID:
    """The form of an answer brings its id; here nobody has sent one."""
    return uuid5(invoice_id, "answer")
