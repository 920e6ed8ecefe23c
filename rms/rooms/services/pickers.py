"""Lists under a field while one types: our services under a line's item, codes of the law under its SAC."""

from flask import request

from rms.domain import classification
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
        can_make="make" in request.args,
        gst_words=gst_words,
    )


@room.get("/c/<slug>/services/_/codes")
@requires(P.COMPANY_READ)
def codes():
    """A listbox of SAC and HSN for the field of `line`, or of a service. An empty field is helped by the name
    beside it; a code that is complete needs no help."""
    line = strip(request.args.get("line", ""))[:36]
    typed = strip(request.args.get("q") or _cell(line, "hsn_sac"))
    is_known = len(typed) >= 6 and typed in classification.codes()
    found = [] if is_known else classification.search(typed or _cell(line, "name"))
    return page("services/_codes.html", line=line, found=found)


@room.get("/c/<slug>/services/_/codes/words")
@requires(P.COMPANY_READ)
def code_words():
    """What the code in the field stands for."""
    of = strip(request.args.get("of", ""))[:36]
    return page("services/_code_words.html", of=of, code=strip(_cell("", "hsn_sac"))[:8])


def _cell(line: str, column: str) -> str:
    """A field of that line, or of a service when no line is named."""
    name = f"lines-{line}-{column}" if line else column
    return strip(request.args.get(name, ""))
