"""Proving that an address is somebody's: a mailed link, once, for 24 hours, and the newest one only."""

import datetime as dt
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from rms.actions import mails
from rms.crypto import links
from rms.crypto.keys import ring
from rms.db.locks import lock
from rms.db.session import current_tenant, db
from rms.domain.errors import N_, TooOften
from rms.models import EmailVerification, Subscription, Tenant, TrialLedger, User
from rms.queries.sign_in import Proof, company_name, newest_proof_of, proof_of

PURPOSE = "verify"
LINK_LIVES = dt.timedelta(hours=24)
SECONDS_BETWEEN = 60


def post_link(user: User, *, company_name: str, now: dt.datetime) -> EmailVerification:
    """Mail a new link; every older one of this person stops working.

    The row holds SHA-256 of the link, whose secret part is made again when the mail is written.
    """
    _supersede(user.id, now)
    link = links.make(PURPOSE, current_tenant(), uuid4())
    verification = EmailVerification(
        id=link.row_id,
        user_id=user.id,
        email=user.email,
        token=link.digest,
        expires_at=now + LINK_LIVES,
        created_at=now,
    )
    db().add(verification)
    mails.post(
        "verify_email",
        to_address=user.email,
        params={"first_name": user.first_name or user.email, "company_name": company_name},
        about=("email_verifications", verification.id),
        now=now,
    )
    return verification


def resend(user_id: UUID, *, now: dt.datetime) -> None:
    """Mail another link; nothing when the address is confirmed. TooOften within a minute of the last one."""
    user = lock(User, user_id)
    if user.email_verified:
        return
    wait = seconds_to_wait(newest_proof_of(user_id), now)
    if wait:
        raise TooOften(N_("Try again in %(seconds)s seconds"), retry_after=wait, seconds=wait)
    post_link(user, company_name=company_name(), now=now)


def seconds_to_wait(newest: Proof | None, now: dt.datetime) -> int:
    """How long until another link may be mailed; 0 when it may be now."""
    if newest is None:
        return 0
    since = int((now - newest.sent_at).total_seconds())
    return max(0, SECONDS_BETWEEN - since)


def confirm(link: links.Link, *, trial_days: int, now: dt.datetime) -> tuple[str, Proof | None]:
    """Use the link. Gives what it was before ("open": it has confirmed the address now) and its proof.

    "unknown" comes without a proof. The person's row is locked, so that of two presses of the button one
    confirms and the other finds it used, and the trial begins once.
    """
    proof = proof_of(link)
    if proof is None:
        return "unknown", None
    user = lock(User, proof.user_id)
    proof = proof_of(link)
    state = proof.state(now) if proof else "unknown"
    if state == "open":
        _mark_confirmed(user, link, now)
        _begin_trial(user.email, trial_days, now)
    return state, proof


def _supersede(user_id: UUID, now: dt.datetime) -> None:
    db().execute(
        update(EmailVerification)
        .where(
            EmailVerification.user_id == user_id,
            EmailVerification.superseded_at.is_(None),
            ~EmailVerification.is_used,
        )
        .values(superseded_at=now)
    )


def _mark_confirmed(user: User, link: links.Link, now: dt.datetime) -> None:
    user.email_verified, user.email_verified_at = True, now
    row = db().scalars(select(EmailVerification).where(EmailVerification.id == link.row_id)).one()
    row.is_used, row.used_at = True, now


def _begin_trial(email: str, days: int, now: dt.datetime) -> None:
    """The first confirmation of a company begins its trial; an address that had one gets none again."""
    tenant = lock(Tenant, current_tenant())
    if tenant.is_trial_used or tenant.subscription_status != "trial":
        return
    subscription = db().scalars(select(Subscription).order_by(Subscription.created_at).limit(1)).one()
    tenant.is_trial_used = True
    if not _takes_trial(email, now):
        tenant.subscription_status = subscription.status = "expired"
        subscription.trial_days_remaining = 0
        return
    ends = now + dt.timedelta(days=days)
    tenant.trial_start_date = subscription.trial_start_date = now
    tenant.trial_end_date = subscription.trial_end_date = ends
    subscription.trial_days_remaining = days


def _takes_trial(email: str, now: dt.datetime) -> bool:
    """Whether this address has its trial now. The ledger keeps HMACs: it outlives tenants, naming nobody."""
    hashes = ring().macs("trial", email.lower())
    if db().scalar(select(TrialLedger.email_hash).where(TrialLedger.email_hash.in_(hashes))):
        return False
    entry = insert(TrialLedger).values(email_hash=hashes[0], used_at=now)
    return db().execute(entry.on_conflict_do_nothing().returning(TrialLedger.email_hash)).first() is not None
