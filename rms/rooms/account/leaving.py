"""What is held about me, and leaving the company."""

import datetime as dt
import json
from uuid import UUID

from flask import flash, make_response, session, url_for
from flask_babel import gettext
from flask_login import current_user

from rms.actions import people
from rms.db.audit import audit_event
from rms.domain.errors import DomainError
from rms.policy import P
from rms.queries.accounts import own_data
from rms.rooms.account import room
from rms.rooms.account.you import account_page
from rms.web.clock import now
from rms.web.credentials import forget_cookies
from rms.web.errors import sentence
from rms.web.fragments import go
from rms.web.guard import requires


@room.post("/account/data.json")
@requires(P.OWN_ACCOUNT)
def data():
    """Posted, since taking it is written into the audit log, and reading changes nothing."""
    held = own_data(current_user.user_id, now=now())
    audit_event("export", "users", current_user.user_id, {"what": "own data"})
    reply = make_response(json.dumps(held, default=_as_text, ensure_ascii=False, indent=1) + "\n")
    reply.headers["Content-Type"] = "application/json; charset=utf-8"
    reply.headers["Content-Disposition"] = f'attachment; filename="rms-{current_user.slug}-own-data.json"'
    return reply


@room.post("/account/leave")
@requires(P.OWN_ACCOUNT, fresh=True)
def leave():
    company = current_user.company_name
    try:
        people.leave(current_user.user_id, now=now())
    except DomainError as error:
        return account_page(leaving_refused=sentence(error), status=error.status)
    session.clear()
    forget_cookies()
    flash(gettext("You have left %(company)s. What you did there keeps your name.", company=company))
    return go(url_for("identity.login"))


def _as_text(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in this file")
