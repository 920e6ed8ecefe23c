"""The initial schema: every table, then what protects and keeps it.

Keys are (tenant_id, id) and references between a tenant's tables are composite, because row-level security
does not guard foreign keys. Policies, grants, triggers and functions are explained in rms/db, where they are.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

from rms.db import audit, definers, ledger_triggers, rls
from rms.db.ddl import (
    DAY,
    JSON,
    MOMENT,
    MONEY,
    NUMBER,
    QUANTITY,
    RATE,
    TEXT,
    UNIT_PRICE,
    UUID,
    belongs_to,
    count,
    flag,
    generated,
    global_table,
    index,
    one_of,
    optional,
    required,
    rule,
    run,
    tenant_table,
    unique_index,
    word,
    zero,
)

revision = "0001"
down_revision = None

TABLES = (
    "tenants",
    "subscriptions",
    "trial_ledger",
    "users",
    "sessions",
    "email_verifications",
    "companies",
    "gst_settings",
    "tax_rates",
    "client_types",
    "account_managers",
    "customers",
    "service_types",
    "number_series",
    "number_counters",
    "invoices",
    "invoice_line_items",
    "receipts",
    "receipt_allocations",
    "credit_notes",
    "email_messages",
    "idempotency_keys",
    "audit_logs",
)

FUNCTIONS = (
    "audit_row()",
    "audit_event(text, text, uuid, jsonb)",
    "prepare_audit_months(integer)",
    "refuse_audit_change()",
    "count_active_users()",
    "count_active_customers()",
    "refuse_void_settlement()",
    "keep_allocation_sums()",
    "sign_in_candidates(text)",
    "slug_taken(text)",
    "tenant_ids()",
    "due_mails(integer, interval)",
    "touch_updated_at()",
)


def upgrade() -> None:
    create_tenants()
    create_people()
    create_seller()
    create_catalogue()
    create_numbers()
    create_invoices()
    create_money()
    create_machinery()
    op.execute(rls.TOUCH)
    for table in TABLES:
        run(rls.protect(table))
    run(definers.install())
    run(ledger_triggers.install())
    run(audit.install(TABLES))


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION public.{function}")


def create_tenants() -> None:
    """Tenants and what they pay."""
    global_table(
        "tenants",
        required("id", UUID),
        required("name", sa.String(255)),
        required("slug", sa.String(100)),
        required("email", sa.String(255)),
        optional("domain", sa.String(255)),
        word("subscription_status", 50, "trial"),
        optional("trial_start_date", MOMENT),
        optional("trial_end_date", MOMENT),
        flag("is_trial_used"),
        optional("converted_to_paid_at", MOMENT),
        optional("subscription_start_date", MOMENT),
        optional("subscription_end_date", MOMENT),
        count("current_invoice_count"),
        count("current_customer_count"),
        count("current_user_count"),
        flag("is_active", "true"),
        optional("settings", JSON),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("slug"),
        one_of("subscription_status", "trial", "active", "expired", "cancelled", "suspended"),
        rule("slug_fits_a_url", "slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'"),
        rule("trial_ends_after_it_starts", "trial_end_date >= trial_start_date"),
        rule(
            "counts_are_not_negative",
            "current_invoice_count >= 0 AND current_customer_count >= 0 AND current_user_count >= 0",
        ),
    )
    tenant_table(
        "subscriptions",
        required("id", UUID),
        word("plan_type", 50, "trial"),
        optional("billing_cycle", sa.String(20)),
        zero("amount", MONEY),
        word("currency", 3, "INR"),
        flag("is_trial", "true"),
        optional("trial_start_date", MOMENT),
        optional("trial_end_date", MOMENT),
        optional("trial_days_remaining", NUMBER),
        word("status", 50, "active"),
        optional("next_billing_date", MOMENT),
        optional("payment_method", sa.String(50)),
        optional("last_payment_date", MOMENT),
        optional("last_payment_amount", MONEY),
        optional("notes", TEXT),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        one_of("plan_type", "trial", "paid"),
        one_of("status", "active", "expired", "cancelled", "suspended"),
        one_of("billing_cycle", "monthly", "yearly"),
        rule(
            "paid_plan_says_how_it_is_paid",
            "plan_type <> 'paid' OR (billing_cycle IS NOT NULL AND payment_method IS NOT NULL "
            "AND amount > 0)",
        ),
        rule("trial_is_a_trial", "is_trial = (plan_type = 'trial')"),
        rule("amounts_are_not_negative", "amount >= 0 AND last_payment_amount >= 0"),
    )
    index("ix_subscriptions_status", "subscriptions", "tenant_id, status")
    global_table(
        "trial_ledger",
        required("email_hash", sa.String(100)),
        required("used_at", MOMENT),
        sa.PrimaryKeyConstraint("email_hash"),
    )


def create_people() -> None:
    """People and their sessions."""
    tenant_table(
        "users",
        required("id", UUID),
        required("email", sa.String(255)),
        generated("email_norm", sa.String(255), "lower(email)"),
        required("password_hash", sa.String(255)),
        optional("first_name", sa.String(100)),
        optional("last_name", sa.String(100)),
        word("role", 50, "user"),
        flag("email_verified"),
        optional("email_verified_at", MOMENT),
        flag("is_active", "true"),
        optional("last_login_at", MOMENT),
        optional("last_password_change", MOMENT),
        optional("deleted_at", MOMENT),
        count("version", "1"),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "email"),
        sa.UniqueConstraint("tenant_id", "email_norm"),
        one_of("role", "admin", "manager", "user"),
        rule("verified_users_say_when", "NOT email_verified OR email_verified_at IS NOT NULL"),
    )
    index("ix_users_email_norm", "users", "email_norm")
    tenant_table(
        "sessions",
        required("id", UUID),
        required("user_id", UUID),
        required("refresh_token", sa.String(500)),
        optional("previous_refresh_token", sa.String(500)),
        optional("access_token", sa.String(500)),
        required("expires_at", MOMENT),
        required("idle_expires_at", MOMENT),
        optional("rotated_at", MOMENT),
        flag("confirmed"),
        flag("remember"),
        optional("last_seen_at", MOMENT),
        optional("ip_address", sa.String(45)),
        optional("user_agent", TEXT),
        flag("is_active", "true"),
        optional("revoked_at", MOMENT),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        belongs_to("users", "user_id", ondelete="CASCADE"),
        sa.UniqueConstraint("refresh_token"),
        rule("revoked_sessions_are_not_active", "revoked_at IS NULL OR NOT is_active"),
    )
    index("ix_sessions_user", "sessions", "tenant_id, user_id")
    tenant_table(
        "email_verifications",
        required("id", UUID),
        required("user_id", UUID),
        required("email", sa.String(255)),
        required("token", sa.String(255)),
        required("expires_at", MOMENT),
        flag("is_used"),
        optional("used_at", MOMENT),
        optional("superseded_at", MOMENT),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        belongs_to("users", "user_id", ondelete="CASCADE"),
        sa.UniqueConstraint("token"),
        rule("used_tokens_say_when", "NOT is_used OR used_at IS NOT NULL"),
    )
    index("ix_email_verifications_user", "email_verifications", "tenant_id, user_id")


def create_seller() -> None:
    """The seller, its GST registration and tax rates."""
    tenant_table(
        "companies",
        required("id", UUID),
        required("name", sa.String(255)),
        optional("trade_name", sa.String(255)),
        optional("address", TEXT),
        optional("address_line1", sa.String(255)),
        optional("address_line2", sa.String(255)),
        optional("city", sa.String(100)),
        optional("pin_code", sa.String(6)),
        optional("state_code", sa.String(2)),
        optional("registration_number", sa.String(100)),
        optional("tax_id", sa.String(100)),
        optional("gst_number", sa.String(15)),
        optional("udyam_number", sa.String(30)),
        optional("contact_name", sa.String(100)),
        optional("contact_email", sa.String(255)),
        optional("contact_phone", sa.String(20)),
        optional("bank_name", sa.String(100)),
        optional("bank_branch", sa.String(100)),
        optional("bank_account_name", sa.String(255)),
        optional("bank_account_number", sa.String(34)),
        optional("bank_ifsc", sa.String(11)),
        optional("upi_id", sa.String(255)),
        optional("signatory_name", sa.String(100)),
        optional("financial_year_start", DAY),
        word("currency", 3, "INR"),
        optional("industry", sa.String(100)),
        optional("company_size", sa.String(50)),
        optional("created_by", UUID),
        count("version", "1"),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        belongs_to("users", "created_by"),
        rule("state_code_has_two_digits", "state_code ~ '^[0-9]{2}$'"),
        rule("pin_code_has_six_digits", "pin_code ~ '^[1-9][0-9]{5}$'"),
    )
    index("ix_companies_tenant", "companies", "tenant_id")
    tenant_table(
        "gst_settings",
        required("id", UUID),
        flag("is_gst_applicable"),
        word("registration_type", 20, "unregistered"),
        optional("gst_number", sa.String(15)),
        optional("effective_date", DAY),
        zero("default_rate", RATE),
        optional("display_format", sa.String(50)),
        optional("filing_frequency", sa.String(20)),
        count("version", "1"),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id"),
        one_of("registration_type", "regular", "composition", "unregistered"),
        one_of("display_format", "inclusive", "exclusive"),
        one_of("filing_frequency", "monthly", "quarterly", "annually"),
        rule("gst_needs_a_gstin", "NOT is_gst_applicable OR gst_number IS NOT NULL"),
        rule("default_rate_is_a_percentage", "default_rate BETWEEN 0 AND 100"),
    )
    tenant_table(
        "tax_rates",
        required("id", UUID),
        optional("gst_setting_id", UUID),
        required("category", sa.String(100)),
        zero("rate", RATE),
        required("effective_from", DAY),
        optional("description", TEXT),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        belongs_to("gst_settings", "gst_setting_id"),
        sa.UniqueConstraint("tenant_id", "category", "effective_from"),
        rule("rate_is_a_percentage", "rate BETWEEN 0 AND 100"),
    )
    index("ix_tax_rates_gst_setting", "tax_rates", "tenant_id, gst_setting_id")


def create_catalogue() -> None:
    """Customers and what is sold."""
    tenant_table(
        "client_types",
        required("id", UUID),
        required("code", sa.String(50)),
        required("name", sa.String(255)),
        optional("description", TEXT),
        count("payment_terms", "30"),
        flag("is_active", "true"),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "code"),
        rule("payment_terms_are_days", "payment_terms BETWEEN 0 AND 3650"),
    )
    tenant_table(
        "account_managers",
        required("id", UUID),
        optional("user_id", UUID),
        required("name", sa.String(255)),
        required("email", sa.String(255)),
        flag("is_active", "true"),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        belongs_to("users", "user_id"),
    )
    index("ix_account_managers_user", "account_managers", "tenant_id, user_id")
    tenant_table(
        "customers",
        required("id", UUID),
        required("code", sa.String(50)),
        required("name", sa.String(255)),
        optional("client_type_id", UUID),
        word("gst_treatment", 20, "unregistered"),
        optional("gst_number", sa.String(15)),
        optional("pan_number", sa.String(10)),
        optional("address", TEXT),
        optional("address_line1", sa.String(255)),
        optional("address_line2", sa.String(255)),
        optional("city", sa.String(100)),
        optional("pin_code", sa.String(10)),
        optional("state_code", sa.String(2)),
        word("country_code", 2, "IN"),
        optional("shipping_name", sa.String(255)),
        optional("shipping_address_line1", sa.String(255)),
        optional("shipping_address_line2", sa.String(255)),
        optional("shipping_city", sa.String(100)),
        optional("shipping_pin_code", sa.String(10)),
        optional("shipping_state_code", sa.String(2)),
        optional("email", sa.String(255)),
        optional("whatsapp", sa.String(20)),
        optional("phone", sa.String(20)),
        optional("contact_person", sa.String(255)),
        count("payment_terms", "30"),
        optional("notes", TEXT),
        optional("account_manager_id", UUID),
        flag("is_active", "true"),
        optional("created_by", UUID),
        count("version", "1"),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        belongs_to("client_types", "client_type_id"),
        belongs_to("account_managers", "account_manager_id"),
        belongs_to("users", "created_by"),
        sa.UniqueConstraint("tenant_id", "code"),
        one_of(
            "gst_treatment",
            "regular",
            "composition",
            "unregistered",
            "sez",
            "deemed_export",
            "overseas",
            "uin",
            "tds_deductor",
        ),
        rule(
            "registered_customers_have_a_gstin",
            "gst_treatment IN ('unregistered', 'overseas') OR gst_number IS NOT NULL",
        ),
        rule("state_code_has_two_digits", "state_code ~ '^[0-9]{2}$' AND shipping_state_code ~ '^[0-9]{2}$'"),
        rule("payment_terms_are_days", "payment_terms BETWEEN 0 AND 3650"),
    )
    index("ix_customers_account_manager", "customers", "tenant_id, account_manager_id")
    index("ix_customers_by_name", "customers", "tenant_id, name, id")
    index("ix_customers_client_type", "customers", "tenant_id, client_type_id")
    index("ix_customers_name_trigrams", "customers", "tenant_id, lower(name) gin_trgm_ops", using="gin")
    tenant_table(
        "service_types",
        required("id", UUID),
        required("code", sa.String(50)),
        required("name", sa.String(255)),
        optional("description", TEXT),
        optional("hsn_sac", sa.String(8)),
        optional("unit", sa.String(20)),
        zero("default_rate", UNIT_PRICE),
        word("tax_treatment", 20, "taxable"),
        zero("tax_rate", RATE),
        optional("tax_rate_category", sa.String(100)),
        flag("is_active", "true"),
        count("version", "1"),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "code"),
        one_of("tax_treatment", "taxable", "nil", "exempt", "non_gst"),
        rule("tax_rate_is_a_percentage", "tax_rate BETWEEN 0 AND 100"),
        rule("default_rate_is_not_negative", "default_rate >= 0"),
        rule("hsn_sac_is_four_to_eight_digits", "hsn_sac ~ '^[0-9]{4,8}$'"),
    )
    index("ix_service_types_by_name", "service_types", "tenant_id, name, id")
    index(
        "ix_service_types_name_trigrams", "service_types", "tenant_id, lower(name) gin_trgm_ops", using="gin"
    )


def create_numbers() -> None:
    """Numbers of documents."""
    tenant_table(
        "number_series",
        required("id", UUID),
        required("kind", sa.String(30)),
        required("name", sa.String(100)),
        word("prefix", 16, ""),
        required("pattern", sa.String(100)),
        flag("is_default"),
        flag("resets_yearly", "true"),
        flag("is_active", "true"),
        count("version", "1"),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "kind", "name"),
        one_of(
            "kind", "invoice", "bill_of_supply", "debit_note", "receipt", "credit_note", "quote", "refund"
        ),
    )
    unique_index(
        "uq_number_series_one_default_per_kind", "number_series", "tenant_id, kind", where="is_default"
    )
    tenant_table(
        "number_counters",
        required("series_id", UUID),
        required("financial_year", sa.String(10)),
        count("next_value", "1"),
        sa.PrimaryKeyConstraint("tenant_id", "series_id", "financial_year"),
        belongs_to("number_series", "series_id", ondelete="CASCADE"),
        rule("next_value_is_positive", "next_value >= 1"),
    )


def create_invoices() -> None:
    """Invoices."""
    tenant_table(
        "invoices",
        required("id", UUID),
        optional("invoice_number", sa.String(50)),
        optional("series_id", UUID),
        word("kind", 30, "tax_invoice"),
        required("invoice_date", DAY),
        required("due_date", DAY),
        optional("payment_terms", NUMBER),
        optional("customer_id", UUID),
        optional("customer_gst", sa.String(15)),
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
        zero("amount_paid", MONEY),
        zero("amount_credited", MONEY),
        generated("balance", MONEY, "total - amount_paid - amount_credited"),
        word("status", 50, "draft"),
        optional("notes", TEXT),
        optional("issued_at", MOMENT),
        optional("sent_at", MOMENT),
        optional("cancelled_at", MOMENT),
        optional("cancel_reason", sa.String(255)),
        optional("seller_snapshot", JSON),
        optional("buyer_snapshot", JSON),
        optional("created_by", UUID),
        count("version", "1"),
        count("totals_seq"),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        belongs_to("customers", "customer_id"),
        belongs_to("number_series", "series_id"),
        belongs_to("users", "created_by"),
        sa.UniqueConstraint("tenant_id", "invoice_number"),
        one_of("status", "draft", "pending", "paid", "overdue", "cancelled", "partially_paid"),
        one_of(
            "kind", "tax_invoice", "bill_of_supply", "invoice_cum_bill_of_supply", "debit_note", "opening"
        ),
        rule(
            "issued_invoices_have_number_and_customer",
            "status = 'draft' OR (invoice_number IS NOT NULL AND customer_id IS NOT NULL "
            "AND issued_at IS NOT NULL)",
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
        one_of("supply_type", "INTRA", "INTER"),
        one_of("tax_mode", "CGST_SGST", "CGST_UTGST", "IGST", "IGST_ZERO_RATED_LUT", "NONE"),
        rule("payment_terms_are_days", "payment_terms BETWEEN 0 AND 3650"),
    )
    index("ix_invoices_by_status", "invoices", "tenant_id, status, invoice_date DESC, id DESC")
    index(
        "ix_invoices_for_reports",
        "invoices",
        "tenant_id, invoice_date",
        include="subtotal, tax_total, total, customer_id",
        where="status NOT IN ('draft', 'cancelled')",
    )
    index("ix_invoices_newest_first", "invoices", "tenant_id, invoice_date DESC, id DESC")
    index("ix_invoices_number_prefix", "invoices", "tenant_id, invoice_number text_pattern_ops")
    index("ix_invoices_number_trigrams", "invoices", "tenant_id, invoice_number gin_trgm_ops", using="gin")
    index(
        "ix_invoices_of_customer",
        "invoices",
        "tenant_id, customer_id, invoice_date",
        include="total, balance, status, invoice_number",
    )
    index("ix_invoices_of_series", "invoices", "tenant_id, series_id")
    index(
        "ix_invoices_open_by_due_date",
        "invoices",
        "tenant_id, due_date",
        include="customer_id, balance",
        where="status IN ('pending', 'overdue', 'partially_paid')",
    )
    tenant_table(
        "invoice_line_items",
        required("id", UUID),
        required("invoice_id", UUID),
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
        belongs_to("invoices", "invoice_id", ondelete="CASCADE"),
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
    index(
        "ix_invoice_line_items_in_order",
        "invoice_line_items",
        "tenant_id, invoice_id, position",
        include="hsn_sac, tax_rate, taxable_amount",
    )
    index("ix_invoice_line_items_service_type", "invoice_line_items", "tenant_id, service_type_id")


def create_money() -> None:
    """Money in, and credit."""
    tenant_table(
        "receipts",
        required("id", UUID),
        required("receipt_number", sa.String(50)),
        optional("series_id", UUID),
        required("receipt_date", DAY),
        required("customer_id", UUID),
        word("kind", 20, "payment"),
        optional("payment_method", sa.String(50)),
        optional("reference", sa.String(100)),
        zero("amount", MONEY),
        zero("bank_charges", MONEY),
        zero("allocated_amount", MONEY),
        generated("unallocated_amount", MONEY, "amount - allocated_amount"),
        word("keep_as", 20, "advance"),
        word("status", 50, "pending"),
        optional("cleared_at", MOMENT),
        optional("bounced_at", MOMENT),
        optional("cancelled_at", MOMENT),
        optional("cancel_reason", sa.String(255)),
        optional("notes", TEXT),
        optional("created_by", UUID),
        count("version", "1"),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        belongs_to("customers", "customer_id"),
        belongs_to("users", "created_by"),
        belongs_to("number_series", "series_id"),
        sa.UniqueConstraint("tenant_id", "receipt_number"),
        one_of("status", "pending", "cleared", "bounced", "cancelled"),
        one_of("kind", "payment", "write_off"),
        one_of("payment_method", "bank_transfer", "cheque", "cash", "upi", "card"),
        one_of("keep_as", "advance", "refund"),
        rule(
            "payments_have_an_amount",
            "(kind = 'payment' AND amount > 0) OR (kind = 'write_off' AND amount = 0)",
        ),
        rule("bank_charges_are_part_of_the_amount", "bank_charges BETWEEN 0 AND amount"),
        rule("allocated_is_between_zero_and_amount", "allocated_amount BETWEEN 0 AND amount"),
        rule("bounced_receipts_say_when", "(status = 'bounced') = (bounced_at IS NOT NULL)"),
        rule("cancelled_receipts_say_when", "(status = 'cancelled') = (cancelled_at IS NOT NULL)"),
        rule("cleared_receipts_say_when", "status <> 'cleared' OR cleared_at IS NOT NULL"),
    )
    index("ix_receipts_newest_first", "receipts", "tenant_id, receipt_date DESC, id DESC")
    index("ix_receipts_number_trigrams", "receipts", "tenant_id, receipt_number gin_trgm_ops", using="gin")
    index("ix_receipts_of_customer", "receipts", "tenant_id, customer_id, receipt_date")
    index("ix_receipts_of_series", "receipts", "tenant_id, series_id")
    tenant_table(
        "receipt_allocations",
        required("id", UUID),
        required("receipt_id", UUID),
        required("invoice_id", UUID),
        zero("allocated_amount", MONEY),
        zero("tds_amount", MONEY),
        optional("tds_section", sa.String(20)),
        zero("gst_tds_amount", MONEY),
        zero("write_off_amount", MONEY),
        required("allocated_on", DAY),
        optional("released_on", DAY),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
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
        rule("released_after_it_was_allocated", "released_on >= allocated_on"),
    )
    index("ix_receipt_allocations_of_invoice", "receipt_allocations", "tenant_id, invoice_id")
    index("ix_receipt_allocations_of_receipt", "receipt_allocations", "tenant_id, receipt_id")
    unique_index(
        "uq_receipt_allocations_one_live_per_invoice",
        "receipt_allocations",
        "tenant_id, receipt_id, invoice_id",
        where="released_on IS NULL",
    )
    tenant_table(
        "credit_notes",
        required("id", UUID),
        optional("credit_note_number", sa.String(50)),
        required("credit_note_date", DAY),
        optional("customer_id", UUID),
        optional("invoice_id", UUID),
        optional("reason", sa.String(255)),
        optional("place_of_supply", sa.String(2)),
        zero("amount", MONEY),
        zero("cgst_amount", MONEY),
        zero("sgst_amount", MONEY),
        zero("igst_amount", MONEY),
        zero("cess_amount", MONEY),
        zero("gst_amount", MONEY),
        zero("total_credit", MONEY),
        word("status", 50, "draft"),
        optional("notes", TEXT),
        optional("created_by", UUID),
        count("version", "1"),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        belongs_to("customers", "customer_id"),
        belongs_to("invoices", "invoice_id"),
        belongs_to("users", "created_by"),
        sa.UniqueConstraint("tenant_id", "credit_note_number"),
        one_of("status", "draft", "issued", "applied", "cancelled"),
        rule(
            "issued_credit_notes_have_number_and_customer",
            "status = 'draft' OR (credit_note_number IS NOT NULL AND customer_id IS NOT NULL)",
        ),
        rule("amounts_are_not_negative", "amount >= 0 AND gst_amount >= 0"),
        rule("total_credit_adds_up", "total_credit = amount + gst_amount"),
        rule("gst_amount_adds_up", "gst_amount = cgst_amount + sgst_amount + igst_amount + cess_amount"),
    )
    index("ix_credit_notes_of_customer", "credit_notes", "tenant_id, customer_id, credit_note_date")
    index("ix_credit_notes_of_invoice", "credit_notes", "tenant_id, invoice_id")


def create_machinery() -> None:
    """Outbox, form keys and audit trail."""
    tenant_table(
        "email_messages",
        required("id", UUID),
        required("kind", sa.String(50)),
        required("to_address", sa.String(255)),
        optional("cc", TEXT),
        optional("reply_to", sa.String(255)),
        required("subject", sa.String(255)),
        required("params", JSON, "'{}'::jsonb"),
        optional("entity_type", sa.String(100)),
        optional("entity_id", UUID),
        word("state", 20, "queued"),
        count("attempts"),
        required("next_attempt_at", MOMENT, "now()"),
        optional("last_error", TEXT),
        required("message_id", sa.String(255)),
        optional("sent_at", MOMENT),
        optional("created_by", UUID),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        belongs_to("users", "created_by"),
        one_of("state", "queued", "sent", "failed"),
        rule("sent_mails_say_when", "(state = 'sent') = (sent_at IS NOT NULL)"),
        rule("attempts_are_not_negative", "attempts >= 0"),
    )
    index("ix_email_messages_about", "email_messages", "tenant_id, entity_type, entity_id")
    index(
        "ix_email_messages_due", "email_messages", "tenant_id, next_attempt_at, id", where="state = 'queued'"
    )
    tenant_table(
        "idempotency_keys",
        required("key", TEXT),
        required("purpose", sa.String(100)),
        optional("location", TEXT),
        sa.PrimaryKeyConstraint("tenant_id", "key"),
    )
    tenant_table(
        "audit_logs",
        required("id", UUID),
        optional("user_id", UUID),
        required("entity_type", sa.String(100)),
        optional("entity_id", UUID),
        required("action", sa.String(50)),
        optional("old_values", JSON),
        optional("new_values", JSON),
        optional("ip_address", sa.String(45)),
        optional("user_agent", TEXT),
        optional("request_id", sa.String(64)),
        optional("reason", TEXT),
        required("created_at", MOMENT, "clock_timestamp()"),
        generated("updated_at", MOMENT, "created_at"),
        sa.PrimaryKeyConstraint("tenant_id", "created_at", "id"),
        rule("action_is_named", "action <> ''"),
        timestamps=False,
        postgresql_partition_by="RANGE (created_at)",
    )
    index("ix_audit_logs_of_entity", "audit_logs", "tenant_id, entity_type, entity_id, created_at DESC")
    index("ix_audit_logs_of_user", "audit_logs", "tenant_id, user_id, created_at DESC")
