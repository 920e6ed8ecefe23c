"""What every chapter of the demo's story is told with."""

import datetime as dt
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from uuid import UUID
from zoneinfo import ZoneInfo

from rms.db.locks import begin_another_act
from rms.db.session import db, rebind, scope
from rms.models import ServiceType

HOME = ZoneInfo("Asia/Kolkata")

# What happens on a day, the lower rank first: told in order, so that numbers follow dates.
Event = tuple[dt.date, int, Callable[[], object]]


@dataclass(frozen=True)
class Story:
    """Who tells it, when, and the dice, which fall the same way on every machine."""

    user_id: UUID
    now: dt.datetime
    today: dt.date
    dice: random.Random

    def morning_of(self, day: dt.date) -> dt.datetime:
        """Ten in the morning of that day, but never later than now."""
        return min(self.now, dt.datetime.combine(day, dt.time(10), HOME))


def act(work: Callable, *arguments, **named):
    """One act of the story: the company is founded in this transaction, so its locks meet nobody's."""
    begin_another_act()
    return work(*arguments, **named)


@contextmanager
def somebody_else(**who) -> Iterator[None]:
    """What is done inside is not done by the person of the story: a job has a reason, a visitor a browser."""
    before = scope()
    db().flush()
    rebind(replace(before, **{"user_id": None, "reason": "", **who}))
    try:
        yield
        db().flush()
    finally:
        rebind(before)


def cells_of(
    service: ServiceType, *, quantity: str, discount: str = "", description: str | None = None
) -> dict[str, str | UUID]:
    """As the row of the editor sends them when its service was picked."""
    return {
        "service": service.id,
        "name": service.name,
        "description": description or service.description or "",
        "hsn_sac": service.hsn_sac or "",
        "quantity": quantity,
        "unit": service.unit or "",
        "rate": f"{service.default_rate.normalize():f}",
        "discount": discount,
        "tax": f"{service.tax_rate.normalize():f}",
    }
