"""Rows of cells out of a CSV, TSV or XLSX file that a stranger made.

A small spreadsheet can unpack to gigabytes, and its XML can name files and addresses: what the archive
declares and what it really holds is counted before anything of it is parsed, and a document type is refused.
Formulas are never worked out; the value that was stored with them counts.
"""

import codecs
import csv
import datetime as dt
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from itertools import islice

from defusedxml import DefusedXmlException
from openpyxl import DEFUSEDXML, load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from rms.domain.errors import N_, Invalid

MEBIBYTE = 1024 * 1024
MOST_BYTES = 5 * MEBIBYTE
MOST_UNPACKED = 50 * MEBIBYTE
MOST_ENTRIES = 2_000
MOST_ROWS = 10_000
MOST_COLUMNS = 100
LONGEST_CELL = 2_000
MOST_TEXT = 10_000_000  # one long text may stand in every cell of a spreadsheet and be stored once

_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_DOCUMENT_TYPE = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
_ENDS_SOONER = N_("This file ends sooner than it should, or is damaged. Download it again")

Rows = list[list[str]]


def read(content: bytes) -> Rows:
    """The cells as text, days as 2026-11-20. Of several sheets the first that holds anything counts.

    Raises Invalid with one sentence at "file" for what is too large, damaged or no table.
    """
    if not content.strip():
        raise _refused(N_("The file is empty"))
    if len(content) > MOST_BYTES:
        raise _refused(N_("The file is larger than 5 MB. Send a shorter period"))
    if content.startswith(b"PK"):
        return _spreadsheet(content)
    if content.startswith(_OLD_EXCEL):
        raise _refused(N_("This is a workbook of old Excel. Open it, and save it as .xlsx or as CSV"))
    if content.startswith(b"%PDF"):
        raise _refused(N_("This is a PDF. Download the statement as Excel or CSV instead"))
    return of_text(_decoded(content))


def of_text(text: str) -> Rows:
    """The cells of text that was pasted, or of a CSV file."""
    text = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if "\x00" in text:
        raise _refused(N_("This is neither a spreadsheet nor a CSV file"))
    return _bounded(_split(text))


def _refused(message: str, **params: object) -> Invalid:
    return Invalid(message, field="file", **params)


# Text


def _decoded(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _split(text: str) -> Iterator[list[str]]:
    """Quoted cells may hold line breaks; a quote that is never closed is only a character."""
    delimiter = _delimiter(text)
    try:
        # Read twice, since what is wrong with the quotes may only show at the end.
        for _ in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            pass
    except csv.Error:
        return ([cell.strip('" ') for cell in line.split(delimiter)] for line in text.split("\n"))
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _delimiter(text: str) -> str:
    """The one that stands in the most lines of the beginning; commas also stand within amounts and words."""
    lines = [line for line in text[:50_000].split("\n") if line.strip()]
    found = {one: sum(line.count(one) >= 2 for line in lines) for one in "\t;|,"}
    return max(found, key=lambda one: found[one])


# Spreadsheets


def _spreadsheet(content: bytes) -> Rows:
    _look_into(content)
    if not DEFUSEDXML:
        raise RuntimeError("openpyxl must read with defusedxml")
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        try:
            return _first_filled(book)
        finally:
            book.close()
    except Invalid:
        raise
    except DefusedXmlException:
        raise _refused(N_("This spreadsheet refers to something outside of it, and is not read")) from None
    # A stranger's file: openpyxl raises whatever its code comes upon.
    except (InvalidFileException, zipfile.BadZipFile, zlib.error, ValueError, KeyError, TypeError) as error:
        raise _refused(_ENDS_SOONER) from error
    except (AttributeError, IndexError, SyntaxError, OverflowError, EOFError, RecursionError) as error:
        raise _refused(_ENDS_SOONER) from error


def _look_into(content: bytes) -> None:
    """Unpack every entry and throw it away, so that what is declared and what is there are both counted."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_UNPACKED:
                raise _refused(N_("This spreadsheet unpacks to far more than a statement is. It is not read"))
            if "xl/workbook.xml" not in archive.namelist():
                raise _refused(N_("This is neither a spreadsheet (.xlsx) nor a CSV file"))
            _unpack(archive, entries)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise _refused(_ENDS_SOONER) from error


def _unpack(archive: zipfile.ZipFile, entries: Iterable[zipfile.ZipInfo]) -> None:
    left = MOST_UNPACKED
    for entry in entries:
        with archive.open(entry) as stream:
            before = b""
            while piece := stream.read(MEBIBYTE):
                left -= len(piece)
                if left < 0:
                    raise _refused(
                        N_("This spreadsheet unpacks to far more than a statement is. It is not read")
                    )
                _refuse_document_type(before + piece)
                before = piece[-32:]


def _refuse_document_type(piece: bytes) -> None:
    """A spreadsheet has none; it is how entities are declared. In UTF-16 every other byte is 0."""
    if _DOCUMENT_TYPE.search(piece) or _DOCUMENT_TYPE.search(piece.replace(b"\x00", b"")):
        raise _refused(N_("This spreadsheet refers to something outside of it, and is not read"))


def _first_filled(book) -> Rows:
    for sheet in book.worksheets:
        # What a sheet says of its own size may be wrong, and makes openpyxl invent empty cells.
        sheet.reset_dimensions()
        rows = _bounded([_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True))
        if any(any(row) for row in rows):
            return rows
    raise _refused(N_("The spreadsheet is empty"))


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, float):
        # 1250.1 + 2500.2 is stored as 3750.2999999999997, and shown as everybody means it.
        return f"{value:.10g}" if abs(value) < 1e5 else f"{round(value, 2):.2f}".removesuffix(".00")
    return str(value)


def _bounded(rows: Iterable[list[str]]) -> Rows:
    kept, text = [], 0
    for row in islice(rows, MOST_ROWS + 1):
        if len(row) > MOST_COLUMNS:
            while row and not row[-1]:
                row.pop()
        if len(row) > MOST_COLUMNS:
            raise _refused(N_("A row has more than 100 columns. This is no statement of account"))
        kept.append([cell[:LONGEST_CELL].strip() for cell in row])
        text += sum(map(len, kept[-1]))
        if text > MOST_TEXT:
            raise _refused(N_("There is far more text in this than in a statement. It is not read"))
    if len(kept) > MOST_ROWS:
        raise _refused(N_("The statement has more than 10,000 rows. Send it in shorter periods"))
    return kept
