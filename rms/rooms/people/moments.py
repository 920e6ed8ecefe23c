"""When somebody was here last, in few words."""

import datetime as dt

from flask_babel import gettext

from rms.domain.periods import format_date
from rms.web.clock import at_home, now

NOW = dt.timedelta(minutes=5)


def seen_words(moment: dt.datetime | None) -> str:
    """ "Now", "Today, 10:44", "20 Nov 2026, 17:20", or that they never came."""
    if moment is None:
        return gettext("Never")
    if now() - moment < NOW:
        return gettext("Now")
    there, today = at_home(moment), at_home(now()).date()
    time = f"{there:%H:%M}"
    if there.date() == today:
        return gettext("Today, %(time)s", time=time)
    if there.date() == today - dt.timedelta(days=1):
        return gettext("Yesterday, %(time)s", time=time)
    return gettext("%(date)s, %(time)s", date=format_date(there.date()), time=time)


def day_words(moment: dt.datetime) -> str:
    """ "22 Nov 2026", in the zone of the page."""
    return format_date(at_home(moment).date())
