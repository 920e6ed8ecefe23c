"""The list under the item of an invoice line, while somebody types."""

from flask import request

from rms.forms.services import gst_words
from rms.policy import P
from rms.queries.services import service_options
from rms.rooms.services import room
from rms.web.forms import strip
from rms.web.fragments import page
from rms.web.guard import requires


@room.get("/c/<slug>/services/_/options")
@requires(P.COMPANY_READ)
def options():
    """A listbox for the line named by `line`; what is typed comes as `q` or as that line's own item field."""
    line = strip(request.args.get("line", ""))[:36]
    search = strip(request.args.get("q") or request.args.get(f"lines-{line}-name") or "")
    return page(
        "services/_options.html",
        line=line,
        search=search,
        found=service_options(search),
        gst_words=gst_words,
    )
