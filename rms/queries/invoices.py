"""Reading one invoice, and what its tax depends on."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from rms.db.session import current_tenant, db
from rms.domain.errors import NotFound
from rms.domain.place_of_supply import Customer as Buyer
from rms.domain.place_of_supply import Registration, Seller
from rms.domain.tax import rate_label
from rms.models import Company, Customer, GstSetting, Invoice, InvoiceLineItem, ServiceType, TaxRate, Tenant


@dataclass(frozen=True)
class Terms:
    """Seller, buyer and settings that decide an invoice's tax, read in one statement."""

    company: Company
    gst: GstSetting
    settings: dict
    customer: Customer | None

    @property
    def seller(self) -> Seller:
        """An unregistered seller without a state charges no tax, so its empty state decides nothing."""
        return Seller(self.company.state_code or "", Registration(self.gst.registration_type))

    @property
    def buyer(self) -> Buyer:
        if self.customer is None:
            return Buyer()
        # `consumer` is only our word for a private person; to the law both are unregistered.
        treatment = self.customer.gst_treatment.replace("consumer", "unregistered")
        return Buyer(self.customer.state_code, Registration(treatment), self.customer.shipping_state_code)

    @property
    def rounds_off(self) -> bool:
        return self.settings.get("round_off", True)

    @property
    def default_rate(self) -> Decimal:
        return self.gst.default_rate

    @property
    def default_terms_days(self) -> int:
        return self.settings.get("default_terms_days", 30)


def terms_for(customer_id: UUID | None) -> Terms:
    """What pricing needs to know; raises NotFound for a customer that is not this tenant's."""
    statement = (
        select(Company, GstSetting, Tenant.settings, Customer)
        .select_from(Tenant)
        .join(Company, Company.tenant_id == Tenant.id)
        .join(GstSetting, GstSetting.tenant_id == Tenant.id)
        .outerjoin(Customer, (Customer.tenant_id == Tenant.id) & (Customer.id == customer_id))
        .where(Tenant.id == current_tenant())
    )
    company, gst, settings, customer = db().execute(statement).first()
    if customer_id is not None and customer is None:
        raise NotFound()
    return Terms(company, gst, settings or {}, customer)


def find_invoice(invoice_id: UUID) -> Invoice:
    """The invoice with its customer, in one statement; its lines are `lines_of`."""
    statement = select(Invoice).where(Invoice.id == invoice_id).options(joinedload(Invoice.customer))
    invoice = db().scalar(statement)
    if invoice is None:
        raise NotFound()
    return invoice


def lines_of(invoice_id: UUID) -> list[InvoiceLineItem]:
    """The live lines in their order."""
    statement = (
        select(InvoiceLineItem)
        .where(InvoiceLineItem.invoice_id == invoice_id, InvoiceLineItem.deleted_at.is_(None))
        .order_by(InvoiceLineItem.position, InvoiceLineItem.id)
    )
    return list(db().scalars(statement))


def cells_of_service(service_id: UUID, day: dt.date) -> dict[str, str]:
    """What a picked service puts into the cells of a line: name, code, unit, price, and the GST rate in force
    on `day` (its category's, else its own)."""
    statement = (
        select(ServiceType, TaxRate.rate)
        .outerjoin(
            TaxRate,
            (TaxRate.tenant_id == ServiceType.tenant_id)
            & (TaxRate.category == ServiceType.tax_rate_category)
            & (TaxRate.effective_from <= day),
        )
        .where(ServiceType.id == service_id)
        .order_by(TaxRate.effective_from.desc().nulls_last())
        .limit(1)
    )
    found = db().execute(statement).first()
    if found is None:
        raise NotFound()
    return _cells_of(*found)


def _cells_of(service: ServiceType, rate: Decimal | None) -> dict[str, str]:
    is_taxable = service.tax_treatment == "taxable"
    words = service.tax_treatment.replace("_", "-")
    return {
        "name": service.name,
        "hsn_sac": service.hsn_sac or "",
        "unit": service.unit or "",
        "rate": format(service.default_rate.normalize(), "f"),
        "tax": rate_label(service.tax_rate if rate is None else rate) if is_taxable else words,
    }


def services_named(names: set[str], day: dt.date) -> dict[str, dict]:
    """What the active services of these names bring to a line, by name without case."""
    lower = {name.casefold() for name in names}
    if not lower:
        return {}
    statement = (
        select(ServiceType, TaxRate.rate)
        .outerjoin(
            TaxRate,
            (TaxRate.tenant_id == ServiceType.tenant_id)
            & (TaxRate.category == ServiceType.tax_rate_category)
            & (TaxRate.effective_from <= day),
        )
        .where(ServiceType.is_active, func.lower(ServiceType.name).in_(lower))
        .order_by(ServiceType.created_at, TaxRate.effective_from)
    )
    return {
        service.name.casefold(): {**_cells_of(service, rate), "service": service.id}
        for service, rate in db().execute(statement)
    }


def last_lines_of_customer(customer_id: UUID) -> list[InvoiceLineItem]:
    """The lines of the newest invoice that was issued to them and not cancelled."""
    last = (
        select(Invoice.id)
        .where(
            Invoice.customer_id == customer_id,
            Invoice.status.not_in(("draft", "cancelled")),
            Invoice.kind.not_in(("opening", "debit_note")),
        )
        .order_by(Invoice.invoice_date.desc(), Invoice.issued_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    return lines_of(last)


def deleted_or_live_line(invoice_id: UUID, line_id: UUID) -> InvoiceLineItem:
    """A line of this invoice, deleted or not; raises NotFound."""
    line = db().scalar(
        select(InvoiceLineItem).where(InvoiceLineItem.id == line_id, InvoiceLineItem.invoice_id == invoice_id)
    )
    if line is None:
        raise NotFound()
    return line
