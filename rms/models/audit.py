"""Who changed what, when and from where. Written by database triggers alone (see db/audit.py)."""

import datetime as dt
from uuid import UUID

from sqlalchemy import BigInteger, Computed, Index, PrimaryKeyConstraint, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from rms.db.base import Base, TenantScoped
from rms.models.columns import count, rule


class AuditLog(TenantScoped, Base):
    """One change. The application may only read it.

    The key holds `created_at`, because the table is partitioned by month and the key of a partitioned table
    must hold what it is partitioned by. `updated_at` can never differ from `created_at`: it is generated.
    `transaction_id` wrote it; with `epoch` it orders entries for the seals (see db/seals.py). Of erased
    values only the hashes are left, in `erased_old` and `erased_new`.
    """

    __tablename__ = "audit_logs"
    __table_args__ = (
        PrimaryKeyConstraint("tenant_id", "created_at", "id"),
        rule("action_is_named", "action <> ''"),
        {"postgresql_partition_by": "RANGE (created_at)"},
    )

    user_id: Mapped[UUID | None]
    entity_type: Mapped[str] = mapped_column(String(100))
    entity_id: Mapped[UUID | None]
    action: Mapped[str] = mapped_column(String(50))
    old_values: Mapped[dict | None]
    new_values: Mapped[dict | None]
    ip_address: Mapped[str | None] = mapped_column(String(45))
    user_agent: Mapped[str | None]
    request_id: Mapped[str | None] = mapped_column(String(64))
    reason: Mapped[str | None]
    transaction_id: Mapped[int] = mapped_column(
        BigInteger, server_default=text("((pg_current_xact_id())::text)::bigint")
    )
    epoch: Mapped[int] = count(1)
    erased_old: Mapped[bytes | None]
    erased_new: Mapped[bytes | None]
    erased_at: Mapped[dt.datetime | None]
    erased_reason: Mapped[str | None]
    created_at: Mapped[dt.datetime] = mapped_column(
        primary_key=True, server_default=func.clock_timestamp(), sort_order=1
    )
    updated_at: Mapped[dt.datetime] = mapped_column(Computed("created_at", persisted=True), sort_order=2)


Index("ix_audit_logs_of_user", AuditLog.tenant_id, AuditLog.user_id, AuditLog.created_at.desc())
Index(
    "ix_audit_logs_of_entity",
    AuditLog.tenant_id,
    AuditLog.entity_type,
    AuditLog.entity_id,
    AuditLog.created_at.desc(),
)
Index(
    "ix_audit_logs_to_seal",
    AuditLog.tenant_id,
    AuditLog.epoch,
    AuditLog.transaction_id,
    AuditLog.created_at,
    AuditLog.id,
)


class AuditSeal(TenantScoped, Base):
    """One link of a tenant's chain: the hashes of `row_count` entries up to the one that `to_...` names.

    `created_at` is when they were sealed. Written by a function of the database alone.
    """

    __tablename__ = "audit_seals"
    __table_args__ = (
        rule("a_seal_holds_entries", "row_count > 0 AND octet_length(entries) = 32 * row_count"),
    )

    id = None
    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    epoch: Mapped[int] = count(1)
    from_xid: Mapped[int] = mapped_column(BigInteger)
    to_xid: Mapped[int] = mapped_column(BigInteger)
    to_created_at: Mapped[dt.datetime]
    to_id: Mapped[UUID]
    row_count: Mapped[int]
    entries: Mapped[bytes]
    previous_hash: Mapped[bytes]
    hash: Mapped[bytes]
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.clock_timestamp(), sort_order=1)
    updated_at: Mapped[dt.datetime] = mapped_column(Computed("created_at", persisted=True), sort_order=2)
