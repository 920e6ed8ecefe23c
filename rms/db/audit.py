"""The audit trail: row triggers write it, nobody changes it.

A trigger sees raw SQL and bulk statements as well as the ORM. It writes the columns that changed, with user,
address and request taken from the transaction's settings, as `rms_audit`, a role that cannot sign in. The
application may read its tenant's rows and nothing else.

Each table lists its derived columns: sums, versions and bookkeeping that follow from something that is
audited itself. A change of these alone writes no row, so that one saved line is one entry. Hidden columns are
secrets: the trail says that they changed, never to what.
"""

import json
from collections.abc import Iterable, Iterator
from uuid import UUID

from sqlalchemy import text

from rms.db.base import TENANT_SETTING
from rms.db.definers import APP, hand_over
from rms.db.session import db

AUDIT = "rms_audit"
BOOKKEEPING = ("id", "tenant_id", "created_at", "updated_at", "version")

DERIVED: dict[str, tuple[str, ...]] = {
    "tenants": ("current_invoice_count", "current_customer_count", "current_user_count"),
    "subscriptions": ("trial_days_remaining",),
    "users": ("email_norm", "last_login_at"),
    "sessions": (
        "last_seen_at",
        "refresh_token",
        "previous_refresh_token",
        "access_token",
        "rotated_at",
        "confirmed",
        "expires_at",
        "idle_expires_at",
        "idle_seconds",
        "authenticated_at",
        "device_hash",
    ),
    "email_verifications": ("token",),
    "companies": (),
    "client_types": (),
    "account_managers": (),
    "customers": (),
    "service_types": (),
    "number_series": (),
    "gst_settings": (),
    "tax_rates": (),
    "invoices": (
        "totals_seq",
        "subtotal",
        "discount_total",
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
        "amount_paid",
        "amount_credited",
        "balance",
    ),
    "invoice_line_items": (
        "amount",
        "invoice_discount_share",
        "taxable_amount",
        "cgst_amount",
        "sgst_amount",
        "igst_amount",
        "cess_amount",
        "tax_amount",
        "rcm_cgst_amount",
        "rcm_sgst_amount",
        "rcm_igst_amount",
        "rcm_cess_amount",
        "total",
    ),
    "receipts": ("allocated_amount", "unallocated_amount", "refunded_amount"),
    "receipt_allocations": (),
    "credit_notes": (
        "cgst_amount",
        "sgst_amount",
        "igst_amount",
        "cess_amount",
        "gst_amount",
        "total_credit",
        "round_off",
        "applied_amount",
        "refunded_amount",
        "unapplied_amount",
    ),
    "email_messages": (
        "params",
        "state",
        "attempts",
        "next_attempt_at",
        "last_error",
        "message_id",
        "sent_at",
    ),
    "password_resets": ("token",),
    "user_invitations": ("email_norm", "token"),
    "email_changes": ("token", "undo_token"),
    "second_factors": ("last_step",),
    "recovery_codes": (),
    "public_links": ("token",),
    "payer_answers": (),
    "mail_templates": (),
    "mail_servers": ("tested_at", "test_error"),
    "recurring_schedules": ("next_run", "next_number", "problem"),
    "recurring_runs": (),
    "recurring_invoices": (),
    "reminders": (),
    "reminder_stops": (),
    "quotes": (
        "totals_seq",
        "subtotal",
        "discount_total",
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
    ),
    "quote_lines": (
        "amount",
        "invoice_discount_share",
        "taxable_amount",
        "cgst_amount",
        "sgst_amount",
        "igst_amount",
        "cess_amount",
        "tax_amount",
        "rcm_cgst_amount",
        "rcm_sgst_amount",
        "rcm_igst_amount",
        "rcm_cess_amount",
        "total",
    ),
    "quote_invoices": (),
    "lut_declarations": (),
    "customer_contacts": (),
    "tds_rates": (),
    "credit_note_line_items": (
        "cgst_amount",
        "sgst_amount",
        "igst_amount",
        "cess_amount",
        "tax_amount",
        "total",
    ),
    "credit_note_applications": (),
    "refunds": (),
}

HIDDEN = {
    "users": ("password_hash",),
    "companies": ("bank_account_number",),
    "second_factors": ("secret",),
    "recovery_codes": ("code_hash",),
    "mail_servers": ("password",),
    # Copies of the company and the customer, bank account included; they stand on the invoice itself.
    "invoices": ("seller_snapshot", "buyer_snapshot"),
    "quotes": ("seller_snapshot", "buyer_snapshot"),
    "credit_notes": ("seller_snapshot", "buyer_snapshot"),
}

AUDIT_ROW = """
CREATE FUNCTION public.audit_row() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    derived text[] := TG_ARGV[0]::text[];
    hidden text[] := TG_ARGV[1]::text[];
    row_before jsonb;
    row_after jsonb;
    whole jsonb;
    secret text;
BEGIN
    IF TG_OP <> 'INSERT' THEN row_before := to_jsonb(OLD); END IF;
    IF TG_OP <> 'DELETE' THEN row_after := to_jsonb(NEW); END IF;
    whole := coalesce(row_after, row_before);
    row_before := row_before - derived;
    row_after := row_after - derived;
    IF TG_OP = 'UPDATE' THEN
        SELECT jsonb_object_agg(o.key, o.value), jsonb_object_agg(o.key, row_after -> o.key)
        INTO row_before, row_after
        FROM jsonb_each(row_before) o WHERE o.value IS DISTINCT FROM row_after -> o.key;
        IF row_before IS NULL THEN RETURN NULL; END IF;
    ELSE
        row_before := jsonb_strip_nulls(row_before);
        row_after := jsonb_strip_nulls(row_after);
    END IF;
    FOREACH secret IN ARRAY hidden LOOP
        IF row_before ? secret THEN row_before := jsonb_set(row_before, ARRAY[secret], '"(hidden)"'); END IF;
        IF row_after ? secret THEN row_after := jsonb_set(row_after, ARRAY[secret], '"(hidden)"'); END IF;
    END LOOP;
    INSERT INTO public.audit_logs (tenant_id, id, user_id, entity_type, entity_id, action,
                                   old_values, new_values, ip_address, user_agent, request_id, reason)
    VALUES (coalesce(whole ->> 'tenant_id', whole ->> 'id')::uuid, gen_random_uuid(),
            nullif(current_setting('app.user_id', true), '')::uuid, TG_TABLE_NAME, (whole ->> 'id')::uuid,
            CASE TG_OP WHEN 'INSERT' THEN 'create' ELSE lower(TG_OP) END, row_before, row_after,
            left(nullif(current_setting('app.ip', true), ''), 45),
            nullif(current_setting('app.user_agent', true), ''),
            left(nullif(current_setting('app.request_id', true), ''), 64),
            nullif(current_setting('app.reason', true), ''));
    RETURN NULL;
END $$
"""

# For what is no change of a row: sign-ins, downloads, exports. Tenant and actor come from the transaction's
# settings and never from parameters, so that nobody can write in another's name.
AUDIT_EVENT = f"""
CREATE FUNCTION public.audit_event(p_action text, p_entity_type text, p_entity_id uuid, p_details jsonb)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO public.audit_logs (tenant_id, id, user_id, entity_type, entity_id, action, new_values,
                                   ip_address, user_agent, request_id, reason)
    VALUES ({TENANT_SETTING}, gen_random_uuid(),
            nullif(current_setting('app.user_id', true), '')::uuid, p_entity_type, p_entity_id, p_action,
            p_details, left(nullif(current_setting('app.ip', true), ''), 45),
            nullif(current_setting('app.user_agent', true), ''),
            left(nullif(current_setting('app.request_id', true), ''), 64),
            nullif(current_setting('app.reason', true), ''));
END $$
"""  # nosec B608 # names of our own, no input

REFUSE_CHANGE = """
CREATE FUNCTION public.refuse_audit_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is append-only' USING ERRCODE = 'insufficient_privilege';
END $$
"""

# Row triggers are copied to partitions but statement triggers are not, so each month gets its own TRUNCATE
# trigger. A month whose rows already lie in the default partition stays there: moving them would be a change.
PREPARE_MONTHS = """
CREATE FUNCTION public.prepare_audit_months(p_ahead integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    first_day date := date_trunc('month', now() AT TIME ZONE 'UTC')::date;
    month_start timestamptz;
    month_end timestamptz;
    partition text;
    made integer := 0;
BEGIN
    IF p_ahead NOT BETWEEN 0 AND 120 THEN RAISE EXCEPTION 'months ahead must be 0 to 120'; END IF;
    FOR ahead IN 0..p_ahead LOOP
        month_start := (first_day + make_interval(months => ahead)) AT TIME ZONE 'UTC';
        month_end := (first_day + make_interval(months => ahead + 1)) AT TIME ZONE 'UTC';
        partition := 'audit_logs_' || to_char(month_start AT TIME ZONE 'UTC', 'YYYYMM');
        CONTINUE WHEN to_regclass('public.' || partition) IS NOT NULL;
        IF EXISTS (SELECT FROM public.audit_logs_default d
                   WHERE d.created_at >= month_start AND d.created_at < month_end) THEN
            RAISE WARNING 'audit rows of % lie in audit_logs_default', partition;
            CONTINUE;
        END IF;
        EXECUTE format('CREATE TABLE public.%I PARTITION OF public.audit_logs FOR VALUES FROM (%L) TO (%L)',
                       partition, month_start, month_end);
        EXECUTE format('CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.%I '
                       'FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_audit_change()', partition);
        made := made + 1;
    END LOOP;
    RETURN made;
END $$
"""


_EVENT = text("SELECT audit_event(:action, :entity_type, :entity_id, CAST(:details AS jsonb))")


def audit_event(action: str, entity_type: str, entity_id: UUID | None, details: dict | None = None) -> None:
    """Write what is no change of a row, such as a sign-in; tenant and actor are those of the transaction."""
    told = json.dumps(details) if details else None
    given = {"action": action, "entity_type": entity_type, "entity_id": entity_id, "details": told}
    db().execute(_EVENT, given)


def install(tables: Iterable[str]) -> Iterator[str]:
    """Functions, append-only triggers, partitions and the row triggers of those tables that are audited.

    A table that a later migration makes is none of them: it gets its `row_trigger` there.
    """
    yield REFUSE_CHANGE
    yield (
        "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON audit_logs "
        "FOR EACH ROW EXECUTE FUNCTION public.refuse_audit_change()"
    )
    yield "CREATE TABLE audit_logs_default PARTITION OF audit_logs DEFAULT"
    for table in ("audit_logs", "audit_logs_default"):
        yield (
            f"CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_audit_change()"
        )
    yield PREPARE_MONTHS
    yield "REVOKE ALL ON FUNCTION public.prepare_audit_months(integer) FROM PUBLIC"
    yield f"GRANT EXECUTE ON FUNCTION public.prepare_audit_months(integer) TO {APP}"
    yield "SELECT public.prepare_audit_months(3)"
    yield f"GRANT INSERT ON audit_logs TO {AUDIT}"
    yield f"CREATE POLICY written_by_triggers ON audit_logs FOR INSERT TO {AUDIT} WITH CHECK (true)"
    yield AUDIT_ROW
    yield AUDIT_EVENT
    yield from hand_over("public.audit_event(text, text, uuid, jsonb)", AUDIT)
    for table in tables:
        if table in DERIVED:
            yield row_trigger(table)
    yield from hand_over("public.audit_row()", AUDIT, callable_by_app=False)


def row_trigger(table: str) -> str:
    derived = ",".join((*BOOKKEEPING, *DERIVED[table]))
    hidden = ",".join(HIDDEN.get(table, ()))
    return (
        f"CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION public.audit_row('{{{derived}}}', '{{{hidden}}}')"
    )
