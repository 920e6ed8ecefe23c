"""Work on many rows of a list at once."""

import datetime as dt
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from rms.db.base import Base, TenantScoped, belongs_to
from rms.models.columns import count, one_of, rule, word


class BulkJob(TenantScoped, Base):
    """One act on many invoices: what was chosen (`chosen`, ids in their order), and what became of each.

    `results` has one entry for each invoice that was reached: its id, its number, whether it went well, and
    the sentence. A file that was made belongs to the job by `files.entity_id`.
    """

    __tablename__ = "bulk_jobs"
    __table_args__ = (
        belongs_to("users", "created_by", ondelete="CASCADE"),
        one_of("action", "pdf", "issue", "send", "remind", "csv", "xlsx"),
        one_of("state", "queued", "running", "done", "failed"),
        rule("progress_is_within", "done_count BETWEEN 0 AND total_count"),
        Index("ix_bulk_jobs_of_user", "tenant_id", "created_by", "created_at"),
    )

    action: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = word(10, "queued")
    created_by: Mapped[UUID]
    chosen: Mapped[list] = mapped_column(JSONB)
    results: Mapped[list] = mapped_column(JSONB, default=list, server_default="[]")
    total_count: Mapped[int] = count()
    done_count: Mapped[int] = count()
    language: Mapped[str] = word(20, "en_IN")
    ended_at: Mapped[dt.datetime | None]

    @property
    def is_over(self) -> bool:
        return self.state in ("done", "failed")
