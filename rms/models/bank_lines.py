"""Bank statements that were read in, line by line, to be turned into receipts by hand."""

import datetime as dt
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from rms.db.base import Base, Money, TenantScoped, belongs_to
from rms.models.columns import count, one_of, refers_to, rule, word, zero


class ImportBatch(TenantScoped, Base):
    """One file that was sent in. `problem` says why it could not be read, `problems` what of it could not:
    a list of {"position", "sentence"}."""

    __tablename__ = "import_batches"
    __table_args__ = (
        belongs_to("files", "file_id"),
        belongs_to("users", "created_by"),
        one_of("kind", "bank_statement"),
        one_of("state", "waiting", "read", "failed"),
        Index("ix_import_batches_newest_first", "tenant_id", "created_at"),
        Index("ix_import_batches_of_file", "tenant_id", "file_id"),
        Index("ix_import_batches_of_person", "tenant_id", "created_by"),
    )

    kind: Mapped[str] = word(20, "bank_statement")
    name: Mapped[str] = mapped_column(String(255))
    state: Mapped[str] = word(20, "waiting")
    problem: Mapped[str | None] = mapped_column(String(500))
    problems: Mapped[list | None] = mapped_column(JSONB(none_as_null=True))
    file_id: Mapped[UUID | None]
    created_by: Mapped[UUID | None]


class BankLine(TenantScoped, Base):
    """One deposit of a statement. `suggestion` is what was found for it, `fingerprint` tells it again.

    `state` is new, recorded (as `receipt_id`) or skipped.
    """

    __tablename__ = "bank_lines"
    __table_args__ = (
        belongs_to("import_batches", "batch_id", ondelete="CASCADE"),
        belongs_to("customers", "customer_id"),
        belongs_to("receipts", "receipt_id"),
        one_of("state", "new", "recorded", "skipped"),
        rule("recorded_lines_name_their_receipt", "(state = 'recorded') = (receipt_id IS NOT NULL)"),
        rule("amount_is_positive", "amount > 0"),
        Index("ix_bank_lines_in_order", "tenant_id", "batch_id", "position"),
        Index("ix_bank_lines_by_fingerprint", "tenant_id", "fingerprint"),
        Index("ix_bank_lines_receipt", "tenant_id", "receipt_id"),
        Index("ix_bank_lines_customer", "tenant_id", "customer_id"),
    )

    batch_id: Mapped[UUID]
    position: Mapped[int] = count()
    day: Mapped[dt.date]
    amount: Mapped[Money] = zero()
    description: Mapped[str | None]
    reference: Mapped[str | None] = mapped_column(String(100))
    fingerprint: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = word(20, "new")
    customer_id: Mapped[UUID | None]
    suggestion: Mapped[dict | None] = mapped_column(JSONB(none_as_null=True))
    receipt_id: Mapped[UUID | None]
    version: Mapped[int] = count(1)

    batch: Mapped[ImportBatch] = refers_to("BankLine.batch_id", "ImportBatch")
