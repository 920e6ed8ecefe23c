"""Vouchers for money: the sheet of an invoice with other rows. What came, or was paid back, and for what.

A voucher is decided completely before it gets here, in text; `sheet_of` only says what stands where.
"""

from dataclasses import dataclass, field
from datetime import date

from rms.documents.drawings import picture_of
from rms.documents.paper import PETROL, PaperParty
from rms.domain.errors import N_

Cell = tuple[str, str]  # the text, and what stands small under it


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherPaper:
    """`columns` are (heading, kind): "ordinal", "description", then "code" for text and "figure" for amounts.

    `summary` is a heading, columns and rows of a small table; empty text and () mean: not printed.
    """

    title: str
    number: str
    day: date
    seller: PaperParty
    party_words: str
    party: PaperParty
    facts: tuple[tuple[str, str], ...]
    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Cell, ...], ...]
    grand: tuple[str, str]
    words: str
    words_heading: str
    totals: tuple[tuple[str, str], ...] = ()
    after_total: tuple[tuple[str, str], ...] = ()
    declarations: tuple[str, ...] = ()
    summary: tuple[str, tuple[tuple[str, str], ...], tuple[tuple[str, ...], ...]] | None = None
    notes: str = ""
    watermark: str = ""
    signatory: str = ""
    look: dict = field(default_factory=dict)


def sheet_of(paper: VoucherPaper, translate) -> dict:
    """The template's input, as `invoice_sheet.sheet_of` makes it of an invoice."""
    names = {"title": paper.title, "number": paper.number}
    between = {"seller": paper.seller.name, "buyer": paper.party.name}
    look = paper.look
    nothing = {"heading": "", "lines": []}
    return {
        "language": "en",
        "brand": look.get("brand_colour", PETROL),
        "title": paper.title,
        "number": paper.number,
        "layout": look.get("layout", "ledger"),
        "logo": picture_of(look.get("logo", b""), paper.seller.name),
        "copies": [""],
        "watermark": paper.watermark,
        "continued": translate(N_("%(title)s %(number)s, continued")) % names,
        "between": translate(N_("%(seller)s, for %(buyer)s")) % between,
        "page_of": translate(N_("Page %(page)s of %(pages)s")),
        "seller": _party("", paper.seller),
        "parties": [_party(paper.party_words, paper.party)],
        "facts": [list(fact) for fact in paper.facts],
        "declarations": list(paper.declarations),
        "items": _table(paper.columns, paper.rows),
        "summary": _summary(paper),
        "words": {"heading": paper.words_heading, "text": paper.words},
        "totals": [list(row) for row in paper.totals],
        "grand": list(paper.grand),
        "after_total": [list(row) for row in paper.after_total],
        "notes": {"heading": translate(N_("Notes")), "text": paper.notes},
        "upi": {**nothing, "qr": "", "alt": ""},
        "bank": nothing,
        "signing": _signing(paper, translate),
        "footer": look.get("footer", ""),
    }


def _party(heading: str, party: PaperParty) -> dict:
    gstin = [f"GSTIN {party.gstin}"] if party.gstin else []
    return {"heading": heading, "name": party.name, "lines": [*party.lines, *gstin]}


def _table(columns, rows) -> dict:
    return {
        "columns": [{"head": head, "kind": kind} for head, kind in columns],
        "rows": [[{"text": text, "under": under} for text, under in row] for row in rows],
    }


def _summary(paper: VoucherPaper) -> dict | None:
    if paper.summary is None:
        return None
    heading, columns, rows = paper.summary
    return {"heading": heading, **_table(columns, [[(text, "") for text in row] for row in rows])}


def _signing(paper: VoucherPaper, translate) -> dict | None:
    if not paper.signatory:
        return None
    signed = translate(N_("Signature of %(name)s")) % {"name": paper.signatory}
    return {
        "for": translate(N_("For %(seller)s")) % {"seller": paper.seller.name},
        "by": translate(N_("%(name)s, authorised signatory")) % {"name": paper.signatory},
        "picture": picture_of(paper.look.get("signature", b""), signed),
    }
