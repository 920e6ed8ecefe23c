"""Many documents in one file: a register as CSV or XLSX, papers in a ZIP."""

import io
import zipfile
from collections.abc import Callable, Iterable
from decimal import Decimal

from rms.documents.sheets import CSV_TYPE, XLSX_TYPE, csv_bytes, xlsx_bytes
from rms.domain.states import STATES

Translate = Callable[[str], str]


def N_(message: str) -> str:  # noqa: N802 - marks a word for translation
    return message


HEAD = (
    N_("Number"),
    N_("Date"),
    N_("Due date"),
    N_("Status"),
    N_("Customer"),
    N_("GSTIN"),
    N_("Place of supply"),
    N_("PO reference"),
    N_("Taxable value"),
    N_("CGST"),
    N_("SGST"),
    N_("IGST"),
    N_("Cess"),
    N_("Round off"),
    N_("Total"),
    N_("Received"),
    N_("Credited"),
    N_("To collect"),
)
STATUS_WORDS = {
    "draft": N_("Draft"),
    "pending": N_("Awaiting payment"),
    "partially_paid": N_("Part paid"),
    "paid": N_("Paid"),
    "overdue": N_("Overdue"),
    "cancelled": N_("Cancelled"),
}
_STATUS, _PLACE = 3, 6


def register(kind: str, rows: Iterable[tuple], *, translate: Translate) -> tuple[str, bytes, str]:
    """(name, content, media type) of rows of `queries.invoice_exports`; `kind` is csv or xlsx."""
    head = [translate(word) for word in HEAD]
    told = (_readable(row, translate) for row in rows)
    if kind == "csv":
        return "invoices.csv", csv_bytes(head, told), CSV_TYPE
    return "invoices.xlsx", xlsx_bytes(translate(N_("Invoices")), head, told), XLSX_TYPE


def _readable(row: tuple, translate: Translate) -> list:
    cells = list(row)
    cells[_STATUS] = translate(STATUS_WORDS[row[_STATUS]])
    code = row[_PLACE]
    cells[_PLACE] = f"{code}-{STATES.get(code, '')}" if code else None
    return [cell if not isinstance(cell, Decimal) else cell.quantize(Decimal("0.01")) for cell in cells]


def zipped(papers: Iterable[tuple[str, bytes]]) -> bytes:
    """Papers under their names; of two of one name the second gets a number."""
    made, seen = io.BytesIO(), {}
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as collection:
        for name, content in papers:
            seen[name] = seen.get(name, 0) + 1
            shown = name if seen[name] == 1 else f"{name.removesuffix('.pdf')}-{seen[name]}.pdf"
            collection.writestr(zipfile.ZipInfo(shown, (1980, 1, 1, 0, 0, 0)), content)
    return made.getvalue()
