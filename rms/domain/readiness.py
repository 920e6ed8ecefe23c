"""Whether a draft may become paper: what must be mended first, and what is only worth a look.

Sources: CGST Rules 46 (tax invoice), 46A and 49 (bill of supply) and 5(1)(f) (composition); notification
78/2020 Central Tax (digits of HSN); IGST Act s.16 and CGST Rule 96A (zero-rated supplies under a letter of
undertaking). Each check names its own.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rms.domain import numbering, tax
from rms.domain.errors import N_, Sentence
from rms.domain.errors import sentence as say
from rms.domain.money import rupees
from rms.domain.periods import format_date
from rms.domain.place_of_supply import (
    Registration,
    Supply,
    TaxMode,
    obstacle,
    place_of_supply,
)
from rms.domain.ready_facts import INDIA, Against, Document, History, Line, Them, Us
from rms.domain.states import name_of
from rms.domain.tax import Treatment

__all__ = ["CHECKS", "Against", "Check", "Document", "Finding", "History", "Line", "Report", "Them", "Us"]
__all__ += ["examine", "needs_undertaking", "obstacles"]

ADDRESS_NEEDED_FROM = 50_000  # CGST Rule 46(e): rupees of taxable value to an unregistered person


@dataclass(frozen=True)
class Finding:
    """`place` is the id of the field that mends it, or the name of a page: company, bank, undertaking,
    numbering, customer."""

    place: str
    told: Sentence
    hint: Sentence | None = None


@dataclass(frozen=True)
class Check:
    """One question; `blocks` says whether a finding stands against issuing."""

    title: str
    source: str
    find: Callable[[Document], Iterator[Finding]]
    blocks: bool = True


@dataclass(frozen=True)
class Report:
    """`passed` holds the checks that found nothing."""

    blocking: tuple[Finding, ...]
    advisory: tuple[Finding, ...]
    passed: tuple[Check, ...]

    @property
    def is_ready(self) -> bool:
        return not self.blocking


def examine(document: Document) -> Report:
    """Everything at once, in the order of the paper."""
    found = [(check, tuple(check.find(document))) for check in CHECKS]
    return Report(
        blocking=tuple(one for check, findings in found if check.blocks for one in findings),
        advisory=tuple(one for check, findings in found if not check.blocks for one in findings),
        passed=tuple(check for check, findings in found if not findings),
    )


def obstacles(document: Document) -> list[Finding]:
    """What stands against issuing; empty when ready."""
    return [finding for check in CHECKS if check.blocks for finding in check.find(document)]


def needs_undertaking(supply: Supply) -> bool:
    """Zero-rated without payment of tax: only under a letter of undertaking of that financial year."""
    return supply.tax_mode is TaxMode.IGST_ZERO_RATED_LUT


# Us


def _seller(document: Document) -> Iterator[Finding]:
    us = document.us
    if not us.has_address:
        told = say(N_("Your company has no address yet. An invoice must carry it."))
        yield Finding("company", told)
    if us.seller.registration is not Registration.UNREGISTERED and not us.gstin:
        told = say(N_("Your company has no GSTIN yet. Add it, or say that you are not registered."))
        yield Finding("company", told)


def _ways_to_pay(document: Document) -> Iterator[Finding]:
    if not document.us.is_paid_somehow:
        hint = say(N_("Without a bank account or a UPI ID on it, your customer has to ask."))
        yield Finding("bank", say(N_("This invoice does not say how to pay")), hint)


# Them


def _customer(document: Document) -> Iterator[Finding]:
    them = document.them
    if them is None:
        yield Finding("customer_id", say(N_("Choose the customer.")))
    elif them.is_abroad:
        yield from _customer_abroad(them)
    elif them.buyer.is_registered and not them.has_address:
        told = N_("%(name)s has no address yet. A GST invoice must carry it.")
        yield Finding("customer_id", say(told, name=them.name))
    elif not them.buyer.is_registered and document.subtotal >= ADDRESS_NEEDED_FROM:
        yield from _large_private_customer(them)


def _customer_abroad(them: Them) -> Iterator[Finding]:
    if not them.has_address:
        told = N_("%(name)s has no address yet. An export invoice must carry it.")
        yield Finding("customer_id", say(told, name=them.name))
    if them.country == INDIA:
        told = N_("An export invoice names the country of destination.")
        yield Finding("destination_country", say(told))


def _large_private_customer(them: Them) -> Iterator[Finding]:
    if them.has_address and them.buyer.state_code:
        return
    told = N_("From %(amount)s on, the invoice needs the address and state of %(name)s.")
    yield Finding("customer_id", say(told, amount=rupees(ADDRESS_NEEDED_FROM), name=them.name))


def _mail_address(document: Document) -> Iterator[Finding]:
    if document.is_to_be_sent and document.them and not document.them.email:
        told = say(N_("%(name)s has no e-mail address"), name=document.them.name)
        yield Finding("customer", told, say(N_("Add one, or issue without sending.")))


# Lines


def _lines(document: Document) -> Iterator[Finding]:
    if not document.lines:
        yield Finding("lines", say(N_("Add at least one line.")))
    for number, line in enumerate(document.lines, start=1):
        if not line.is_valid:
            told = say(N_("Line %(number)s has something that cannot be read."), number=number)
            yield Finding(line.place("name"), told)
        elif not line.name:
            told = say(N_("Line %(number)s does not say what it is for."), number=number)
            yield Finding(line.place("name"), told)


def _codes(document: Document) -> Iterator[Finding]:
    """Up to five crore of turnover four digits do, above it six (notification 78/2020 Central Tax)."""
    if not document.us.gstin:
        return
    for number, line in _readable(document):
        if not line.hsn_sac:
            hint = say(N_("A tax invoice needs one. Pick a saved service and it comes along."))
            yield Finding(
                line.place("hsn_sac"), say(N_("Line %(number)s has no SAC or HSN."), number=number), hint
            )
        elif document.us.needs_six_digits and len(line.hsn_sac) < 6:
            told = say(N_("The code of line %(number)s has fewer than 6 digits."), number=number)
            hint = say(N_("From a turnover of ₹5 crore on, an invoice needs at least 6."))
            yield Finding(line.place("hsn_sac"), told, hint)


def _rates(document: Document) -> Iterator[Finding]:
    in_force = tax.rates_on(document.supplied_on)
    for number, line in _readable(document):
        if line.treatment is Treatment.TAXABLE and line.tax_rate not in in_force:
            told = N_("Line %(number)s has a GST rate that did not apply on the invoice date.")
            yield Finding(line.place("tax"), say(told, number=number))


def _free_lines(document: Document) -> Iterator[Finding]:
    if document.total <= 0:
        return
    for number, line in _readable(document):
        if line.name and not line.rate:
            told = say(N_("Line %(number)s costs nothing"), number=number)
            yield Finding(line.place("rate"), told, say(N_("Enter a rate, or delete the line.")))


def _readable(document: Document) -> Iterator[tuple[int, Line]]:
    return ((number, line) for number, line in enumerate(document.lines, start=1) if line.is_valid)


# The document


def _total(document: Document) -> Iterator[Finding]:
    if document.lines and document.total <= 0:
        yield Finding("lines", say(N_("The total is zero.")))


def _place(document: Document) -> Iterator[Finding]:
    in_the_way = obstacle(document.us.seller, document.supply, document.supply_kind)
    if in_the_way:
        yield Finding("place_of_supply", in_the_way)


def _place_by_hand(document: Document) -> Iterator[Finding]:
    """Property, events and goods handed over elsewhere have places of their own; the rest is a slip."""
    if document.them is None or not document.us.seller.state_code:
        return
    usual = place_of_supply(document.us.seller, document.them.buyer, document.supply_kind)
    if document.supply.place_of_supply != usual:
        told = N_("The place of supply is %(place)s and not %(usual)s")
        hint = say(N_("That is right for property, events and deliveries elsewhere."))
        places = {"place": name_of(document.supply.place_of_supply), "usual": name_of(usual)}
        yield Finding("place_of_supply", say(told, **places), hint)


def _undertaking(document: Document) -> Iterator[Finding]:
    if not needs_undertaking(document.supply) or document.lut_arn:
        return
    year = numbering.financial_year(document.date)
    hint = say(N_("Enter its ARN in the settings, or charge IGST on this invoice."))
    yield Finding("undertaking", say(N_("There is no letter of undertaking for %(year)s."), year=year), hint)


def _number(document: Document) -> Iterator[Finding]:
    for told in numbering.problems_with_number(document.number) if document.number else ():
        yield Finding("numbering", told, say(N_("Change the number series in the settings.")))


def _date_in_series(document: Document) -> Iterator[Finding]:
    last = document.history.last_date
    if last and document.date < last:
        told = N_("%(number)s is dated %(day)s, after this invoice")
        hint = say(N_("Numbers that follow the dates are easier to explain to an officer."))
        named = {"number": document.history.last_number, "day": format_date(last)}
        yield Finding("invoice_date", say(told, **named), hint)


def _date_to_come(document: Document) -> Iterator[Finding]:
    if document.date > document.today:
        hint = say(N_("It is reported in the month of its date."))
        told = say(N_("The invoice is dated %(day)s, which is still to come"), day=format_date(document.date))
        yield Finding("invoice_date", told, hint)


def _date_in_another_year(document: Document) -> Iterator[Finding]:
    year = numbering.financial_year(document.date)
    if document.date < document.today and year != numbering.financial_year(document.today):
        told = say(N_("The invoice is dated in the financial year %(year)s"), year=year)
        yield Finding("invoice_date", told, say(N_("It takes a number of that year.")))


def _due_already(document: Document) -> Iterator[Finding]:
    if document.due_date < document.today:
        told = say(N_("It would be overdue at once: due %(day)s"), day=format_date(document.due_date))
        yield Finding("due_date", told)


def _issued_before(document: Document) -> Iterator[Finding]:
    if document.history.same_as:
        told = say(N_("%(number)s looks the same"), number=document.history.same_as)
        yield Finding("lines", told, say(N_("Same customer, same date, same total.")))


def _debit_note(document: Document) -> Iterator[Finding]:
    against = document.against
    if against is None:
        return
    if against.is_cancelled:
        told = N_("%(number)s is cancelled. A debit note cannot stand against it.")
        yield Finding("adjustment_reason", say(told, number=against.number))
    if document.date < against.date:
        told = N_("A debit note is not older than its invoice, %(number)s of %(day)s.")
        named = {"number": against.number, "day": format_date(against.date)}
        yield Finding("invoice_date", say(told, **named))
    if not against.reason:
        told = N_("Say why %(number)s was too low.")
        yield Finding("adjustment_reason", say(told, number=against.number))


def _credit_limit(document: Document) -> Iterator[Finding]:
    if document.credit_limit is None or document.them is None:
        return
    owed = document.owed + document.total
    if owed > document.credit_limit:
        told = N_("%(name)s would owe %(owed)s, above the credit limit of %(limit)s")
        amounts = {"owed": rupees(owed), "limit": rupees(document.credit_limit)}
        hint = say(N_("Ask for what is overdue first, or raise the limit."))
        yield Finding("customer", say(told, name=document.them.name, **amounts), hint)


CHECKS = (
    Check(N_("Your name, address and GSTIN"), N_("CGST Rule 46(a)"), _seller),
    Check(N_("Number: 16 characters, letters, digits, - and /"), N_("CGST Rule 46(b)"), _number),
    Check(N_("Customer's name, address and GSTIN"), N_("CGST Rule 46(d) to (f)"), _customer),
    Check(N_("An address to send it to"), N_("our own"), _mail_address),
    Check(N_("Every line can be read and says what it is for"), N_("CGST Rule 46(h)"), _lines),
    Check(N_("SAC or HSN on every line"), N_("CGST Rule 46(g)"), _codes),
    Check(N_("GST rates in force on the invoice date"), N_("CGST Rule 46(l)"), _rates),
    Check(N_("A total above zero"), N_("CGST Rule 46(j)"), _total),
    Check(N_("Place of supply"), N_("CGST Rule 46(n)"), _place),
    Check(N_("Letter of undertaking"), N_("CGST Rule 96A"), _undertaking),
    Check(N_("A debit note names its invoice and says why"), N_("CGST Rule 53"), _debit_note),
    Check(N_("Dates follow the numbers"), N_("CGST Rule 46(c)"), _date_in_series, blocks=False),
    Check(N_("The date is not to come"), N_("CGST Rule 47"), _date_to_come, blocks=False),
    Check(N_("Dated in this financial year"), N_("CGST Rule 46(b)"), _date_in_another_year, blocks=False),
    Check(N_("Due in the future"), N_("our own"), _due_already, blocks=False),
    Check(N_("Place of supply as the rule has it"), N_("IGST Act s.10, 12"), _place_by_hand, blocks=False),
    Check(N_("Not issued before"), N_("our own"), _issued_before, blocks=False),
    Check(N_("A rate on every line"), N_("our own"), _free_lines, blocks=False),
    Check(N_("A way to pay"), N_("our own"), _ways_to_pay, blocks=False),
    Check(N_("Within the credit limit"), N_("our own"), _credit_limit, blocks=False),
)
