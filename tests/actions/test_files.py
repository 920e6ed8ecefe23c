"""Files are kept in chunks, come back as they were, and are their company's alone."""

import hashlib
import os
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from rms.actions import files
from rms.db.session import db
from rms.domain.errors import NotFound
from rms.models import FileChunk
from rms.models.files import LONGEST_CHUNK
from rms.queries.files import bytes_of, chunks_of, find_file


@pytest.mark.parametrize("size", [0, 1, LONGEST_CHUNK, LONGEST_CHUNK + 1, 2_500_000])
def test_it_comes_back_as_it_was(nilgiri, size):
    content = os.urandom(size)
    with nilgiri.scope():
        kept = files.store("logo", "mark.png", content, media_type="image/png")
        assert (kept.size, kept.sha256) == (size, hashlib.sha256(content).hexdigest())
    with nilgiri.scope():
        assert find_file(kept.id).name == "mark.png"
        assert bytes_of(kept.id) == content
        assert b"".join(chunks_of(kept.id)) == content
        count = db().scalar(select(func.count()).where(FileChunk.file_id == kept.id))
        assert count == -(-size // LONGEST_CHUNK)


def test_it_belongs_to_one_company(nilgiri, sahyadri):
    with nilgiri.scope():
        kept = files.store("logo", "mark.png", b"ours", media_type="image/png")
    with sahyadri.scope():
        with pytest.raises(NotFound):
            find_file(kept.id)
        assert bytes_of(kept.id) == b"" and list(chunks_of(kept.id)) == []
        files.forget(kept.id)
    with nilgiri.scope():
        assert bytes_of(kept.id) == b"ours"


def test_forgetting_takes_the_bytes_along(nilgiri):
    with nilgiri.scope(nilgiri.admin):
        kept = files.store("signature", "sign.png", b"x" * 10, media_type="image/png")
        assert kept.created_by == nilgiri.admin.id
        files.forget(kept.id)
        files.forget(uuid4())
    with nilgiri.scope():
        assert db().scalar(select(func.count()).where(FileChunk.file_id == kept.id)) == 0
        with pytest.raises(NotFound):
            find_file(kept.id)
