"""A moment as people say it, in the time zone of the page."""

import datetime as dt

from flask_babel import gettext

from rms.domain.periods import format_date
from rms.web.clock import at_home, now


def moment_words(moment: dt.datetime) -> str:
    """ "today at 18:40", "yesterday", "tomorrow" or "4 Nov 2026 at 18:40", in the zone of the page."""
    there, today = at_home(moment), at_home(now()).date()
    time = f"{there:%H:%M}"
    days = (today - there.date()).days
    if days == 0:
        return gettext("today at %(time)s", time=time)
    if days == 1:
        return gettext("yesterday at %(time)s", time=time)
    if days == -1:
        return gettext("tomorrow at %(time)s", time=time)
    return gettext("%(date)s at %(time)s", date=format_date(there.date()), time=time)
