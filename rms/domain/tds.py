"""Tax that customers deduct at source: under which section, at which rate, of what.

Sections of the Income-tax Act, 1961 applied up to 31 March 2026; since 1 April 2026 it is the table in
s. 393(1) of the Income-tax Act, 2025, whose serial numbers and payment codes are given here. An allocation
stores the `code`, so that a receipt of March keeps the section of March.

TDS is of the value without GST where the invoice shows GST apart (CBDT circular 23/2017 of 19 July 2017). A
deductor rounds it to the nearest rupee when deducting (CBDT circular 49 of 16 November 1970, on s. 288B), and
that is what is suggested; some deduct to the paisa, and what was withheld counts, not what is suggested.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from rms.domain.errors import N_, Sentence, sentence
from rms.domain.money import ZERO, q0, q2

ACT_OF_1961_ENDED = date(2026, 3, 31)
ACT_OF_2025_STARTED = date(2026, 4, 1)
LONGEST_CODE = 20  # what an allocation can store

# Section 51 CGST Act: government and public bodies deduct 1 + 1 (or IGST 2) of the taxable value of contracts
# above the threshold. It comes back in the electronic cash ledger, not against income-tax, and is kept apart.
GST_TDS_RATE = Decimal(2)
GST_TDS_ABOVE = Decimal(250_000)

_INDIVIDUALS_AND_FAMILIES = {"P", "H"}  # the fourth letter of a PAN


@dataclass(frozen=True)
class Section:
    """A rate of the statute while it is in force, both days included; `effective_until` None means still.

    `earlier` is the section of the Act of 1961, which people go on saying; `payment_code` is that of challans
    under the Act of 2025 ("" where none is known, or under the old Act). `rate_of_individuals` holds where
    the one who is paid is an individual or a Hindu undivided family, `rate_without_pan` where they have
    given no PAN (s. 206AA of the Act of 1961, and what follows it).
    """

    nature: str
    code: str
    name: str
    rate: Decimal
    earlier: str
    effective_from: date
    effective_until: date | None = None
    payment_code: str = ""
    rate_of_individuals: Decimal | None = None
    rate_without_pan: Decimal = Decimal(20)

    def is_in_force(self, day: date) -> bool:
        return self.effective_from <= day and (self.effective_until is None or day <= self.effective_until)

    def rate_for(self, pan: str | None) -> Decimal:
        """The rate for the one who is paid, which is us and not the customer.

        A PAN we were not told gets the ordinary rate: a company that did not type its PAN here still has one.
        """
        is_individual = (pan or "")[3:4] in _INDIVIDUALS_AND_FAMILIES
        return self.rate_of_individuals if is_individual and self.rate_of_individuals else self.rate


def words(code: str) -> Sentence:
    """A stored section as people name it now: "s. 393(1), earlier 194J"; an own code stands alone."""
    section = section_of(code)
    if section is None or section.effective_until:
        return sentence(N_("s. %(section)s"), section=code)
    table, earlier = code.partition("-")[0], section.earlier.partition("(")[0]
    return sentence(N_("s. %(section)s, earlier %(earlier)s"), section=table, earlier=earlier)


def _old(nature: str, code: str, rate: str, *, since: str = "2021-04-01", until: str = "2026-03-31", **more):
    """Rates since 1 April 2021, when those lowered for the pandemic had ended."""
    return Section(
        nature,
        code,
        NAMES[nature],
        Decimal(rate),
        EARLIER[nature],
        date.fromisoformat(since),
        date.fromisoformat(until),
        **more,
    )


def _new(nature: str, code: str, rate: str, payment_code: str = "", **more):
    return Section(
        nature,
        code,
        NAMES[nature],
        Decimal(rate),
        EARLIER[nature],
        ACT_OF_2025_STARTED,
        payment_code=payment_code,
        **more,
    )


NAMES = {
    "contractor": N_("Work of a contractor"),
    "professional": N_("Professional fees"),
    "technical": N_("Technical services, call centres"),
    "commission": N_("Commission and brokerage"),
    "rent_plant": N_("Rent of plant and machinery"),
    "rent_land": N_("Rent of land, buildings, furniture"),
    "goods": N_("Purchase of goods"),
}
EARLIER = {
    "contractor": "194C",
    "professional": "194J(b)",
    "technical": "194J(a)",
    "commission": "194H",
    "rent_plant": "194-I(a)",
    "rent_land": "194-I(b)",
    "goods": "194Q",
}
_TO_INDIVIDUALS = Decimal(1)
_GOODS_WITHOUT_PAN = Decimal(5)

STATUTORY: tuple[Section, ...] = (
    _old("contractor", "194C", "2", rate_of_individuals=_TO_INDIVIDUALS),
    _old("professional", "194J(b)", "10"),
    _old("technical", "194J(a)", "2"),
    _old("commission", "194H", "5", until="2024-09-30"),
    _old("commission", "194H", "2", since="2024-10-01"),  # Finance (No. 2) Act, 2024
    _old("rent_plant", "194-I(a)", "2"),
    _old("rent_land", "194-I(b)", "10"),
    _old("goods", "194Q", "0.1", since="2021-07-01", rate_without_pan=_GOODS_WITHOUT_PAN),
    # Code 1023 is for individuals and families, 1024 for all others.
    _new("contractor", "393(1)-6i", "2", "1023, 1024", rate_of_individuals=_TO_INDIVIDUALS),
    _new("professional", "393(1)-6iii-Db", "10", "1027"),
    _new("technical", "393(1)-6iii-Da", "2", "1026"),
    _new("commission", "393(1)-1ii", "2", "1006"),
    _new("rent_plant", "393(1)-2ii-Da", "2", "1008"),
    _new("rent_land", "393(1)-2ii-Db", "10", "1009"),
    _new("goods", "393(1)-8ii", "0.1", rate_without_pan=_GOODS_WITHOUT_PAN),
)


def in_force(day: date, sections: Iterable[Section] = STATUTORY) -> list[Section]:
    """One row for each nature of payment, in the order in which they are usual."""
    return [section for section in sections if section.is_in_force(day)]


def section_of(code: str) -> Section | None:
    """The latest row of the statute with this code; None for a code that is not its own."""
    return next((section for section in reversed(STATUTORY) if section.code == code), None)


def today_for(code: str, day: date) -> str:
    """The code in force on `day` for what was deducted under `code`: 194C becomes 393(1)-6i. A code that the
    statute does not know stays as it is."""
    section = section_of(code)
    nature = section.nature if section else ""
    return next((one.code for one in in_force(day) if one.nature == nature), code)


def suggest(base: Decimal, rate: Decimal) -> Decimal:
    """The TDS at `rate` percent of `base`, the value without GST, to the nearest rupee."""
    return q0(base * rate / 100)


def base_of(taxable: Decimal, total: Decimal, settled: Decimal) -> Decimal:
    """The value without GST within `settled`, a part of `total`: half an invoice has half its value."""
    return q2(taxable * settled / total) if total else ZERO


def share_kept(tds: Decimal, base: Decimal) -> Decimal | None:
    """The percentage that was kept back of `base`: a rate of the statute where it explains the sum, else to
    two decimals. 11.80 tells that 10 % was taken with 18 % GST; None when there is no base."""
    if base <= 0:
        return None
    known = sorted({rate for one in STATUTORY for rate in (one.rate, one.rate_of_individuals) if rate})
    for rate in (*known, Decimal(5), Decimal(20)):
        if tds in (suggest(base, rate), q2(base * rate / 100)):
            return rate
    return q2(tds / base * 100)


def gst_tds(taxable: Decimal) -> Decimal:
    """What a public body keeps back under s. 51 CGST Act, to the nearest rupee (s. 170). Whether its contract
    is above GST_TDS_ABOVE is for the caller to know: one contract may have many invoices."""
    return q0(taxable * GST_TDS_RATE / 100)
