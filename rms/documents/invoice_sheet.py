"""Which words and figures stand where on an invoice: everything but the typography.

The template receives text only, so how an amount or a date reads is decided here once, with the functions the
screens use too. Nothing is added, multiplied or rounded in this module.
"""

from decimal import Decimal

from rms.documents.drawings import picture_of, qr_of
from rms.documents.paper import InvoicePaper, PaperLine, PaperTaxGroup, code_word
from rms.domain.errors import N_
from rms.domain.money import group_indian, rupees
from rms.domain.periods import format_date

# Rates come with up to four decimals and quantities with three: what is stored is printed, no idle zeros.
MONEY_PLACES = 2


def sheet_of(paper: InvoicePaper, translate) -> dict:
    """Gives the template's input: nested dicts and lists of text, ready for JSON."""
    number = paper.number or translate(paper.words.draft)
    return {
        "language": paper.language,
        "brand": paper.brand_colour,
        "title": paper.title,
        "number": number,
        "layout": paper.layout,
        "logo": picture_of(paper.logo, paper.seller.name),
        "copies": list(paper.markings),
        "watermark": _watermark(paper, translate),
        "continued": translate(N_("%(title)s %(number)s, continued"))
        % {"title": paper.title, "number": number},
        "between": translate(N_("%(seller)s, for %(buyer)s"))
        % {"seller": paper.seller.name, "buyer": paper.buyer.name},
        "page_of": translate(N_("Page %(page)s of %(pages)s")),
        "seller": _party("", paper.seller),
        "parties": _parties(paper, translate),
        "facts": _facts(paper, number, translate),
        "declarations": list(paper.declarations),
        "items": _items(paper, translate),
        "summary": _summary(paper, translate),
        "words": {"heading": translate(N_("Total in words")), "text": paper.amount_in_words},
        "totals": _totals(paper, translate),
        "grand": [translate(N_("Total")), rupees(paper.grand_total)],
        "after_total": [[label, _signed(amount)] for label, amount in paper.after_total],
        "notes": {"heading": translate(N_("Notes")), "text": paper.notes},
        "upi": _upi(paper, translate),
        "bank": {"heading": translate(N_("Pay by bank transfer")), "lines": list(paper.bank_details)},
        "signing": _signing(paper, translate),
        "footer": paper.footer,
    }


def _watermark(paper, translate):
    if paper.is_cancelled:
        return translate(paper.words.cancelled)
    return translate(paper.words.draft) if paper.is_draft else ""


def _party(heading, party):
    gstin = [f"GSTIN {party.gstin}"] if party.gstin else []
    return {"heading": heading, "name": party.name, "lines": [*party.lines, *gstin]}


def _parties(paper, translate):
    parties = [_party(translate(paper.words.buyer), paper.buyer)]
    if paper.ship_to:
        heading = N_("Service given at") if paper.is_service else N_("Deliver to")
        parties.append(_party(translate(heading), paper.ship_to))
    return parties


def _facts(paper, number, translate):
    words = paper.words
    facts = [[translate(words.number), number], [translate(words.date), format_date(paper.invoice_date)]]
    if paper.due_date:
        facts.append([translate(words.due), format_date(paper.due_date)])
    facts.extend([label, value] for label, value in paper.references)
    if paper.place_of_supply:
        facts.append([translate(N_("Place of supply")), paper.place_of_supply])
    if paper.reverse_charge is not None:
        facts.append(
            [translate(N_("Reverse charge")), translate(N_("Yes") if paper.reverse_charge else N_("No"))]
        )
    return facts


def _items(paper, translate):
    """Gives columns and rows. A column stands only when some line has something to say in it."""
    heads = _tax_heads(paper.lines)
    shows_codes = any(line.hsn_sac for line in paper.lines)
    # With two taxes there is no room for a column of discounts: they stand under the rate.
    has_discounts = paper.shows_empty_discounts or any(_discount(line) for line in paper.lines)
    discounts_apart = len(heads) <= 1 and has_discounts
    columns = [_column("#", "ordinal"), _column(translate(N_("Description")), "description")]
    columns += [_column(paper.code_word, "code")] if shows_codes else []
    columns += [_column(translate(N_("Qty"))), _column(translate(N_("Rate ₹")))]
    columns += [_column(translate(N_("Disc")))] if discounts_apart else []
    columns += [_column(translate(N_("Taxable ₹")))] if heads else []
    columns += [_column(head) for head in heads] + [_column(translate(N_("Amount ₹")))]
    rows = []
    for ordinal, line in enumerate(paper.lines, start=1):
        cells = [_cell(str(ordinal)), _cell(line.description, line.details)]
        cells += [_cell(line.hsn_sac)] if shows_codes else []
        cells += [_cell(_trimmed(line.quantity), line.unit), _rate_cell(line, discounts_apart, translate)]
        cells += [_cell(_discount(line) or translate(N_("nil")))] if discounts_apart else []
        cells += [_cell(group_indian(line.taxable))] if heads else []
        cells += [_tax_cell(line, head, translate) for head in heads] + [_cell(group_indian(line.total))]
        rows.append(cells)
    return {"columns": columns, "rows": rows}


def _column(head, kind="figure"):
    return {"head": head, "kind": kind}


def _cell(text, under=""):
    return {"text": text, "under": under}


def _tax_heads(taxed: tuple[PaperLine, ...] | tuple[PaperTaxGroup, ...]):
    """The heads of tax in the order in which they first appear."""
    return list(dict.fromkeys(tax.name for row in taxed for tax in row.taxes))


def _rate_cell(line, discounts_apart, translate):
    discount = "" if discounts_apart else _discount(line)
    under = translate(N_("less %(discount)s")) % {"discount": discount} if discount else ""
    return _cell(_trimmed(line.rate, least=MONEY_PLACES), under)


def _discount(line):
    if line.discount_percent:
        return _percent(line.discount_percent)
    return group_indian(line.discount_amount) if line.discount_amount else ""


def _tax_cell(line, head, translate):
    for tax in line.taxes:
        if tax.name == head:
            return _cell(group_indian(tax.amount), _percent(tax.rate))
    return _cell(translate(N_("nil")))


def _percent(rate):
    return f"{_trimmed(rate)}%"


def _trimmed(value: Decimal, least=0):
    """Grouped, with all decimals that matter and at least so many: 2, 1.5, 14,500.00, 0.1255."""
    significant = -value.normalize().as_tuple().exponent
    return group_indian(value, places=max(least, significant))


def _summary(paper, translate):
    if not paper.tax_summary:
        return None
    heads = _tax_heads(paper.tax_summary)
    code = code_word(paper.tax_summary)
    columns = [_column(code, "code"), _column(translate(N_("Taxable ₹"))), _column(translate(N_("Rate")))]
    columns += [_column(f"{head} ₹") for head in heads]
    rows = []
    for group in paper.tax_summary:
        rates = " + ".join(_percent(tax.rate) for tax in group.taxes) or translate(N_("nil"))
        figures = [_tax_cell(group, head, translate) for head in heads]
        rows.append([_cell(group.hsn_sac), _cell(group_indian(group.taxable)), _cell(rates), *figures])
    return {"heading": translate(N_("Tax by %(code)s")) % {"code": code}, "columns": columns, "rows": rows}


def _totals(paper, translate):
    totals = [[label, group_indian(amount)] for label, amount in paper.totals]
    if paper.round_off:
        totals.append([translate(N_("Round off")), group_indian(paper.round_off)])
    return totals


def _signed(amount):
    """What is taken off stands as a plain figure, what is asked for with the rupee sign."""
    return group_indian(amount) if amount < 0 else rupees(amount)


def _upi(paper, translate):
    told = (
        [translate(N_("Scan with any UPI app. Amount and number are filled in."))] if paper.upi_link else []
    )
    return {
        "heading": translate(N_("Pay by UPI")),
        "lines": [*told, *([paper.upi_id] if paper.upi_id else [])],
        "qr": qr_of(paper.upi_link) if paper.upi_link else "",
        "alt": translate(N_("QR code to pay %(number)s by UPI")) % {"number": paper.number},
    }


def _signing(paper, translate):
    if not paper.signatory:
        return None
    return {
        "for": translate(N_("For %(seller)s")) % {"seller": paper.seller.name},
        "by": translate(N_("%(name)s, authorised signatory")) % {"name": paper.signatory},
        "picture": picture_of(
            paper.signature, translate(N_("Signature of %(name)s")) % {"name": paper.signatory}
        ),
    }
