"""Drawn papers are kept, so that a PDF is typeset once and read many times. Losing them loses nothing.

A kept paper is found by what it was drawn from (documents/invoice_pdf.fingerprint), so that it is never
stale: whatever would change a byte of the PDF changes that. One is kept of each document and variant, for a
month.
"""

import datetime as dt
import hashlib
from collections.abc import Callable
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from rms.actions.files import add_chunks
from rms.db.session import db
from rms.models import File
from rms.queries.papers import kept_paper

KEPT = dt.timedelta(days=30)


def kept_or_drawn(
    about: tuple[str, UUID],
    variant: str,
    made_from: str,
    *,
    name: str,
    draw: Callable[[], bytes],
    now: dt.datetime,
) -> bytes:
    """The PDF that is kept, else the one that `draw` makes, which is kept from now on.

    `draw` takes longer than a statement should hold a connection: it may give the connection back, since
    nothing was written so far.
    """
    kept = kept_paper(about, variant, made_from)
    if kept is not None:
        return kept
    content = draw()
    keep(about, variant, made_from, content, name=name, now=now)
    return content


def keep(
    about: tuple[str, UUID], variant: str, made_from: str, content: bytes, *, name: str, now: dt.datetime
) -> None:
    """In place of the one that was kept. Of two who draw the same at once, the first one's is kept."""
    entity_type, entity_id = about
    same = (
        File.kind == "paper",
        File.entity_type == entity_type,
        File.entity_id == entity_id,
        File.variant == variant,
    )
    db().execute(delete(File).where(*same, File.made_from != made_from))
    statement = (
        insert(File)
        .values(
            kind="paper",
            name=name,
            media_type="application/pdf",
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            entity_type=entity_type,
            entity_id=entity_id,
            variant=variant,
            made_from=made_from,
            expires_at=now + KEPT,
        )
        .on_conflict_do_nothing()
        .returning(File.id)
    )
    file_id = db().scalar(statement)
    if file_id:
        add_chunks(file_id, content)
