"""Keeping and forgetting files. What may be kept (its size, its kind) is asked where it comes in."""

import datetime as dt
import hashlib
from uuid import UUID

from sqlalchemy import delete, insert

from rms.db.session import db, scope
from rms.models import File, FileChunk
from rms.models.files import LONGEST_CHUNK


def store(
    kind: str,
    name: str,
    content: bytes,
    *,
    media_type: str,
    about: tuple[str, UUID] | None = None,
    expires_at: dt.datetime | None = None,
) -> File:
    """Keep these bytes. `about` says what the file belongs to; past `expires_at` a purge takes it away."""
    entity_type, entity_id = about or (None, None)
    file = File(
        kind=kind,
        name=name,
        media_type=media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        entity_type=entity_type,
        entity_id=entity_id,
        expires_at=expires_at,
        created_by=scope().user_id,
    )
    db().add(file)
    db().flush()
    add_chunks(file.id, content)
    return file


def add_chunks(file_id: UUID, content: bytes) -> None:
    """Write the bytes, a statement for each chunk, so that none is held in more than two copies."""
    for position, start in enumerate(range(0, len(content), LONGEST_CHUNK)):
        chunk = content[start : start + LONGEST_CHUNK]
        db().execute(insert(FileChunk).values(file_id=file_id, position=position, content=chunk))


def forget(file_id: UUID) -> None:
    """Delete the file with its bytes; one that is gone already is no mistake."""
    db().execute(delete(File).where(File.id == file_id))
