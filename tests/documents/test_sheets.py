"""Tables as files: nothing that came from outside may become a formula (row 33)."""

import csv
import datetime as dt
import io
import re
import zipfile
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from rms.documents.sheets import csv_bytes, harmless, xlsx_bytes

FORMULAS = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠A1",
    "  =HYPERLINK(1)",
    "\u00a0=1",
    '=cmd|"/c calc"!A1',
]
NAMESPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.mark.parametrize("payload", FORMULAS)
def test_a_formula_is_a_text_in_csv(payload):
    read = next(csv.reader(io.StringIO(csv_bytes([payload], []).decode("utf-8-sig"), newline="")))
    assert read == [f"'{payload}"]


@pytest.mark.parametrize("text", ["-120.50", "+5", "0", "Lakeview = fine", "a@b.in", "", "NFS/26-27/0001"])
def test_numbers_and_words_stay_as_they_are(text):
    assert harmless(text) == text


def sheet_of(book: bytes) -> ElementTree.Element:
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        assert parts.testzip() is None
        for name in parts.namelist():
            ElementTree.fromstring(parts.read(name))
        return ElementTree.fromstring(parts.read("xl/worksheets/sheet1.xml"))


def test_a_workbook_holds_no_formula_and_every_text_as_it_is():
    sheet = sheet_of(xlsx_bytes("Invoices", ["Head"], [[payload] for payload in FORMULAS]))
    assert not list(sheet.iter(f"{NAMESPACE}f"))
    cells = list(sheet.iter(f"{NAMESPACE}c"))
    assert {cell.get("t") for cell in cells} == {"inlineStr"}
    read = [text.text.replace("\r", "\n") for text in sheet.iter(f"{NAMESPACE}t")]
    assert read == ["Head", *(payload.replace("\r", "\n") for payload in FORMULAS)]


def test_amounts_are_numbers_to_the_paisa_and_days_are_days():
    row = [Decimal("141600.05"), dt.date(2026, 11, 22), None, 3]
    sheet = sheet_of(xlsx_bytes("A/B", ["a", "b", "c", "d"], [row]))
    values = [value.text for value in sheet.iter(f"{NAMESPACE}v")]
    assert values == ["141600.05", "46348", "3"]


def test_what_xml_cannot_write_is_left_out_and_markup_is_text():
    book = xlsx_bytes("x", ["<b>&\x00\x0b\ufffe"], [])
    assert [text.text for text in sheet_of(book).iter(f"{NAMESPACE}t")] == ["<b>&"]


def test_the_same_rows_make_the_same_bytes():
    assert xlsx_bytes("x", ["a"], [["1"]]) == xlsx_bytes("x", ["a"], [["1"]])
    assert re.match(b"\xef\xbb\xbf", csv_bytes(["a"], []))
