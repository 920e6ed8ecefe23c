"""A row in every table that hangs on documents, which a company without issued ones can have, too."""

import datetime as dt
from decimal import Decimal
from uuid import uuid4

from rms.db.session import db
from rms.models import (
    BankLine,
    BulkJob,
    CreditNote,
    CreditNoteLineItem,
    Customer,
    CustomerContact,
    DocumentView,
    EmailMessage,
    File,
    FileChunk,
    ImportBatch,
    Invoice,
    LutDeclaration,
    MailServer,
    MailTemplate,
    PayerAnswer,
    PublicLink,
    Quote,
    QuoteInvoice,
    QuoteLine,
    ReceiptDraft,
    RecurringInvoice,
    RecurringRun,
    RecurringSchedule,
    Reminder,
    ReminderStop,
    TdsRate,
)
from tests.factories import NOW, TODAY


def fill(user_id, customer: Customer, draft: Invoice, mail: EmailMessage) -> None:
    """In the scope that is open."""
    _added(
        BulkJob(action="pdf", created_by=user_id, chosen=[str(draft.id)], total_count=1),
        LutDeclaration(financial_year="2026-27", arn="AD290426000001X"),
        MailTemplate(kind="invoice", subject="Your invoice", body="Here it is."),
        MailServer(
            host="mail.example.in", port=587, security="starttls", from_address="office@example.in", version=1
        ),
        Reminder(invoice_id=draft.id, step="-3", mail_id=mail.id),
        ReminderStop(customer_id=customer.id),
    )
    file = _added(File(kind="logo", name="logo.png", media_type="image/png", size=1, sha256="0" * 64))
    _added(FileChunk(file_id=file.id, position=0, content=b"x"))
    _fill_links(draft)
    _fill_recurring(customer, draft)
    _fill_quotes(customer, draft)
    _fill_money(customer)


def _fill_links(draft: Invoice) -> None:
    link = _added(PublicLink(entity_type="invoices", entity_id=draft.id, token=uuid4().hex * 2))
    seen = DocumentView(
        link_id=link.id, visitor="v", seen_on=TODAY, first_at=NOW, last_at=NOW, device="a phone"
    )
    answer = PayerAnswer(link_id=link.id, invoice_id=draft.id, kind="mistake", note="Not our address")
    _added(seen, answer)


def _fill_recurring(customer: Customer, draft: Invoice) -> None:
    tomorrow = TODAY + dt.timedelta(days=1)
    schedule = _added(
        RecurringSchedule(customer_id=customer.id, starts_on=TODAY, next_run=tomorrow, next_number=2)
    )
    run = _added(RecurringRun(schedule_id=schedule.id, period=TODAY))
    _added(RecurringInvoice(run_id=run.id, invoice_id=draft.id))


def _fill_quotes(customer: Customer, draft: Invoice) -> None:
    quote = _added(Quote(customer_id=customer.id, quote_date=TODAY, valid_until=TODAY))
    _added(QuoteLine(quote_id=quote.id), QuoteInvoice(quote_id=quote.id, invoice_id=draft.id))


def _fill_money(customer: Customer) -> None:
    note = _added(CreditNote(credit_note_date=TODAY, customer_id=customer.id))
    batch = _added(ImportBatch(name="november.csv"))
    _added(
        CreditNoteLineItem(credit_note_id=note.id),
        BankLine(batch_id=batch.id, day=TODAY, amount=Decimal("1.00"), fingerprint="f" * 64),
        CustomerContact(customer_id=customer.id, name="Meera"),
        ReceiptDraft(customer_id=customer.id, typed={}),
        TdsRate(section="194J(b)", name="Professional", rate=Decimal(10), effective_from=TODAY),
    )


def _added(*rows):
    """The first of them, so that others can name it."""
    db().add_all(rows)
    db().flush()
    return rows[0]
