"""Invoices and their lines. After issue the money fields are paper: they never change."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Computed, Index, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from rms.db.base import Base, Money, Quantity, Rate, TenantScoped, UnitPrice, belongs_to
from rms.domain.lifecycle import status_of
from rms.domain.place_of_supply import SupplyType, TaxMode
from rms.domain.tax import Treatment
from rms.models.columns import count, flag, has_many, one_of, refers_to, rule, word, zero
from rms.models.customers import Customer
from rms.models.numbering import NumberSeries
from rms.models.services import ServiceType

STATUSES = ("draft", "pending", "paid", "overdue", "cancelled", "partially_paid")
OPEN_STATUSES = ("overdue", "partially_paid", "pending")
OPEN = "status IN ('pending', 'overdue', 'partially_paid')"


class Invoice(TenantScoped, Base):
    """A bill to a customer; a draft has no number yet and may have no customer.

    `subtotal` is the sum of the lines' taxable amounts, `tax_total` the tax charged, and
    total = subtotal + tax_total + round_off. `amount_paid` is written by a trigger on the allocations, and
    `balance` is generated: never assign either, refresh the row after allocating.
    `version` counts what users typed; `totals_seq` rises at each retotal, so that a late reply is noticed.
    A draft's `series_id` is the series chosen for it, None for the default one of its kind. `shipping_*` is
    where this document's goods go, when that is not where the customer's usually do. A debit note (CGST Act,
    s. 34(3)) names the invoice that it raises, and why.
    """

    __tablename__ = "invoices"
    __mapper_args__ = {"eager_defaults": True}
    __table_args__ = (
        belongs_to("customers", "customer_id"),
        belongs_to("number_series", "series_id"),
        belongs_to("users", "created_by"),
        belongs_to("invoices", "against_invoice_id"),
        UniqueConstraint("tenant_id", "invoice_number"),
        one_of("status", *STATUSES),
        one_of(
            "kind",
            "tax_invoice",
            "bill_of_supply",
            "invoice_cum_bill_of_supply",
            "debit_note",
            "opening",
        ),
        rule(
            "issued_invoices_have_number_and_customer",
            "status = 'draft' OR (invoice_number IS NOT NULL AND customer_id IS NOT NULL"
            " AND issued_at IS NOT NULL)",
        ),
        rule("drafts_have_no_number", "status <> 'draft' OR (invoice_number IS NULL AND issued_at IS NULL)"),
        rule("cancelled_invoices_say_when", "(status = 'cancelled') = (cancelled_at IS NOT NULL)"),
        rule(
            "settled_is_between_zero_and_total",
            "amount_paid >= 0 AND amount_credited >= 0 AND amount_paid + amount_credited <= total",
        ),
        rule("total_adds_up", "total = subtotal + tax_total + round_off"),
        rule("tax_total_adds_up", "tax_total = cgst_total + sgst_total + igst_total + cess_total"),
        rule("total_is_not_negative", "total >= 0"),
        rule("due_date_is_not_before_invoice_date", "due_date >= invoice_date"),
        rule("discount_percent_is_a_percentage", "discount_percent BETWEEN 0 AND 100"),
        rule("discount_amount_is_not_negative", "discount_amount >= 0"),
        rule("discount_is_percent_or_amount", "discount_percent IS NULL OR discount_amount IS NULL"),
        rule("place_of_supply_has_two_digits", "place_of_supply ~ '^[0-9]{2}$'"),
        one_of("supply_type", *SupplyType),
        one_of("tax_mode", *TaxMode),
        rule("payment_terms_are_days", "payment_terms BETWEEN 0 AND 3650"),
        rule("shipping_state_has_two_digits", "shipping_state_code ~ '^[0-9]{2}$'"),
        rule("only_debit_notes_are_against_an_invoice", "against_invoice_id IS NULL OR kind = 'debit_note'"),
        rule("country_has_two_letters", "destination_country ~ '^[A-Z]{2}$'"),
        rule("port_code_is_plain", "port_code ~ '^[A-Z0-9]{3,6}$'"),
        rule(
            "shipping_bill_has_number_and_date",
            "(shipping_bill_number IS NULL) = (shipping_bill_date IS NULL)",
        ),
        rule("shipping_bill_number_is_digits", "shipping_bill_number ~ '^[0-9]{3,7}$'"),
    )

    invoice_number: Mapped[str | None] = mapped_column(String(50))
    series_id: Mapped[UUID | None]
    kind: Mapped[str] = word(30, "tax_invoice")
    invoice_date: Mapped[dt.date]
    due_date: Mapped[dt.date]
    payment_terms: Mapped[int | None]
    customer_id: Mapped[UUID | None]
    customer_gst: Mapped[str | None] = mapped_column(String(15))
    reference_number: Mapped[str | None] = mapped_column(String(100))
    place_of_supply: Mapped[str | None] = mapped_column(String(2))
    supply_type: Mapped[str | None] = mapped_column(String(20))
    tax_mode: Mapped[str | None] = mapped_column(String(30))
    reverse_charge: Mapped[bool] = flag("false")
    export_with_payment: Mapped[bool] = flag("false")
    prices_include_tax: Mapped[bool] = flag("false")
    discount_percent: Mapped[Rate | None]
    discount_amount: Mapped[Money | None]
    discount_total: Mapped[Money] = zero()
    subtotal: Mapped[Money] = zero()
    cgst_total: Mapped[Money] = zero()
    sgst_total: Mapped[Money] = zero()
    igst_total: Mapped[Money] = zero()
    cess_total: Mapped[Money] = zero()
    tax_total: Mapped[Money] = zero()
    rcm_cgst_total: Mapped[Money] = zero()
    rcm_sgst_total: Mapped[Money] = zero()
    rcm_igst_total: Mapped[Money] = zero()
    rcm_cess_total: Mapped[Money] = zero()
    round_off: Mapped[Money] = zero()
    total: Mapped[Money] = zero()
    amount_paid: Mapped[Money] = zero()
    amount_credited: Mapped[Money] = zero()
    balance: Mapped[Money] = mapped_column(Computed("total - amount_paid - amount_credited", persisted=True))
    status: Mapped[str] = word(50, "draft")
    notes: Mapped[str | None]
    issued_at: Mapped[dt.datetime | None]
    sent_at: Mapped[dt.datetime | None]
    cancelled_at: Mapped[dt.datetime | None]
    cancel_reason: Mapped[str | None] = mapped_column(String(255))
    seller_snapshot: Mapped[dict | None]
    buyer_snapshot: Mapped[dict | None]
    created_by: Mapped[UUID | None]
    version: Mapped[int] = count(1)
    totals_seq: Mapped[int] = count()
    shipping_name: Mapped[str | None] = mapped_column(String(255))
    shipping_address_line1: Mapped[str | None] = mapped_column(String(255))
    shipping_address_line2: Mapped[str | None] = mapped_column(String(255))
    shipping_city: Mapped[str | None] = mapped_column(String(100))
    shipping_pin_code: Mapped[str | None] = mapped_column(String(10))
    shipping_state_code: Mapped[str | None] = mapped_column(String(2))
    destination_country: Mapped[str | None] = mapped_column(String(2))
    port_code: Mapped[str | None] = mapped_column(String(6))
    shipping_bill_number: Mapped[str | None] = mapped_column(String(7))
    shipping_bill_date: Mapped[dt.date | None]
    against_invoice_id: Mapped[UUID | None]
    adjustment_reason: Mapped[str | None] = mapped_column(String(255))

    customer: Mapped[Customer | None] = refers_to("Invoice.customer_id", "Customer")
    series: Mapped[NumberSeries | None] = refers_to("Invoice.series_id", "NumberSeries")
    lines: Mapped[list["InvoiceLineItem"]] = has_many(
        "InvoiceLineItem.invoice_id",
        "Invoice",
        back_populates="invoice",
        order_by="InvoiceLineItem.position, InvoiceLineItem.id",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )

    @property
    def is_draft(self) -> bool:
        return self.status == "draft"

    @property
    def is_cancelled(self) -> bool:
        return self.status == "cancelled"

    @property
    def live_lines(self) -> list["InvoiceLineItem"]:
        """The lines that are not deleted; deleted ones wait 24 hours for an undo."""
        return [line for line in self.lines if line.deleted_at is None]

    @property
    def settled(self) -> Decimal:
        """What needs no more payment: paid and credited together."""
        return self.amount_paid + self.amount_credited

    def restate(self, today: dt.date) -> None:
        """Write the status that follows from the facts on that day (domain/lifecycle.py)."""
        self.status = status_of(
            issued=self.issued_at is not None,
            cancelled=self.cancelled_at is not None,
            total=self.total,
            settled=self.settled,
            due_date=self.due_date,
            today=today,
        ).value


class InvoiceLineItem(TenantScoped, Base):
    """One line. `amount` = quantity x rate as typed, `taxable_amount` = after both discounts without tax,
    `tax_amount` = tax charged, `total` = taxable_amount + tax_amount.

    Text that could not be read is kept in `raw_input` and `is_valid` is false: such a line counts for nothing
    and blocks issue, but nothing typed is lost.
    """

    __tablename__ = "invoice_line_items"
    __table_args__ = (
        belongs_to("invoices", "invoice_id", ondelete="CASCADE"),
        belongs_to("service_types", "service_type_id"),
        one_of("tax_treatment", *Treatment),
        rule("quantity_is_not_negative", "quantity >= 0"),
        rule("rate_is_not_negative", "rate >= 0"),
        rule("tax_rate_is_a_percentage", "tax_rate BETWEEN 0 AND 100"),
        rule("cess_rate_is_sane", "cess_rate BETWEEN 0 AND 999"),
        rule("discount_percent_is_a_percentage", "discount_percent BETWEEN 0 AND 100"),
        rule("discounts_are_not_negative", "discount_amount >= 0 AND invoice_discount_share >= 0"),
        rule("tax_amount_adds_up", "tax_amount = cgst_amount + sgst_amount + igst_amount + cess_amount"),
        rule("total_adds_up", "total = taxable_amount + tax_amount"),
        rule("hsn_sac_is_digits", "hsn_sac ~ '^[0-9]{2,8}$'"),
        rule("invalid_lines_keep_what_was_typed", "is_valid OR raw_input IS NOT NULL"),
        Index("ix_invoice_line_items_service_type", "tenant_id", "service_type_id"),
        Index(
            "ix_invoice_line_items_in_order",
            "tenant_id",
            "invoice_id",
            "position",
            postgresql_include=["hsn_sac", "tax_rate", "taxable_amount"],
        ),
    )

    invoice_id: Mapped[UUID]
    position: Mapped[int] = count()
    service_type_id: Mapped[UUID | None]
    name: Mapped[str | None] = mapped_column(String(255))
    description: Mapped[str | None]
    hsn_sac: Mapped[str | None] = mapped_column(String(8))
    unit: Mapped[str | None] = mapped_column(String(20))
    quantity: Mapped[Quantity] = mapped_column(default=Decimal("1"), server_default=text("1"))
    rate: Mapped[UnitPrice] = zero()
    amount: Mapped[Money] = zero()
    discount_percent: Mapped[Rate | None]
    discount_amount: Mapped[Money] = zero()
    invoice_discount_share: Mapped[Money] = zero()
    taxable_amount: Mapped[Money] = zero()
    tax_treatment: Mapped[str] = word(20, "taxable")
    tax_rate: Mapped[Rate] = zero()
    cess_rate: Mapped[Rate] = zero()
    cgst_amount: Mapped[Money] = zero()
    sgst_amount: Mapped[Money] = zero()
    igst_amount: Mapped[Money] = zero()
    cess_amount: Mapped[Money] = zero()
    tax_amount: Mapped[Money] = zero()
    rcm_cgst_amount: Mapped[Money] = zero()
    rcm_sgst_amount: Mapped[Money] = zero()
    rcm_igst_amount: Mapped[Money] = zero()
    rcm_cess_amount: Mapped[Money] = zero()
    total: Mapped[Money] = zero()
    raw_input: Mapped[dict | None] = mapped_column(JSONB(none_as_null=True))
    is_valid: Mapped[bool] = flag("true")
    deleted_at: Mapped[dt.datetime | None]
    version: Mapped[int] = count(1)

    invoice: Mapped[Invoice] = refers_to("InvoiceLineItem.invoice_id", "Invoice", back_populates="lines")
    service_type: Mapped[ServiceType | None] = refers_to("InvoiceLineItem.service_type_id", "ServiceType")

    @property
    def is_live(self) -> bool:
        return self.deleted_at is None


_newest_first = (Invoice.invoice_date.desc(), Invoice.id.desc())

Index("ix_invoices_newest_first", Invoice.tenant_id, *_newest_first)
Index("ix_invoices_by_status", Invoice.tenant_id, Invoice.status, *_newest_first)
Index(
    "ix_invoices_open_by_due_date",
    Invoice.tenant_id,
    Invoice.due_date,
    postgresql_include=["customer_id", "balance"],
    postgresql_where=text(OPEN),
)
Index(
    "ix_invoices_of_customer",
    Invoice.tenant_id,
    Invoice.customer_id,
    Invoice.invoice_date,
    postgresql_include=["total", "balance", "status", "invoice_number"],
)
Index(
    "ix_invoices_for_reports",
    Invoice.tenant_id,
    Invoice.invoice_date,
    postgresql_include=["subtotal", "tax_total", "total", "customer_id"],
    postgresql_where=text("status NOT IN ('draft', 'cancelled')"),
)
Index("ix_invoices_of_series", Invoice.tenant_id, Invoice.series_id)
Index("ix_invoices_against", Invoice.tenant_id, Invoice.against_invoice_id)
Index(
    "ix_invoices_number_prefix",
    Invoice.tenant_id,
    Invoice.invoice_number,
    postgresql_ops={"invoice_number": "text_pattern_ops"},
)
Index(
    "ix_invoices_number_trigrams",
    Invoice.tenant_id,
    Invoice.invoice_number,
    postgresql_using="gin",
    postgresql_ops={"invoice_number": "gin_trgm_ops"},
)
Index("ix_invoices_by_total", Invoice.tenant_id, Invoice.total, Invoice.id)
Index("ix_invoices_by_due_date", Invoice.tenant_id, Invoice.due_date, Invoice.id)
Index("ix_invoices_by_number", Invoice.tenant_id, text("coalesce(invoice_number, '')"), Invoice.id)
Index(
    "ix_invoices_reference_trigrams",
    Invoice.tenant_id,
    Invoice.reference_number,
    Invoice.customer_gst,
    postgresql_using="gin",
    postgresql_ops={"reference_number": "gin_trgm_ops", "customer_gst": "gin_trgm_ops"},
)
