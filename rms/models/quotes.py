"""Quotes and their lines, and which invoice became of a quote."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Index, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from rms.db.base import Base, Money, Quantity, Rate, TenantScoped, UnitPrice, belongs_to
from rms.domain.place_of_supply import SupplyType, TaxMode
from rms.domain.quoting import Status, status_of
from rms.domain.tax import Treatment
from rms.models.columns import count, flag, has_many, one_of, refers_to, rule, word, zero
from rms.models.customers import Customer
from rms.models.numbering import NumberSeries
from rms.models.services import ServiceType

ANSWERS = ("accepted", "declined")
ANSWERED_THROUGH = ("link", "company")


class Quote(TenantScoped, Base):
    """An offer to a customer; a draft has no number yet and may have no customer.

    Its state is no column: it follows from sent, answered, invoiced and the day (domain/quoting.py). The
    figures have an invoice's names, since the same pricing writes them; `kind` is the document an invoice
    over it would be. Once sent it stays as it was sent (db/frozen_quotes.py); a new version is a quote of
    its own that `replaces` this one. `answer_ip` is the address an answer through the link came from.
    """

    __tablename__ = "quotes"
    __mapper_args__ = {"eager_defaults": True}
    __table_args__ = (
        belongs_to("customers", "customer_id"),
        belongs_to("number_series", "series_id"),
        belongs_to("users", "created_by"),
        belongs_to("quotes", "replaces_id"),
        UniqueConstraint("tenant_id", "quote_number"),
        one_of("kind", "tax_invoice", "bill_of_supply", "invoice_cum_bill_of_supply"),
        one_of("supply_type", *SupplyType),
        one_of("tax_mode", *TaxMode),
        one_of("answer", *ANSWERS),
        one_of("answered_through", *ANSWERED_THROUGH),
        rule(
            "sent_quotes_have_number_and_customer",
            "(sent_at IS NULL) = (quote_number IS NULL) AND (sent_at IS NULL OR customer_id IS NOT NULL)",
        ),
        rule(
            "answers_are_whole",
            "(answer IS NULL) = (answered_at IS NULL) AND (answer IS NULL) = (answered_through IS NULL)",
        ),
        rule("only_sent_quotes_are_answered", "answer IS NULL OR sent_at IS NOT NULL"),
        rule("valid_until_is_not_before_quote_date", "valid_until >= quote_date"),
        rule("total_adds_up", "total = subtotal + tax_total + round_off"),
        rule("tax_total_adds_up", "tax_total = cgst_total + sgst_total + igst_total + cess_total"),
        rule("total_is_not_negative", "total >= 0"),
        rule("discount_percent_is_a_percentage", "discount_percent BETWEEN 0 AND 100"),
        rule("discount_amount_is_not_negative", "discount_amount >= 0"),
        rule("discount_is_percent_or_amount", "discount_percent IS NULL OR discount_amount IS NULL"),
        rule("place_of_supply_has_two_digits", "place_of_supply ~ '^[0-9]{2}$'"),
    )

    quote_number: Mapped[str | None] = mapped_column(String(50))
    series_id: Mapped[UUID | None]
    kind: Mapped[str] = word(30, "tax_invoice")
    quote_date: Mapped[dt.date]
    valid_until: Mapped[dt.date]
    payment_words: Mapped[str | None] = mapped_column(String(255))
    customer_id: Mapped[UUID | None]
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
    notes: Mapped[str | None]
    sent_at: Mapped[dt.datetime | None]
    seller_snapshot: Mapped[dict | None]
    buyer_snapshot: Mapped[dict | None]
    answer: Mapped[str | None] = mapped_column(String(20))
    answered_at: Mapped[dt.datetime | None]
    answered_through: Mapped[str | None] = mapped_column(String(20))
    answered_by: Mapped[str | None] = mapped_column(String(100))
    answer_reason: Mapped[str | None] = mapped_column(String(100))
    answer_note: Mapped[str | None] = mapped_column(String(1000))
    answer_ip: Mapped[str | None] = mapped_column(String(45))
    archived_at: Mapped[dt.datetime | None]
    replaces_id: Mapped[UUID | None]
    created_by: Mapped[UUID | None]
    version: Mapped[int] = count(1)
    totals_seq: Mapped[int] = count()

    # Priced by the same hands as an invoice, and never a debit note.
    against_invoice_id = None

    customer: Mapped[Customer | None] = refers_to("Quote.customer_id", "Customer")
    series: Mapped[NumberSeries | None] = refers_to("Quote.series_id", "NumberSeries")
    lines: Mapped[list["QuoteLine"]] = has_many(
        "QuoteLine.quote_id",
        "Quote",
        back_populates="quote",
        order_by="QuoteLine.position, QuoteLine.id",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )

    @property
    def invoice_date(self) -> dt.date:
        """The day whose rates count, by the name pricing knows it under."""
        return self.quote_date

    # What only invoices say of themselves, by the names pricing asks for.
    shipping_state_code = None
    destination_country = None

    @property
    def is_draft(self) -> bool:
        return self.sent_at is None

    def status_on(self, today: dt.date, *, invoiced: bool) -> Status:
        return status_of(
            sent=self.sent_at is not None,
            answer=self.answer,
            invoiced=invoiced,
            valid_until=self.valid_until,
            today=today,
        )


class QuoteLine(TenantScoped, Base):
    """One line, with the columns of an invoice's line: what is accepted is copied cell by cell."""

    __tablename__ = "quote_lines"
    __table_args__ = (
        belongs_to("quotes", "quote_id", ondelete="CASCADE"),
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
        Index("ix_quote_lines_in_order", "tenant_id", "quote_id", "position"),
        Index("ix_quote_lines_service_type", "tenant_id", "service_type_id"),
    )

    quote_id: Mapped[UUID]
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

    quote: Mapped[Quote] = refers_to("QuoteLine.quote_id", "Quote", back_populates="lines")
    service_type: Mapped[ServiceType | None] = refers_to("QuoteLine.service_type_id", "ServiceType")


class QuoteInvoice(TenantScoped, Base):
    """Which invoice became of a quote: one at most, and gone again when its draft is deleted."""

    __tablename__ = "quote_invoices"
    __table_args__ = (
        belongs_to("quotes", "quote_id", ondelete="CASCADE"),
        belongs_to("invoices", "invoice_id", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "quote_id"),
        UniqueConstraint("tenant_id", "invoice_id"),
    )

    quote_id: Mapped[UUID]
    invoice_id: Mapped[UUID]


Index("ix_quotes_newest_first", Quote.tenant_id, Quote.quote_date.desc(), Quote.id.desc())
Index("ix_quotes_of_customer", Quote.tenant_id, Quote.customer_id, Quote.quote_date)
Index("ix_quotes_of_series", Quote.tenant_id, Quote.series_id)
Index("ix_quotes_replaced", Quote.tenant_id, Quote.replaces_id)
Index(
    "ix_quotes_number_trigrams",
    Quote.tenant_id,
    Quote.quote_number,
    postgresql_using="gin",
    postgresql_ops={"quote_number": "gin_trgm_ops"},
)
