"""Links to a document: made, limited to a last day, ended. A document has one at a time."""

import datetime as dt
from uuid import UUID, uuid4

from rms.crypto import public_links as secrets
from rms.db.locks import lock
from rms.db.session import current_tenant, db, scope
from rms.domain.errors import N_, Invalid
from rms.models import PublicLink
from rms.queries.mails import today_at_home
from rms.queries.public_links import is_open, link_of, secret_of


def create(
    entity_type: str, entity_id: UUID, *, expires_on: dt.date | None, now: dt.datetime
) -> tuple[PublicLink, str]:
    """The document's link and its secret: the one it has, else a new one.

    `expires_on` is the last day it opens; None leaves that of a link which is there. One that is over, or
    whose secret cannot be told any more, is replaced. Call it under the lock of the document's row. Raises
    Invalid at `expires_on` for a day that is gone.
    """
    today = today_at_home(now)
    if expires_on is not None and expires_on < today:
        raise Invalid(N_("Choose today or a later day"), field="expires_on")
    link = link_of(entity_type, entity_id)
    secret = secret_of(link) if link and is_open(link, today) else None
    if link and secret:
        if expires_on is not None:
            link.expires_on = expires_on
        return link, secret
    if link:
        _end(link, now)
        db().flush()
    return _make(entity_type, entity_id, expires_on, now)


def change_last_day(link_id: UUID, *, expires_on: dt.date | None, now: dt.datetime) -> PublicLink:
    """Without a day it opens until it is ended."""
    link = lock(PublicLink, link_id)
    if expires_on is not None and expires_on < today_at_home(now):
        raise Invalid(N_("Choose today or a later day"), field="expires_on")
    link.expires_on = expires_on
    return link


def revoke(link_id: UUID, *, now: dt.datetime) -> PublicLink:
    """End it for good; the next link of the document is another one."""
    link = lock(PublicLink, link_id)
    if link.revoked_at is None:
        _end(link, now)
    return link


def _end(link: PublicLink, now: dt.datetime) -> None:
    link.revoked_at, link.revoked_by = now, scope().user_id


def _make(
    entity_type: str, entity_id: UUID, expires_on: dt.date | None, now: dt.datetime
) -> tuple[PublicLink, str]:
    row_id = uuid4()
    secret = secrets.make(current_tenant(), row_id)
    link = PublicLink(
        id=row_id,
        entity_type=entity_type,
        entity_id=entity_id,
        token=secrets.digest(secret),
        expires_on=expires_on,
        created_by=scope().user_id,
        created_at=now,
    )
    db().add(link)
    db().flush()
    return link, secret
