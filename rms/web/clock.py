"""The only place that asks the time: views hand `now` and the company's `today` down to what they call."""

import datetime as dt
from zoneinfo import ZoneInfo

from flask_login import current_user

DEFAULT_ZONE = "Asia/Kolkata"


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def zone() -> ZoneInfo:
    """The company's time zone, in which its days begin and end."""
    name = current_user.time_zone if current_user.is_authenticated else DEFAULT_ZONE
    return ZoneInfo(name)


def today() -> dt.date:
    return now().astimezone(zone()).date()


def at_home(moment: dt.datetime) -> dt.datetime:
    """A stored UTC moment in the company's zone, for showing."""
    return moment.astimezone(zone())
