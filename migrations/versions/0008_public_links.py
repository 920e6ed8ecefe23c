"""Links that open a document without signing in, who looked, and what was answered.

Also how a company's letters read, and the mail server of its own that sends them.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

from rms.db import audit, definers, purges, rls
from rms.db.ddl import (
    DAY,
    MOMENT,
    MONEY,
    NUMBER,
    TEXT,
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
    unique_index,
)

revision = "0008"
down_revision = "0007"

TABLES = ("public_links", "document_views", "payer_answers", "mail_templates", "mail_servers")
# Each looking would be an entry, and it is a record of its own already.
AUDITED = ("public_links", "payer_answers", "mail_templates", "mail_servers")


def upgrade() -> None:
    _links()
    _views()
    _answers()
    _letters()
    _servers()
    for table in TABLES:
        run(rls.protect(table))
        run(purges.take_in(table))
    for table in AUDITED:
        op.execute(audit.row_trigger(table))
    run(definers.let_read("public_links"))
    run(definers.add("public_link(text)"))


def _links() -> None:
    tenant_table(
        "public_links",
        required("id", UUID),
        required("entity_type", sa.String(100)),
        required("entity_id", UUID),
        required("token", sa.String(64)),
        optional("expires_on", DAY),
        optional("revoked_at", MOMENT),
        optional("revoked_by", UUID),
        optional("created_by", UUID),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        belongs_to("users", "created_by"),
        belongs_to("users", "revoked_by"),
        sa.UniqueConstraint("token"),
        one_of("entity_type", "invoices", "quotes"),
        rule("token_is_a_hash", "token ~ '^[0-9a-f]{64}$'"),
    )
    unique_index(
        "uq_public_links_live",
        "public_links",
        "tenant_id, entity_type, entity_id",
        where="revoked_at IS NULL",
    )
    index("ix_public_links_about", "public_links", "tenant_id, entity_type, entity_id")
    index("ix_public_links_revoked_by", "public_links", "tenant_id, revoked_by")


def _views() -> None:
    tenant_table(
        "document_views",
        required("id", UUID),
        required("link_id", UUID),
        required("visitor", sa.String(43)),
        required("seen_on", DAY),
        required("first_at", MOMENT),
        required("last_at", MOMENT),
        count("count", "1"),
        required("device", sa.String(100)),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        belongs_to("public_links", "link_id"),
        sa.UniqueConstraint("tenant_id", "link_id", "visitor", "seen_on"),
        rule("count_is_positive", "count > 0"),
    )


def _answers() -> None:
    tenant_table(
        "payer_answers",
        required("id", UUID),
        required("link_id", UUID),
        required("invoice_id", UUID),
        required("kind", sa.String(20)),
        optional("reference", sa.String(40)),
        optional("amount", MONEY),
        optional("on_date", DAY),
        optional("note", TEXT),
        optional("name", sa.String(120)),
        optional("handled_at", MOMENT),
        optional("handled_by", UUID),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        belongs_to("public_links", "link_id"),
        belongs_to("invoices", "invoice_id"),
        belongs_to("users", "handled_by"),
        one_of("kind", "paid", "will_pay", "mistake"),
        rule("paid_says_which_payment", "kind <> 'paid' OR reference IS NOT NULL"),
        rule("a_promise_has_a_day", "kind <> 'will_pay' OR on_date IS NOT NULL"),
        rule("a_mistake_is_described", "kind <> 'mistake' OR note IS NOT NULL"),
    )
    index("ix_payer_answers_link", "payer_answers", "tenant_id, link_id, created_at")
    index("ix_payer_answers_invoice", "payer_answers", "tenant_id, invoice_id")
    index("ix_payer_answers_handled_by", "payer_answers", "tenant_id, handled_by")
    index("ix_payer_answers_open", "payer_answers", "tenant_id, created_at", where="handled_at IS NULL")


def _letters() -> None:
    tenant_table(
        "mail_templates",
        required("id", UUID),
        required("kind", sa.String(20)),
        required("subject", sa.String(200)),
        required("body", TEXT),
        count("version", "1"),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "kind"),
        one_of("kind", "invoice", "reminder", "quote", "receipt"),
    )


def _servers() -> None:
    tenant_table(
        "mail_servers",
        required("id", UUID),
        required("host", sa.String(253)),
        required("port", NUMBER),
        required("security", sa.String(10)),
        optional("username", sa.String(255)),
        optional("password", TEXT),
        required("from_address", sa.String(255)),
        flag("is_on", "true"),
        optional("tested_at", MOMENT),
        optional("test_error", TEXT),
        count("version", "1"),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id"),
        one_of("security", "tls", "starttls", "none"),
        rule("port_is_one", "port BETWEEN 1 AND 65535"),
        rule("no_password_in_the_clear", "security <> 'none' OR password IS NULL"),
    )


def downgrade() -> None:
    op.execute("DROP FUNCTION public.public_link(text)")
    for table in reversed(TABLES):
        run(purges.leave_out(table))
        op.drop_table(table)
