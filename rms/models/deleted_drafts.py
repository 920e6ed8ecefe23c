"""Drafts that were thrown away, for the day on which somebody may want one back."""

import datetime as dt
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from rms.db.base import Base, TenantScoped


class DeletedDraft(TenantScoped, Base):
    """`rows` holds the columns of the invoice and of its lines as text, by table. Kept apart,
    so that no list, sum or report has to leave it out.
    """

    __tablename__ = "deleted_drafts"
    __table_args__ = (Index("ix_deleted_drafts_by_age", "tenant_id", "deleted_at"),)

    invoice_id: Mapped[UUID]
    rows: Mapped[dict] = mapped_column(JSONB)
    deleted_at: Mapped[dt.datetime]
