"""Which document a link opens, which link a document has, and who looked through it."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select, text

from rms.crypto import public_links as secrets
from rms.db.session import db
from rms.models import DocumentView, PublicLink

_WHOSE = text("SELECT tenant_id, id FROM public_link(:token)")


@dataclass(frozen=True)
class Seen:
    """How often a document was opened through its links; days of one visitor count as one each."""

    times: int
    first_at: dt.datetime | None
    last_at: dt.datetime | None
    device: str | None


def whose(secret: str) -> tuple[UUID, UUID] | None:
    """(tenant, link) of a secret, whatever has become of the link. Works in any scope."""
    if not secrets.is_one(secret):
        return None
    row = db().execute(_WHOSE, {"token": secrets.digest(secret)}).first()
    return (row.tenant_id, row.id) if row else None


def open_link(link_id: UUID, today: dt.date) -> PublicLink | None:
    """The link, unless it was ended or its last day has passed."""
    statement = select(PublicLink).where(PublicLink.id == link_id)
    link = db().scalars(statement).first()
    return link if link and is_open(link, today) else None


def is_open(link: PublicLink, today: dt.date) -> bool:
    return link.revoked_at is None and (link.expires_on is None or link.expires_on >= today)


def link_of(entity_type: str, entity_id: UUID) -> PublicLink | None:
    """The link of a document that nobody has ended; its last day may have passed."""
    statement = select(PublicLink).where(
        PublicLink.entity_type == entity_type,
        PublicLink.entity_id == entity_id,
        PublicLink.revoked_at.is_(None),
    )
    return db().scalars(statement).first()


def find_link(link_id: UUID | str | None) -> PublicLink | None:
    """By its id, as the parameters of a mail keep it."""
    if not link_id:
        return None
    return db().scalars(select(PublicLink).where(PublicLink.id == UUID(str(link_id)))).first()


def secret_of(link: PublicLink) -> str | None:
    """What opens it; None once the key it was made with has left the ring."""
    return secrets.made_before(link.tenant_id, link.id, link.token)


def seen(entity_type: str, entity_id: UUID) -> Seen:
    """Who looked, through this link or an earlier one."""
    view = DocumentView
    latest = func.array_agg(view.device).filter(view.device != "")
    statement = (
        select(
            func.coalesce(func.sum(view.count), 0).label("times"),
            func.min(view.first_at).label("first_at"),
            func.max(view.last_at).label("last_at"),
            latest.label("devices"),
        )
        .join(PublicLink, (PublicLink.tenant_id == view.tenant_id) & (PublicLink.id == view.link_id))
        .where(PublicLink.entity_type == entity_type, PublicLink.entity_id == entity_id)
    )
    row = db().execute(statement).one()
    devices = set(row.devices or ())
    return Seen(int(row.times), row.first_at, row.last_at, devices.pop() if len(devices) == 1 else None)
