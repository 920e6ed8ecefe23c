"""Row-level security, grants and timestamps as SQL statements, for migrations.

RLS protects from a forgotten filter and a wrong id. The policy is written out on every table, never as
`(SELECT current_setting(...))`: that hides the tenant from the planner and made lists 14 times slower.
FORCE, because the owner would otherwise not be bound by it. A data migration must therefore wrap its
statements in NO FORCE ... FORCE in one transaction, or they silently change no row.
"""

from collections.abc import Iterator

from rms.db.base import TENANT_SETTING

APP = "rms_app"

# What the application may do with each table. A verb is missing where the product never needs it: receipts
# are cancelled and allocations released but not deleted, and the audit trail is written by triggers alone.
GRANTS = {
    "tenants": "SELECT, INSERT, UPDATE",
    "subscriptions": "SELECT, INSERT, UPDATE",
    "trial_ledger": "SELECT, INSERT",
    "users": "SELECT, INSERT, UPDATE",
    "sessions": "SELECT, INSERT, UPDATE, DELETE",
    "email_verifications": "SELECT, INSERT, UPDATE, DELETE",
    "companies": "SELECT, INSERT, UPDATE",
    "client_types": "SELECT, INSERT, UPDATE, DELETE",
    "account_managers": "SELECT, INSERT, UPDATE, DELETE",
    "customers": "SELECT, INSERT, UPDATE, DELETE",
    "service_types": "SELECT, INSERT, UPDATE, DELETE",
    "number_series": "SELECT, INSERT, UPDATE, DELETE",
    "number_counters": "SELECT, INSERT, UPDATE",
    "gst_settings": "SELECT, INSERT, UPDATE",
    "tax_rates": "SELECT, INSERT, UPDATE, DELETE",
    "invoices": "SELECT, INSERT, UPDATE, DELETE",
    "invoice_line_items": "SELECT, INSERT, UPDATE, DELETE",
    "receipts": "SELECT, INSERT, UPDATE",
    "receipt_allocations": "SELECT, INSERT, UPDATE",
    "credit_notes": "SELECT, INSERT, UPDATE, DELETE",
    "email_messages": "SELECT, INSERT, UPDATE",
    "idempotency_keys": "SELECT, INSERT, UPDATE, DELETE",
    "audit_logs": "SELECT",
    "audit_seals": "SELECT",
    "password_resets": "SELECT, INSERT, UPDATE, DELETE",  # nosec B105 # no password
    "user_invitations": "SELECT, INSERT, UPDATE, DELETE",
    "email_changes": "SELECT, INSERT, UPDATE, DELETE",
    "second_factors": "SELECT, INSERT, UPDATE, DELETE",
    "recovery_codes": "SELECT, INSERT, UPDATE, DELETE",
    "login_attempts": "SELECT, INSERT, UPDATE, DELETE",
    "files": "SELECT, INSERT, UPDATE, DELETE",
    "file_chunks": "SELECT, INSERT, DELETE",
    "public_links": "SELECT, INSERT, UPDATE",
    "document_views": "SELECT, INSERT, UPDATE",
    "payer_answers": "SELECT, INSERT, UPDATE",
    "mail_templates": "SELECT, INSERT, UPDATE, DELETE",
    "mail_servers": "SELECT, INSERT, UPDATE, DELETE",
    "recurring_schedules": "SELECT, INSERT, UPDATE, DELETE",
    "recurring_runs": "SELECT, INSERT, UPDATE",
    "recurring_invoices": "SELECT, INSERT, DELETE",
    "reminders": "SELECT, INSERT",
    "reminder_stops": "SELECT, INSERT, DELETE",
    "quotes": "SELECT, INSERT, UPDATE, DELETE",
    "quote_lines": "SELECT, INSERT, UPDATE, DELETE",
    "quote_invoices": "SELECT, INSERT, DELETE",
    "lut_declarations": "SELECT, INSERT, UPDATE, DELETE",
    "bulk_jobs": "SELECT, INSERT, UPDATE, DELETE",
    "deleted_drafts": "SELECT, INSERT, UPDATE, DELETE",
    "customer_contacts": "SELECT, INSERT, UPDATE, DELETE",
    "tds_rates": "SELECT, INSERT, UPDATE",
    "receipt_drafts": "SELECT, INSERT, UPDATE, DELETE",
    "credit_note_line_items": "SELECT, INSERT, UPDATE, DELETE",
    "credit_note_applications": "SELECT, INSERT, UPDATE",
    "refunds": "SELECT, INSERT, UPDATE",
    "import_batches": "SELECT, INSERT, UPDATE, DELETE",
    "bank_lines": "SELECT, INSERT, UPDATE, DELETE",
}

# Tables without a tenant: nothing in them belongs to one.
GLOBAL = {"trial_ledger", "login_attempts"}
# The column that names the tenant, where it is not tenant_id.
TENANT_COLUMN = {"tenants": "id"}
# Their timestamps never change, or are generated.
WITHOUT_UPDATES = {"audit_logs", "audit_seals"}

TOUCH = """
CREATE FUNCTION public.touch_updated_at() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END $$
"""


def protect(table: str) -> Iterator[str]:
    """Everything a table needs besides its columns: policy, grants, and the trigger for `updated_at`."""
    if table not in GLOBAL:
        yield from tenant_policy(table)
    yield f"GRANT {GRANTS[table]} ON {table} TO {APP}"
    if table not in WITHOUT_UPDATES:
        yield (
            f"CREATE TRIGGER touch_updated_at BEFORE UPDATE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION public.touch_updated_at()"
        )


def tenant_policy(table: str) -> Iterator[str]:
    """An unset or empty setting compares with NULL: without a scope there are no rows."""
    own = f"{TENANT_COLUMN.get(table, 'tenant_id')} = {TENANT_SETTING}"
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
    yield f"CREATE POLICY tenant_isolation ON {table} TO {APP} USING ({own}) WITH CHECK ({own})"
