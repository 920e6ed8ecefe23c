"""Tables as files: CSV and XLSX, written row by row.

The workbook is written here and not by a library: texts go in as inline strings and amounts as numbers, so
that nothing that came from outside can become a formula. In CSV, where a spreadsheet guesses, such a text is
led by an apostrophe (OWASP, CSV injection).
"""

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from html import escape

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
# XML 1.0 has no way to write these.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
LONGEST_CELL = 32_767
EPOCH = dt.date(1899, 12, 30)
DAY_STYLE, MONEY_STYLE, HEAD_STYLE = 1, 2, 3

CSV_TYPE = "text/csv"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Cell = str | Decimal | dt.date | int | None


def csv_bytes(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """With a mark by which Excel knows UTF-8."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([harmless(word) for word in head])
    for row in rows:
        writer.writerow([harmless(_plain(cell)) for cell in row])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def harmless(text: str) -> str:
    """The text as a spreadsheet will show it and never compute it; plain numbers stay numbers."""
    if _NUMBER.fullmatch(text):
        return text
    return f"'{text}" if text.lstrip(" \u00a0").startswith(FORMULA) else text


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    return cell.isoformat() if isinstance(cell, dt.date) else str(cell)


def xlsx_bytes(name: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A workbook of one sheet whose first row is its head."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as book:
        for path, content in _parts(name).items():
            book.writestr(_entry(path), content)
        with book.open(_entry("xl/worksheets/sheet1.xml"), "w") as sheet:
            for piece in _sheet(head, rows):
                sheet.write(piece.encode())
    return made.getvalue()


def _entry(path: str) -> zipfile.ZipInfo:
    """Without the time of making, so that the same rows make the same bytes."""
    entry = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _sheet(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    yield (
        f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" '
        'topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>'
    )
    yield _row([_text(word, HEAD_STYLE) for word in head])
    for row in rows:
        yield _row([_cell(cell) for cell in row])
    yield "</sheetData></worksheet>"


def _row(cells: Iterable[str]) -> str:
    return f"<row>{''.join(cells)}</row>"


def _cell(cell: Cell) -> str:
    if cell is None:
        return "<c/>"
    if isinstance(cell, dt.date):
        return f'<c s="{DAY_STYLE}"><v>{(cell - EPOCH).days}</v></c>'
    if isinstance(cell, Decimal):
        return f'<c s="{MONEY_STYLE}"><v>{cell:f}</v></c>'
    if isinstance(cell, int):
        return f"<c><v>{cell}</v></c>"
    return _text(cell)


def _text(text: str, style: int = 0) -> str:
    clean = escape(_UNWRITABLE.sub("", text)[:LONGEST_CELL], quote=False)
    return f'<c t="inlineStr" s="{style}"><is><t xml:space="preserve">{clean}</t></is></c>'


_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def _parts(name: str) -> dict[str, str]:
    """What a workbook needs around its sheet. Styles: plain, day, money, bold."""
    sheet = escape(re.sub(r"[\[\]:*?/\\]", " ", name)[:31])
    return {
        "[Content_Types].xml": f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KIND}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/></Types>',
        "_rels/.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
        f'<sheets><sheet name="{sheet}" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'{_XML}<styleSheet xmlns="{_MAIN}"><numFmts count="2">'
        '<numFmt numFmtId="164" formatCode="dd mmm yyyy"/>'
        '<numFmt numFmtId="165" formatCode="#,##0.00"/></numFmts>'
        '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
        '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="1"><fill><patternFill patternType="none"/></fill></fills>'
        '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
        '<cellXfs count="4"><xf/><xf numFmtId="164" applyNumberFormat="1"/>'
        '<xf numFmtId="165" applyNumberFormat="1"/><xf fontId="1" applyFont="1"/></cellXfs></styleSheet>',
    }
