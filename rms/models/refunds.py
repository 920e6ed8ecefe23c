"""Money that is paid back: an advance that was not needed, or what a credit note leaves."""

import datetime as dt
from uuid import UUID

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from rms.db.base import Base, Money, TenantScoped, belongs_to
from rms.models.columns import count, refers_to, rule, zero
from rms.models.credit_notes import CreditNote
from rms.models.customers import Customer
from rms.models.receipts import Receipt


class Refund(TenantScoped, Base):
    """Out of one receipt or one credit note, never both. `cancelled_on` takes it back as of that day.

    For an advance it is the refund voucher of CGST Rule 51.
    """

    __tablename__ = "refunds"
    __mapper_args__ = {"eager_defaults": True}
    __table_args__ = (
        belongs_to("customers", "customer_id"),
        belongs_to("receipts", "receipt_id"),
        belongs_to("credit_notes", "credit_note_id"),
        belongs_to("number_series", "series_id"),
        belongs_to("users", "created_by"),
        UniqueConstraint("tenant_id", "refund_number"),
        rule("a_refund_has_one_source", "(receipt_id IS NULL) <> (credit_note_id IS NULL)"),
        rule("a_refund_pays_something", "amount > 0"),
        rule("cancelled_after_it_was_paid", "cancelled_on >= refund_date"),
        rule(
            "payment_method_is_known",
            "payment_method IN ('bank_transfer', 'cheque', 'cash', 'upi', 'card')",
        ),
        Index("ix_refunds_of_customer", "tenant_id", "customer_id", "refund_date"),
        Index("ix_refunds_of_receipt", "tenant_id", "receipt_id"),
        Index("ix_refunds_of_credit_note", "tenant_id", "credit_note_id"),
        Index("ix_refunds_of_series", "tenant_id", "series_id"),
    )

    refund_number: Mapped[str] = mapped_column(String(50))
    series_id: Mapped[UUID | None]
    refund_date: Mapped[dt.date]
    customer_id: Mapped[UUID]
    receipt_id: Mapped[UUID | None]
    credit_note_id: Mapped[UUID | None]
    amount: Mapped[Money] = zero()
    payment_method: Mapped[str | None] = mapped_column(String(50))
    reference: Mapped[str | None] = mapped_column(String(100))
    notes: Mapped[str | None]
    cancelled_on: Mapped[dt.date | None]
    cancel_reason: Mapped[str | None] = mapped_column(String(255))
    created_by: Mapped[UUID | None]
    version: Mapped[int] = count(1)

    customer: Mapped[Customer] = refers_to("Refund.customer_id", "Customer")
    receipt: Mapped[Receipt | None] = refers_to("Refund.receipt_id", "Receipt")
    credit_note: Mapped[CreditNote | None] = refers_to("Refund.credit_note_id", "CreditNote")
