"""Rows for tests, through the models, in the scope that is open: `with tenant_scope(company.tenant_id): ...`.

Each function fills in what a test does not care about. Rows are flushed, so that they have ids and may be
referred to; the scope commits them.
"""

import datetime as dt
import itertools
from decimal import Decimal
from functools import cache
from uuid import UUID, uuid4

from sqlalchemy import select

from rms.actions import companies, invitations
from rms.crypto import passwords
from rms.db.session import db, tenant_scope
from rms.domain import gstin
from rms.models import (
    Company,
    Customer,
    GstSetting,
    Invoice,
    InvoiceLineItem,
    NumberSeries,
    Receipt,
    ReceiptAllocation,
    Refund,
    ServiceType,
    Tenant,
    User,
    UserInvitation,
)
from rms.queries.snapshots import snapshot_of_buyer, snapshot_of_seller

TODAY = dt.date(2026, 11, 22)
NOW = dt.datetime(2026, 11, 22, 6, 30, tzinfo=dt.UTC)
PASSWORD = "nilgiri tea in the rain"

_numbers = itertools.count(1)


@cache
def password_hash() -> str:
    return passwords.make(PASSWORD, cost=4)


def gstin_of(state_code: str, pan: str = "AAKFN4821C") -> str:
    """A GSTIN of that state whose check character is right."""
    first14 = f"{state_code}{pan}1Z"
    return first14 + gstin.check_character(first14)


def make_tenant(
    name: str,
    *,
    slug: str | None = None,
    state_code: str = "29",
    city: str = "Bengaluru",
    pin_code: str = "560001",
    gst_number: str | None = None,
    registration_type: str = "regular",
) -> UUID:
    """A company that may issue invoices: everything sign-up makes, then address and GSTIN. Commits."""
    tenant_id = uuid4()
    with tenant_scope(tenant_id):
        db().add(
            Tenant(
                id=tenant_id,
                name=name,
                slug=slug or f"company-{tenant_id.hex[:12]}",
                email="office@example.in",
                trial_start_date=NOW,
                trial_end_date=_trial_end(),
                is_trial_used=True,
                settings={"onboarding": {"done": [1, 2, 3, 4, 5], "skipped": []}},
            )
        )
        db().flush()
        company = companies.establish(name=name, created_by=None, now=NOW)
        company.address_line1, company.city, company.pin_code = "14 Residency Road", city, pin_code
        company.state_code = state_code
        company.address = f"14 Residency Road\n{city} {pin_code}"
        if registration_type != "unregistered":
            _register(company, registration_type, gst_number or gstin_of(state_code))
    return tenant_id


def _trial_end() -> dt.datetime:
    """Of a trial that runs both at NOW and at the real time, which the web asks."""
    return max(NOW, dt.datetime.now(dt.UTC)) + dt.timedelta(days=14)


def _register(company: Company, registration_type: str, number: str) -> None:
    gst = db().scalars(select(GstSetting)).one()
    gst.registration_type = registration_type
    gst.is_gst_applicable = True
    gst.gst_number = company.gst_number = number
    gst.default_rate = Decimal("18")


def make_user(first_name: str, role: str = "user", *, email: str | None = None, **columns) -> User:
    """A verified person; their password is PASSWORD."""
    defaults = {
        "email": email or f"{first_name.lower()}.{next(_numbers)}@example.in",
        "password_hash": password_hash(),
        "first_name": first_name,
        "role": role,
        "email_verified": True,
        "email_verified_at": NOW,
    }
    return _added(User(**{**defaults, **columns}))


def make_invitation(email: str, role: str = "user", *, by: UUID, minutes_ago: int = 5) -> UserInvitation:
    """An open invitation, by the action that writes it: the real time decides whether it is open."""
    sent_at = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=minutes_ago)
    return invitations.invite(email, role, by=by, now=sent_at)


def make_customer(name: str = "Lakeview Residency", **columns) -> Customer:
    """A registered customer in Karnataka, unless told otherwise."""
    defaults = {
        "code": f"T{next(_numbers)}",
        "name": name,
        "gst_treatment": "regular",
        "state_code": "29",
        "address_line1": "7 Lake Road",
        "city": "Bengaluru",
        "pin_code": "560042",
        "email": "accounts@lakeview.example.in",
        "payment_terms": 30,
    }
    values = {**defaults, **columns}
    if values["gst_treatment"] not in ("unregistered", "overseas"):
        values.setdefault("gst_number", gstin_of(values["state_code"], "AALCM9032F"))
    return _added(Customer(**values))


def make_service(name: str = "Housekeeping", **columns) -> ServiceType:
    """A service at 18 %."""
    defaults = {
        "code": f"S{next(_numbers)}",
        "name": name,
        "hsn_sac": "998533",
        "unit": "MON",
        "default_rate": Decimal("20000"),
        "tax_rate": Decimal("18"),
        "tax_rate_category": "standard",
    }
    return _added(ServiceType(**{**defaults, **columns}))


def make_draft(customer: Customer | None = None, **columns) -> Invoice:
    """A draft without lines."""
    defaults = {
        "customer_id": customer and customer.id,
        "invoice_date": TODAY,
        "due_date": TODAY + dt.timedelta(days=30),
        "place_of_supply": "29",
    }
    return _added(Invoice(**{**defaults, **columns}))


def make_line(invoice: Invoice, rate: str = "1000.00", **columns) -> InvoiceLineItem:
    """A line of quantity 1 at 18 %, half CGST and half SGST; the invoice's totals are left alone."""
    amount = Decimal(rate)
    half = (amount * 9 / 100).quantize(Decimal("0.01"))
    defaults = {
        "invoice_id": invoice.id,
        "name": "Housekeeping",
        "hsn_sac": "998533",
        "rate": amount,
        "amount": amount,
        "taxable_amount": amount,
        "tax_rate": Decimal("18"),
        "cgst_amount": half,
        "sgst_amount": half,
        "tax_amount": half * 2,
        "total": amount + half * 2,
    }
    return _added(InvoiceLineItem(**{**defaults, **columns}))


def make_invoice(
    customer: Customer,
    subtotal: str = "1000.00",
    *,
    more_lines: int = 0,
    with_parties: bool = False,
    **columns,
) -> Invoice:
    """An issued invoice with one line at 18 %: 1,000.00 + 90.00 CGST + 90.00 SGST = 1,180.00.

    `more_lines` are printed and stand outside of its sums. It is frozen: what it should hold is told here.
    `with_parties` copies seller and buyer onto it, as issuing does, for what is sent, shared or printed.
    """
    number = columns.pop("invoice_number", f"T/26-27/{next(_numbers):04d}")
    issued_at = columns.pop("issued_at", NOW)
    invoice = make_draft(customer, **columns)
    line = make_line(invoice, subtotal)
    for _ in range(more_lines):
        make_line(invoice)
    if with_parties:
        _copy_parties(invoice, customer)
    invoice.subtotal, invoice.tax_total, invoice.total = line.taxable_amount, line.tax_amount, line.total
    invoice.cgst_total, invoice.sgst_total = line.cgst_amount, line.sgst_amount
    invoice.supply_type, invoice.tax_mode = "INTRA", "CGST_SGST"
    invoice.invoice_number, invoice.issued_at = number, issued_at
    invoice.status = "pending" if invoice.due_date >= TODAY else "overdue"
    db().flush()
    return invoice


def _copy_parties(invoice: Invoice, customer: Customer) -> None:
    """A test company has no bank account, so there is no number to seal for this invoice."""
    company, gst = db().scalars(select(Company)).one(), db().scalars(select(GstSetting)).one()
    invoice.seller_snapshot = snapshot_of_seller(company, gst)
    invoice.buyer_snapshot = snapshot_of_buyer(customer, invoice)
    invoice.customer_gst = customer.gst_number


def make_receipt(customer: Customer, amount: str = "1180.00", **columns) -> Receipt:
    """Money that has arrived by bank transfer, not allocated yet."""
    defaults = {
        "receipt_number": f"TR/26-27/{next(_numbers):04d}",
        "receipt_date": TODAY,
        "customer_id": customer.id,
        "payment_method": "bank_transfer",
        "amount": Decimal(amount),
        "status": "cleared",
        "cleared_at": NOW,
    }
    return _added(Receipt(**{**defaults, **columns}))


def make_allocation(receipt: Receipt, invoice: Invoice, amount: str, **columns) -> ReceiptAllocation:
    """Settle `amount` of the invoice in cash; both rows are read again, since a trigger keeps their sums."""
    defaults = {
        "receipt_id": receipt.id,
        "invoice_id": invoice.id,
        "allocated_amount": Decimal(amount),
        "allocated_on": TODAY,
    }
    allocation = _added(ReceiptAllocation(**{**defaults, **columns}))
    db().refresh(receipt)
    db().refresh(invoice)
    return allocation


def make_refund(receipt: Receipt, amount: str, **columns) -> Refund:
    """Money paid back out of a receipt; the receipt is read again, since a trigger keeps its sums."""
    defaults = {
        "refund_number": f"TP/26-27/{next(_numbers):04d}",
        "refund_date": TODAY,
        "customer_id": receipt.customer_id,
        "receipt_id": receipt.id,
        "amount": Decimal(amount),
    }
    refund = _added(Refund(**{**defaults, **columns}))
    db().refresh(receipt)
    return refund


def default_series(kind: str) -> NumberSeries:
    return db().scalars(select(NumberSeries).where(NumberSeries.kind == kind, NumberSeries.is_default)).one()


def _added(row):
    db().add(row)
    db().flush()
    return row
