"""Quotes and their lines.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

from rms.db import audit, frozen_quotes, purges, rls
from rms.db.ddl import (
    DAY,
    JSON,
    MOMENT,
    MONEY,
    QUANTITY,
    RATE,
    TEXT,
    UNIT_PRICE,
    UUID,
    belongs_to,
    count,
    flag,
    index,
    one_of,
    optional,
    required,
    rule,
    run,
    tenant_table,
    word,
    zero,
)

revision = "0010"
down_revision = "0009"

TABLES = ("quotes", "quote_lines", "quote_invoices")


def upgrade() -> None:
    create_quotes()
    create_lines()
    create_invoices()
    for table in TABLES:
        run(rls.protect(table))
        op.execute(audit.row_trigger(table))
        run(purges.take_in(table))
    run(frozen_quotes.install())


def downgrade() -> None:
    for table in reversed(TABLES):
        run(purges.leave_out(table))
        op.drop_table(table)
    run(frozen_quotes.uninstall())


def create_quotes() -> None:
    tenant_table(
        "quotes",
        required("id", UUID),
        optional("quote_number", sa.String(50)),
        optional("series_id", UUID),
        word("kind", 30, "tax_invoice"),
        required("quote_date", DAY),
        required("valid_until", DAY),
        optional("payment_words", sa.String(255)),
        optional("customer_id", UUID),
        optional("reference_number", sa.String(100)),
        optional("place_of_supply", sa.String(2)),
        optional("supply_type", sa.String(20)),
        optional("tax_mode", sa.String(30)),
        flag("reverse_charge"),
        flag("export_with_payment"),
        flag("prices_include_tax"),
        optional("discount_percent", RATE),
        optional("discount_amount", MONEY),
        zero("discount_total", MONEY),
        zero("subtotal", MONEY),
        zero("cgst_total", MONEY),
        zero("sgst_total", MONEY),
        zero("igst_total", MONEY),
        zero("cess_total", MONEY),
        zero("tax_total", MONEY),
        zero("rcm_cgst_total", MONEY),
        zero("rcm_sgst_total", MONEY),
        zero("rcm_igst_total", MONEY),
        zero("rcm_cess_total", MONEY),
        zero("round_off", MONEY),
        zero("total", MONEY),
        optional("notes", TEXT),
        optional("sent_at", MOMENT),
        optional("seller_snapshot", JSON),
        optional("buyer_snapshot", JSON),
        optional("answer", sa.String(20)),
        optional("answered_at", MOMENT),
        optional("answered_through", sa.String(20)),
        optional("answered_by", sa.String(100)),
        optional("answer_reason", sa.String(100)),
        optional("answer_note", sa.String(1000)),
        optional("answer_ip", sa.String(45)),
        optional("archived_at", MOMENT),
        optional("replaces_id", UUID),
        optional("created_by", UUID),
        count("version", "1"),
        count("totals_seq"),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        belongs_to("customers", "customer_id"),
        belongs_to("number_series", "series_id"),
        belongs_to("users", "created_by"),
        belongs_to("quotes", "replaces_id"),
        sa.UniqueConstraint("tenant_id", "quote_number"),
        one_of("kind", "tax_invoice", "bill_of_supply", "invoice_cum_bill_of_supply"),
        one_of("supply_type", "INTRA", "INTER"),
        one_of("tax_mode", "CGST_SGST", "CGST_UTGST", "IGST", "IGST_ZERO_RATED_LUT", "NONE"),
        one_of("answer", "accepted", "declined"),
        one_of("answered_through", "link", "company"),
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
    index("ix_quotes_newest_first", "quotes", "tenant_id, quote_date DESC, id DESC")
    index("ix_quotes_number_trigrams", "quotes", "tenant_id, quote_number gin_trgm_ops", using="gin")
    index("ix_quotes_of_customer", "quotes", "tenant_id, customer_id, quote_date")
    index("ix_quotes_of_series", "quotes", "tenant_id, series_id")
    index("ix_quotes_replaced", "quotes", "tenant_id, replaces_id")


def create_lines() -> None:
    tenant_table(
        "quote_lines",
        required("id", UUID),
        required("quote_id", UUID),
        count("position"),
        optional("service_type_id", UUID),
        optional("name", sa.String(255)),
        optional("description", TEXT),
        optional("hsn_sac", sa.String(8)),
        optional("unit", sa.String(20)),
        required("quantity", QUANTITY, "1"),
        zero("rate", UNIT_PRICE),
        zero("amount", MONEY),
        optional("discount_percent", RATE),
        zero("discount_amount", MONEY),
        zero("invoice_discount_share", MONEY),
        zero("taxable_amount", MONEY),
        word("tax_treatment", 20, "taxable"),
        zero("tax_rate", RATE),
        zero("cess_rate", RATE),
        zero("cgst_amount", MONEY),
        zero("sgst_amount", MONEY),
        zero("igst_amount", MONEY),
        zero("cess_amount", MONEY),
        zero("tax_amount", MONEY),
        zero("rcm_cgst_amount", MONEY),
        zero("rcm_sgst_amount", MONEY),
        zero("rcm_igst_amount", MONEY),
        zero("rcm_cess_amount", MONEY),
        zero("total", MONEY),
        optional("raw_input", JSON),
        flag("is_valid", "true"),
        optional("deleted_at", MOMENT),
        count("version", "1"),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        belongs_to("quotes", "quote_id", ondelete="CASCADE"),
        belongs_to("service_types", "service_type_id"),
        one_of("tax_treatment", "taxable", "nil", "exempt", "non_gst"),
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
    )
    index("ix_quote_lines_in_order", "quote_lines", "tenant_id, quote_id, position")
    index("ix_quote_lines_service_type", "quote_lines", "tenant_id, service_type_id")


def create_invoices() -> None:
    tenant_table(
        "quote_invoices",
        required("id", UUID),
        required("quote_id", UUID),
        required("invoice_id", UUID),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        belongs_to("quotes", "quote_id", ondelete="CASCADE"),
        belongs_to("invoices", "invoice_id", ondelete="CASCADE"),
        sa.UniqueConstraint("tenant_id", "quote_id"),
        sa.UniqueConstraint("tenant_id", "invoice_id"),
    )
