"""What is kept for a while only: each purge takes away what is past its limit, a batch at a time.

Everything here may run twice, late or beside itself. Rows are chosen by the moment they came to their end;
those that somebody holds are left for the next time.
"""

import datetime as dt
from collections.abc import Callable

from sqlalchemy import delete, func, select, text, update

from rms import mail
from rms.db.base import Base
from rms.db.session import db
from rms.models import (
    BulkJob,
    DeletedDraft,
    EmailChange,
    EmailMessage,
    EmailVerification,
    File,
    IdempotencyKey,
    Invoice,
    InvoiceLineItem,
    LoginAttempt,
    PasswordReset,
    UserInvitation,
    UserSession,
)

AT_ONCE = 1_000
ENDED = dt.timedelta(days=30)  # sessions, links, attempts, and what account mails were told
FORM_KEYS = dt.timedelta(days=7)
BULK_JOBS = dt.timedelta(days=7)  # as long as the files they made
DELETED_LINES = dt.timedelta(hours=24)

_REMOVE_UNVERIFIED = text("SELECT public.remove_unverified_tenant()")


def remove_unverified_company() -> bool:
    """Take the running company away when nobody confirmed its sign-up within a week; says whether it did.

    The database decides, by its rows and its clock (db/purges.py).
    """
    return db().scalar(_REMOVE_UNVERIFIED)


def sessions(now: dt.datetime) -> int:
    """Those revoked, or past one of their ends, for 30 days."""
    ended = func.least(UserSession.expires_at, UserSession.idle_expires_at, UserSession.revoked_at)
    return _delete(UserSession, ended < now - ENDED)


def login_attempts(now: dt.datetime) -> int:
    """Of everybody: they belong to no company, and are purged without a tenant."""
    return _delete(LoginAttempt, LoginAttempt.created_at < now - ENDED)


def idempotency_keys(now: dt.datetime) -> int:
    return _delete(IdempotencyKey, IdempotencyKey.created_at < now - FORM_KEYS)


def deleted_lines(now: dt.datetime) -> int:
    """Lines of drafts that were deleted a day ago; those of an issued invoice are frozen with it."""
    drafts = select(Invoice.id).where(Invoice.status == "draft")
    is_over = InvoiceLineItem.deleted_at < now - DELETED_LINES
    return _delete(InvoiceLineItem, is_over, InvoiceLineItem.invoice_id.in_(drafts))


def deleted_drafts(now: dt.datetime) -> int:
    return _delete(DeletedDraft, DeletedDraft.deleted_at < now - DELETED_LINES)


def bulk_jobs(now: dt.datetime) -> int:
    """What was done to each invoice stays in its own history."""
    return _delete(BulkJob, BulkJob.ended_at < now - BULK_JOBS)


def email_verifications(now: dt.datetime) -> int:
    return _delete(EmailVerification, _end_of_link(EmailVerification) < now - ENDED)


def password_resets(now: dt.datetime) -> int:
    return _delete(PasswordReset, _end_of_link(PasswordReset) < now - ENDED)


def email_changes(now: dt.datetime) -> int:
    """Those that can neither be confirmed nor undone any more."""
    end = func.least(
        func.greatest(EmailChange.expires_at, EmailChange.undo_until),
        EmailChange.undone_at,
        EmailChange.superseded_at,
    )
    return _delete(EmailChange, end < now - ENDED)


def invitations(now: dt.datetime) -> int:
    """Accepted and withdrawn ones; one that only expired can still be sent again."""
    end = func.least(UserInvitation.accepted_at, UserInvitation.withdrawn_at)
    return _delete(UserInvitation, end < now - ENDED)


def ended_files(now: dt.datetime) -> int:
    """Drawn papers and exports past the moment until which they are kept; their bytes go along."""
    return _delete(File, File.expires_at < now)


def mail_params(now: dt.datetime) -> int:
    """Empty what sent account mails were told; the line in the outbox stays.

    What was told of letters to customers stays as well: it is history of their documents.
    """
    about_accounts = [name for name, kind in mail.KINDS.items() if not kind.to_customers]
    chosen = _chosen(
        EmailMessage,
        EmailMessage.state == "sent",
        EmailMessage.sent_at < now - ENDED,
        EmailMessage.kind.in_(about_accounts),
        EmailMessage.params != {},
    )
    _execute(update(EmailMessage).where(EmailMessage.id.in_(chosen)).values(params={}))
    return len(chosen)


# Each in transactions of its own, until it says less than AT_ONCE.
OF_A_COMPANY: tuple[Callable[[dt.datetime], int], ...] = (
    sessions,
    idempotency_keys,
    deleted_lines,
    deleted_drafts,
    bulk_jobs,
    email_verifications,
    password_resets,
    email_changes,
    invitations,
    ended_files,
    mail_params,
)
OF_ALL: tuple[Callable[[dt.datetime], int], ...] = (login_attempts,)


def _end_of_link(link: type[EmailVerification] | type[PasswordReset]):
    """When a link was used, replaced or ran out; `least` passes over what is NULL."""
    return func.least(link.expires_at, link.used_at, link.superseded_at)


def _delete(table: type[Base], *conditions) -> int:
    chosen = _chosen(table, *conditions)
    _execute(delete(table).where(_key(table).in_(chosen)))
    return len(chosen)


def _chosen(table: type[Base], *conditions) -> list:
    """Keys of a batch, whose rows are locked: a subquery with a limit may be run more than once."""
    statement = select(_key(table)).where(*conditions).limit(AT_ONCE)
    return list(db().scalars(statement.with_for_update(skip_locked=True)))


def _key(table: type[Base]):
    return table.key if table is IdempotencyKey else table.id


def _execute(statement) -> None:
    db().execute(statement.execution_options(synchronize_session=False))
