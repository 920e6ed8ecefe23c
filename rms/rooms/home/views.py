"""The dashboard."""

import datetime as dt

from flask_babel import format_date

from rms.domain.periods import add_months, same_day_last_month
from rms.policy import P
from rms.queries import dashboard as figures
from rms.rooms.home import room
from rms.rooms.home.drawing import chart_of
from rms.rooms.home.sentence import share_of_late
from rms.web.bars import ageing_bar
from rms.web.clock import today
from rms.web.fragments import page
from rms.web.guard import requires


@room.get("/")
@requires(P.COMPANY_READ)
def dashboard():
    """Before anything is issued or received there are no figures, only what is left of the set-up."""
    day, waiting = today(), figures.waiting()
    if not waiting.has_started:
        return page("home/empty.html", waiting=waiting, filing=_returns(day).items(), date_in=format_date)
    owed, flow = figures.owed(day), figures.flow(day)
    return page(
        "home/dashboard.html",
        waiting=waiting,
        owed=owed,
        flow=flow,
        longest_due=figures.longest_due(),
        share=share_of_late(owed),
        bar=ageing_bar(owed.ages),
        chart=chart_of(flow.months),
        same_day=same_day_last_month(day),
        due_3b=_returns(day)["GSTR-3B"],
        date_in=format_date,
    )


def _returns(day: dt.date) -> dict[str, dt.date]:
    """When this month is to be reported: GSTR-1 by the 11th (rule 59 CGST Rules) and GSTR-3B by the 20th
    (rule 61) of the next one."""
    month = add_months(day.replace(day=1), 1)
    return {"GSTR-1": month.replace(day=11), "GSTR-3B": month.replace(day=20)}
