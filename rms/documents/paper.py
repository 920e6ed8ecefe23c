"""What is printed on an invoice, already decided.

A paper is filled from the stored, frozen document: every sum, name, rate and wording is settled before it
gets here, so that a PDF made years later says what the first one said. Amounts are Decimal rupees as stored.
The particulars are those of CGST Rule 46 (tax invoice) and Rule 49 (bill of supply). A quote is the same
sheet with other words.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from rms.documents.drawings import data_uri
from rms.domain.branding import ACCENTS, Branding
from rms.domain.errors import N_

PETROL = "#1d5a6c"
_HEX_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True, slots=True)
class PaperParty:
    """Seller, buyer or place of delivery. `lines` are printed as given: address, state and code, contacts."""

    name: str
    lines: tuple[str, ...] = ()
    gstin: str = ""


@dataclass(frozen=True, slots=True)
class PaperTax:
    """One head of tax: CGST, SGST, UTGST, IGST or cess, its rate in percent and its amount."""

    name: str
    rate: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class PaperLine:
    """`discount_percent` is printed when there is one, else `discount_amount`; `total` includes the taxes."""

    description: str
    quantity: Decimal
    rate: Decimal
    taxable: Decimal
    total: Decimal
    details: str = ""
    hsn_sac: str = ""
    unit: str = ""
    discount_percent: Decimal = Decimal(0)
    discount_amount: Decimal = Decimal(0)
    taxes: tuple[PaperTax, ...] = ()


@dataclass(frozen=True, slots=True)
class PaperTaxGroup:
    """One row of the summary by HSN or SAC."""

    hsn_sac: str
    taxable: Decimal
    taxes: tuple[PaperTax, ...] = ()


@dataclass(frozen=True, slots=True)
class PaperWords:
    """What the fixed parts are called, as gettext knows them: those of an invoice, unless told otherwise."""

    number: str = N_("Invoice number")
    date: str = N_("Invoice date")
    due: str = N_("Due date")
    buyer: str = N_("Bill to")
    draft: str = N_("Draft")
    cancelled: str = N_("Cancelled")


OF_DEBIT_NOTE = PaperWords(number=N_("Debit note number"), date=N_("Debit note date"))


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoicePaper:
    """One document. Empty text, None and () mean: not printed.

    `totals` stand above the grand total in the order given, `after_total` below it (received, balance due).
    `declarations` are endorsements the law wants at the top (composition, export or SEZ under LUT).
    `copy_marking` heads the one copy, or `copies` the several that the file holds one after the other.
    `upi_link` is printed as a QR code; `logo` and `signature` are PNG; `brand_colour` is #rrggbb and `layout`
    a word of domain.branding.Layout. A draft is marked so on every page and may lack a number.
    """

    title: str
    number: str
    invoice_date: date
    seller: PaperParty
    buyer: PaperParty
    lines: tuple[PaperLine, ...]
    totals: tuple[tuple[str, Decimal], ...]
    grand_total: Decimal
    amount_in_words: str

    due_date: date | None = None
    references: tuple[tuple[str, str], ...] = ()
    place_of_supply: str = ""
    reverse_charge: bool | None = None
    ship_to: PaperParty | None = None
    declarations: tuple[str, ...] = ()
    copy_marking: str = ""
    is_draft: bool = False
    is_cancelled: bool = False
    round_off: Decimal = Decimal(0)
    after_total: tuple[tuple[str, Decimal], ...] = ()
    tax_summary: tuple[PaperTaxGroup, ...] = ()
    notes: str = ""
    bank_details: tuple[str, ...] = ()
    upi_id: str = ""
    upi_link: str = ""
    signatory: str = ""
    footer: str = ""
    language: str = "en"
    brand_colour: str = PETROL
    layout: str = "ledger"
    logo: bytes = b""
    signature: bytes = b""
    shows_empty_discounts: bool = False
    copies: tuple[str, ...] = ()
    words: PaperWords = PaperWords()

    @property
    def markings(self) -> tuple[str, ...]:
        """The heading of each copy in the file; always at least one."""
        return self.copies or (self.copy_marking,)

    @property
    def accent(self) -> str:
        """The name of its colour, for a stylesheet."""
        return next((name for name, colour in ACCENTS.items() if colour == self.brand_colour), "petrol")

    @property
    def logo_address(self) -> str:
        return data_uri(self.logo)

    @property
    def signature_address(self) -> str:
        return data_uri(self.signature)

    @property
    def is_debit_note(self) -> bool:
        return self.words == OF_DEBIT_NOTE

    @property
    def code_word(self) -> str:
        return code_word(self.lines)

    @property
    def is_service(self) -> bool:
        return self.code_word == "SAC"

    def __post_init__(self):
        if not _HEX_COLOUR.fullmatch(self.brand_colour):
            raise ValueError(f"brand_colour must look like {PETROL}, not {self.brand_colour!r}")


def code_word(coded: Iterable[PaperLine | PaperTaxGroup]) -> str:
    """SAC codes are the headings of chapter 99; both kinds may stand on one invoice."""
    are_services = {row.hsn_sac.startswith("99") for row in coded if row.hsn_sac}
    if are_services == {True}:
        return "SAC"
    return "HSN" if are_services == {False} else "HSN/SAC"


def look_of(branding: Branding, *, logo: bytes, signature: bytes) -> dict:
    """The fields of a paper that say how it looks."""
    return {
        "layout": branding.template.value,
        "brand_colour": branding.colour,
        "logo": logo,
        "signature": signature,
        "footer": branding.foot_note,
        "shows_empty_discounts": branding.prints_empty_discounts,
    }
