"""The list of what can be set, with how it stands."""

from rms.policy import P
from rms.queries.companies import company_with_gst
from rms.queries.house_rules import house_rules
from rms.queries.series import series_of_sales
from rms.queries.settings import people_counts, running_series
from rms.rooms.settings import room
from rms.web.clock import now, today
from rms.web.fragments import page
from rms.web.guard import requires


@room.get("")
@requires(P.SETTINGS_EDIT)
def index():
    company, gst = company_with_gst()
    kind = series_of_sales(gst.registration_type)
    sales = next((one for one in running_series(today()) if one.key == kind), None)
    return page(
        "settings/index.html",
        company=company,
        next_number=sales.number(today()) if sales else "",
        people=people_counts(now()),
        rules=house_rules(),
    )
