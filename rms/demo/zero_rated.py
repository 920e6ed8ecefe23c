"""What leaves the country, and what goes to a special economic zone: both without tax, under a LUT."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence

from rms.actions import invoices, issuing, sending, undertakings
from rms.demo import buyers, firm
from rms.demo.story import Story, act, cells_of
from rms.domain.numbering import financial_year
from rms.models import Customer, Invoice, ServiceType
from rms.queries.undertakings import undertaking_of

DAYS_AGO = {"export": 26, "zone": 17}


def bills(
    story: Story, sold: Sequence[ServiceType], *, joined: dt.datetime
) -> Iterator[tuple[dt.date, Callable[[], Invoice]]]:
    """Both customers and the letter of undertaking; then the day of each invoice, and what makes it."""
    abroad, zone = (
        buyers.add_one(story, joined, number, buyer)
        for number, buyer in enumerate((firm.ABROAD, firm.ZONE), len(firm.BUYERS) + 1)
    )
    audit, pests = sold[firm.AUDIT], sold[1]
    for buyer, service, ago in ((abroad, audit, DAYS_AGO["export"]), (zone, pests, DAYS_AGO["zone"])):
        day = story.today - dt.timedelta(days=ago)
        _undertake(story, day)
        yield day, lambda buyer=buyer, service=service, day=day: _bill(story, buyer, service, day)


def _undertake(story: Story, day: dt.date) -> None:
    """A letter is for one financial year; near the first of April two of them are needed."""
    year = financial_year(day)
    if undertaking_of(year) is None:
        draft = undertakings.UndertakingDraft(year=year, arn=firm.ARN, version=0)
        act(undertakings.declare, draft, today=story.today, by=story.user_id)


def _bill(story: Story, buyer: Customer, service: ServiceType, day: dt.date) -> Invoice:
    lines = [cells_of(service, quantity="2")]
    draft = act(invoices.create_draft, customer_id=buyer.id, today=day, created_by=story.user_id, lines=lines)
    at = story.morning_of(day)
    invoice = act(issuing.issue, draft.id, now=at, today=story.today)
    act(sending.send, invoice, to_address=None, now=at, sender=firm.PERSON)
    return invoice
