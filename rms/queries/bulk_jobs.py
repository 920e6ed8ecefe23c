"""Work on many rows: how far it is, and the files it made."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from rms.db.session import db
from rms.domain.errors import NotFound
from rms.models import BulkJob, File

MOST_SHOWN = 30


def find_job(job_id: UUID, user_id: UUID) -> BulkJob:
    """Somebody's own; raises NotFound for that of a colleague, too."""
    statement = select(BulkJob).where(BulkJob.id == job_id, BulkJob.created_by == user_id)
    job = db().scalars(statement).first()
    if job is None:
        raise NotFound()
    return job


def job_of(job_id: UUID) -> BulkJob | None:
    """For the worker; None when it was purged in the meantime."""
    return db().scalars(select(BulkJob).where(BulkJob.id == job_id)).first()


def file_of(job_id: UUID) -> File | None:
    """The file it made, as long as it is kept."""
    return db().scalars(select(File).where(File.entity_type == "bulk_jobs", File.entity_id == job_id)).first()


def jobs_of(user_id: UUID) -> Sequence[Any]:
    """The newest first, each with its file if it is kept. What was chosen and the results are not read."""
    statement = (
        select(
            BulkJob.id,
            BulkJob.action,
            BulkJob.state,
            BulkJob.total_count,
            BulkJob.done_count,
            BulkJob.created_at,
            File.id.label("file_id"),
            File.size,
            File.expires_at,
        )
        .outerjoin(
            File,
            (File.tenant_id == BulkJob.tenant_id)
            & (File.entity_type == "bulk_jobs")
            & (File.entity_id == BulkJob.id),
        )
        .where(BulkJob.created_by == user_id)
        .order_by(BulkJob.created_at.desc(), BulkJob.id)
        .limit(MOST_SHOWN)
    )
    return list(db().execute(statement))
