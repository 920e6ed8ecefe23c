"""How the company's papers look, and the pictures on them."""

from uuid import UUID

from sqlalchemy import select

from rms.db.session import current_tenant, db
from rms.domain.branding import Branding, branding_in
from rms.models import FileChunk, Tenant


def branding() -> Branding:
    """That of the running tenant."""
    return branding_in(db().scalar(select(Tenant.settings).where(Tenant.id == current_tenant())))


def pictures(*file_ids: UUID | None) -> list[bytes]:
    """The bytes of each, in this order, in one statement; nothing for None and for what is gone.

    A picture is one chunk: it is drawn small when it comes in (documents/pictures.py).
    """
    wanted = {file_id for file_id in file_ids if file_id}
    if not wanted:
        return [b""] * len(file_ids)
    statement = select(FileChunk.file_id, FileChunk.content).where(
        FileChunk.file_id.in_(wanted), FileChunk.position == 0
    )
    found = {row.file_id: row.content for row in db().execute(statement)}
    return [found.get(file_id, b"") for file_id in file_ids]
