"""Changing one's address: the new one confirms by a mailed link, the old one may stop or undo it by another.

Until the new address confirms, nothing changes: who sits at a forgotten screen and knows the password gains
nothing without reading the new mailbox, and the owner reads of it in the old one.
"""

import datetime as dt
from uuid import UUID, uuid4

from sqlalchemy import Update, select, update
from sqlalchemy.exc import IntegrityError

from rms.actions import mails, sessions
from rms.crypto import links
from rms.db.audit import audit_event
from rms.db.locks import lock
from rms.db.session import act_as, current_tenant, db, scope
from rms.domain import accounts as rules
from rms.domain.errors import N_, Invalid, TooOften
from rms.models import EmailChange, EmailVerification, PasswordReset, Tenant, User
from rms.queries.accounts import Change, change_behind, changes_since

PURPOSE = "email"
UNDO_PURPOSE = "email-undo"
LINK_LIVES = dt.timedelta(hours=24)
UNDO_LIVES = dt.timedelta(days=7)
SECONDS_BETWEEN = 60
MOST_AN_HOUR = 3
ADDRESS_TAKEN = "uq_users_tenant_id_email"


def ask(user_id: UUID, new_email: str | None, *, now: dt.datetime) -> EmailChange:
    """Mail a link to the new address and a warning to the old one; older open changes stop working.

    The caller has checked the password. Raises Invalid at `email`, TooOften.
    """
    user = lock(User, user_id)
    new_email = rules.check_email(new_email)
    _refuse_unusable(user, new_email)
    _refuse_haste(user_id, now)
    _supersede_open(user_id, now)
    change = _new_change(user, new_email, now)
    _post("confirm_email_change", change.new_email, user, change, now)
    _post("email_change_notice", change.old_email, user, change, now)
    return change


def withdraw(user_id: UUID, *, now: dt.datetime) -> bool:
    """Call off the change that waits for its confirmation; False when none does."""
    lock(User, user_id)
    return _supersede_open(user_id, now) > 0


def confirm(link: links.Link, *, now: dt.datetime, but: UUID | None = None) -> tuple[str, Change | None]:
    """Use the link: the new address is theirs from now on. Gives what the link was before, and its change.

    "open" means that it did it now; "unknown" comes without a change; "taken" when somebody of the company
    got the address in between. Every session ends, except `but` if it is this person's.
    """
    change = change_behind(link)
    if change is None:
        return "unknown", None
    user = lock(User, change.user_id)
    change = change_behind(link)
    state = change.state(now) if change else "unknown"
    if state != "open":
        return state, change
    act_as(user.id)
    if not _moved(user, change.new_email, _confirmed(link, now)):
        return "taken", change
    _close_other_doors(user, now)
    sessions.end_all_of(user.id, because="email", now=now, but=but)
    audit_event("email_changed", "users", user.id, {"from": change.old_email, "to": change.new_email})
    _post("email_changed", change.old_email, user, _row(link), now)
    return state, change


def undo(link: links.Link, *, unusable_hash: str, now: dt.datetime) -> tuple[str, Change | None]:
    """Use the other link: the old address is theirs again, or a change not yet confirmed is called off.

    Whoever asked for it knew the password. So every session ends, every link that was mailed since dies, and
    `unusable_hash`, of a password that nobody knows, takes the password's place until a new one is chosen.
    """
    change = change_behind(link, undo=True)
    if change is None:
        return "unknown", None
    user = lock(User, change.user_id)
    change = change_behind(link, undo=True)
    state = change.undo_state(now) if change else "unknown"
    if state not in ("open", "asked"):
        return state, change
    act_as(user.id)
    if state == "asked":
        _supersede_open(user.id, now)
    elif not _moved(user, change.old_email, _undone(link, now)):
        return "taken", change
    user.password_hash, user.last_password_change = unusable_hash, now
    _close_other_doors(user, now)
    _supersede_later(user.id, change, now)
    sessions.end_all_of(user.id, because="email", now=now)
    audit_event("email_change_undone", "users", user.id, {"from": change.new_email, "to": change.old_email})
    return state, change


def _refuse_unusable(user: User, new_email: str) -> None:
    if new_email.lower() == user.email.lower():
        raise Invalid(N_("This is your address already"), field="email")
    if _is_taken(new_email):
        raise Invalid(N_("Somebody of this company has this address"), field="email")


def _refuse_haste(user_id: UUID, now: dt.datetime) -> None:
    """Each asking sends two mails, one of them to whatever address was typed."""
    asked = changes_since(user_id, now - dt.timedelta(hours=1))
    waits = [SECONDS_BETWEEN - int((now - at).total_seconds()) for at in asked[:1]]
    if len(asked) >= MOST_AN_HOUR:
        waits.append(3600 - int((now - asked[MOST_AN_HOUR - 1]).total_seconds()))
    wait = max(waits, default=0)
    if wait > 0:
        minutes = -(-wait // 60)
        raise TooOften(
            N_("Mails about this have just left. Try again in %(minutes)s min"),
            retry_after=wait,
            minutes=minutes,
            field="email",
        )


def _new_change(user: User, new_email: str, now: dt.datetime) -> EmailChange:
    tenant, row_id = current_tenant(), uuid4()
    change = EmailChange(
        id=row_id,
        user_id=user.id,
        old_email=user.email,
        new_email=new_email,
        token=links.make(PURPOSE, tenant, row_id).digest,
        undo_token=links.make(UNDO_PURPOSE, tenant, row_id).digest,
        expires_at=now + LINK_LIVES,
        created_at=now,
    )
    db().add(change)
    db().flush()
    return change


def _is_taken(email: str) -> bool:
    return db().scalar(select(User.id).where(User.email_norm == email.lower()).limit(1)) is not None


def _confirmed(link: links.Link, now: dt.datetime) -> Update:
    found = update(EmailChange).where(EmailChange.id == link.row_id, EmailChange.superseded_at.is_(None))
    found = found.where(EmailChange.confirmed_at.is_(None), EmailChange.expires_at > now)
    return found.values(confirmed_at=now, undo_until=now + UNDO_LIVES)


def _undone(link: links.Link, now: dt.datetime) -> Update:
    found = update(EmailChange).where(EmailChange.id == link.row_id, EmailChange.superseded_at.is_(None))
    found = found.where(EmailChange.undone_at.is_(None), EmailChange.undo_until > now)
    return found.values(undone_at=now)


def _moved(user: User, email: str, use_up: Update) -> bool:
    """Give the person the address and use up the link, both or neither; False when somebody else of the
    company has the address by now, or gets it at this very moment.
    """
    try:
        with db().begin_nested():
            db().execute(use_up.returning(EmailChange.id)).one()
            user.email, user.version = email, user.version + 1
            db().flush()
    except IntegrityError as error:
        if ADDRESS_TAKEN not in str(error.orig):
            raise
        return False
    return True


def _close_other_doors(user: User, now: dt.datetime) -> None:
    """No link that went to another mailbox opens this account any more."""
    _supersede_open(user.id, now)
    for model in (PasswordReset, EmailVerification):
        mine = (model.user_id == user.id, model.superseded_at.is_(None), model.used_at.is_(None))
        db().execute(update(model).where(*mine).values(superseded_at=now))


def _supersede_open(user_id: UUID, now: dt.datetime) -> int:
    statement = update(EmailChange).where(
        EmailChange.user_id == user_id,
        EmailChange.confirmed_at.is_(None),
        EmailChange.superseded_at.is_(None),
    )
    return db().execute(statement.values(superseded_at=now)).rowcount


def _supersede_later(user_id: UUID, change: Change, now: dt.datetime) -> None:
    """Changes made after the undone one were made by the same hand: their undo links die. Those made before
    it keep working, for their mailboxes are older than the thief.
    """
    statement = update(EmailChange).where(
        EmailChange.user_id == user_id,
        EmailChange.created_at > change.asked_at,
        EmailChange.superseded_at.is_(None),
        EmailChange.undone_at.is_(None),
    )
    db().execute(statement.values(superseded_at=now))


def _row(link: links.Link) -> EmailChange:
    statement = select(EmailChange).where(EmailChange.id == link.row_id)
    return db().scalars(statement.execution_options(populate_existing=True)).one()


def _post(kind: str, to_address: str, user: User, change: EmailChange, now: dt.datetime) -> None:
    company = db().scalars(select(Tenant.name).where(Tenant.id == current_tenant())).one()
    params = {
        "first_name": user.first_name or change.old_email,
        "company_name": company,
        "old_email": change.old_email,
        "new_email": change.new_email,
        "device": scope().user_agent,
        "ip": scope().ip,
    }
    mails.post(kind, to_address=to_address, params=params, about=("email_changes", change.id), now=now)
