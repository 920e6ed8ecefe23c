"""Money in, whole: the life of a receipt, what customers deduct, credit notes with lines, refunds, statements
of the bank, persons at a customer, and customers who were entered twice.

Revision ID: 0015
Revises: 0014
"""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from rms.db import audit, credit_triggers, purges, rls
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

revision = "0015"
down_revision = "0014"

TABLES = (
    "customer_contacts",
    "tds_rates",
    "receipt_drafts",
    "credit_note_line_items",
    "credit_note_applications",
    "refunds",
    "import_batches",
    "bank_lines",
)
METHODS = "payment_method IN ('bank_transfer', 'cheque', 'cash', 'upi', 'card')"

CUSTOMERS = (optional("credit_limit", MONEY), optional("merged_into_id", UUID))
INVOICES = (optional("against_invoice_id", UUID), optional("adjustment_reason", sa.String(255)))
RECEIPTS = (
    zero("refunded_amount", MONEY),
    optional("cleared_on", DAY),
    optional("reversed_on", DAY),
    optional("sent_at", MOMENT),
)
ALLOCATIONS = (optional("tds_rate", RATE), optional("write_off_reason", sa.String(255)))
CREDIT_NOTES = (
    optional("series_id", UUID),
    optional("customer_gst", sa.String(15)),
    flag("is_financial"),
    word("reason_code", 20, "other"),
    optional("supply_type", sa.String(20)),
    optional("tax_mode", sa.String(30)),
    flag("reverse_charge"),
    zero("round_off", MONEY),
    zero("applied_amount", MONEY),
    zero("refunded_amount", MONEY),
    generated("unapplied_amount", MONEY, "total_credit - applied_amount - refunded_amount"),
    optional("issued_at", MOMENT),
    optional("sent_at", MOMENT),
    optional("cancelled_on", DAY),
    optional("cancel_reason", sa.String(255)),
    optional("seller_snapshot", JSON),
    optional("buyer_snapshot", JSON),
)
COLUMNS = {
    "customers": CUSTOMERS,
    "invoices": INVOICES,
    "receipts": RECEIPTS,
    "receipt_allocations": ALLOCATIONS,
    "credit_notes": CREDIT_NOTES,
}
RULES = {
    "customers": {
        "credit_limit_is_not_negative": "credit_limit >= 0",
        "a_merged_customer_is_put_away": "merged_into_id IS NULL OR NOT is_active",
    },
    "invoices": {
        "only_debit_notes_are_against_an_invoice": "against_invoice_id IS NULL OR kind = 'debit_note'"
    },
    "receipts": {
        "used_is_between_zero_and_amount": (
            "refunded_amount >= 0 AND allocated_amount + refunded_amount <= amount"
        ),
        "reversed_receipts_say_which_day": (
            "(status IN ('bounced', 'cancelled')) = (reversed_on IS NOT NULL)"
        ),
        "a_receipt_begins_with_its_date": "cleared_on >= receipt_date AND reversed_on >= receipt_date",
    },
    "receipt_allocations": {"tds_rate_is_a_percentage": "tds_rate BETWEEN 0 AND 100"},
    "credit_notes": {
        "total_credit_adds_up": "total_credit = amount + gst_amount + round_off",
        "used_is_between_zero_and_total": (
            "applied_amount >= 0 AND refunded_amount >= 0"
            " AND applied_amount + refunded_amount <= total_credit"
        ),
        "drafts_are_not_issued": "(status = 'draft') = (issued_at IS NULL)",
        "cancelled_credit_notes_say_when": "(status = 'cancelled') = (cancelled_on IS NOT NULL)",
        "financial_credit_notes_carry_no_tax": "NOT is_financial OR gst_amount = 0",
        "reason_code_is_known": "reason_code IN ('return', 'price', 'deficiency', 'discount', 'other')",
        "supply_type_is_known": "supply_type IN ('INTRA', 'INTER')",
        "tax_mode_is_known": (
            "tax_mode IN ('CGST_SGST', 'CGST_UTGST', 'IGST', 'IGST_ZERO_RATED_LUT', 'NONE')"
        ),
    },
}
# table -> (column, table that it points at)
KEYS = {
    "customers": ("merged_into_id", "customers"),
    "invoices": ("against_invoice_id", "invoices"),
    "credit_notes": ("series_id", "number_series"),
}
OLD_INDEXES = (
    ("ix_customers_merged", "customers", "tenant_id, merged_into_id"),
    ("ix_invoices_against", "invoices", "tenant_id, against_invoice_id"),
    ("ix_credit_notes_of_series", "credit_notes", "tenant_id, series_id"),
    ("ix_credit_notes_newest_first", "credit_notes", "tenant_id, credit_note_date DESC, id DESC"),
)
# Days of what happened before these columns were there, in the time of India, where every company is.
BACKFILL = (
    "UPDATE receipts SET cleared_on = receipt_date WHERE status = 'cleared'",
    "UPDATE receipts SET reversed_on = greatest(receipt_date,"
    " (coalesce(bounced_at, cancelled_at) AT TIME ZONE 'Asia/Kolkata')::date)"
    " WHERE status IN ('bounced', 'cancelled')",
)
CREDIT_BACKFILL = (
    "UPDATE credit_notes SET issued_at = created_at WHERE status <> 'draft'",
    "UPDATE credit_notes SET cancelled_on = (updated_at AT TIME ZONE 'Asia/Kolkata')::date"
    " WHERE status = 'cancelled'",
)


def upgrade() -> None:
    op.drop_constraint("total_credit_adds_up", "credit_notes", type_="check")
    for table, columns in COLUMNS.items():
        for column in columns:
            op.add_column(table, column)
    _regenerate_left_over("amount - allocated_amount - refunded_amount")
    run(_backfilled("receipts", BACKFILL))
    run(_backfilled("credit_notes", CREDIT_BACKFILL))
    for table, rules in RULES.items():
        for name, condition in rules.items():
            op.create_check_constraint(name, table, condition)
    for table, (column, target) in KEYS.items():
        op.create_foreign_key(None, table, target, ["tenant_id", column], ["tenant_id", "id"])
    for name, table, columns in OLD_INDEXES:
        index(name, table, columns)
    index(
        "ix_credit_notes_number_trigrams",
        "credit_notes",
        "tenant_id, credit_note_number gin_trgm_ops",
        using="gin",
    )
    create_people_and_rates()
    create_drafts()
    create_credit_note_lines()
    create_applications()
    create_refunds()
    create_bank_lines()
    for table in TABLES:
        run(rls.protect(table))
        if table in audit.DERIVED:
            op.execute(audit.row_trigger(table))
        run(purges.take_in(table))
    run(credit_triggers.install())
    _audit_anew("receipts", "credit_notes")


def create_people_and_rates() -> None:
    tenant_table(
        "customer_contacts",
        required("id", UUID),
        required("customer_id", UUID),
        required("name", sa.String(255)),
        optional("designation", sa.String(100)),
        optional("email", sa.String(255)),
        optional("phone", sa.String(20)),
        flag("gets_invoices"),
        flag("gets_reminders"),
        flag("gets_receipts"),
        flag("gets_statements"),
        count("version", "1"),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        belongs_to("customers", "customer_id", ondelete="CASCADE"),
    )
    index("ix_customer_contacts_of_customer", "customer_contacts", "tenant_id, customer_id")
    tenant_table(
        "tds_rates",
        required("id", UUID),
        required("section", sa.String(20)),
        required("name", sa.String(100)),
        zero("rate", RATE),
        required("effective_from", DAY),
        flag("is_active", "true"),
        count("version", "1"),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "section", "effective_from"),
        rule("rate_is_a_percentage", "rate BETWEEN 0 AND 100"),
    )


def create_drafts() -> None:
    tenant_table(
        "receipt_drafts",
        required("id", UUID),
        optional("customer_id", UUID),
        required("typed", JSON),
        optional("created_by", UUID),
        count("version", "1"),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        belongs_to("customers", "customer_id"),
        belongs_to("users", "created_by"),
    )
    index("ix_receipt_drafts_newest_first", "receipt_drafts", "tenant_id, updated_at")
    index("ix_receipt_drafts_of_customer", "receipt_drafts", "tenant_id, customer_id")
    index("ix_receipt_drafts_of_person", "receipt_drafts", "tenant_id, created_by")


def create_credit_note_lines() -> None:
    tenant_table(
        "credit_note_line_items",
        required("id", UUID),
        required("credit_note_id", UUID),
        optional("invoice_line_id", UUID),
        count("position"),
        optional("name", sa.String(255)),
        optional("description", TEXT),
        optional("hsn_sac", sa.String(8)),
        optional("unit", sa.String(20)),
        required("quantity", QUANTITY, "1"),
        zero("rate", UNIT_PRICE),
        zero("taxable_amount", MONEY),
        word("tax_treatment", 20, "taxable"),
        zero("tax_rate", RATE),
        zero("cess_rate", RATE),
        zero("cgst_amount", MONEY),
        zero("sgst_amount", MONEY),
        zero("igst_amount", MONEY),
        zero("cess_amount", MONEY),
        zero("tax_amount", MONEY),
        zero("total", MONEY),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        belongs_to("credit_notes", "credit_note_id", ondelete="CASCADE"),
        belongs_to("invoice_line_items", "invoice_line_id"),
        one_of("tax_treatment", "taxable", "nil", "exempt", "non_gst"),
        rule("amounts_are_not_negative", "quantity >= 0 AND rate >= 0 AND taxable_amount >= 0"),
        rule("tax_rate_is_a_percentage", "tax_rate BETWEEN 0 AND 100"),
        rule("cess_rate_is_sane", "cess_rate BETWEEN 0 AND 999"),
        rule("tax_amount_adds_up", "tax_amount = cgst_amount + sgst_amount + igst_amount + cess_amount"),
        rule("total_adds_up", "total = taxable_amount + tax_amount"),
        rule("hsn_sac_is_digits", "hsn_sac ~ '^[0-9]{2,8}$'"),
    )
    table = "credit_note_line_items"
    index("ix_credit_note_line_items_in_order", table, "tenant_id, credit_note_id, position")
    index("ix_credit_note_line_items_of_line", table, "tenant_id, invoice_line_id")


def create_applications() -> None:
    table = "credit_note_applications"
    tenant_table(
        table,
        required("id", UUID),
        required("credit_note_id", UUID),
        required("invoice_id", UUID),
        zero("applied_amount", MONEY),
        required("applied_on", DAY),
        optional("released_on", DAY),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        belongs_to("credit_notes", "credit_note_id"),
        belongs_to("invoices", "invoice_id"),
        rule("an_application_takes_something_off", "applied_amount > 0"),
        rule("released_after_it_was_applied", "released_on >= applied_on"),
    )
    unique_index(
        "uq_credit_note_applications_one_live_per_invoice",
        table,
        "tenant_id, credit_note_id, invoice_id",
        where="released_on IS NULL",
    )
    index("ix_credit_note_applications_of_credit_note", table, "tenant_id, credit_note_id")
    index("ix_credit_note_applications_of_invoice", table, "tenant_id, invoice_id")


def create_refunds() -> None:
    tenant_table(
        "refunds",
        required("id", UUID),
        required("refund_number", sa.String(50)),
        optional("series_id", UUID),
        required("refund_date", DAY),
        required("customer_id", UUID),
        optional("receipt_id", UUID),
        optional("credit_note_id", UUID),
        zero("amount", MONEY),
        optional("payment_method", sa.String(50)),
        optional("reference", sa.String(100)),
        optional("notes", TEXT),
        optional("cancelled_on", DAY),
        optional("cancel_reason", sa.String(255)),
        optional("created_by", UUID),
        count("version", "1"),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        belongs_to("customers", "customer_id"),
        belongs_to("receipts", "receipt_id"),
        belongs_to("credit_notes", "credit_note_id"),
        belongs_to("number_series", "series_id"),
        belongs_to("users", "created_by"),
        sa.UniqueConstraint("tenant_id", "refund_number"),
        rule("a_refund_has_one_source", "(receipt_id IS NULL) <> (credit_note_id IS NULL)"),
        rule("a_refund_pays_something", "amount > 0"),
        rule("cancelled_after_it_was_paid", "cancelled_on >= refund_date"),
        rule("payment_method_is_known", METHODS),
    )
    index("ix_refunds_of_customer", "refunds", "tenant_id, customer_id, refund_date")
    index("ix_refunds_of_receipt", "refunds", "tenant_id, receipt_id")
    index("ix_refunds_of_credit_note", "refunds", "tenant_id, credit_note_id")
    index("ix_refunds_of_series", "refunds", "tenant_id, series_id")


def create_bank_lines() -> None:
    tenant_table(
        "import_batches",
        required("id", UUID),
        word("kind", 20, "bank_statement"),
        required("name", sa.String(255)),
        word("state", 20, "waiting"),
        optional("problem", sa.String(500)),
        optional("problems", JSON),
        optional("file_id", UUID),
        optional("created_by", UUID),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        belongs_to("files", "file_id"),
        belongs_to("users", "created_by"),
        one_of("kind", "bank_statement"),
        one_of("state", "waiting", "read", "failed"),
    )
    index("ix_import_batches_newest_first", "import_batches", "tenant_id, created_at")
    index("ix_import_batches_of_file", "import_batches", "tenant_id, file_id")
    index("ix_import_batches_of_person", "import_batches", "tenant_id, created_by")
    tenant_table(
        "bank_lines",
        required("id", UUID),
        required("batch_id", UUID),
        required("position", NUMBER, "0"),
        required("day", DAY),
        zero("amount", MONEY),
        optional("description", TEXT),
        optional("reference", sa.String(100)),
        required("fingerprint", sa.String(64)),
        word("state", 20, "new"),
        optional("customer_id", UUID),
        optional("suggestion", JSON),
        optional("receipt_id", UUID),
        count("version", "1"),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        belongs_to("import_batches", "batch_id", ondelete="CASCADE"),
        belongs_to("customers", "customer_id"),
        belongs_to("receipts", "receipt_id"),
        one_of("state", "new", "recorded", "skipped"),
        rule("recorded_lines_name_their_receipt", "(state = 'recorded') = (receipt_id IS NOT NULL)"),
        rule("amount_is_positive", "amount > 0"),
    )
    index("ix_bank_lines_in_order", "bank_lines", "tenant_id, batch_id, position")
    index("ix_bank_lines_by_fingerprint", "bank_lines", "tenant_id, fingerprint")
    index("ix_bank_lines_receipt", "bank_lines", "tenant_id, receipt_id")
    index("ix_bank_lines_customer", "bank_lines", "tenant_id, customer_id")


def downgrade() -> None:
    for table in reversed(TABLES):
        run(purges.leave_out(table))
        op.drop_table(table)
    run(credit_triggers.uninstall())
    for table, rules in RULES.items():
        for name in rules:
            op.drop_constraint(name, table, type_="check")
    _regenerate_left_over("amount - allocated_amount")
    for table, columns in COLUMNS.items():
        for column in reversed(columns):
            op.drop_column(table, column.name)
    op.create_check_constraint("total_credit_adds_up", "credit_notes", "total_credit = amount + gst_amount")
    _audit_anew("receipts", "credit_notes")


def _regenerate_left_over(formula: str) -> None:
    """PostgreSQL 14 to 16 cannot give a generated column another formula."""
    op.drop_column("receipts", "unallocated_amount")
    op.add_column("receipts", generated("unallocated_amount", MONEY, formula))


def _backfilled(table: str, statements: tuple[str, ...]) -> Iterator[str]:
    """The owner of a table is bound by its row-level security, too, and would change no row. The triggers
    of every day stay away: nothing happened today."""
    yield f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {table} DISABLE TRIGGER USER"
    yield from statements
    yield f"ALTER TABLE {table} ENABLE TRIGGER USER"
    yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"


def _audit_anew(*tables: str) -> None:
    """With the derived columns that the table has now."""
    for table in tables:
        op.execute(f"DROP TRIGGER audit ON {table}")
        op.execute(audit.row_trigger(table))
