"""Papers that were drawn already, by what they were drawn from."""

from uuid import UUID

from sqlalchemy import select

from rms.db.session import db
from rms.models import File, FileChunk


def kept_paper(about: tuple[str, UUID], variant: str, made_from: str) -> bytes | None:
    """The PDF, if one was drawn from exactly this; one statement."""
    entity_type, entity_id = about
    statement = (
        select(FileChunk.content)
        .join(File, (File.tenant_id == FileChunk.tenant_id) & (File.id == FileChunk.file_id))
        .where(
            File.kind == "paper",
            File.entity_type == entity_type,
            File.entity_id == entity_id,
            File.variant == variant,
            File.made_from == made_from,
        )
        .order_by(FileChunk.position)
    )
    return b"".join(db().scalars(statement)) or None
