"""Credit notes: what is taken back from a bill."""

import datetime as dt
from uuid import UUID

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from rms.db.base import Base, Money, TenantScoped, belongs_to
from rms.models.columns import count, one_of, refers_to, rule, word, zero
from rms.models.customers import Customer
from rms.models.invoices import Invoice


class CreditNote(TenantScoped, Base):
    """`amount` is without tax, `gst_amount` the tax, `total_credit` both; a draft has no number yet."""

    __tablename__ = "credit_notes"
    __table_args__ = (
        belongs_to("customers", "customer_id"),
        belongs_to("invoices", "invoice_id"),
        belongs_to("users", "created_by"),
        UniqueConstraint("tenant_id", "credit_note_number"),
        one_of("status", "draft", "issued", "applied", "cancelled"),
        rule(
            "issued_credit_notes_have_number_and_customer",
            "status = 'draft' OR (credit_note_number IS NOT NULL AND customer_id IS NOT NULL)",
        ),
        rule("amounts_are_not_negative", "amount >= 0 AND gst_amount >= 0"),
        rule("total_credit_adds_up", "total_credit = amount + gst_amount"),
        rule("gst_amount_adds_up", "gst_amount = cgst_amount + sgst_amount + igst_amount + cess_amount"),
        Index("ix_credit_notes_of_customer", "tenant_id", "customer_id", "credit_note_date"),
        Index("ix_credit_notes_of_invoice", "tenant_id", "invoice_id"),
    )

    credit_note_number: Mapped[str | None] = mapped_column(String(50))
    credit_note_date: Mapped[dt.date]
    customer_id: Mapped[UUID | None]
    invoice_id: Mapped[UUID | None]
    reason: Mapped[str | None] = mapped_column(String(255))
    place_of_supply: Mapped[str | None] = mapped_column(String(2))
    amount: Mapped[Money] = zero()
    cgst_amount: Mapped[Money] = zero()
    sgst_amount: Mapped[Money] = zero()
    igst_amount: Mapped[Money] = zero()
    cess_amount: Mapped[Money] = zero()
    gst_amount: Mapped[Money] = zero()
    total_credit: Mapped[Money] = zero()
    status: Mapped[str] = word(50, "draft")
    notes: Mapped[str | None]
    created_by: Mapped[UUID | None]
    version: Mapped[int] = count(1)

    customer: Mapped[Customer | None] = refers_to("CreditNote.customer_id", "Customer")
    invoice: Mapped[Invoice | None] = refers_to("CreditNote.invoice_id", "Invoice")
