"""The demo firm's quotes, one in every state: a draft, waiting, over, accepted, declined, billed."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from rms.actions import quote_answers, quote_sending, quotes
from rms.actions.quote_answers import Answer
from rms.db.locks import begin_another_act
from rms.models import Customer, QuoteLine, ServiceType
from rms.queries.quotes import lines_of

YES = Answer(is_accepted=True, name="R. Hegde", note="Please bill half now.")
NO = Answer(is_accepted=False, name="S. Iyer", reason="price", note="Another firm offers guards at 20,500.")
# Days ago, the answer after three days, and whether it is billed; the last one stays a draft.
OFFERS = ((33, None, False), (12, YES, True), (9, NO, False), (6, YES, False), (2, None, False))


def write(
    buyers: Sequence[Customer], sold: Sequence[ServiceType], *, by: UUID, sender: str, now: dt.datetime
) -> None:
    """By the actions of the screens, at the time of day it is now."""
    for number, (days_ago, given, is_billed) in enumerate(OFFERS):
        at = now - dt.timedelta(days=days_ago)
        quote_id = _written(buyers[number], sold[number : number + 2], by, at.date())
        begin_another_act()
        quote_sending.send(quote_id, to_address=None, now=at, sender=sender)
        if given:
            later = at + dt.timedelta(days=3)
            begin_another_act()
            quote_answers.answer(quote_id, given, ip=None, now=later, today=later.date())
        if is_billed:
            begin_another_act()
            quote_answers.make_invoice(quote_id, now=now, today=now.date(), created_by=by)
    _written(buyers[len(OFFERS)], sold[:2], by, now.date())


def _written(buyer: Customer, sold: Sequence[ServiceType], by: UUID, day: dt.date) -> UUID:
    begin_another_act()
    quote = quotes.create_draft(customer_id=buyer.id, today=day, created_by=by)
    lines = lines_of(quote.id)
    for service in sold:
        line = lines.pop() if lines else _one_more(quote.id)
        begin_another_act()
        quotes.change_line(quote.id, line.id, _cells(service), version=line.version, service_id=service.id)
    return quote.id


def _one_more(quote_id: UUID) -> QuoteLine:
    begin_another_act()
    return quotes.add_line(quote_id)[1]


def _cells(service: ServiceType) -> dict[str, str]:
    """What is typed; picking the service fills in the rest."""
    is_by_area = service.default_rate < Decimal(100)
    return {"description": service.description or "", "quantity": "1200" if is_by_area else "3"}
