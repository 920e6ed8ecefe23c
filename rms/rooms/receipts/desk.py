"""The table of one allocation: open invoices, what is typed beside each, what fits and what is left.

It judges what was typed with the same rules as the action, for showing; only the action decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from flask import request

from rms.domain import allocation
from rms.domain.allocation import RECEIPT, Claim, OpenInvoice
from rms.domain.errors import DomainError, Invalid, Sentence
from rms.domain.money import ZERO, group_indian, parse_money
from rms.models import Customer
from rms.queries.receipts import MOST_OPEN, invoices_to_pay
from rms.web.errors import sentence
from rms.web.forms import Form

PREFIX = "alloc-"

Typed = Mapping[UUID, str]


@dataclass(frozen=True)
class Row:
    """One open invoice. `amount` is what counts of the typed text: nothing while it cannot be read."""

    invoice: OpenInvoice
    typed: str = ""
    amount: Decimal = ZERO
    error: str = ""

    @property
    def name(self) -> str:
        return f"{PREFIX}{self.invoice.id}"

    @property
    def still_owed(self) -> Decimal:
        return self.invoice.balance - self.amount

    @property
    def excess(self) -> Decimal:
        """How much more than is owed was typed."""
        return max(ZERO, -self.still_owed)

    @property
    def is_settled(self) -> bool:
        return bool(self.amount) and not self.still_owed


@dataclass(frozen=True)
class Desk:
    """Everything on the screen that depends on amounts.

    `elsewhere` was typed for invoices that are not in the list: paid by somebody in the meantime, or another
    customer's. `over` is the sentence when more is laid on invoices than there is, `is_cut` that not all open
    invoices are shown.
    """

    customer: Customer | None
    available: Decimal
    rows: list[Row] = field(default_factory=list)
    elsewhere: list[Claim] = field(default_factory=list)
    over: str = ""
    is_cut: bool = False

    @property
    def claims(self) -> list[Claim]:
        return [Claim(row.invoice.id, row.amount) for row in self.rows if row.amount]

    @property
    def allocated(self) -> Decimal:
        return self.available - self.left

    @property
    def left(self) -> Decimal:
        return allocation.left_over(self.available, self.claims)

    @property
    def share(self) -> int:
        """How much of the money is allocated, in thousandths, for a drawing."""
        if not self.available:
            return 0
        return int(min(Decimal(1), self.allocated / self.available) * 1000)

    @property
    def wrong(self) -> list[Row]:
        return [row for row in self.rows if row.error]


def typed_in(form: Mapping[str, str]) -> dict[UUID, str]:
    """What stands beside each invoice, out of a posted form; fields of other names are left alone."""
    typed = {}
    for name, text in form.items():
        if name.startswith(PREFIX) and text.strip():
            try:
                typed[UUID(name.removeprefix(PREFIX))] = text.replace("\x00", "").strip()
            except ValueError:
                continue
    return typed


def lay_out(customer: Customer | None, available: Decimal, typed: Typed) -> Desk:
    """The table for this customer with what was typed."""
    found = invoices_to_pay(customer.id) if customer else []
    shown = found[:MOST_OPEN]
    rows = [_read(invoice, typed.get(invoice.id, "")) for invoice in shown]
    told = _told(rows, available)
    elsewhere = [_claim(one, typed[one]) for one in sorted(typed.keys() - {row.invoice.id for row in rows})]
    return Desk(
        customer,
        available,
        [_with_problem(row, told.get(str(row.invoice.id))) for row in rows],
        [claim for claim in elsewhere if claim],
        over=sentence(told[RECEIPT][0]) if RECEIPT in told else "",
        is_cut=len(found) > MOST_OPEN,
    )


def filled(customer: Customer | None, available: Decimal) -> dict[UUID, str]:
    """What would be typed if the oldest invoices were paid first."""
    found = invoices_to_pay(customer.id)[:MOST_OPEN] if customer else []
    claims = allocation.fill_oldest_first(available, found)
    return {claim.invoice_id: group_indian(claim.amount) for claim in claims}


def in_full(customer: Customer | None, invoice_id: UUID) -> dict[UUID, str]:
    """What is typed to settle one invoice; nothing when it is not open."""
    found = invoices_to_pay(customer.id) if customer else []
    return {one.id: group_indian(one.balance) for one in found if one.id == invoice_id}


def refuse(form: Form, desk: Desk, error: DomainError) -> None:
    """Sentences that stand beside a row or the figure stay there; all others go above the form."""
    if not isinstance(error, Invalid):
        form.refuse(error)
        return
    beside = {str(row.invoice.id) for row in desk.wrong} | ({RECEIPT} if desk.over else set())
    others = {name: told for name, told in error.errors.items() if name not in beside}
    if others:
        form.refuse(Invalid(errors=others))


def _read(invoice: OpenInvoice, text: str) -> Row:
    if not text:
        return Row(invoice)
    try:
        amount = parse_money(text)
    except Invalid as error:
        return Row(invoice, text, error=sentence(error))
    return Row(invoice, group_indian(amount) if amount else "", amount)


def _claim(invoice_id: UUID, text: str) -> Claim | None:
    try:
        amount = parse_money(text)
    except Invalid:
        return None
    return Claim(invoice_id, amount) if amount else None


def _told(rows: list[Row], available: Decimal) -> dict[str, list[Sentence]]:
    """What the action would refuse these amounts with."""
    claims = [Claim(row.invoice.id, row.amount) for row in rows if row.amount]
    if not claims:
        return {}
    invoices = [row.invoice for row in rows]
    return allocation.problems(available, claims, invoices, invoices[0].customer_id)


def _with_problem(row: Row, sentences: list[Sentence] | None) -> Row:
    if row.error or not sentences:
        return row
    return Row(row.invoice, row.typed, row.amount, sentence(sentences[0]))


def mending(also: tuple, context: dict) -> tuple[tuple, dict]:
    """After a refusal each preview also says what still stands against saving (`_problems.html`)."""
    if "refused" not in request.form:
        return also, context
    return (*also, "receipts/_problems.html"), {**context, "mending": True}
