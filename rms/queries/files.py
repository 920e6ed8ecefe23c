"""Reading files: what is known of one, and its bytes."""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import select

from rms.db.session import db
from rms.domain.errors import NotFound
from rms.models import File, FileChunk


def find_file(file_id: UUID) -> File:
    """What is known of the file; raises NotFound."""
    file = db().scalar(select(File).where(File.id == file_id))
    if file is None:
        raise NotFound()
    return file


def bytes_of(file_id: UUID) -> bytes:
    """All of it at once: for what is small, as logos and papers are. Empty when there is no such file."""
    return b"".join(db().scalars(_chunks(file_id)))


def chunks_of(file_id: UUID) -> Iterator[bytes]:
    """A mebibyte at a time, each read when it is asked for: for what may be large, as exports are."""
    position = 0
    while chunk := db().scalar(_chunks(file_id).where(FileChunk.position == position)):
        yield chunk
        position += 1


def _chunks(file_id: UUID):
    return select(FileChunk.content).where(FileChunk.file_id == file_id).order_by(FileChunk.position)
