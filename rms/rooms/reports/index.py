"""Which reports there are."""

from rms.policy import P
from rms.rooms.reports import room
from rms.web.fragments import page
from rms.web.guard import requires


@room.get("")
@requires(P.COMPANY_READ)
def index():
    return page("reports/index.html")
