"""One act on many invoices: a row that says what was chosen, worked off by a job one invoice at a time.

Each invoice is a transaction of its own, in which its result is written down too: whatever ends the job,
those that were done are done once, and it goes on with the next.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from uuid import UUID

from sqlalchemy import select

from rms import policy, queue
from rms.actions import issuing, limits, reminders
from rms.actions.files import store
from rms.db.locks import lock
from rms.db.session import after_commit, current_tenant, db
from rms.domain.errors import N_, DomainError, Invalid, Sentence
from rms.models import BulkJob, User
from rms.queries.invoice_exports import numbers_of

MOST_PAPERS = 500
MOST_CHOSEN = 100_000
FILE_IS_KEPT = dt.timedelta(days=7)
# Looked at by somebody and not touched for so long: its place in the queue was lost.
LOST_AFTER = dt.timedelta(seconds=60)

ACTS = ("issue", "remind")
REGISTERS = ("csv", "xlsx")
FILES = ("pdf", *REGISTERS)
MAY = {**dict.fromkeys(ACTS, policy.P.INVOICE_ISSUE), **dict.fromkeys(FILES, policy.P.LIST_EXPORT)}
USES = {
    "issue": policy.Use.WRITE,
    "remind": policy.Use.CUSTOMER_MAIL,
    **dict.fromkeys(FILES, policy.Use.EXPORT),
}


def begin(action: str, ids: Sequence[UUID], *, created_by: UUID, language: str) -> BulkJob:
    """Write down what is wanted and queue it. Raises Invalid for nothing chosen, or for too much."""
    if action not in MAY:
        raise Invalid(N_("Choose what should be done with them."))
    if not ids:
        raise Invalid(N_("Choose an invoice first."))
    most = MOST_PAPERS if action in ("pdf", *ACTS) else MOST_CHOSEN
    if len(ids) > most:
        raise Invalid(
            N_("These are %(count)s invoices. Choose at most %(most)s at once"), count=len(ids), most=most
        )
    job = BulkJob(
        action=action,
        chosen=[str(one) for one in ids],
        total_count=len(ids),
        created_by=created_by,
        language=language,
    )
    db().add(job)
    db().flush()
    _queue(job.id)
    return job


def nudge(job: BulkJob, now: dt.datetime) -> None:
    """Queue a job again that has not moved for a while; run twice it does nothing twice."""
    if not job.is_over and now - job.updated_at > LOST_AFTER:
        _queue(job.id)


def _queue(job_id: UUID) -> None:
    tenant_id = current_tenant()
    after_commit(lambda: queue.enqueue("run_bulk", tenant_id, job_id))


def go_on(job_id: UUID, *, now: dt.datetime, today: dt.date, draw: Callable[[UUID], None]) -> bool:
    """The next invoice of the job; false when there is none left. `draw` gets a paper ready for the file."""
    job = lock(BulkJob, job_id)
    if job.is_over or job.done_count >= job.total_count:
        return False
    if job.state == "queued":
        job.state = "running"
    refused = _refused_by_now(job, now)
    if refused:
        rest = job.chosen[job.done_count :]
        job.results = [*job.results, *(_told(UUID(one), refused) for one in rest)]
        job.done_count = job.total_count
        db().flush()
        return False
    invoice_id = UUID(job.chosen[job.done_count])
    acts = {
        "issue": lambda: issuing.issue(invoice_id, now=now, today=today),
        "remind": lambda: reminders.remind_now(invoice_id, now=now, today=today),
        "pdf": lambda: draw(invoice_id),
    }
    refused = _tried(acts[job.action])
    job.results = [*job.results, _told(invoice_id, refused)]
    job.done_count += 1
    db().flush()
    return job.done_count < job.total_count


def finish(
    job_id: UUID, *, now: dt.datetime, make: Callable[[BulkJob], tuple[str, bytes, str] | None]
) -> None:
    """End the job; `make` gives its file as (name, content, media type), or None when there is none.

    No file is made any more for somebody who may not have it now; what stands against it is written down as a
    result of no invoice.
    """
    job = lock(BulkJob, job_id)
    if job.is_over:
        return
    refused = _refused_by_now(job, now) if job.action in FILES else None
    if refused:
        job.results = [*job.results, {"ok": False, **_kept(refused)}]
        job.state, job.ended_at = "failed", now
        db().flush()
        return
    made = make(job)
    if made:
        name, content, media_type = made
        store(
            "export",
            name,
            content,
            media_type=media_type,
            about=("bulk_jobs", job.id),
            expires_at=now + FILE_IS_KEPT,
        )
    job.state, job.ended_at, job.done_count = "done", now, job.total_count
    db().flush()


def fail(job_id: UUID, *, now: dt.datetime) -> None:
    """For a job that broke: its results stay, and its card says that it did not come to its end."""
    job = lock(BulkJob, job_id)
    if not job.is_over:
        job.state, job.ended_at = "failed", now
        db().flush()


def _refused_by_now(job: BulkJob, now: dt.datetime) -> DomainError | None:
    """What stands against it by the role and the plan of now, not those of when it was asked for."""
    user = db().scalars(select(User).where(User.id == job.created_by)).first()
    if user is None or not user.is_active or not policy.can(user.role, MAY[job.action]):
        return DomainError(N_("Whoever asked for this may not do it any more."))
    held, use = limits.standing(now=now), USES[job.action]
    return None if policy.gate(held, use, user.role) else limits.closed(held, use)


def _tried(act: Callable[[], object]) -> DomainError | None:
    try:
        with db().begin_nested():
            act()
    except DomainError as error:
        return error
    return None


def _told(invoice_id: UUID, refused: DomainError | None) -> dict:
    """What became of it; the sentence is kept as it is marked, since who reads it chooses the language."""
    told = {"id": str(invoice_id), "number": numbers_of([invoice_id]).get(invoice_id, ""), "ok": not refused}
    return told | _kept(refused) if refused else told


def _kept(refused: DomainError) -> dict:
    said = _sentence(refused)
    return {"message": said.message, "params": {name: str(one) for name, one in said.params.items()}}


def _sentence(refused: DomainError) -> Sentence:
    """The first of what is wrong, since a row has room for one."""
    if isinstance(refused, Invalid):
        return next(iter(refused.errors.values()))[0]
    return refused.sentence
