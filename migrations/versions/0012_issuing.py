"""What issuing asks for: letters of undertaking, where goods go, and the particulars of an export.

Port and shipping bill are known after the goods have left, often days after the invoice: an issued invoice
may be completed with them, and with nothing else that is new here.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

from rms.db import audit, frozen, purges, rls
from rms.db.ddl import (
    DAY,
    UUID,
    belongs_to,
    count,
    optional,
    required,
    rule,
    run,
    tenant_table,
)

revision = "0012"
down_revision = "0011"

RULES = {
    "shipping_state_has_two_digits": "shipping_state_code ~ '^[0-9]{2}$'",
    "country_has_two_letters": "destination_country ~ '^[A-Z]{2}$'",
    "port_code_is_plain": "port_code ~ '^[A-Z0-9]{3,6}$'",
    "shipping_bill_has_number_and_date": "(shipping_bill_number IS NULL) = (shipping_bill_date IS NULL)",
    "shipping_bill_number_is_digits": "shipping_bill_number ~ '^[0-9]{3,7}$'",
}


def new_columns() -> tuple[sa.Column, ...]:
    return (
        optional("shipping_name", sa.String(255)),
        optional("shipping_address_line1", sa.String(255)),
        optional("shipping_address_line2", sa.String(255)),
        optional("shipping_city", sa.String(100)),
        optional("shipping_pin_code", sa.String(10)),
        optional("shipping_state_code", sa.String(2)),
        optional("destination_country", sa.String(2)),
        optional("port_code", sa.String(6)),
        optional("shipping_bill_number", sa.String(7)),
        optional("shipping_bill_date", DAY),
    )


def upgrade() -> None:
    tenant_table(
        "lut_declarations",
        required("id", UUID),
        required("financial_year", sa.String(7)),
        required("arn", sa.String(15)),
        optional("created_by", UUID),
        count("version", "1"),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "financial_year"),
        belongs_to("users", "created_by"),
        rule("financial_year_is_one", "financial_year ~ '^20[0-9]{2}-[0-9]{2}$'"),
        rule("arn_is_one", "arn ~ '^[A-Z]{2}[A-Z0-9]{13}$'"),
    )
    run(rls.protect("lut_declarations"))
    op.execute(audit.row_trigger("lut_declarations"))
    run(purges.take_in("lut_declarations"))
    for column in new_columns():
        op.add_column("invoices", column)
    for name, condition in RULES.items():
        op.create_check_constraint(name, "invoices", condition)
    run(frozen.let_be_completed())


def downgrade() -> None:
    run(frozen.forget_completion())
    for column in reversed(new_columns()):
        op.drop_column("invoices", column.name)
    run(purges.leave_out("lut_declarations"))
    op.drop_table("lut_declarations")
