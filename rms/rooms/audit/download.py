"""The entries of the filter as a file."""

import csv
import io
import json

from flask import make_response
from flask_login import current_user

from rms.db.audit import audit_event
from rms.policy import P
from rms.queries import audit as queries
from rms.rooms.audit import room
from rms.rooms.audit.entries import shown
from rms.rooms.audit.views import ROOT, filters_asked_for
from rms.web.clock import zone
from rms.web.guard import requires

HEAD = ("when", "who", "what", "table", "id", "action", "was", "now", "network address", "device", "request")
# A spreadsheet takes a cell that begins with one of these for a formula (OWASP, CSV injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@room.post(f"{ROOT}/export.csv")
@requires(P.AUDIT_READ)
def export():
    """A POST, since the download is itself an entry of the trail."""
    rows = queries.list_entries(filters_asked_for(), after=None, limit=queries.MOST_EXPORTED, zone=zone())
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(HEAD)
    for start in range(0, len(rows), 500):
        for one in shown(rows[start : start + 500], None):
            writer.writerow([_cell(value) for value in _row(one)])
    audit_event("export", "users", current_user.user_id, {"what": "audit log", "entries": len(rows)})
    reply = make_response("\ufeff" + text.getvalue())
    reply.mimetype = "text/csv"
    reply.headers["Content-Disposition"] = 'attachment; filename="audit-log.csv"'
    return reply


def _row(one) -> tuple:
    row = one.row
    return (
        one.at.isoformat(timespec="seconds"),
        one.who,
        one.words,
        row.entity_type,
        row.entity_id or "",
        row.action,
        json.dumps(row.old_values, ensure_ascii=False) if row.old_values else "",
        json.dumps(row.new_values, ensure_ascii=False) if row.new_values else "",
        row.ip_address or "",
        row.user_agent or "",
        row.request_id or "",
    )


def _cell(value: object) -> str:
    text = str(value)
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text
