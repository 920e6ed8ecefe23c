"""Quotes as the screens make them, for the tests of the list, the view and the answers."""

import datetime as dt
from uuid import UUID

from rms.actions import quote_answers, quotes
from rms.models import Quote
from rms.queries.quotes import lines_of
from tests.cast import Company
from tests.factories import make_customer

LINE = {"name": "Event cleaning crew", "hsn_sac": "998533", "quantity": "10", "rate": "1,250", "tax": "18"}


def now() -> dt.datetime:
    """The real time, which the web asks."""
    return dt.datetime.now(dt.UTC)


def today() -> dt.date:
    return (now() + dt.timedelta(hours=5, minutes=30)).date()


def drafted(company: Company, name: str = "Hoysala Convention Hall", day: dt.date | None = None) -> Quote:
    """Inside a scope: a draft over 12,500.00 and 18 % tax, 14,750.00 in all."""
    customer = make_customer(name, email="events@hoysala.example.in")
    quote = quotes.create_draft(customer_id=customer.id, today=day or today(), created_by=company.admin.id)
    quotes.change_line(quote.id, lines_of(quote.id)[0].id, LINE, version=1)
    return quote


def drafted_in(company: Company, **options) -> UUID:
    with company.scope(company.admin):
        return drafted(company, **options).id


def sent_in(company: Company, *, day: dt.date | None = None, **options) -> UUID:
    """Given out on `day`, which may be so long ago that it is over; committed."""
    with company.scope(company.admin):
        quote = drafted(company, day=day, **options)
        return quote_answers.give_out(quote.id, now=now(), today=day or today()).id


def answered_in(company: Company, *, accepted: bool, **options) -> UUID:
    quote_id = sent_in(company, **options)
    given = quote_answers.Answer(
        is_accepted=accepted,
        name="R. Hegde" if accepted else "S. Iyer",
        reason=None if accepted else "price",
        note="Please bill half now." if accepted else "Another firm offers less.",
    )
    with company.scope():
        quote_answers.answer(quote_id, given, ip="203.0.113.9", now=now(), today=today())
    return quote_id
