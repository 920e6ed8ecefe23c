"""A draft under its lock: what every act on an invoice that is still being written has in common."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from rms.actions.pricing import buyer_of, retotal_draft, supply_kind
from rms.db.locks import lock
from rms.db.session import db
from rms.domain import typed_line
from rms.domain.errors import N_, DomainError, NotFound
from rms.domain.lifecycle import Status, Verb, move
from rms.domain.money import ZERO
from rms.domain.place_of_supply import place_of_supply
from rms.domain.tax import rate_label
from rms.domain.typed_line import TypedLine
from rms.models import Invoice, InvoiceLineItem
from rms.queries.debit_notes import supplied_on
from rms.queries.invoices import Terms, lines_of, terms_for

MOST_LINES = 1_000


@dataclass
class Draft:
    """A locked draft with its live lines and what its tax depends on."""

    invoice: Invoice
    lines: list[InvoiceLineItem]
    terms: Terms

    def __post_init__(self) -> None:
        self.tax_mode_before = self.invoice.tax_mode
        self.kind_before = supply_kind(self.lines)

    def line(self, line_id: UUID) -> InvoiceLineItem:
        for line in self.lines:
            if line.id == line_id:
                return line
        raise NotFound()

    def reprice(self) -> "Draft":
        """Bring every stored figure in line with the lines."""
        self._follow_the_goods()
        retotal_draft(self.invoice, self.lines, self.terms)
        db().flush()
        return self

    def _follow_the_goods(self) -> None:
        """A service may turn into goods, whose place of supply is another (IGST Act s.10 and 12).
        A place that was chosen by hand stays.
        """
        kind, seller = supply_kind(self.lines), self.terms.seller
        if kind is self.kind_before or not seller.state_code or self.invoice.against_invoice_id:
            return
        buyer = buyer_of(self.invoice, self.terms)
        if self.invoice.place_of_supply == place_of_supply(seller, buyer, self.kind_before):
            self.invoice.place_of_supply = place_of_supply(seller, buyer, kind)
        self.kind_before = kind


def open_draft(invoice_id: UUID) -> Draft:
    """Locked, with its live lines and terms."""
    invoice = lock_draft(invoice_id)
    return Draft(invoice, lines_of(invoice_id), terms_for(invoice.customer_id))


def lock_draft(invoice_id: UUID, verb: Verb = Verb.EDIT) -> Invoice:
    """Raises NotFound, and IllegalMove when it is no draft any more."""
    invoice = lock(Invoice, invoice_id)
    move(Status(invoice.status), verb)
    return invoice


def append(draft: Draft, lines: Sequence[Mapping[str, str]]) -> list[InvoiceLineItem]:
    """Lines with these cells at the end, in one statement, not priced yet. A line without a rate of GST takes
    the company's usual one.
    """
    room = MOST_LINES - len(draft.lines)
    if len(lines) > room:
        raise DomainError(
            N_("An invoice has at most %(most)s lines, so %(room)s more fit."), most=MOST_LINES, room=room
        )
    last = max((line.position for line in draft.lines), default=0)
    added = [
        InvoiceLineItem(
            invoice_id=draft.invoice.id, position=last + number, tax_rate=draft.terms.default_rate
        )
        for number in range(1, len(lines) + 1)
    ]
    db().add_all(added)
    db().flush()
    for line, cells in zip(added, lines, strict=True):
        if cells:
            write(line, read({"tax": rate_label(draft.terms.default_rate), **cells}, draft.invoice))
            line.service_type_id = cells.get("service") or None
    draft.lines.extend(added)
    return added


def read(cells: Mapping[str, str], invoice: Invoice) -> TypedLine:
    return typed_line.read(cells, supplied_on(invoice))


def write(line: InvoiceLineItem, typed: TypedLine) -> None:
    """Store what was typed; text that cannot be read is kept beside the line."""
    draft = typed.draft
    line.is_valid = typed.is_valid
    line.raw_input = None if typed.is_valid else typed.raw
    line.name = (typed.name or "")[:255] or None
    line.description = (typed.description or "")[:10_000] or None
    if not typed.is_valid:
        return
    line.hsn_sac, line.unit = draft.hsn_sac, draft.unit
    line.quantity, line.rate = draft.quantity, draft.rate
    line.discount_percent, line.discount_amount = draft.discount_percent, draft.discount_amount or ZERO
    line.tax_rate, line.tax_treatment = draft.tax_rate, draft.treatment.value
    line.cess_rate = draft.cess_rate
