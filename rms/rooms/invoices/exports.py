"""Everything that a filter finds as a file: at once, or by a job when it is much."""

from flask import Response, url_for
from flask_babel import get_locale, gettext
from flask_login import current_user

from rms.actions import bulk as work
from rms.db.audit import audit_event
from rms.db.session import act_as
from rms.documents.collections import register
from rms.policy import P
from rms.queries.invoice_exports import ids_of, rows_of
from rms.rooms.invoices import room
from rms.rooms.invoices.asked import asked
from rms.web.clock import today
from rms.web.fragments import go
from rms.web.guard import requires

MOST_AT_ONCE = 5_000


@room.get("/export.csv")
@requires(P.LIST_EXPORT)
def export_csv():
    return _export("csv")


@room.get("/export.xlsx")
@requires(P.LIST_EXPORT)
def export_xlsx():
    return _export("xlsx")


def _export(kind: str):
    wanted = asked()
    if not wanted.is_readable:
        return go(wanted.url())
    ids = ids_of(wanted.filter, today=today(), limit=work.MOST_CHOSEN)
    act_as(current_user.user_id)
    if len(ids) > MOST_AT_ONCE:
        started = work.begin(kind, ids, created_by=current_user.user_id, language=str(get_locale()))
        return go(url_for("invoices.job", job_id=started.id))
    name, content, media_type = register(kind, rows_of(ids, today=today()), translate=gettext)
    audit_event("export", "users", current_user.user_id, {"what": name, "invoices": len(ids)})
    reply = Response(content, mimetype=media_type)
    reply.headers.set("Content-Disposition", "attachment", filename=name)
    return reply
