"""The process that reads what strangers send: bounded, and without anything worth taking."""

import os
import resource

import pytest

from rms.documents import tables_apart
from rms.documents.tables_apart import read_apart
from rms.domain.errors import Invalid
from tests.documents.test_tables import with_sheet, workbook


def test_it_reads_what_the_reader_reads():
    assert read_apart(workbook(["Date", "₹"], ["20/11/2026", 5])) == [["Date", "₹"], ["20/11/2026", "5"]]


def test_it_refuses_in_the_same_sentence():
    with pytest.raises(Invalid) as refused:
        read_apart(b"%PDF-1.7")
    assert "PDF" in str(refused.value) and refused.value.field == "file"


def test_row_37_a_zip_bomb_is_refused_there():
    with pytest.raises(Invalid) as refused:
        read_apart(with_sheet(b"0" * 300_000_000))
    assert "far more" in str(refused.value)


def test_row_37_the_reader_has_bounds_and_no_secrets(monkeypatch, tmp_path):
    """Asked from within: the limits that hold there, and what it can see of our settings."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    inside = tmp_path / "inside.py"
    inside.write_text(
        "import json, os, resource, sys\n"
        f"sys.path.insert(0, {str(tables_apart.ROOT)!r})\n"
        "from rms.documents import tables_apart\n"
        "tables_apart._bind()\n"
        "limits = [resource.getrlimit(one)[1] for one in (resource.RLIMIT_AS, resource.RLIMIT_CPU)]\n"
        "print(json.dumps({'rows': [limits, [name for name in os.environ if 'URL' in name]]}))\n"
    )
    starter = tmp_path / "python"
    starter.write_text(f"#!/bin/sh\nexec {os.sys.executable} {inside}\n")
    starter.chmod(0o700)
    monkeypatch.setattr(tables_apart.sys, "executable", str(starter))
    limits, seen = read_apart(b"x")
    assert limits == [tables_apart.MOST_MEMORY, tables_apart.SECONDS_OF_WORK]
    assert seen == []
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 0, "we ourselves are not bound"


@pytest.mark.parametrize("ending", ["exit 1", "kill -9 $$", "sleep 60"])
def test_row_37_a_reader_that_ends_badly_is_told_in_a_sentence(monkeypatch, tmp_path, ending):
    starter = tmp_path / "python"
    starter.write_text(f"#!/bin/sh\n{ending.replace('sleep', 'exec sleep')}\n")
    starter.chmod(0o700)
    monkeypatch.setattr(tables_apart.sys, "executable", str(starter))
    monkeypatch.setattr(tables_apart, "SECONDS_IN_ALL", 1)
    with pytest.raises(Invalid) as refused:
        read_apart(b"x")
    assert "takes too much" in str(refused.value)
