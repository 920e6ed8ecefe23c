"""What hangs on each key of RMS_KEYS, in every company."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, select

from rms.crypto.fields import MARK
from rms.db.session import db, public_scope, tenant_scope
from rms.models import (
    Company,
    EmailChange,
    EmailVerification,
    Invoice,
    MailServer,
    PasswordReset,
    RecoveryCode,
    SecondFactor,
    User,
    UserInvitation,
    UserSession,
)
from rms.queries import bank, mail_servers, second_factor
from rms.queries.seals import tenants_waiting


@dataclass(frozen=True)
class Place:
    """Where sealed text stands: a row's column, or one key of its JSON; `sealed_for`: what it is bound to."""

    name: str
    model: type
    text: ColumnElement
    sealed_for: Callable[[UUID, UUID], dict]
    in_json: bool = False

    def kept(self, *columns: ColumnElement) -> Select:
        """These columns of every row that has something there."""
        return select(*columns).where(self.text.is_not(None), self.text != "")


def _for(table: str, column: str) -> Callable[[UUID, UUID], dict]:
    def place(tenant_id: UUID, row_id: UUID) -> dict:
        return {"tenant_id": tenant_id, "table": table, "column": column, "row_id": row_id}

    return place


PLACES = (
    Place(
        "companies.bank_account_number",
        Company,
        Company.bank_account_number,
        _for("companies", bank.COLUMN),
    ),
    Place(
        "invoices.seller_snapshot",
        Invoice,
        Invoice.seller_snapshot[bank.COLUMN].astext,
        _for("invoices", bank.SNAPSHOT_COLUMN),
        in_json=True,
    ),
    Place(
        "second_factors.secret",
        SecondFactor,
        SecondFactor.secret,
        _for(second_factor.TABLE, second_factor.COLUMN),
    ),
    Place(
        "mail_servers.password",
        MailServer,
        MailServer.password,
        _for(mail_servers.TABLE, mail_servers.COLUMN),
    ),
)

# What somebody may still open, and until when.
_LINKS = (
    select(func.max(EmailVerification.expires_at)).where(
        ~EmailVerification.is_used, EmailVerification.superseded_at.is_(None)
    ),
    select(func.max(PasswordReset.expires_at)).where(
        PasswordReset.used_at.is_(None), PasswordReset.superseded_at.is_(None)
    ),
    select(func.max(UserInvitation.expires_at)).where(
        UserInvitation.accepted_at.is_(None), UserInvitation.withdrawn_at.is_(None)
    ),
    select(func.max(EmailChange.expires_at)).where(
        EmailChange.confirmed_at.is_(None), EmailChange.superseded_at.is_(None)
    ),
    select(func.max(EmailChange.undo_until)).where(EmailChange.undone_at.is_(None)),
)
_SESSIONS = (select(func.max(UserSession.expires_at)).where(UserSession.is_active),)
_CODES = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.used_at.is_(None))


@dataclass
class Held:
    """How much each key holds; `fields` by (place, kid), `passwords` by kid. The kid "" is clear text.

    Links in mails, sessions and recovery codes do not name their key: of the first two is known when the last
    that are open now end, of the codes how many are unused.
    """

    fields: Counter = field(default_factory=Counter)
    passwords: Counter = field(default_factory=Counter)
    links_until: dt.datetime | None = None
    sessions_until: dt.datetime | None = None
    recovery_codes: int = 0

    def sealed_with(self, kid: str) -> int:
        return sum(n for (_, one), n in self.fields.items() if one == kid)

    def of(self, kid: str) -> int:
        """Everything that is known to need this key."""
        return self.sealed_with(kid) + self.passwords[kid]

    @property
    def kids(self) -> set[str]:
        """Every key that something names, on the ring or not."""
        return {kid for _, kid in self.fields if kid} | set(self.passwords)

    @property
    def unnamed_until(self) -> dt.datetime | None:
        """When the last link and session that are open now have ended."""
        return _later(self.links_until, self.sessions_until)


def every_tenant() -> Iterator[UUID]:
    """Also those whose plan has ended or who were suspended: their rows are sealed as all others."""
    with public_scope():
        found = sorted(tenants_waiting())
    yield from found


def held(now: dt.datetime) -> Held:
    """What is under which key now. One short transaction for each company."""
    found = Held()
    for tenant_id in every_tenant():
        with tenant_scope(tenant_id):
            _count(found, now)
    return found


def _count(found: Held, now: dt.datetime) -> None:
    for place in PLACES:
        is_sealed = place.text.regexp_match(f"^{MARK}[^:]*:[^:]*$")
        kid = case((is_sealed, func.split_part(place.text, ":", 2)), else_="").label("kid")
        for used, count in db().execute(place.kept(kid, func.count()).group_by("kid")):
            found.fields[place.name, used] += count
    kid = func.split_part(User.password_hash, "$", 1).label("kid")
    hashes = select(kid, func.count()).where(User.deleted_at.is_(None), User.password_hash.is_not(None))
    for used, count in db().execute(hashes.group_by("kid")):
        found.passwords[used] += count
    found.links_until = _latest(found.links_until, _LINKS, now)
    found.sessions_until = _latest(found.sessions_until, _SESSIONS, now)
    found.recovery_codes += db().scalar(_CODES)


def _latest(
    known: dt.datetime | None, statements: tuple[Select, ...], now: dt.datetime
) -> dt.datetime | None:
    for statement in statements:
        until = db().scalar(statement)
        if until and until > now:
            known = _later(known, until)
    return known


def _later(*moments: dt.datetime | None) -> dt.datetime | None:
    return max((one for one in moments if one), default=None)
