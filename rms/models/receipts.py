"""Money received, and which invoices it settles."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Computed, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from rms.db.base import Base, Money, Rate, TenantScoped, belongs_to
from rms.models.columns import count, has_many, live_only, one_of, refers_to, rule, word, zero
from rms.models.customers import Customer
from rms.models.invoices import Invoice


class Receipt(TenantScoped, Base):
    """What a customer paid: credited in bank + bank_charges. A write-off without money has amount 0.

    `allocated_amount` and `refunded_amount` are written by triggers on allocations and refunds, and
    `unallocated_amount` is generated: never assign them, refresh the row afterwards. `keep_as` says what
    becomes of the rest. `cleared_on` and `reversed_on` are days of the account, `reversed_on` of a bounce as
    of a cancellation; the moments beside them say when that was written down, `cancel_reason` why.
    """

    __tablename__ = "receipts"
    __mapper_args__ = {"eager_defaults": True}
    __table_args__ = (
        belongs_to("customers", "customer_id"),
        belongs_to("users", "created_by"),
        belongs_to("number_series", "series_id"),
        UniqueConstraint("tenant_id", "receipt_number"),
        one_of("status", "pending", "cleared", "bounced", "cancelled"),
        one_of("kind", "payment", "write_off"),
        rule(
            "payment_method_is_known",
            "payment_method IN ('bank_transfer', 'cheque', 'cash', 'upi', 'card')",
        ),
        rule("keep_as_is_known", "keep_as IN ('advance', 'refund')"),
        rule(
            "payments_have_an_amount",
            "(kind = 'payment' AND amount > 0) OR (kind = 'write_off' AND amount = 0)",
        ),
        rule("bank_charges_are_part_of_the_amount", "bank_charges BETWEEN 0 AND amount"),
        rule("allocated_is_between_zero_and_amount", "allocated_amount BETWEEN 0 AND amount"),
        rule(
            "used_is_between_zero_and_amount",
            "refunded_amount >= 0 AND allocated_amount + refunded_amount <= amount",
        ),
        rule("bounced_receipts_say_when", "(status = 'bounced') = (bounced_at IS NOT NULL)"),
        rule("cancelled_receipts_say_when", "(status = 'cancelled') = (cancelled_at IS NOT NULL)"),
        rule("cleared_receipts_say_when", "status <> 'cleared' OR cleared_at IS NOT NULL"),
        rule(
            "reversed_receipts_say_which_day",
            "(status IN ('bounced', 'cancelled')) = (reversed_on IS NOT NULL)",
        ),
        rule("a_receipt_begins_with_its_date", "cleared_on >= receipt_date AND reversed_on >= receipt_date"),
        Index("ix_receipts_of_series", "tenant_id", "series_id"),
    )

    receipt_number: Mapped[str] = mapped_column(String(50))
    series_id: Mapped[UUID | None]
    receipt_date: Mapped[dt.date]
    customer_id: Mapped[UUID]
    kind: Mapped[str] = word(20, "payment")
    payment_method: Mapped[str | None] = mapped_column(String(50))
    reference: Mapped[str | None] = mapped_column(String(100))
    amount: Mapped[Money] = zero()
    bank_charges: Mapped[Money] = zero()
    allocated_amount: Mapped[Money] = zero()
    refunded_amount: Mapped[Money] = zero()
    unallocated_amount: Mapped[Money] = mapped_column(
        Computed("amount - allocated_amount - refunded_amount", persisted=True)
    )
    keep_as: Mapped[str] = word(20, "advance")
    status: Mapped[str] = word(50, "pending")
    cleared_on: Mapped[dt.date | None]
    reversed_on: Mapped[dt.date | None]
    cleared_at: Mapped[dt.datetime | None]
    bounced_at: Mapped[dt.datetime | None]
    cancelled_at: Mapped[dt.datetime | None]
    cancel_reason: Mapped[str | None] = mapped_column(String(255))
    sent_at: Mapped[dt.datetime | None]
    notes: Mapped[str | None]
    created_by: Mapped[UUID | None]
    version: Mapped[int] = count(1)

    customer: Mapped[Customer] = refers_to("Receipt.customer_id", "Customer")
    allocations: Mapped[list["ReceiptAllocation"]] = has_many(
        "ReceiptAllocation.receipt_id",
        "Receipt",
        back_populates="receipt",
        order_by="ReceiptAllocation.created_at",
        passive_deletes="all",
    )

    @property
    def live_allocations(self) -> list["ReceiptAllocation"]:
        return [allocation for allocation in self.allocations if allocation.released_on is None]


class ReceiptAllocation(TenantScoped, Base):
    """What one receipt settles of one invoice: cash, tax deducted, and what is written off.

    A row is released (`released_on`), never deleted; at most one live row per receipt and invoice. It counts
    on a day when allocated_on <= day and it was not released by then (released_on > day, or none).
    `tds_rate` is in percent, of the value without GST; `write_off_reason` is asked for with a write-off.
    """

    __tablename__ = "receipt_allocations"
    __table_args__ = (
        belongs_to("receipts", "receipt_id", ondelete="CASCADE"),
        belongs_to("invoices", "invoice_id", ondelete="CASCADE"),
        rule(
            "amounts_are_not_negative",
            "allocated_amount >= 0 AND tds_amount >= 0 AND gst_tds_amount >= 0 AND write_off_amount >= 0",
        ),
        rule(
            "an_allocation_settles_something",
            "allocated_amount + tds_amount + gst_tds_amount + write_off_amount > 0",
        ),
        rule("tds_rate_is_a_percentage", "tds_rate BETWEEN 0 AND 100"),
        rule("released_after_it_was_allocated", "released_on >= allocated_on"),
        live_only(
            "uq_receipt_allocations_one_live_per_invoice",
            "tenant_id",
            "receipt_id",
            "invoice_id",
            where="released_on IS NULL",
            unique="one live row",
        ),
        Index("ix_receipt_allocations_of_receipt", "tenant_id", "receipt_id"),
        Index("ix_receipt_allocations_of_invoice", "tenant_id", "invoice_id"),
    )

    receipt_id: Mapped[UUID]
    invoice_id: Mapped[UUID]
    allocated_amount: Mapped[Money] = zero()
    tds_amount: Mapped[Money] = zero()
    tds_section: Mapped[str | None] = mapped_column(String(20))
    tds_rate: Mapped[Rate | None]
    gst_tds_amount: Mapped[Money] = zero()
    write_off_amount: Mapped[Money] = zero()
    write_off_reason: Mapped[str | None] = mapped_column(String(255))
    allocated_on: Mapped[dt.date]
    released_on: Mapped[dt.date | None]

    receipt: Mapped[Receipt] = refers_to(
        "ReceiptAllocation.receipt_id", "Receipt", back_populates="allocations"
    )
    invoice: Mapped[Invoice] = refers_to("ReceiptAllocation.invoice_id", "Invoice")

    @property
    def settled_amount(self) -> Decimal:
        """What it takes off the invoice's balance."""
        return self.allocated_amount + self.tds_amount + self.gst_tds_amount + self.write_off_amount


class ReceiptDraft(TenantScoped, Base):
    """A receipt that is not finished: what was typed, by field name, as it was typed (`typed`)."""

    __tablename__ = "receipt_drafts"
    __table_args__ = (
        belongs_to("customers", "customer_id"),
        belongs_to("users", "created_by"),
        Index("ix_receipt_drafts_newest_first", "tenant_id", "updated_at"),
        Index("ix_receipt_drafts_of_customer", "tenant_id", "customer_id"),
        Index("ix_receipt_drafts_of_person", "tenant_id", "created_by"),
    )

    customer_id: Mapped[UUID | None]
    typed: Mapped[dict]
    created_by: Mapped[UUID | None]
    version: Mapped[int] = count(1)

    customer: Mapped[Customer | None] = refers_to("ReceiptDraft.customer_id", "Customer")


Index("ix_receipts_newest_first", Receipt.tenant_id, Receipt.receipt_date.desc(), Receipt.id.desc())
Index("ix_receipts_of_customer", Receipt.tenant_id, Receipt.customer_id, Receipt.receipt_date)
Index(
    "ix_receipts_number_trigrams",
    Receipt.tenant_id,
    Receipt.receipt_number,
    postgresql_using="gin",
    postgresql_ops={"receipt_number": "gin_trgm_ops"},
)
Index(
    "ix_receipts_reference_trigrams",
    Receipt.tenant_id,
    Receipt.reference,
    postgresql_using="gin",
    postgresql_ops={"reference": "gin_trgm_ops"},
)
