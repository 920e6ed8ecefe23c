"""Work on many invoices, for half a minute at a time: a job that runs longer than that is queued again."""

import datetime as dt
import logging
import time
from uuid import UUID

from rms import queue
from rms.actions import bulk
from rms.actions.papers import kept_or_drawn
from rms.db.session import tenant_scope
from rms.documents.collections import register, zipped
from rms.documents.invoice_pdf import fingerprint, render_invoice
from rms.documents.of_invoice import filename_of, paper_by_id
from rms.models import BulkJob
from rms.queries.bulk_jobs import job_of
from rms.queries.invoice_exports import rows_of
from rms.queries.mails import home_zone

log = logging.getLogger(__name__)

SECONDS_AT_ONCE = 25
ZIP_TYPE = "application/zip"


def run_bulk(tenant_id: str, job_id: str) -> None:
    tenant, job = UUID(tenant_id), UUID(job_id)
    try:
        if _work(tenant, job):
            _end(tenant, job)
        else:
            queue.enqueue("run_bulk", tenant, job)
    except Exception:
        log.exception("work on many rows broke")
        with tenant_scope(tenant, reason="bulk"):
            bulk.fail(job, now=_now())


def _work(tenant_id: UUID, job_id: UUID) -> bool:
    """Whether every invoice was reached before the time was over. A register is made at once, at the end."""
    with tenant_scope(tenant_id):
        row = job_of(job_id)
        if row is None:
            return True
        asked_by, action = row.created_by, row.action
    if action in bulk.REGISTERS:
        return True
    until = time.monotonic() + SECONDS_AT_ONCE
    while time.monotonic() < until:
        with tenant_scope(tenant_id, user_id=asked_by, reason="bulk"):
            if not bulk.go_on(job_id, now=_now(), today=_today(), draw=lambda one: _paper(one)):
                return True
    return False


def _end(tenant_id: UUID, job_id: UUID) -> None:
    with tenant_scope(tenant_id, reason="bulk"):
        if job_of(job_id) is not None:
            bulk.finish(job_id, now=_now(), make=_file)


def _file(job: BulkJob) -> tuple[str, bytes, str] | None:
    if job.action in bulk.REGISTERS:
        ids = [UUID(one) for one in job.chosen]
        return register(job.action, rows_of(ids, today=_today()), translate=str)
    drawn = [UUID(told["id"]) for told in job.results if told["ok"]]
    if job.action != "pdf" or not drawn:
        return None
    return "invoices.zip", zipped(_paper(one) for one in drawn), ZIP_TYPE


def _paper(invoice_id: UUID) -> tuple[str, bytes]:
    """(file name, PDF), kept for who asks next."""
    paper = paper_by_id(invoice_id, translate=str, copy="original")
    content = kept_or_drawn(
        ("invoices", invoice_id),
        "original-bulk",
        fingerprint(paper, translate=str),
        name=filename_of(paper),
        draw=lambda: render_invoice(paper, translate=str),
        now=_now(),
    )
    return filename_of(paper), content


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _today() -> dt.date:
    return _now().astimezone(home_zone()).date()
