"""Work on many invoices: chosen in the list, done by a job, watched on a card that keeps the results."""

from uuid import UUID

from flask import Response, flash, request, url_for
from flask_babel import get_locale, gettext
from flask_login import current_user

from rms.actions import bulk as work
from rms.db.audit import audit_event
from rms.db.session import act_as
from rms.domain.errors import DomainError, NotFound
from rms.models import BulkJob
from rms.policy import P
from rms.queries.bulk_jobs import file_of, find_job, jobs_of
from rms.queries.files import bytes_of
from rms.queries.invoice_exports import ids_of
from rms.rooms.invoices import room
from rms.rooms.invoices.asked import asked
from rms.web.clock import now, today
from rms.web.errors import sentence
from rms.web.fragments import go, page, swap
from rms.web.guard import requires
from rms.web.once import once


@room.post("/bulk")
@requires(P.INVOICE_ISSUE)
@once
def bulk():
    return _begin(work.ACTS)


@room.post("/bulk/files")
@requires(P.LIST_EXPORT)
@once
def bulk_files():
    return _begin(work.FILES)


@room.get("/jobs")
@requires(P.LIST_EXPORT)
def jobs():
    """What this person asked for lately, with the files that are still kept."""
    return page("invoices/jobs.html", jobs=jobs_of(current_user.user_id))


@room.get("/jobs/<uuid:job_id>")
@requires(P.LIST_EXPORT)
def job(job_id: UUID):
    return page("invoices/job.html", **_shown(find_job(job_id, current_user.user_id)))


@room.get("/jobs/<uuid:job_id>/_/card")
@requires(P.LIST_EXPORT)
def job_card(job_id: UUID):
    """How far it is, asked for until it is over."""
    found = find_job(job_id, current_user.user_id)
    work.nudge(found, now())
    back = url_for("invoices.job", job_id=job_id)
    return swap("invoices/_job.html", back=back, **_shown(found))


@room.get("/jobs/<uuid:job_id>/file")
@requires(P.LIST_EXPORT)
def job_file(job_id: UUID):
    found = find_job(job_id, current_user.user_id)
    file = file_of(found.id)
    if file is None:
        raise NotFound()
    act_as(current_user.user_id)
    audit_event("export", "users", current_user.user_id, {"what": file.name, "invoices": found.total_count})
    reply = Response(bytes_of(file.id), mimetype=file.media_type)
    reply.headers.set("Content-Disposition", "attachment", filename=file.name)
    return reply


def _begin(allowed: tuple[str, ...]):
    action = request.form.get("action", "")
    wanted = asked(request.form, search=False)
    try:
        started = work.begin(
            action if action in allowed else "",
            _chosen(),
            created_by=current_user.user_id,
            language=str(get_locale()),
        )
    except DomainError as error:
        flash(sentence(error))
        return go(wanted.url())
    return go(url_for("invoices.job", job_id=started.id))


def _chosen() -> list[UUID]:
    """The ticked rows, each once; with "all" everything that the filter finds."""
    if request.form.get("all") == "1":
        return ids_of(asked(request.form).filter, today=today(), limit=work.MOST_CHOSEN)
    ids = (_id(text) for text in request.form.getlist("id"))
    return list(dict.fromkeys(one for one in ids if one))


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _shown(found: BulkJob) -> dict:
    return {"job": found, "file": file_of(found.id) if found.is_over else None, "said": _said}


def _said(result: dict) -> str:
    """Why it did not go well, in the reader's language."""
    params = result.get("params") or {}
    return gettext(result["message"], **params) if params else gettext(result["message"])
