"""Taking away a company whose sign-up nobody ever confirmed, which the application itself has no grants for.

The function belongs to `rms_purger`, a role that cannot sign in and sees the tenant of the transaction's
setting alone. The application may ask for it and not choose: the function decides by the rows and by the
server's clock. A company with an issued invoice, a receipt or an issued credit note is never taken away,
whoever was verified: books are kept for 72 months from the annual return (CGST Act, section 36).

The row of the tenant stays without name or address, because the audit trail refers to it. The trail stays,
too: what it says of values is erased, and its chain of seals holds (db/seals.py).
"""

from collections.abc import Iterable, Iterator

from rms.db.base import TENANT_SETTING
from rms.db.definers import hand_over
from rms.db.seals import AUDIT, value_hash

PURGER = "rms_purger"
DAYS_TO_CONFIRM = 7
KEPT = ("tenants", "audit_logs", "audit_seals")

# Children before parents.
TABLES = (
    "recovery_codes",
    "second_factors",
    "email_changes",
    "user_invitations",
    "password_resets",
    "email_verifications",
    "sessions",
    "idempotency_keys",
    "email_messages",
    "receipt_allocations",
    "receipts",
    "credit_notes",
    "invoice_line_items",
    "invoices",
    "number_counters",
    "number_series",
    "customers",
    "service_types",
    "account_managers",
    "client_types",
    "tax_rates",
    "gst_settings",
    "companies",
    "users",
    "subscriptions",
)

# Tables that later migrations made, the oldest first; each calls `take_in`. The newest is emptied first: it
# may refer to any of the others.
LATER: tuple[str, ...] = (
    "files",
    "file_chunks",
    "public_links",
    "document_views",
    "payer_answers",
    "mail_templates",
    "mail_servers",
    "recurring_schedules",
    "recurring_runs",
    "recurring_invoices",
    "reminders",
    "reminder_stops",
    "quotes",
    "quote_lines",
    "quote_invoices",
    "bulk_jobs",
    "lut_declarations",
    "deleted_drafts",
    "customer_contacts",
    "tds_rates",
    "receipt_drafts",
    "credit_note_line_items",
    "credit_note_applications",
    "refunds",
    "import_batches",
    "bank_lines",
)

# What the function, and the triggers that run in its name, look at beside tenant_id.
READS = {
    "tenants": "id, name, created_at, current_user_count, current_customer_count",
    "users": "tenant_id, email_verified, email_verified_at",
    "invoices": "tenant_id, id, status",
    "credit_notes": "tenant_id, status",
}
WRITES = "name, slug, email, domain, is_active, settings, current_user_count, current_customer_count"

# The tenant's row is locked first: whoever adds a row refers to it and waits, and then finds the end.
REMOVE = f"""
FUNCTION public.remove_unverified_tenant() RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    tenant uuid := {TENANT_SETTING};
BEGIN
    PERFORM FROM public.tenants t
    WHERE t.id = tenant AND t.name <> '' AND t.created_at <= now() - interval '{DAYS_TO_CONFIRM} days'
    FOR UPDATE;
    IF NOT FOUND
       OR EXISTS (SELECT FROM public.users u WHERE u.tenant_id = tenant
                  AND (u.email_verified OR u.email_verified_at IS NOT NULL))
       OR EXISTS (SELECT FROM public.invoices i WHERE i.tenant_id = tenant AND i.status <> 'draft')
       OR EXISTS (SELECT FROM public.credit_notes c WHERE c.tenant_id = tenant AND c.status <> 'draft')
       OR EXISTS (SELECT FROM public.receipts r WHERE r.tenant_id = tenant) THEN
        RETURN false;
    END IF;
    {{deletions}}
    UPDATE public.tenants t
    SET name = '', email = '', domain = NULL, settings = NULL, is_active = false,
        slug = 'gone-' || replace(tenant::text, '-', '')
    WHERE t.id = tenant;
    PERFORM public.erase_removed_tenant_audit();
    RETURN true;
END $$
"""  # nosec B608 # names of our own, no input

# Also what the removal itself has written: each deletion is an entry, with what was deleted.
ERASE = f"""
CREATE FUNCTION public.erase_removed_tenant_audit() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    erased integer;
BEGIN
    UPDATE public.audit_logs a
    SET erased_old = {value_hash("a.old_values")}, erased_new = {value_hash("a.new_values")},
        old_values = NULL, new_values = NULL, erased_at = clock_timestamp(),
        erased_reason = 'the sign-up was never confirmed'
    WHERE a.tenant_id = {TENANT_SETTING} AND a.erased_at IS NULL
      AND (a.old_values IS NOT NULL OR a.new_values IS NOT NULL);
    GET DIAGNOSTICS erased = ROW_COUNT;
    RETURN erased;
END $$
"""  # nosec B608 # names of our own, no input

FUNCTIONS = ("remove_unverified_tenant()", "erase_removed_tenant_audit()")


def install() -> Iterator[str]:
    """The role, which bootstrap has made, gets its walls and what it needs; then the functions."""
    yield f"GRANT SELECT ({READS['tenants']}), UPDATE ({WRITES}) ON tenants TO {PURGER}"
    yield from _own_rows("tenants", "id")
    for table in TABLES:
        yield from _emptied(table)
    yield ERASE
    yield f"CREATE {_remove(TABLES)}"
    yield f"GRANT EXECUTE ON FUNCTION public.erase_removed_tenant_audit() TO {PURGER}"
    yield from hand_over("public.erase_removed_tenant_audit()", AUDIT, callable_by_app=False)
    yield from hand_over("public.remove_unverified_tenant()", PURGER)


def take_in(table: str) -> Iterator[str]:
    """For the migration that makes a tenant's table, which stands in `LATER`: it is emptied as well."""
    known = LATER[: LATER.index(table) + 1]
    yield from _emptied(table)
    yield f"CREATE OR REPLACE {_remove((*reversed(known), *TABLES))}"


def leave_out(table: str) -> Iterator[str]:
    """Undo `take_in`, before the table is dropped."""
    known = LATER[: LATER.index(table)]
    yield f"CREATE OR REPLACE {_remove((*reversed(known), *TABLES))}"


def _remove(tables: Iterable[str]) -> str:
    deletions = "\n    ".join(
        f"DELETE FROM public.{table} x WHERE x.tenant_id = tenant;"  # nosec B608 # names of our own, no input
        for table in tables
    )
    return REMOVE.format(deletions=deletions)


def _emptied(table: str) -> Iterator[str]:
    yield f"GRANT SELECT ({READS.get(table, 'tenant_id')}), DELETE ON {table} TO {PURGER}"
    yield from _own_rows(table, "tenant_id")


def _own_rows(table: str, column: str) -> Iterator[str]:
    own = f"{column} = {TENANT_SETTING}"
    yield f"CREATE POLICY removed_by_purger ON {table} TO {PURGER} USING ({own}) WITH CHECK ({own})"


def uninstall() -> Iterator[str]:
    for function in FUNCTIONS:
        yield f"DROP FUNCTION public.{function}"
    for table in ("tenants", *TABLES):
        yield f"DROP POLICY removed_by_purger ON {table}"
        columns = READS.get(table, "tenant_id")
        yield f"REVOKE SELECT ({columns}), DELETE ON {table} FROM {PURGER}"  # nosec B608 # names of our own, no input
    yield f"REVOKE UPDATE ({WRITES}) ON tenants FROM {PURGER}"
