"""What happened to a quote, as it is written anyway: in its columns, its mails, its links, its invoice."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from rms.db.session import db
from rms.models import AuditLog, EmailMessage, Quote, User
from rms.queries.public_links import Seen

MOST_MAILS = 50


@dataclass(frozen=True)
class Event:
    """One thing that happened. `kind` is created, given_out, mailed, seen, answered, invoiced or archived."""

    kind: str
    at: dt.datetime
    who: str | None = None
    about: Any = None


def story_of(quote: Quote, made: Any, looks: Seen) -> list[Event]:
    """Newest first, in two statements. `made` is the invoice that became of it."""
    names = _who_did(quote)
    events = [Event("created", quote.created_at, names.get("created"))]
    if quote.sent_at:
        events.append(Event("given_out", max(quote.sent_at, quote.created_at), names.get("sent")))
    events += [Event("mailed", mail.created_at, mail.who, mail) for mail in _mails_about(quote)]
    if looks.times:
        events.append(Event("seen", looks.last_at, about=looks))
    if quote.answered_at:
        events.append(Event("answered", quote.answered_at, names.get("answered")))
    if made:
        events.append(Event("invoiced", made.created_at, about=made))
    if quote.archived_at:
        events.append(Event("archived", quote.archived_at, names.get("archived")))
    return sorted(events, key=lambda event: event.at)[::-1]


def _who_did(quote: Quote) -> dict[str, str | None]:
    """The last of the company's people who did each; a customer is none."""
    entry = AuditLog
    marks = {"created": entry.action == "create"}
    marks |= {kind: entry.new_values.has_key(f"{kind}_at") for kind in ("sent", "answered", "archived")}
    statement = (
        select(_who(), *(mark.label(kind) for kind, mark in marks.items()))
        .outerjoin(User, (User.tenant_id == entry.tenant_id) & (User.id == entry.user_id))
        .where(entry.entity_type == Quote.__tablename__, entry.entity_id == quote.id)
        .order_by(entry.created_at)
    )
    rows = list(db().execute(statement))
    return {kind: row.who for row in rows for kind in marks if getattr(row, kind)}


def _mails_about(quote: Quote) -> list[Any]:
    mail = EmailMessage
    statement = (
        select(mail.to_address, mail.state, mail.last_error, mail.created_at, mail.sent_at, _who())
        .outerjoin(User, (User.tenant_id == mail.tenant_id) & (User.id == mail.created_by))
        .where(mail.entity_type == Quote.__tablename__, mail.entity_id == quote.id, mail.kind == "quote")
        .order_by(mail.created_at.desc(), mail.id)
        .limit(MOST_MAILS)
    )
    return list(db().execute(statement))


def _who():
    return func.coalesce(User.first_name, User.email).label("who")
