"""The statement of account: what moved a customer's balance between two days, and how old what is open is."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote
from uuid import UUID

from flask import Response, request, url_for
from flask_babel import gettext
from flask_login import current_user

from rms.db.audit import audit_event
from rms.documents import of_statement
from rms.documents.accounts import account_table
from rms.domain.errors import N_, Invalid
from rms.domain.ledger import Account, Entry, Kind
from rms.domain.money import ZERO, rupees
from rms.domain.numbering import financial_year_bounds
from rms.domain.periods import add_months, format_date, parse_date
from rms.policy import P
from rms.queries.ageing import Open, aged_of, open_on
from rms.queries.customers import find_customer
from rms.queries.ledger import account_of
from rms.rooms.customers import room
from rms.rooms.customers.frame import tab_page
from rms.web.clock import today
from rms.web.errors import sentence
from rms.web.guard import requires
from rms.web.lifecycle import release

MOST_NAMED = 5  # invoices in a message
ONE_DAY = dt.timedelta(days=1)
LENGTH_IN_INDIA = 10  # of a number without the country's 91
LINKS = {
    Kind.INVOICE: ("invoices.show", "invoice_id"),
    Kind.DEBIT_NOTE: ("invoices.show", "invoice_id"),
    Kind.OPENING: ("invoices.show", "invoice_id"),
    Kind.INVOICE_REVERSED: ("invoices.show", "invoice_id"),
    Kind.RECEIPT: ("receipts.show", "receipt_id"),
    Kind.RECEIPT_REVERSED: ("receipts.show", "receipt_id"),
    Kind.TDS: ("receipts.show", "receipt_id"),
    Kind.TDS_REVERSED: ("receipts.show", "receipt_id"),
    Kind.WRITE_OFF: ("receipts.show", "receipt_id"),
    Kind.WRITE_OFF_REVERSED: ("receipts.show", "receipt_id"),
    Kind.CREDIT_NOTE: ("credit_notes.show", "credit_note_id"),
    Kind.CREDIT_NOTE_REVERSED: ("credit_notes.show", "credit_note_id"),
    Kind.REFUND: ("refunds.show", "refund_id"),
    Kind.REFUND_REVERSED: ("refunds.show", "refund_id"),
}


@dataclass(frozen=True)
class Span:
    """The days asked for; `problem` is the sentence when one of them is none, and this year is shown."""

    since: dt.date | None
    until: dt.date
    problem: str = ""

    @property
    def query(self) -> dict[str, str]:
        return {"from": self.since.isoformat() if self.since else "all", "to": self.until.isoformat()}


@room.get("/c/<slug>/customers/<uuid:customer_id>/statement")
@requires(P.COMPANY_READ)
def statement(customer_id: UUID):
    """`?from=&to=`, both included; `from=all` begins with the first entry. Without them, this financial year
    up to today."""
    span = span_asked()
    account = account_of(customer_id, span.since, span.until)
    owed = open_on(customer_id, span.until)
    return tab_page(
        customer_id,
        "statement",
        span=span,
        account=account,
        owed=owed,
        advances=sum((one.balance for one in owed), ZERO) - account.closing,
        name_of=name_of,
        link_of=link_of,
        presets=_presets(customer_id, span),
        whatsapp=_whatsapp(customer_id, account, owed),
        csv_url=url_for("customers.statement_csv", customer_id=customer_id, **span.query),
        xlsx_url=url_for("customers.statement_xlsx", customer_id=customer_id, **span.query),
    )


@room.get("/c/<slug>/customers/<uuid:customer_id>/statement.pdf")
@requires(P.COMPANY_READ)
def statement_pdf(customer_id: UUID):
    """Drawn anew each time: tomorrow's is another paper. `?download=1` saves it."""
    span = span_asked()
    account, aged = account_of(customer_id, span.since, span.until), aged_of(customer_id, span.until)
    find_customer(customer_id)
    paper = of_statement.paper_of(customer_id, account, aged, translate=gettext)
    release()
    reply = Response(of_statement.pdf_of(paper, translate=gettext), mimetype="application/pdf")
    how = "attachment" if request.args.get("download") == "1" else "inline"
    reply.headers.set("Content-Disposition", how, filename=of_statement.filename_of(paper))
    return reply


@room.get("/c/<slug>/customers/<uuid:customer_id>/statement.csv")
@requires(P.LIST_EXPORT)
def statement_csv(customer_id: UUID):
    return _file(customer_id, "csv")


@room.get("/c/<slug>/customers/<uuid:customer_id>/statement.xlsx")
@requires(P.LIST_EXPORT)
def statement_xlsx(customer_id: UUID):
    return _file(customer_id, "xlsx")


def span_asked() -> Span:
    day = today()
    begins, _ = financial_year_bounds(day)
    since, until, problem = begins, day, ""
    try:
        typed = request.args.get("to", "")
        until = parse_date(typed, day, field="to") if typed else day
        typed = request.args.get("from", "")
        since = min(begins, until)
        if typed:
            since = None if typed == "all" else parse_date(typed, day, field="from")
        if since and since > until:
            raise Invalid(N_("The first day is after the last one"), field="from")
    except Invalid as error:
        since, until, problem = begins, day, sentence(error)
    return Span(since, until, problem)


def name_of(one: Entry) -> str:
    return of_statement.name_of(one, gettext)


def link_of(one: Entry) -> str:
    endpoint, name = LINKS[one.kind]
    return url_for(endpoint, **{name: one.document_id})


def _presets(customer_id: UUID, span: Span) -> list[tuple[str, str, bool]]:
    """Words, address, and whether it is what is shown."""
    day = today()
    begins, _ = financial_year_bounds(day)
    last = begins - ONE_DAY
    quarter = day.replace(month=day.month - (day.month - 1) % 3, day=1)
    spans = [
        (gettext("This financial year"), Span(begins, day)),
        (gettext("This month"), Span(day.replace(day=1), day)),
        (gettext("Last month"), Span(add_months(day.replace(day=1), -1), day.replace(day=1) - ONE_DAY)),
        (gettext("This quarter"), Span(quarter, day)),
        (gettext("Last quarter"), Span(add_months(quarter, -3), quarter - ONE_DAY)),
        (gettext("Last financial year"), Span(financial_year_bounds(last)[0], last)),
        (gettext("Everything"), Span(None, day)),
    ]
    return [
        (
            words,
            url_for("customers.statement", customer_id=customer_id, **one.query),
            (one.since, one.until) == (span.since, span.until),
        )
        for words, one in spans
    ]


def _whatsapp(customer_id: UUID, account: Account, owed: Sequence[Open]) -> str:
    """A message in the person's own WhatsApp; nothing is sent from here."""
    customer = find_customer(customer_id)
    lines = [
        gettext(
            "Statement of account of %(name)s up to %(day)s: %(amount)s to pay.",
            name=customer.name,
            day=format_date(account.until),
            amount=rupees(max(account.closing, ZERO)),
        )
    ]
    lines += [
        gettext(
            "%(number)s, due %(day)s: %(amount)s",
            number=one.number,
            day=format_date(one.due_date),
            amount=rupees(one.balance),
        )
        for one in owed[:MOST_NAMED]
    ]
    if len(owed) > MOST_NAMED:
        lines.append(gettext("and %(count)s more", count=len(owed) - MOST_NAMED))
    digits = "".join(filter(str.isdigit, customer.whatsapp or ""))
    if len(digits) == LENGTH_IN_INDIA:
        digits = f"91{digits}"
    return f"https://wa.me/{digits}?text={quote(chr(10).join(lines), safe='')}"


def _file(customer_id: UUID, kind: str) -> Response:
    customer, span = find_customer(customer_id), span_asked()
    account = account_of(customer_id, span.since, span.until)
    owed = open_on(customer_id, span.until)
    name, content, media_type = account_table(kind, account, customer.code, name_of, owed, translate=gettext)
    audit_event("export", "users", current_user.user_id, {"what": name, "customer": str(customer_id)})
    reply = Response(content, mimetype=media_type)
    reply.headers.set("Content-Disposition", "attachment", filename=name)
    return reply
