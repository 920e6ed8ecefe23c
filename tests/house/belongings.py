"""Everything a company owns that an address or a form can name, marked to show where it leaks."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID, uuid4

import psycopg
from psycopg.sql import SQL, Identifier
from sqlalchemy import select

from rms.actions import invoices as drafts
from rms.actions.issuing import issue
from rms.db.session import db
from rms.models import (
    AuditLog,
    Customer,
    Invoice,
    InvoiceLineItem,
    Receipt,
    SecondFactor,
    Tenant,
    User,
    UserSession,
)
from rms.queries.customers import find_customer
from rms.queries.invoices import find_invoice, lines_of
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
    make_line,
    make_receipt,
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
    invoice: UUID
    issued_line: UUID
    receipt: UUID
    used_receipt: UUID
    colleague: UUID
    invitation: UUID
    session: UUID
    entry: UUID
    number: str
    receipt_number: str

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
            "receipt_id": self.receipt,
            "user_id": self.colleague,
            "invitation_id": self.invitation,
            "session_id": self.session,
            "entry_id": self.entry,
        }

    def ways(self) -> list[dict[str, UUID]]:
        """The same for every pair of things of one kind, so that no state of a document opens a door."""
        return [
            self.values(),
            self.values(line=self.deleted_line),
            self.values(invoice=self.invoice, line=self.issued_line),
            self.values() | {"receipt_id": self.used_receipt},
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
            invoice.id,
            of_invoice.id,
            receipt.id,
            used.id,
            _colleague(f"colleague.{mark}.{used.id.hex[:8]}@example.in", mark).id,
            make_invitation(f"{mark}@example.in", by=company.admin.id).id,
            _signed_in_elsewhere(company, mark).id,
            _entry_about(customer),
            invoice.invoice_number,
            receipt.receipt_number,
        )


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
