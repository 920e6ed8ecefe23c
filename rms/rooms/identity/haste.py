"""Telling somebody that they may not try again yet, in the form they sent."""

import datetime as dt
from dataclasses import dataclass

from flask import Response

from rms.domain.errors import TooOften
from rms.web.clock import at_home, now
from rms.web.errors import sentence


@dataclass(frozen=True)
class Wait:
    """How long nothing more may be tried, until what time of the day, and why."""

    seconds: int
    until: str
    why: str


def wait_of(error: TooOften) -> Wait:
    """What the page says about it."""
    at = at_home(now() + dt.timedelta(seconds=error.retry_after))
    return Wait(error.retry_after, f"{at:%H:%M:%S}", sentence(error))


def told_to_wait(reply: Response, error: TooOften) -> Response:
    """The form with its sentence is the whole answer, so that the page needs no word of its own."""
    reply.headers["Retry-After"] = str(error.retry_after)
    reply.headers["HX-Retarget"] = "#form"
    return reply
