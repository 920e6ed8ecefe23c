"""Laying one customer's money on open invoices.

A claim settles its cash plus what was withheld (TDS, GST TDS) plus what is written off; only the cash comes
out of the receipt. Two rules hold always: the cash of all claims is at most what the receipt has, and what a
claim settles is at most what its invoice still owes.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from rms.domain import tds
from rms.domain.errors import N_, Invalid, Sentence
from rms.domain.errors import sentence as say
from rms.domain.lifecycle import OPEN, Status
from rms.domain.money import ZERO, rupees

RECEIPT = "receipt"  # the key of sentences about the receipt as a whole
LONGEST_REASON = 255
PARTS = ("amount", "tds_amount", "gst_tds_amount", "write_off_amount")

# Section 269ST of the Income-tax Act, 1961, and what follows it: nobody may take so much in cash from one
# person in a day.
CASH_LIMIT = Decimal(200_000)


@dataclass(frozen=True)
class Claim:
    """What is laid on one invoice: `amount` in cash, and the parts that settle without cash.

    `tds_section` is the code under which it was deducted, `tds_rate` in percent of the value without GST;
    both None where nobody told. A write-off says why.
    """

    invoice_id: UUID
    amount: Decimal
    tds_amount: Decimal = ZERO
    gst_tds_amount: Decimal = ZERO
    write_off_amount: Decimal = ZERO
    tds_section: str | None = None
    tds_rate: Decimal | None = None
    write_off_reason: str | None = None

    @property
    def without_cash(self) -> Decimal:
        return self.tds_amount + self.gst_tds_amount + self.write_off_amount

    @property
    def settled(self) -> Decimal:
        return self.amount + self.without_cash


@dataclass(frozen=True)
class OpenInvoice:
    """What allocation has to know of an invoice. `balance` is what is owed before these claims.

    `taxable` and `total` are told where TDS is to be suggested, which is of the value without GST.
    """

    id: UUID
    number: str
    due_date: date
    balance: Decimal
    customer_id: UUID
    status: Status
    taxable: Decimal = ZERO
    total: Decimal = ZERO

    def tds_of(self, settled: Decimal, rate: Decimal) -> Decimal:
        """The TDS at `rate` percent within `settled`, which is a part of this invoice."""
        return tds.suggest(tds.base_of(self.taxable, self.total, settled), rate)


def fill_oldest_first(
    amount: Decimal, open_invoices: Iterable[OpenInvoice], kept_back: Mapping[UUID, Claim] | None = None
) -> list[Claim]:
    """Claims by due date, then number, until the cash or the invoices run out. What is left is kept on
    account by the caller.

    `kept_back` is what settles without cash, by invoice; it stays as it is, and cash fills the rest.
    """
    claims, left = [], amount
    for invoice in in_order(open_invoices):
        claim = (kept_back or {}).get(invoice.id) or Claim(invoice.id, ZERO)
        part = max(ZERO, min(left, invoice.balance - claim.without_cash))
        if invoice.status in OPEN and (part or claim.without_cash):
            claims.append(replace(claim, amount=part))
            left -= part
    return claims


def fill_less_tds(amount: Decimal, open_invoices: Iterable[OpenInvoice], rate: Decimal) -> list[Claim]:
    """As `fill_oldest_first`, where from each invoice `rate` percent was kept back; the last one in part."""
    claims, left = [], amount
    for invoice in in_order(open_invoices):
        kept = tds_beside(invoice, left, rate)
        cash = min(left, invoice.balance - kept)
        if invoice.status in OPEN and cash > 0:
            claims.append(Claim(invoice.id, cash, tds_amount=kept))
            left -= cash
    return claims


def tds_beside(invoice: OpenInvoice, cash: Decimal, rate: Decimal) -> Decimal:
    """The TDS that goes with this cash: all that is due when nothing or enough is typed, else its share.

    Cash is what is left of a settled part when `rate` percent of its value without GST was kept back.
    """
    whole = invoice.tds_of(invoice.balance, rate)
    if not whole or not 0 < cash < invoice.balance - whole:
        return min(whole, invoice.balance)
    share = invoice.taxable / invoice.total * rate / 100
    return min(invoice.tds_of(cash / (1 - share), rate), invoice.balance - cash)


def in_order(invoices: Iterable[OpenInvoice]) -> list[OpenInvoice]:
    """The oldest due date first; within a day by number, read as numbers: /9 before /10."""
    return sorted(invoices, key=lambda invoice: (invoice.due_date, _by_value(invoice.number)))


def left_over(amount_available: Decimal, claims: Iterable[Claim]) -> Decimal:
    """What stays on account; negative when too much is allocated."""
    return amount_available - sum((claim.amount for claim in claims), ZERO)


def check(
    amount_available: Decimal,
    claims: Sequence[Claim],
    open_invoices: Iterable[OpenInvoice],
    customer_id: UUID,
) -> None:
    """Raise Invalid with every sentence of `problems`, or return when the claims stand."""
    errors = problems(amount_available, claims, open_invoices, customer_id)
    if errors:
        raise Invalid(N_("The money does not fit yet"), errors=errors)


def problems(
    amount_available: Decimal,
    claims: Sequence[Claim],
    open_invoices: Iterable[OpenInvoice],
    customer_id: UUID,
) -> dict[str, list[Sentence]]:
    """What stands against the claims: by str(invoice id), and under "receipt" for the receipt as a whole."""
    by_id = {invoice.id: invoice for invoice in open_invoices}
    times = Counter(claim.invoice_id for claim in claims)
    errors: dict[str, list[Sentence]] = {}
    for claim in claims:
        sentence = _problem(claim, by_id.get(claim.invoice_id), customer_id, times[claim.invoice_id])
        if sentence:
            errors[str(claim.invoice_id)] = [sentence]
    excess = -left_over(amount_available, claims)
    if excess > 0:
        errors[RECEIPT] = [say(N_("Allocated %(excess)s more than the receipt"), excess=rupees(excess))]
    return errors


def _problem(claim: Claim, invoice: OpenInvoice | None, customer_id: UUID, times: int) -> Sentence | None:
    if invoice is None or invoice.customer_id != customer_id:
        return say(N_("This invoice is not one of this customer's open invoices"))
    if times > 1:
        return say(N_("%(number)s is in the list twice"), number=invoice.number)
    if any(getattr(claim, part) < 0 for part in PARTS):
        return say(N_("An amount cannot be less than 0"))
    if not claim.settled:
        return say(N_("Enter an amount, or leave this invoice out"))
    return _problem_with_state(invoice) or _problem_with_size(claim, invoice) or _problem_with_reason(claim)


def _problem_with_state(invoice: OpenInvoice) -> Sentence | None:
    if invoice.status is Status.DRAFT:
        return say(N_("This invoice is a draft. Issue it first"))
    if invoice.status is Status.CANCELLED:
        return say(N_("%(number)s is cancelled"), number=invoice.number)
    if invoice.balance <= 0:
        return say(N_("%(number)s is already paid"), number=invoice.number)
    return None


def _problem_with_size(claim: Claim, invoice: OpenInvoice) -> Sentence | None:
    """Name the excess and the cash that fits, since that is the box people correct."""
    excess = claim.settled - invoice.balance
    if excess <= 0:
        return None
    if claim.amount < excess:
        return say(
            N_("TDS and write-off are %(excess)s more than is owed"),
            excess=rupees(claim.without_cash - invoice.balance),
        )
    return say(
        N_("That is %(excess)s more than is owed. Use %(fits)s"),
        excess=rupees(excess),
        fits=rupees(claim.amount - excess),
    )


def _problem_with_reason(claim: Claim) -> Sentence | None:
    if not claim.write_off_amount:
        return None
    if not (claim.write_off_reason or "").strip():
        return say(N_("Say why %(amount)s is written off"), amount=rupees(claim.write_off_amount))
    if len(claim.write_off_reason) > LONGEST_REASON:
        return say(N_("Keep the reason within %(most)s characters"), most=LONGEST_REASON)
    return None


def beyond_limit(
    claims: Iterable[Claim], limit: Decimal | None, before: Mapping[UUID, Decimal]
) -> dict[str, list[Sentence]]:
    """What is above the limit of who writes off, by str(invoice id); a limit of None is an Admin's.

    The limit is for one invoice with all that was written off of it `before`, so that nobody gets around it
    in small steps.
    """
    if limit is None:
        return {}
    told = say(
        N_("More than %(limit)s of an invoice can be written off by an Admin only"), limit=rupees(limit)
    )
    return {
        str(claim.invoice_id): [told]
        for claim in claims
        if claim.write_off_amount and claim.write_off_amount + before.get(claim.invoice_id, ZERO) > limit
    }


def _by_value(number: str) -> list[tuple[int, int, str]]:
    """Digits compare as numbers, all else as text; the leading 0 or 1 keeps the two kinds comparable."""
    parts = re.findall(r"[0-9]+|[^0-9]+", number)
    return [(0, int(part), "") if part[0] in "0123456789" else (1, 0, part.casefold()) for part in parts]
