"""What is done to a quote before it is sent: opened, copied, changed, thrown away; and to its lines.

Every function locks the quote first, so that totals have one writer at a time. Sending and what follows is in
`quote_answers.py`.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete

from rms.actions import series
from rms.actions.pricing import buyer_of, retotal, supply_kind
from rms.db.locks import lock
from rms.db.session import db
from rms.domain import quoting, typed_line
from rms.domain.errors import N_, DomainError, Invalid, NotFound, StaleVersion
from rms.domain.place_of_supply import place_of_supply
from rms.domain.quoting import Verb
from rms.domain.typed_line import TypedLine
from rms.models import Quote, QuoteLine
from rms.queries import quotes as found
from rms.queries.invoices import Terms, cells_of_service, terms_for

MOST_LINES = 1_000

# What a copy takes from its original; names, dates and answers are its own.
HEAD_COLUMNS = (
    "payment_words",
    "customer_id",
    "reference_number",
    "place_of_supply",
    "reverse_charge",
    "export_with_payment",
    "prices_include_tax",
    "discount_percent",
    "discount_amount",
    "notes",
)
LINE_COLUMNS = (
    "position",
    "service_type_id",
    "name",
    "description",
    "hsn_sac",
    "unit",
    "quantity",
    "rate",
    "discount_percent",
    "tax_treatment",
    "tax_rate",
    "cess_rate",
    "raw_input",
    "is_valid",
)


@dataclass(frozen=True, kw_only=True)
class Head:
    """The head of a draft as the editor shows it; `payment_words` are free text."""

    customer_id: UUID | None
    quote_date: dt.date
    valid_until: dt.date
    payment_words: str | None
    place_of_supply: str | None
    reference_number: str | None
    notes: str | None


@dataclass(frozen=True)
class Draft:
    """A locked quote with its live lines and what its tax depends on."""

    quote: Quote
    lines: list[QuoteLine]
    terms: Terms

    def line(self, line_id: UUID) -> QuoteLine:
        for line in self.lines:
            if line.id == line_id:
                return line
        raise NotFound()


def create_draft(*, customer_id: UUID | None, today: dt.date, created_by: UUID) -> Quote:
    """A new draft dated today with one empty line, valid for two weeks."""
    series.open_later("quote")
    terms = terms_for(customer_id)
    quote = Quote(
        customer_id=customer_id,
        quote_date=today,
        valid_until=today + dt.timedelta(days=quoting.VALID_FOR_DAYS),
        payment_words=_usual_payment(terms),
        prices_include_tax=terms.gst.display_format == "inclusive",
        created_by=created_by,
    )
    db().add(quote)
    db().flush()
    _retotal(Draft(quote, [_new_line(quote, [], terms)], terms))
    return quote


def copy(quote_id: UUID, *, today: dt.date, created_by: UUID, replaces: bool = False) -> Quote:
    """A new draft with the lines of another quote; one that `replaces` it says so on paper.

    Raises IllegalMove for a draft that shall be replaced: it can be changed as it is.
    """
    original = found.find_quote(quote_id)
    if replaces:
        quoting.check(found.status_of(original, today), Verb.REVISE)
    terms = terms_for(original.customer_id)
    quote = Quote(
        quote_date=today,
        valid_until=today + (original.valid_until - original.quote_date),
        replaces_id=original.id if replaces else None,
        created_by=created_by,
        **{name: getattr(original, name) for name in HEAD_COLUMNS},
    )
    db().add(quote)
    db().flush()
    lines = [_copied(line, quote) for line in found.lines_of(quote_id)]
    db().add_all(lines)
    db().flush()
    _retotal(Draft(quote, lines, terms))
    return quote


def change_head(quote_id: UUID, head: Head, *, version: int) -> Draft:
    """Store the head; a new customer brings the place of supply.

    Raises StaleVersion when somebody saved the head in between, IllegalMove when the quote is sent.
    """
    quote = _lock_draft(quote_id)
    if quote.version != version:
        raise StaleVersion(N_("The top of this quote was changed in another tab."), theirs=quote)
    _check_dates(head)
    draft = Draft(quote, found.lines_of(quote_id), terms_for(head.customer_id))
    has_new_customer = head.customer_id != quote.customer_id
    quote.customer_id, quote.customer = head.customer_id, draft.terms.customer
    quote.quote_date, quote.valid_until = head.quote_date, head.valid_until
    quote.place_of_supply = None if has_new_customer else head.place_of_supply
    quote.payment_words = head.payment_words
    quote.reference_number, quote.notes = head.reference_number, head.notes
    quote.version += 1
    _retotal(draft)
    return draft


def add_line(quote_id: UUID, *, cells: Mapping[str, str] | None = None) -> tuple[Draft, QuoteLine]:
    """A new line at the end, empty or with the given cells."""
    draft = _open(quote_id)
    if len(draft.lines) >= MOST_LINES:
        raise DomainError(N_("A quote has at most %(most)s lines."), most=MOST_LINES)
    line = _new_line(draft.quote, draft.lines, draft.terms)
    draft.lines.append(line)
    if cells:
        _write(line, typed_line.read(cells, draft.quote.quote_date))
        _retotal(draft)
    return draft, line


def change_line(
    quote_id: UUID,
    line_id: UUID,
    cells: Mapping[str, str],
    *,
    version: int,
    service_id: UUID | None = None,
) -> tuple[Draft, QuoteLine, TypedLine]:
    """Store what was typed in one line and retotal. Text that cannot be read is kept beside the line.

    A picked service fills SAC, unit, rate and GST. Raises StaleVersion with the stored line as `theirs`.
    """
    draft = _open(quote_id)
    line = draft.line(line_id)
    if line.version != version:
        raise StaleVersion(N_("This line was changed in another tab."), theirs=line)
    if service_id:
        cells = {**cells, **cells_of_service(service_id, draft.quote.quote_date)}
        line.service_type_id = service_id
    typed = typed_line.read(cells, draft.quote.quote_date)
    _write(line, typed)
    line.version += 1
    _retotal(draft)
    return draft, line, typed


def delete_line(quote_id: UUID, line_id: UUID, *, now: dt.datetime) -> tuple[Draft, QuoteLine]:
    """Take a line out of the draft; it can be put back until the quote is sent."""
    draft = _open(quote_id)
    line = draft.line(line_id)
    line.deleted_at = now
    draft.lines.remove(line)
    _retotal(draft)
    return draft, line


def restore_line(quote_id: UUID, line_id: UUID) -> tuple[Draft, QuoteLine]:
    """Put a deleted line back where it was; putting back a line that is there changes nothing."""
    quote = _lock_draft(quote_id)
    line = found.deleted_or_live_line(quote_id, line_id)
    line.deleted_at = None
    db().flush()
    draft = Draft(quote, found.lines_of(quote_id), terms_for(quote.customer_id))
    _retotal(draft)
    return draft, line


def delete_draft(quote_id: UUID) -> None:
    """A draft has no number, so it may vanish."""
    _lock_draft(quote_id, Verb.DELETE)
    db().execute(delete(Quote).where(Quote.id == quote_id))


def _lock_draft(quote_id: UUID, verb: Verb = Verb.EDIT) -> Quote:
    quote = lock(Quote, quote_id)
    if not quote.is_draft:
        quoting.check(quoting.Status.SENT, verb)
    return quote


def _open(quote_id: UUID) -> Draft:
    quote = _lock_draft(quote_id)
    return Draft(quote, found.lines_of(quote_id), terms_for(quote.customer_id))


def _usual_payment(terms: Terms) -> str | None:
    """As the numbers of days have it everywhere else on a document; may be typed over."""
    days = terms.customer.payment_terms if terms.customer else terms.default_terms_days
    return f"Net {days}" if days else None


def _check_dates(head: Head) -> None:
    if head.valid_until < head.quote_date:
        raise Invalid(N_("The quote would end before its date."), field="valid_until")
    if (head.valid_until - head.quote_date).days > quoting.LONGEST_VALIDITY_DAYS:
        raise Invalid(N_("A quote is valid for a year at most."), field="valid_until")


def _new_line(quote: Quote, lines: list[QuoteLine], terms: Terms) -> QuoteLine:
    """Flushed at once, so that its defaults are there to be priced."""
    position = max((line.position for line in lines), default=0) + 1
    line = QuoteLine(quote_id=quote.id, position=position, tax_rate=terms.default_rate)
    db().add(line)
    db().flush()
    return line


def _copied(line: QuoteLine, quote: Quote) -> QuoteLine:
    return QuoteLine(quote_id=quote.id, **{name: getattr(line, name) for name in LINE_COLUMNS})


def _write(line: QuoteLine, typed: TypedLine) -> None:
    draft = typed.draft
    line.is_valid = typed.is_valid
    line.raw_input = None if typed.is_valid else typed.raw
    line.name = (typed.name or "")[:255] or None
    line.description = (typed.description or "")[:10_000] or None
    if not typed.is_valid:
        return
    line.hsn_sac, line.unit = draft.hsn_sac, draft.unit
    line.quantity, line.rate = draft.quantity, draft.rate
    line.discount_percent = draft.discount_percent
    line.tax_rate, line.tax_treatment = draft.tax_rate, draft.treatment.value


def _retotal(draft: Draft) -> None:
    """A place chosen by hand stays; otherwise the rule for this seller and customer decides."""
    quote, terms = draft.quote, draft.terms
    if quote.place_of_supply is None and terms.seller.state_code:
        quote.place_of_supply = place_of_supply(
            terms.seller, buyer_of(quote, terms), supply_kind(draft.lines)
        )
    retotal(quote, draft.lines, terms)
    db().flush()
