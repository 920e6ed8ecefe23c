"""Rows out of a spreadsheet: tab-separated as Excel copies them, or a CSV file. Cells come out as typed."""

import csv
import io
import re

LONGEST = 2_000_000
PLAIN_ORDER = ("name", "quantity", "rate", "discount")
HEADINGS = {
    "name": "item|name|service|product|particulars|item name|service name|item and description|work",
    "description": "description|details|narration|remarks|note|notes",
    "hsn_sac": "sac|hsn|hsn/sac|sac/hsn|hsn sac|hsn code|sac code|hsn or sac|sac or hsn|code",
    "quantity": "qty|quantity|nos|no|units|count|hours|days",
    "unit": "unit|uom|per|unit of measure",
    "rate": "rate|price|unit price|unit rate|unit cost|cost|rate per unit|price per unit",
    "discount": "discount|disc|less|rebate",
    "tax": "gst|tax|gst rate|tax rate|igst|vat",
    "": "amount|total|value|line total|taxable value|sr|s|sl|sno|sl no|sr no|s no|serial|line",
}
_FIELDS = {heading: name for name, several in HEADINGS.items() for heading in several.split("|")}
_DECORATION = re.compile(r"[₹%#*:.()\[\]]|\b(?:rs|inr|in)\b", re.IGNORECASE)


def read(text: str) -> list[dict[str, str]]:
    """One mapping of cells a row, without empty rows. The first row names the columns when it looks like
    headings; otherwise they are item, quantity, rate, discount. What stands beyond goes to the description.
    """
    rows = [[_clean(cell) for cell in row] for row in _rows(text[:LONGEST])]
    rows = [row for row in rows if any(row)]
    if not rows:
        return []
    headings = _headings(rows[0])
    if headings is None:
        return [_by_order(row) for row in rows]
    return [_by_heading(row, headings) for row in rows[1:]]


def _rows(text: str) -> list[list[str]]:
    """Quoted cells may hold line breaks; a quote that is never closed is only a character, as in 6" pipe."""
    text = text.lstrip("\ufeff").replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
    tab = "\t" in text
    delimiter = "\t" if tab else _delimiter(text)
    how = {"delimiter": delimiter, "strict": True}
    try:
        return list(csv.reader(io.StringIO(text, newline=""), **how))
    except csv.Error:
        return [line.split(delimiter) for line in text.split("\n")]


def _delimiter(text: str) -> str:
    """A list of plain lines with commas in the words is one column; figures in every line make it a table."""
    lines = [line for line in text.split("\n") if line.strip()]
    for delimiter in (";", ","):
        if lines and all(delimiter in line for line in lines):
            return delimiter
    return "\t"


def _clean(cell: str) -> str:
    return re.sub(r"[ \t\u00a0]+", " ", cell).strip()


def _headings(row: list[str]) -> list[str | None] | None:
    """The field of every column, None for a column nobody knows; None when the row holds no headings."""
    named = [_FIELDS.get(_DECORATION.sub(" ", cell).casefold().strip().replace("  ", " ")) for cell in row]
    known = [name for name in named if name is not None]
    filled = [cell for cell in row if cell]
    enough = len(known) >= 2 or (len(filled) == 1 and len(known) == 1)
    return named if enough and "name" in known + ["name"] * ("description" in known) else None


def _by_order(row: list[str]) -> dict[str, str]:
    cells = dict(zip(PLAIN_ORDER, row, strict=False))
    beyond = [cell for cell in row[len(PLAIN_ORDER) :] if cell]
    return _named(cells | ({"description": ", ".join(beyond)} if beyond else {}))


def _by_heading(row: list[str], headings: list[str | None]) -> dict[str, str]:
    cells: dict[str, str] = {}
    beyond = []
    for cell, name in zip(row, [*headings, *[None] * len(row)], strict=False):
        if not cell or name == "":
            continue
        if name is None or name in cells:
            beyond.append(cell)
        else:
            cells[name] = cell
    if beyond:
        cells["description"] = ", ".join(
            [cells["description"], *beyond] if "description" in cells else beyond
        )
    return _named(cells)


def _named(cells: dict[str, str]) -> dict[str, str]:
    """An item has one line: what follows a line break is its description. A description alone is the item."""
    if not cells.get("name") and cells.get("description"):
        cells["name"] = cells.pop("description")
    first, _, rest = cells.get("name", "").partition("\n")
    if rest:
        cells["name"] = first.strip()
        cells["description"] = "\n".join(filter(None, [rest.strip(), cells.get("description", "")]))
    return cells
