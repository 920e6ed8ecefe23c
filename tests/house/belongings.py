"""Everything a company owns that an address or a form can name, marked to show where it leaks."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from uuid import UUID, uuid4

import psycopg
from psycopg.sql import SQL, Identifier
from sqlalchemy import select

from rms.actions import (
    client_types,
    contacts,
    credit_notes,
    public_links,
    quote_answers,
    quotes,
    receipt_drafts,
    recurring,
    series,
    tds,
)
from rms.actions import invoices as drafts
from rms.actions.client_types import ManagerDraft, TypeDraft
from rms.actions.contacts import ContactDraft
from rms.actions.files import store
from rms.actions.issuing import issue
from rms.actions.sending import send
from rms.actions.series import SeriesDraft
from rms.actions.tds import RateDraft
from rms.db.locks import begin_another_act
from rms.db.session import db
from rms.domain.crediting import Ask
from rms.domain.recurrence import Plan, Rhythm
from rms.models import (
    AuditLog,
    BankLine,
    BulkJob,
    Customer,
    ImportBatch,
    Invoice,
    InvoiceLineItem,
    PayerAnswer,
    Receipt,
    SecondFactor,
    Tenant,
    User,
    UserSession,
)
from rms.queries.customers import find_customer
from rms.queries.invoices import find_invoice, lines_of
from rms.queries.quotes import lines_of as quote_lines_of
from rms.queries.receipts import find_receipt
from tests.cast import Company
from tests.factories import (
    NOW,
    TODAY,
    default_series,
    make_allocation,
    make_customer,
    make_draft,
    make_invitation,
    make_invoice,
    make_line,
    make_receipt,
    make_refund,
    make_service,
    make_user,
)

MARK = "quokka-4711"


@dataclass(frozen=True)
class Belongings:
    """Ids by what they are. `values()` fills an address, `words` are what a reader must never see."""

    customer: UUID
    service: UUID
    draft: UUID
    line: UUID
    deleted_line: UUID
    deleted_draft: UUID
    invoice: UUID
    issued_line: UUID
    mail: UUID
    answer: UUID
    receipt: UUID
    used_receipt: UUID
    waiting_receipt: UUID
    refund: UUID
    colleague: UUID
    invitation: UUID
    session: UUID
    entry: UUID
    number: str
    receipt_number: str
    quote: UUID
    quote_line: UUID
    deleted_quote_line: UUID
    sent_quote: UUID
    declined_quote: UUID
    schedule: UUID
    series: UUID
    job: UUID
    tds_rate: UUID
    credited: UUID
    credited_line: UUID
    credit_note: UUID
    credit_draft: UUID
    receipt_draft: UUID
    client_type: UUID
    type_stamp: int
    manager: UUID
    manager_stamp: int
    contact: UUID
    batch: UUID
    bank_line: UUID
    skipped_bank_line: UUID
    twin: UUID

    @property
    def words(self) -> tuple[str, ...]:
        return (MARK, self.number, self.receipt_number)

    def values(self, *, invoice: UUID | None = None, line: UUID | None = None) -> dict[str, UUID]:
        """For the arguments of an address: the draft with its line unless told otherwise."""
        return {
            "customer_id": self.customer,
            "service_id": self.service,
            "invoice_id": invoice or self.draft,
            "line_id": line or self.line,
            "mail_id": self.mail,
            "answer_id": self.answer,
            "receipt_id": self.receipt,
            "refund_id": self.refund,
            "quote_id": self.quote,
            "quote_line_id": self.quote_line,
            "schedule_id": self.schedule,
            "user_id": self.colleague,
            "invitation_id": self.invitation,
            "session_id": self.session,
            "entry_id": self.entry,
            "series_id": self.series,
            "rate_id": self.tds_rate,
            "credit_note_id": self.credit_note,
            "draft_id": self.receipt_draft,
            "type_id": self.client_type,
            "manager_id": self.manager,
            "contact_id": self.contact,
            "batch_id": self.batch,
            "bank_line_id": self.bank_line,
            "job_id": self.job,
        }

    def ways(self) -> list[dict[str, UUID]]:
        """The same for every pair of things of one kind, so that no state of a document opens a door."""
        return [
            self.values(),
            self.values(line=self.deleted_line),
            self.values(invoice=self.invoice, line=self.issued_line),
            self.values() | {"receipt_id": self.used_receipt},
            self.values() | {"receipt_id": self.waiting_receipt},
            self.values() | {"receipt_id": self.used_receipt, "invoice_id": self.invoice},
            self.values() | {"quote_id": self.declined_quote},
            self.values() | {"quote_id": self.sent_quote, "quote_line_id": self.deleted_quote_line},
            self.values() | {"credit_note_id": self.credit_draft},
        ]


def give(company: Company, mark: str = MARK) -> Belongings:
    """One of each, committed; the receipt has money left, the used one has none."""
    with company.scope(company.admin):
        customer = make_customer(
            f"Customer {mark}", email=f"{mark}@example.in", notes=mark, contact_person=mark, city=mark
        )
        service = make_service(f"Service {mark}", description=mark)
        draft = make_draft(customer, notes=mark, reference_number=mark)
        line = make_line(draft, "1000.00", name=f"Line {mark}", description=mark, position=1)
        gone = make_line(draft, "1000.00", name=f"Gone {mark}", position=2, deleted_at=NOW)
        invoice, of_invoice = _issued(customer, mark)
        receipt = make_receipt(customer, "500.00", reference=mark, notes=mark)
        used = make_receipt(customer, "100.00", reference=mark, notes=mark)
        make_allocation(used, invoice, "100.00")
        return Belongings(
            customer.id,
            service.id,
            draft.id,
            line.id,
            gone.id,
            _thrown_away(customer, mark),
            invoice.id,
            of_invoice.id,
            _failed_mail(invoice, mark),
            _answer_to(invoice, mark),
            receipt.id,
            used.id,
            *_cheque_and_refund(customer, mark),
            _colleague(f"colleague.{mark}.{used.id.hex[:8]}@example.in", mark).id,
            make_invitation(f"{mark}@example.in", by=company.admin.id).id,
            _signed_in_elsewhere(company, mark).id,
            _entry_about(customer),
            invoice.invoice_number,
            receipt.receipt_number,
            **_quotes(company, customer, mark),
            schedule=_schedule(company, customer, mark),
            series=_series(mark),
            job=_job(company),
            tds_rate=_tds_rate(mark),
            **_credits(company, customer, mark),
            receipt_draft=_receipt_draft(company, customer, mark),
            **_kinds(mark),
            contact=_contact(customer, mark),
            **_statement(customer, mark),
            twin=make_customer(f"Twin {mark}", email=None).id,
        )


def _credits(company: Company, customer: Customer, mark: str) -> dict[str, UUID]:
    """A credit note of which something is used and something left, and a draft, both of one invoice."""
    invoice = make_invoice(customer)
    [line] = lines_of(invoice.id)
    made = []
    for amount in (Decimal(100), Decimal(10)):
        begin_another_act()
        head = credit_notes.Head(TODAY, reason=mark, notes=mark)
        ask = Ask(line.id, amount=amount)
        by = company.admin.id
        made.append(
            credit_notes.create_from_invoice(invoice.id, today=TODAY, created_by=by, head=head, asks=[ask]).id
        )
    issued, draft = made
    begin_another_act()
    credit_notes.issue(issued, now=NOW, today=TODAY, reduces_invoice=False)
    begin_another_act()
    credit_notes.apply(issued, [credit_notes.Use(invoice.id, Decimal(50))], today=TODAY)
    begin_another_act()
    return {
        "credited": invoice.id,
        "credited_line": line.id,
        "credit_note": issued,
        "credit_draft": draft,
    }


def _schedule(company: Company, customer: Customer, mark: str) -> UUID:
    """It begins far ahead, so that nothing runs while a test walks."""
    draft = recurring.ScheduleDraft(
        customer_id=customer.id,
        plan=Plan(rhythm=Rhythm.MONTH, every=1, starts_on=dt.date(2099, 1, 1)),
        payment_terms=30,
        sends=False,
        reference_number=mark,
        notes=mark,
        lines=[{"name": f"Line {mark}", "rate": "100"}],
    )
    return recurring.add(draft, today=TODAY, created_by=company.admin.id).id


def _job(company: Company) -> UUID:
    """Work on many invoices that is done, with the file it made."""
    row = BulkJob(
        action="csv", chosen=[], total_count=0, created_by=company.admin.id, state="done", ended_at=NOW
    )
    db().add(row)
    db().flush()
    later = dt.datetime(2099, 1, 1, tzinfo=dt.UTC)
    about = ("bulk_jobs", row.id)
    store("export", "invoices.csv", b"x", media_type="text/csv", about=about, expires_at=later)
    return row.id


def _series(mark: str) -> UUID:
    """Beside the default one, so that it may be retired."""
    draft = SeriesDraft(prefix="EXP", year="FY")
    return series.add("invoice", f"Exports {mark}", draft, today=TODAY).id


def _tds_rate(mark: str) -> UUID:
    draft = RateDraft(section="195", name=f"Royalty {mark}", rate=Decimal(20), effective_from=TODAY)
    return tds.add(draft, today=TODAY).id


def _contact(customer: Customer, mark: str) -> UUID:
    draft = ContactDraft(name=f"Contact {mark}", designation=mark, email=f"contact.{mark}@example.in")
    return contacts.add_contact(customer.id, draft).id


def _receipt_draft(company: Company, customer: Customer, mark: str) -> UUID:
    typed = {"customer": customer.name, "customer_id": str(customer.id), "amount": "500", "reference": mark}
    kept = receipt_drafts.save(
        typed, customer_id=customer.id, draft_id=None, version=None, by=company.admin.id
    )
    return kept.id


def _contact(customer: Customer, mark: str) -> UUID:
    draft = ContactDraft(name=f"Contact {mark}", designation=mark, email=f"contact.{mark}@example.in")
    return contacts.add_contact(customer.id, draft).id


def _statement(customer: Customer, mark: str) -> dict[str, UUID]:
    """A bank's statement that was read, with a line that waits and one that was skipped."""
    file = store("import", f"{mark}.csv", mark.encode(), media_type="text/csv")
    batch = ImportBatch(name=f"{mark}.csv", state="read", file_id=file.id)
    db().add(batch)
    db().flush()
    waiting = _bank_line(batch.id, 1, customer_id=customer.id, description=mark)
    skipped = _bank_line(batch.id, 2, state="skipped", description=mark)
    return {"batch": batch.id, "bank_line": waiting.id, "skipped_bank_line": skipped.id}


def _bank_line(batch_id: UUID, position: int, **columns) -> BankLine:
    line = BankLine(
        batch_id=batch_id,
        position=position,
        day=TODAY,
        amount=Decimal(position),
        fingerprint=sha256(f"{batch_id} {position}".encode()).hexdigest(),
        **columns,
    )
    db().add(line)
    db().flush()
    return line


def add_bank_lines(own: Belongings, count: int) -> None:
    """More lines that wait, each suggested for the invoice."""
    part = {"invoice_id": str(own.invoice), "cash": "1.00", "tds": "0.00"}
    fits = {"parts": [part], "is_sure": True, "message": "Only the amount fits: %(number)s"}
    for position in range(10, 10 + count):
        told = {**fits, "params": {"number": own.number}}
        _bank_line(own.batch, position, customer_id=own.customer, reference="R", suggestion=told)


def _kinds(mark: str) -> dict:
    """A type of customers and an account manager, with what their forms carry instead of a version."""
    kind = client_types.add_type(TypeDraft(name=f"Type {mark}"))
    manager = client_types.add_manager(ManagerDraft(name=f"Manager {mark}", email=f"m.{mark}@example.in"))
    return {
        "client_type": kind.id,
        "type_stamp": client_types.stamp(kind),
        "manager": manager.id,
        "manager_stamp": client_types.stamp(manager),
    }


def _quotes(company: Company, customer: Customer, mark: str) -> dict[str, UUID]:
    """A draft with a line and a deleted one, and a quote that waits for its answer; by the real day, as
    the screens ask it."""
    today = (dt.datetime.now(dt.UTC) + dt.timedelta(hours=5, minutes=30)).date()
    cells = {"name": f"Offer {mark}", "hsn_sac": "998533", "quantity": "1", "rate": "1000", "tax": "18"}
    made = []
    begin_another_act()
    for _ in range(3):
        quote = quotes.create_draft(customer_id=customer.id, today=today, created_by=company.admin.id)
        quotes.change_line(quote.id, quote_lines_of(quote.id)[0].id, cells, version=1)
        made.append(quote.id)
    draft, sent, declined = made
    line = quote_lines_of(draft)[0].id
    gone = quotes.add_line(draft, cells=cells)[1].id
    quotes.delete_line(draft, gone, now=NOW)
    default_series("quote").prefix = f"Q{mark[-4:].upper()}"
    for given_out in (sent, declined):
        begin_another_act()
        quote_answers.give_out(given_out, now=NOW, today=today)
    begin_another_act()
    no = quote_answers.Answer(is_accepted=False, name=mark, reason="price", note=mark)
    quote_answers.record(declined, no, now=NOW, today=today)
    begin_another_act()
    return {
        "quote": draft,
        "quote_line": line,
        "deleted_quote_line": gone,
        "sent_quote": sent,
        "declined_quote": declined,
    }


def _failed_mail(invoice: Invoice, mark: str) -> UUID:
    """One that its sender may try again."""
    mail = send(invoice, to_address=f"{mark}@example.in", now=NOW, sender=mark)
    mail.state, mail.last_error = "failed", f"550 {mark}"
    db().flush()
    begin_another_act()
    return mail.id


def _answer_to(invoice: Invoice, mark: str) -> UUID:
    """What a customer said on the page of its link, and nobody has dealt with."""
    link, _ = public_links.create("invoices", invoice.id, expires_on=None, now=NOW)
    row = PayerAnswer(link_id=link.id, invoice_id=invoice.id, kind="mistake", note=mark, name=mark)
    db().add(row)
    db().flush()
    return row.id


def _thrown_away(customer: Customer, mark: str) -> UUID:
    """A draft that its owner may put back."""
    draft = make_draft(customer, notes=mark)
    make_line(draft, "1000.00", name=f"Thrown away {mark}", position=1)
    drafts.delete_draft(draft.id, now=NOW)
    return draft.id


def _colleague(email: str, mark: str) -> User:
    """Somebody with a second factor, which an admin can turn off."""
    row = make_user(f"Colleague {mark}", "user", email=email)
    db().add(SecondFactor(user_id=row.id, secret=mark, confirmed_at=NOW))
    db().flush()
    return row


def _signed_in_elsewhere(company: Company, mark: str) -> UserSession:
    """Another device of the admin; its name is what it calls itself."""
    row = UserSession(
        user_id=company.admin.id,
        refresh_token=uuid4().hex,
        expires_at=NOW + dt.timedelta(days=3650),
        idle_expires_at=NOW + dt.timedelta(days=3650),
        last_seen_at=NOW,
        user_agent=mark,
    )
    db().add(row)
    db().flush()
    return row


def _entry_about(customer: Customer) -> UUID:
    """What the audit trail says of it, its name among the values."""
    db().flush()
    return db().scalars(select(AuditLog.id).where(AuditLog.entity_id == customer.id)).first()


def _issued(customer: Customer, mark: str) -> tuple[Invoice, InvoiceLineItem]:
    """By the actions, since only they copy names and addresses onto it; numbered from a series of its own."""
    default_series("invoice").prefix = mark[-4:].upper()
    draft = drafts.create_draft(customer_id=customer.id, today=TODAY, created_by=None)
    cells = {"name": f"Paper {mark}", "hsn_sac": "998533", "quantity": "1", "rate": "1000", "tax": "18"}
    drafts.change_line(draft.id, lines_of(draft.id)[0].id, cells, version=1)
    invoice = issue(draft.id, now=NOW, today=TODAY)
    return invoice, lines_of(invoice.id)[0]


def customer_of(own: Belongings) -> Customer:
    return find_customer(own.customer)


def draft_of(own: Belongings) -> Invoice:
    return find_invoice(own.draft)


def _cheque_and_refund(customer: Customer, mark: str) -> tuple[UUID, UUID]:
    """A cheque that waits for clearance, and what was paid back of another receipt."""
    cheque = {"payment_method": "cheque", "status": "pending", "cleared_at": None}
    waiting = make_receipt(customer, "50.00", reference=mark, notes=mark, **cheque)
    repaid = make_receipt(customer, "60.00", reference=mark, notes=mark)
    refund = make_refund(repaid, "20.00", payment_method="upi", reference=mark, notes=mark)
    return waiting.id, refund.id


def receipt_of(own: Belongings) -> Receipt:
    return find_receipt(own.receipt)


def let_users_draft(company: Company) -> None:
    with company.scope(company.admin):
        tenant = db().get(Tenant, company.tenant_id)
        tenant.settings = {**tenant.settings, "users_may_draft": True}


def checksums(superuser: psycopg.Connection, company: Company) -> dict[str, tuple[int, str]]:
    """Number and content of a company's rows, table by table: the same after it as before it, or not."""
    found = {}
    for table, column in _tables(superuser):
        statement = SQL(
            "SELECT count(*), coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM {} t "
            "WHERE {} = %s"
        )
        row = superuser.execute(
            statement.format(Identifier(table), Identifier(column)), (company.tenant_id,)
        ).fetchone()
        found[table] = tuple(row)
    return found


def _tables(superuser: psycopg.Connection) -> list[tuple[str, str]]:
    """Every table with a tenant_id, and the tenants; partitions are read through their parent."""
    named = superuser.execute(
        """
        SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
        AND a.attname = 'tenant_id' AND NOT a.attisdropped ORDER BY 1
        """
    ).fetchall()
    assert len(named) > 15
    return [("tenants", "id"), *((name, "tenant_id") for (name,) in named)]
