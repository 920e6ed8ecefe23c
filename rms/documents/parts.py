"""The parts that every paper of the house is made of: parties, lines, taxes, the bank, its look.

Each takes what is stored (a snapshot, a line, a document with the columns of an invoice) and gives a part of
`InvoicePaper`. Nothing is priced here.
"""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from babel import Locale

from rms.documents.paper import PaperLine, PaperParty, PaperTax, PaperTaxGroup
from rms.domain import states
from rms.domain.contacts import Address
from rms.domain.errors import N_
from rms.domain.place_of_supply import TaxMode
from rms.models import Invoice, InvoiceLineItem
from rms.queries.tax_rows import tax_rows

Translate = Callable[[str], str]

HOME = "IN"
HEADS = {
    TaxMode.CGST_SGST: ("CGST", "SGST"),
    TaxMode.CGST_UTGST: ("CGST", "UTGST"),
    TaxMode.IGST: ("IGST",),
}


def state_with_code(code: str | None) -> str:
    """ "Tamil Nadu (33)"; Rule 46 wants both."""
    return f"{states.name_of(code)} ({code})" if states.name_of(code) else ""


def country_name(code: str | None) -> str:
    """The English name of a country, as customs knows it; nothing for India and for what is no country."""
    if not code or code == HOME:
        return ""
    return Locale("en").territories.get(code, code)


def seller_party(seller: dict, translate: Translate) -> PaperParty:
    contacts = ", ".join(filter(None, (seller.get("contact_email"), seller.get("contact_phone"))))
    udyam = seller.get("udyam_number")
    more = [contacts, translate(N_("Udyam %(number)s")) % {"number": udyam} if udyam else ""]
    lines = (*address_lines(seller), *filter(None, more))
    return PaperParty(seller["name"], lines, seller.get("gst_number") or "")


def buyer_party(buyer: dict) -> PaperParty:
    country = country_name(buyer.get("country_code"))
    lines = (*address_lines(buyer), *([country] if country else []))
    return PaperParty(buyer.get("name") or "", lines, buyer.get("gst_number") or "")


def ship_to_party(buyer: dict) -> PaperParty | None:
    if not buyer.get("shipping_address_line1"):
        return None
    name = buyer.get("shipping_name") or buyer["name"]
    return PaperParty(name, address_lines(buyer, "shipping_"))


def address_lines(party: dict, prefix: str = "") -> tuple[str, ...]:
    """Street, town with PIN, and the state with its code on a line of its own."""
    part = {name: party.get(prefix + name) for name in ("address_line1", "address_line2", "city", "pin_code")}
    lines = Address(part["address_line1"], part["address_line2"], part["city"], part["pin_code"]).lines
    state = state_with_code(party.get(f"{prefix}state_code"))
    return (*lines, *([state] if state else []))


def printed_lines(lines: Iterable[InvoiceLineItem]) -> list[InvoiceLineItem]:
    """Those that say something and could be read."""
    return [line for line in lines if line.is_valid and (line.name or line.description or line.rate)]


def line_of(line: InvoiceLineItem, document: Invoice) -> PaperLine:
    return PaperLine(
        description=line.name or line.description or "",
        details=(line.description or "") if line.name else "",
        hsn_sac=line.hsn_sac or "",
        quantity=line.quantity,
        unit=line.unit or "",
        rate=line.rate,
        discount_percent=line.discount_percent or Decimal(0),
        discount_amount=line.discount_amount,
        taxable=line.taxable_amount,
        taxes=taxes_of([line], document),
        total=line.total,
    )


def taxes_of(alike: Sequence[InvoiceLineItem], document: Invoice) -> tuple[PaperTax, ...]:
    """The heads charged on lines of one rate, amounts added; nothing where the recipient pays the tax."""
    line = alike[0]
    is_charged = line.tax_treatment == "taxable" and not document.reverse_charge
    heads = HEADS.get(document.tax_mode, ()) if is_charged else ()
    amounts = {
        "CGST": sum_of(line.cgst_amount for line in alike),
        "SGST": sum_of(line.sgst_amount for line in alike),
        "UTGST": sum_of(line.sgst_amount for line in alike),
        "IGST": sum_of(line.igst_amount for line in alike),
    }
    taxes = [PaperTax(head, line.tax_rate / len(heads), amounts[head]) for head in heads]
    cess = sum_of(line.cess_amount for line in alike)
    return (*taxes, *([PaperTax("Cess", line.cess_rate, cess)] if cess else []))


def summary_of(document: Invoice, lines: Iterable[InvoiceLineItem]) -> tuple[PaperTaxGroup, ...]:
    """One row for each code and rate; nothing when no line carries a code."""
    groups: dict[tuple, list[InvoiceLineItem]] = {}
    for line in lines:
        key = (line.hsn_sac or "", line.tax_treatment, line.tax_rate, line.cess_rate)
        groups.setdefault(key, []).append(line)
    if not any(code for code, *_ in groups) or not document.tax_total:
        return ()
    return tuple(
        PaperTaxGroup(code, sum_of(line.taxable_amount for line in alike), taxes_of(alike, document))
        for (code, *_), alike in sorted(groups.items(), key=lambda group: group[0])
    )


def totals_of(
    document: Invoice, lines: Sequence[InvoiceLineItem], translate: Translate
) -> tuple[tuple[str, Decimal], ...]:
    """Taxable value and each tax, as they stand above the grand total."""
    rows = [(row.label, row.amount) for row in tax_rows(document, lines)]
    if document.cess_total:
        rows.append((translate(N_("Cess")), document.cess_total))
    label = N_("Taxable value") if document.kind != "bill_of_supply" else N_("Value")
    return ((translate(label), document.subtotal), *rows)


def bank_lines(seller: dict, translate: Translate) -> tuple[str, ...]:
    """Nothing without an account number: the rest alone pays nobody."""
    if not seller.get("bank_account_number"):
        return ()
    account = translate(N_("A/c %(account)s")) % {"account": seller["bank_account_number"]}
    bank = ", ".join(filter(None, (seller.get("bank_name"), seller.get("bank_branch"))))
    ifsc = seller.get("bank_ifsc")
    code = translate(N_("IFSC %(code)s")) % {"code": ifsc} if ifsc else ""
    holder = seller.get("bank_account_name") or seller["name"]
    return tuple(line for line in (holder, account, bank, code) if line)


def sum_of(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal("0.00"))
