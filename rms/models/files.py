"""Files that belong to a company, bytes and all: any web machine can serve them, and a backup has them."""

import datetime as dt
from uuid import UUID

from sqlalchemy import BigInteger, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from rms.db.base import Base, TenantScoped, belongs_to
from rms.models.columns import count, live_only, one_of, rule

LONGEST_CHUNK = 1024 * 1024


class File(TenantScoped, Base):
    """What is known of a file; its bytes are in `file_chunks`. It never changes: another one takes its place.

    A paper is a PDF that was drawn already: of `entity_type` and `entity_id`, as its `variant` (which copy,
    which language), and `made_from` names everything that it shows. `expires_at` is when it may be thrown
    away.
    """

    __tablename__ = "files"
    __table_args__ = (
        belongs_to("users", "created_by"),
        one_of("kind", "logo", "signature", "paper", "export", "import", "attachment"),
        rule("size_is_not_negative", "size >= 0"),
        rule("sha256_is_one", "sha256 ~ '^[0-9a-f]{64}$'"),
        rule(
            "papers_say_what_they_show",
            "kind <> 'paper' OR (entity_type IS NOT NULL AND entity_id IS NOT NULL"
            " AND variant IS NOT NULL AND made_from IS NOT NULL)",
        ),
        Index(
            "uq_files_paper",
            "tenant_id",
            "entity_type",
            "entity_id",
            "variant",
            unique=True,
            postgresql_where=text("kind = 'paper'"),
        ),
        live_only("ix_files_about", "tenant_id", "entity_type", "entity_id", where="entity_id IS NOT NULL"),
        live_only("ix_files_created_by", "tenant_id", "created_by", where="created_by IS NOT NULL"),
        live_only("ix_files_ended", "tenant_id", "expires_at", where="expires_at IS NOT NULL"),
    )

    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    entity_type: Mapped[str | None] = mapped_column(String(100))
    entity_id: Mapped[UUID | None]
    variant: Mapped[str | None] = mapped_column(String(40))
    made_from: Mapped[str | None] = mapped_column(String(64))
    expires_at: Mapped[dt.datetime | None]
    created_by: Mapped[UUID | None]


class FileChunk(TenantScoped, Base):
    """At most a mebibyte of a file, so that no row is long and nothing large is held twice."""

    __tablename__ = "file_chunks"
    __table_args__ = (
        belongs_to("files", "file_id", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "file_id", "position"),
        rule("position_is_not_negative", "position >= 0"),
        rule("chunk_is_at_most_a_mebibyte", f"octet_length(content) BETWEEN 1 AND {LONGEST_CHUNK}"),
    )

    file_id: Mapped[UUID]
    position: Mapped[int] = count()
    content: Mapped[bytes] = mapped_column(LargeBinary)
