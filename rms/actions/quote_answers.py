"""From a written quote to an answer: given out with a number, answered, made an invoice, put away."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete

from rms.actions import invoices as drafts
from rms.actions.numbers import take_number
from rms.actions.pricing import retotal
from rms.actions.quotes import LINE_COLUMNS
from rms.db.locks import lock
from rms.db.session import db
from rms.domain import contacts, quoting
from rms.domain.contacts import Checks
from rms.domain.errors import N_, Invalid, Sentence
from rms.domain.errors import sentence as say
from rms.domain.quoting import Verb
from rms.models import InvoiceLineItem, Quote, QuoteInvoice, QuoteLine
from rms.queries import quotes as found
from rms.queries.bank import COLUMN
from rms.queries.invoices import Terms, lines_of, terms_for
from rms.queries.snapshots import snapshot_of_buyer, snapshot_of_seller

LONGEST_NOTE = 1_000
REASONS = {
    "price": N_("The price"),
    "time": N_("The time"),
    "scope": N_("What is included"),
    "elsewhere": N_("Another firm"),
    "not_needed": N_("No longer needed"),
    "other": N_("Something else"),
}

Problem = tuple[str, Sentence]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What was answered, by whom, and in whose words; `reason` is a key of REASONS, for a refusal."""

    is_accepted: bool
    name: str | None
    reason: str | None = None
    note: str | None = None


def give_out(quote_id: UUID, *, now: dt.datetime, today: dt.date) -> Quote:
    """Give a draft its number and fix it as it stands; a quote that has both is given back as it is.

    Raises Invalid with every problem by field, IllegalMove when it is closed.
    """
    quote = lock(Quote, quote_id)
    quoting.check(found.status_of(quote, today), Verb.SEND)
    if not quote.is_draft:
        return quote
    terms = terms_for(quote.customer_id)
    lines = [line for line in found.lines_of(quote_id) if not _is_blank(line)]
    retotal(quote, lines, terms)
    _check(quote, lines, terms, today)
    db().flush()
    _drop_what_is_left_out(quote_id, kept=[line.id for line in lines])
    taken = take_number("quote", quote.quote_date)
    quote.series_id, quote.quote_number = taken.series_id, taken.text
    quote.seller_snapshot = _without_account(snapshot_of_seller(terms.company, terms.gst))
    quote.buyer_snapshot = snapshot_of_buyer(terms.customer)
    quote.sent_at = now
    db().flush()
    return quote


def problems_before_sending(
    quote: Quote, lines: list[QuoteLine], terms: Terms, today: dt.date
) -> list[Problem]:
    """What stands against giving it out, as (id of the field to go to, sentence); empty when ready."""
    return [*_about_the_head(quote, terms, today), *_about_the_lines(quote, lines)]


def answer(quote_id: UUID, given: Answer, *, ip: str | None, now: dt.datetime, today: dt.date) -> Quote:
    """The customer's own answer through the link, once; raises IllegalMove when it is answered or over."""
    quote = lock(Quote, quote_id)
    verb = Verb.ACCEPT if given.is_accepted else Verb.DECLINE
    quoting.check(found.status_of(quote, today), verb)
    if not (given.name or "").strip():
        raise Invalid(N_("Enter your name"), field="name")
    _write(quote, given, through="link", now=now)
    quote.answer_ip = ip
    db().flush()
    return quote


def record(quote_id: UUID, given: Answer, *, now: dt.datetime, today: dt.date) -> Quote:
    """An answer that the company heard by telephone or in writing; it may overrule a refusal."""
    quote = lock(Quote, quote_id)
    quoting.check(found.status_of(quote, today), Verb.RECORD)
    _write(quote, given, through="company", now=now)
    quote.answer_ip = None
    quote.archived_at = None
    db().flush()
    return quote


def make_invoice(quote_id: UUID, *, now: dt.datetime, today: dt.date, created_by: UUID) -> UUID:
    """The draft of an invoice with the lines of the quote: made once, and found again by a second click.

    Who bills a quote that waits has heard that it is accepted. Raises IllegalMove for a draft and a declined
    quote.
    """
    quote = lock(Quote, quote_id)
    made = found.invoice_of(quote_id)
    if made:
        return made.id
    status = found.status_of(quote, today)
    quoting.check(status, Verb.INVOICE)
    invoice_id = _copied_into_draft(quote, today=today, created_by=created_by)
    db().add(QuoteInvoice(quote_id=quote.id, invoice_id=invoice_id))
    if quote.answer is None:
        _write(quote, Answer(is_accepted=True, name=None), through="company", now=now)
    db().flush()
    return invoice_id


def archive(quote_id: UUID, *, now: dt.datetime, today: dt.date) -> Quote:
    """Put a closed quote away: lists leave it out, but for the one of what is put away."""
    quote = lock(Quote, quote_id)
    quoting.check(found.status_of(quote, today), Verb.ARCHIVE)
    quote.archived_at = quote.archived_at or now
    db().flush()
    return quote


def bring_back(quote_id: UUID) -> Quote:
    quote = lock(Quote, quote_id)
    quote.archived_at = None
    db().flush()
    return quote


def _check(quote: Quote, lines: list[QuoteLine], terms: Terms, today: dt.date) -> None:
    errors: dict[str, list[Sentence]] = {}
    for place, sentence in problems_before_sending(quote, lines, terms, today):
        errors.setdefault(place, []).append(sentence)
    if errors:
        raise Invalid(N_("This quote is not ready yet"), errors=errors)


def _about_the_head(quote: Quote, terms: Terms, today: dt.date) -> Iterator[Problem]:
    if not terms.company.address_line1 or not terms.company.state_code:
        yield "company", say(N_("Your company has no full address yet."))
    if terms.customer is None:
        yield "customer_id", say(N_("Choose who this quote is for."))
    if quote.valid_until < today:
        yield "valid_until", say(N_("The last day of validity has passed."))
    if quote.quote_date > today:
        yield "quote_date", say(N_("The date of the quote is in the future."))


def _about_the_lines(quote: Quote, lines: list[QuoteLine]) -> Iterator[Problem]:
    if not lines:
        yield "lines", say(N_("Add at least one line."))
    for number, line in enumerate(lines, start=1):
        place = f"lines-{line.id}-name"
        if not line.is_valid:
            yield place, say(N_("Line %(number)s has something that cannot be read."), number=number)
        elif not line.name:
            yield place, say(N_("Line %(number)s does not say what it is for."), number=number)
    if lines and quote.total <= 0:
        yield "lines", say(N_("The total is zero."))


def _is_blank(line: QuoteLine) -> bool:
    return line.is_valid and not (line.name or line.description or line.rate)


def _drop_what_is_left_out(quote_id: UUID, *, kept: list[UUID]) -> None:
    """Blank lines and those that waited for an undo: once it is sent they could not be cleared away."""
    left_out = (QuoteLine.quote_id == quote_id, QuoteLine.id.not_in(kept))
    db().execute(delete(QuoteLine).where(*left_out))


def _without_account(seller: dict) -> dict:
    """A quote asks for no money yet, so it carries no copy of the account number."""
    return {name: value for name, value in seller.items() if name != COLUMN}


def _write(quote: Quote, given: Answer, *, through: str, now: dt.datetime) -> None:
    checks = Checks()
    name = checks.clean("name", contacts.one_line, given.name, 100)
    note = checks.clean("note", contacts.several_lines, given.note, LONGEST_NOTE)
    if given.reason and given.reason not in REASONS:
        checks.refuse("reason", say(N_("Choose a reason from the list")))
    checks.finish()
    quote.answer = "accepted" if given.is_accepted else "declined"
    quote.answered_at, quote.answered_through = now, through
    quote.answered_by, quote.answer_note = name, note
    quote.answer_reason = None if given.is_accepted else given.reason
    quote.version += 1


def _copied_into_draft(quote: Quote, *, today: dt.date, created_by: UUID) -> UUID:
    """Cell by cell; the empty line a draft begins with makes room."""
    invoice = drafts.create_draft(customer_id=quote.customer_id, today=today, created_by=created_by)
    for line in lines_of(invoice.id):
        db().delete(line)
    columns = ("place_of_supply", "reference_number", "notes", "reverse_charge", "export_with_payment")
    for name in (*columns, "prices_include_tax", "discount_percent", "discount_amount"):
        setattr(invoice, name, getattr(quote, name))
    lines = [_copied(line, invoice.id) for line in found.lines_of(quote.id)]
    db().add_all(lines)
    db().flush()
    retotal(invoice, lines, terms_for(quote.customer_id))
    db().flush()
    return invoice.id


def _copied(line: QuoteLine, invoice_id: UUID) -> InvoiceLineItem:
    return InvoiceLineItem(invoice_id=invoice_id, **{name: getattr(line, name) for name in LINE_COLUMNS})
