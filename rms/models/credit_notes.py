"""Credit notes: what is taken back from a bill, and which invoices it reduces."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Computed, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from rms.db.base import Base, Money, Quantity, Rate, TenantScoped, UnitPrice, belongs_to
from rms.domain.lifecycle import credit_note_status_of
from rms.domain.place_of_supply import SupplyType, TaxMode
from rms.domain.tax import Treatment
from rms.models.columns import count, flag, has_many, live_only, one_of, refers_to, rule, word, zero
from rms.models.customers import Customer
from rms.models.invoices import Invoice


class CreditNote(TenantScoped, Base):
    """`amount` is without tax, `gst_amount` the tax, total_credit = amount + gst_amount + round_off.

    A draft has no number yet. `applied_amount` and `refunded_amount` are written by triggers on applications
    and refunds, and `unapplied_amount` is generated: never assign them, refresh the row afterwards. A
    financial credit note carries no GST and stands in no return (CGST Act, s. 34(2): after 30 November).
    """

    __tablename__ = "credit_notes"
    __mapper_args__ = {"eager_defaults": True}
    __table_args__ = (
        belongs_to("customers", "customer_id"),
        belongs_to("invoices", "invoice_id"),
        belongs_to("users", "created_by"),
        belongs_to("number_series", "series_id"),
        UniqueConstraint("tenant_id", "credit_note_number"),
        one_of("status", "draft", "issued", "applied", "cancelled"),
        rule(
            "issued_credit_notes_have_number_and_customer",
            "status = 'draft' OR (credit_note_number IS NOT NULL AND customer_id IS NOT NULL)",
        ),
        rule("amounts_are_not_negative", "amount >= 0 AND gst_amount >= 0"),
        rule("total_credit_adds_up", "total_credit = amount + gst_amount + round_off"),
        rule("gst_amount_adds_up", "gst_amount = cgst_amount + sgst_amount + igst_amount + cess_amount"),
        rule(
            "used_is_between_zero_and_total",
            "applied_amount >= 0 AND refunded_amount >= 0"
            " AND applied_amount + refunded_amount <= total_credit",
        ),
        rule("drafts_are_not_issued", "(status = 'draft') = (issued_at IS NULL)"),
        rule("cancelled_credit_notes_say_when", "(status = 'cancelled') = (cancelled_on IS NOT NULL)"),
        rule("financial_credit_notes_carry_no_tax", "NOT is_financial OR gst_amount = 0"),
        one_of("reason_code", "return", "price", "deficiency", "discount", "other"),
        one_of("supply_type", *SupplyType),
        one_of("tax_mode", *TaxMode),
        Index("ix_credit_notes_of_customer", "tenant_id", "customer_id", "credit_note_date"),
        Index("ix_credit_notes_of_invoice", "tenant_id", "invoice_id"),
        Index("ix_credit_notes_of_series", "tenant_id", "series_id"),
    )

    credit_note_number: Mapped[str | None] = mapped_column(String(50))
    series_id: Mapped[UUID | None]
    credit_note_date: Mapped[dt.date]
    customer_id: Mapped[UUID | None]
    customer_gst: Mapped[str | None] = mapped_column(String(15))
    invoice_id: Mapped[UUID | None]
    is_financial: Mapped[bool] = flag("false")
    reason_code: Mapped[str] = word(20, "other")
    reason: Mapped[str | None] = mapped_column(String(255))
    place_of_supply: Mapped[str | None] = mapped_column(String(2))
    supply_type: Mapped[str | None] = mapped_column(String(20))
    tax_mode: Mapped[str | None] = mapped_column(String(30))
    reverse_charge: Mapped[bool] = flag("false")
    amount: Mapped[Money] = zero()
    cgst_amount: Mapped[Money] = zero()
    sgst_amount: Mapped[Money] = zero()
    igst_amount: Mapped[Money] = zero()
    cess_amount: Mapped[Money] = zero()
    gst_amount: Mapped[Money] = zero()
    round_off: Mapped[Money] = zero()
    total_credit: Mapped[Money] = zero()
    applied_amount: Mapped[Money] = zero()
    refunded_amount: Mapped[Money] = zero()
    unapplied_amount: Mapped[Money] = mapped_column(
        Computed("total_credit - applied_amount - refunded_amount", persisted=True)
    )
    status: Mapped[str] = word(50, "draft")
    notes: Mapped[str | None]
    issued_at: Mapped[dt.datetime | None]
    sent_at: Mapped[dt.datetime | None]
    cancelled_on: Mapped[dt.date | None]
    cancel_reason: Mapped[str | None] = mapped_column(String(255))
    seller_snapshot: Mapped[dict | None]
    buyer_snapshot: Mapped[dict | None]
    created_by: Mapped[UUID | None]
    version: Mapped[int] = count(1)

    customer: Mapped[Customer | None] = refers_to("CreditNote.customer_id", "Customer")
    invoice: Mapped[Invoice | None] = refers_to("CreditNote.invoice_id", "Invoice")
    lines: Mapped[list["CreditNoteLineItem"]] = has_many(
        "CreditNoteLineItem.credit_note_id",
        "CreditNote",
        order_by="CreditNoteLineItem.position, CreditNoteLineItem.id",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )

    @property
    def used(self) -> Decimal:
        """What is applied to invoices or paid back."""
        return self.applied_amount + self.refunded_amount

    def restate(self) -> None:
        """Write the status that follows from the facts (domain/lifecycle.py)."""
        self.status = credit_note_status_of(
            issued=self.issued_at is not None,
            cancelled=self.cancelled_on is not None,
            total=self.total_credit,
            used=self.used,
        ).value


class CreditNoteLineItem(TenantScoped, Base):
    """What is credited of one line of an invoice (`invoice_line_id`), or of nothing that was billed here.

    `taxable_amount` is after all discounts of the invoice, `total` = taxable_amount + tax_amount. Quantity
    and rate are what is printed; the amounts follow from the line of the invoice, not from them.
    """

    __tablename__ = "credit_note_line_items"
    __table_args__ = (
        belongs_to("credit_notes", "credit_note_id", ondelete="CASCADE"),
        belongs_to("invoice_line_items", "invoice_line_id"),
        one_of("tax_treatment", *Treatment),
        rule("amounts_are_not_negative", "quantity >= 0 AND rate >= 0 AND taxable_amount >= 0"),
        rule("tax_rate_is_a_percentage", "tax_rate BETWEEN 0 AND 100"),
        rule("cess_rate_is_sane", "cess_rate BETWEEN 0 AND 999"),
        rule("tax_amount_adds_up", "tax_amount = cgst_amount + sgst_amount + igst_amount + cess_amount"),
        rule("total_adds_up", "total = taxable_amount + tax_amount"),
        rule("hsn_sac_is_digits", "hsn_sac ~ '^[0-9]{2,8}$'"),
        Index("ix_credit_note_line_items_in_order", "tenant_id", "credit_note_id", "position"),
        Index("ix_credit_note_line_items_of_line", "tenant_id", "invoice_line_id"),
    )

    credit_note_id: Mapped[UUID]
    invoice_line_id: Mapped[UUID | None]
    position: Mapped[int] = count()
    name: Mapped[str | None] = mapped_column(String(255))
    description: Mapped[str | None]
    hsn_sac: Mapped[str | None] = mapped_column(String(8))
    unit: Mapped[str | None] = mapped_column(String(20))
    quantity: Mapped[Quantity] = mapped_column(default=Decimal("1"), server_default=text("1"))
    rate: Mapped[UnitPrice] = zero()
    taxable_amount: Mapped[Money] = zero()
    tax_treatment: Mapped[str] = word(20, "taxable")
    tax_rate: Mapped[Rate] = zero()
    cess_rate: Mapped[Rate] = zero()
    cgst_amount: Mapped[Money] = zero()
    sgst_amount: Mapped[Money] = zero()
    igst_amount: Mapped[Money] = zero()
    cess_amount: Mapped[Money] = zero()
    tax_amount: Mapped[Money] = zero()
    total: Mapped[Money] = zero()


class CreditNoteApplication(TenantScoped, Base):
    """What one credit note takes off one invoice. Released (`released_on`), never deleted; it counts on a day
    as an allocation does: applied_on <= day, and not released by then."""

    __tablename__ = "credit_note_applications"
    __table_args__ = (
        belongs_to("credit_notes", "credit_note_id"),
        belongs_to("invoices", "invoice_id"),
        rule("an_application_takes_something_off", "applied_amount > 0"),
        rule("released_after_it_was_applied", "released_on >= applied_on"),
        live_only(
            "uq_credit_note_applications_one_live_per_invoice",
            "tenant_id",
            "credit_note_id",
            "invoice_id",
            where="released_on IS NULL",
            unique="one live row",
        ),
        Index("ix_credit_note_applications_of_credit_note", "tenant_id", "credit_note_id"),
        Index("ix_credit_note_applications_of_invoice", "tenant_id", "invoice_id"),
    )

    credit_note_id: Mapped[UUID]
    invoice_id: Mapped[UUID]
    applied_amount: Mapped[Money] = zero()
    applied_on: Mapped[dt.date]
    released_on: Mapped[dt.date | None]

    credit_note: Mapped[CreditNote] = refers_to("CreditNoteApplication.credit_note_id", "CreditNote")
    invoice: Mapped[Invoice] = refers_to("CreditNoteApplication.invoice_id", "Invoice")


Index(
    "ix_credit_notes_newest_first",
    CreditNote.tenant_id,
    CreditNote.credit_note_date.desc(),
    CreditNote.id.desc(),
)
Index(
    "ix_credit_notes_number_trigrams",
    CreditNote.tenant_id,
    CreditNote.credit_note_number,
    postgresql_using="gin",
    postgresql_ops={"credit_note_number": "gin_trgm_ops"},
)
