"""No amount, rate or quantity is NaN. PostgreSQL takes it for a number larger than all others, so it would
pass every rule by which an amount is more than nothing.

Revision ID: 0016
Revises: 0015
"""

from alembic import op

revision = "0016"
down_revision = "0015"

NAME = "numbers_are_numbers"
SPLIT = ("cgst_amount", "sgst_amount", "igst_amount", "cess_amount")
LINE = (
    "quantity",
    "rate",
    "amount",
    "discount_percent",
    "discount_amount",
    "invoice_discount_share",
    "taxable_amount",
    "tax_rate",
    "cess_rate",
    *SPLIT,
    "tax_amount",
    *(f"rcm_{one}" for one in SPLIT),
    "total",
)
TOTALS = (
    "discount_percent",
    "discount_amount",
    "discount_total",
    "subtotal",
    "cgst_total",
    "sgst_total",
    "igst_total",
    "cess_total",
    "tax_total",
    "rcm_cgst_total",
    "rcm_sgst_total",
    "rcm_igst_total",
    "rcm_cess_total",
    "round_off",
    "total",
)
NUMBERS = {
    "bank_lines": ("amount",),
    "credit_note_applications": ("applied_amount",),
    "credit_note_line_items": (
        "quantity",
        "rate",
        "taxable_amount",
        "tax_rate",
        "cess_rate",
        *SPLIT,
        "tax_amount",
        "total",
    ),
    "credit_notes": (
        "amount",
        *SPLIT,
        "gst_amount",
        "round_off",
        "total_credit",
        "applied_amount",
        "refunded_amount",
    ),
    "customers": ("credit_limit",),
    "gst_settings": ("default_rate",),
    "invoice_line_items": LINE,
    "invoices": (*TOTALS, "amount_paid", "amount_credited"),
    "payer_answers": ("amount",),
    "quote_lines": LINE,
    "quotes": TOTALS,
    "receipt_allocations": (
        "allocated_amount",
        "tds_amount",
        "tds_rate",
        "gst_tds_amount",
        "write_off_amount",
    ),
    "receipts": ("amount", "bank_charges", "allocated_amount", "refunded_amount"),
    "refunds": ("amount",),
    "service_types": ("default_rate", "tax_rate"),
    "subscriptions": ("amount", "last_payment_amount"),
    "tax_rates": ("rate",),
    "tds_rates": ("rate",),
}


def upgrade() -> None:
    for table, columns in NUMBERS.items():
        op.create_check_constraint(NAME, table, f"'NaN' NOT IN ({', '.join(columns)})")


def downgrade() -> None:
    for table in NUMBERS:
        op.drop_constraint(NAME, table, type_="check")
