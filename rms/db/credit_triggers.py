"""Sums and limits of credit notes and refunds, and what of an issued credit note stays as it is.

Companion of ledger_triggers.py and frozen.py, for the tables of migration 0015, and by the same rules: a
difference is added under the row's lock, CHECKs refuse what would use more than there is, the status is the
domain's, and what is frozen is everything that is not listed.
"""

from collections.abc import Iterator

from rms.db import frozen
from rms.db.purges import PURGER

APPLICATION_SUMS = """
CREATE FUNCTION public.keep_application_sums() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    before numeric := 0;
    after numeric := 0;
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.released_on IS NULL THEN before := OLD.applied_amount; END IF;
    IF TG_OP <> 'DELETE' AND NEW.released_on IS NULL THEN after := NEW.applied_amount; END IF;
    IF TG_OP = 'UPDATE' AND (OLD.tenant_id, OLD.credit_note_id, OLD.invoice_id)
            IS DISTINCT FROM (NEW.tenant_id, NEW.credit_note_id, NEW.invoice_id) THEN
        RAISE EXCEPTION 'an application stays with its credit note and its invoice'
            USING ERRCODE = 'check_violation';
    END IF;
    IF after <> before THEN
        UPDATE public.credit_notes c SET applied_amount = c.applied_amount + after - before
        WHERE c.tenant_id = coalesce(NEW.tenant_id, OLD.tenant_id)
          AND c.id = coalesce(NEW.credit_note_id, OLD.credit_note_id);
        UPDATE public.invoices i SET amount_credited = i.amount_credited + after - before
        WHERE i.tenant_id = coalesce(NEW.tenant_id, OLD.tenant_id)
          AND i.id = coalesce(NEW.invoice_id, OLD.invoice_id);
    END IF;
    RETURN NULL;
END $$
"""

REFUND_SUMS = """
CREATE FUNCTION public.keep_refund_sums() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    before numeric := 0;
    after numeric := 0;
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.cancelled_on IS NULL THEN before := OLD.amount; END IF;
    IF TG_OP <> 'DELETE' AND NEW.cancelled_on IS NULL THEN after := NEW.amount; END IF;
    IF TG_OP = 'UPDATE' AND (OLD.tenant_id, OLD.receipt_id, OLD.credit_note_id)
            IS DISTINCT FROM (NEW.tenant_id, NEW.receipt_id, NEW.credit_note_id) THEN
        RAISE EXCEPTION 'a refund stays with what it was paid out of' USING ERRCODE = 'check_violation';
    END IF;
    IF after <> before THEN
        UPDATE public.receipts r SET refunded_amount = r.refunded_amount + after - before
        WHERE r.tenant_id = coalesce(NEW.tenant_id, OLD.tenant_id)
          AND r.id = coalesce(NEW.receipt_id, OLD.receipt_id);
        UPDATE public.credit_notes c SET refunded_amount = c.refunded_amount + after - before
        WHERE c.tenant_id = coalesce(NEW.tenant_id, OLD.tenant_id)
          AND c.id = coalesce(NEW.credit_note_id, OLD.credit_note_id);
    END IF;
    RETURN NULL;
END $$
"""

# Deferred to the commit, as for receipts: only the result has to be right. A receipt that bounced may have
# been paid back in part: that its customer owes, so refunds of receipts are not looked at here.
VOID_CREDITS_NOTHING = """
CREATE FUNCTION public.refuse_void_credit() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM public.credit_notes c WHERE c.tenant_id = NEW.tenant_id AND c.id = NEW.id
        AND c.status IN ('draft', 'cancelled') AND c.applied_amount + c.refunded_amount <> 0
    ) THEN
        RAISE EXCEPTION 'a void credit note takes nothing off' USING ERRCODE = 'check_violation',
            TABLE = 'credit_notes', CONSTRAINT = 'ck_credit_notes_void_credit_notes_are_not_used';
    END IF;
    RETURN NULL;
END $$
"""

MAY_CHANGE = (
    "status",
    "applied_amount",
    "refunded_amount",
    "unapplied_amount",
    "notes",
    "sent_at",
    "cancelled_on",
    "cancel_reason",
    "version",
    "updated_at",
)

# Who was billed may change in one way only, towards the customer into whom the first one is merged.
_MOVED = """
    IF after ->> 'customer_id' IS DISTINCT FROM before ->> 'customer_id' AND EXISTS (
        SELECT FROM public.customers c WHERE c.tenant_id = OLD.tenant_id AND c.id = OLD.customer_id
        AND c.merged_into_id = NEW.customer_id
    ) THEN
        before := before - 'customer_id';
        after := after - 'customer_id';
    END IF;
"""

FREEZE_CREDIT_NOTE = f"""
CREATE FUNCTION public.freeze_issued_credit_note() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    free text[] := '{{{",".join(MAY_CHANGE)}}}';
    before jsonb;
    after jsonb;
BEGIN
    IF OLD.status = 'draft' THEN RETURN coalesce(NEW, OLD); END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'an issued credit note is cancelled, not deleted' USING ERRCODE = 'check_violation';
    END IF;
    before := to_jsonb(OLD) - free;
    after := to_jsonb(NEW) - free;
    {_MOVED}
    IF before IS DISTINCT FROM after OR NEW.status = 'draft' THEN
        RAISE EXCEPTION 'an issued credit note is not changed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$
"""  # nosec B608 # names of our own, no input

# The purger (db/purges.py) takes away only companies that have issued nothing, and may not look at the note.
FREEZE_LINE = f"""
CREATE FUNCTION public.freeze_issued_credit_note_line() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF current_user = '{PURGER}' THEN RETURN coalesce(NEW, OLD); END IF;
    IF EXISTS (SELECT FROM public.credit_notes c WHERE c.status <> 'draft'
               AND ((TG_OP <> 'INSERT' AND c.tenant_id = OLD.tenant_id AND c.id = OLD.credit_note_id)
                 OR (TG_OP <> 'DELETE' AND c.tenant_id = NEW.tenant_id AND c.id = NEW.credit_note_id))) THEN
        RAISE EXCEPTION 'a line of an issued credit note is not changed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$
"""  # nosec B608 # names of our own, no input

FREEZE_INVOICE = f"""
CREATE OR REPLACE FUNCTION public.freeze_issued_invoice() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    free text[] := '{{{",".join((*frozen.MAY_CHANGE, *frozen.COMPLETED_LATER))}}}';
    before jsonb;
    after jsonb;
BEGIN
    IF OLD.status = 'draft' THEN RETURN coalesce(NEW, OLD); END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'an issued invoice is cancelled and not deleted' USING ERRCODE = 'check_violation';
    END IF;
    before := to_jsonb(OLD) - free;
    after := to_jsonb(NEW) - free;
    IF before #>> '{{seller_snapshot,bank_account_number}}' IS NOT NULL
            AND after #>> '{{seller_snapshot,bank_account_number}}' LIKE 'v1:%' THEN
        before := before #- '{{seller_snapshot,bank_account_number}}';
        after := after #- '{{seller_snapshot,bank_account_number}}';
    END IF;
    {_MOVED}
    IF before IS DISTINCT FROM after OR NEW.status = 'draft' THEN
        RAISE EXCEPTION 'an issued invoice is not changed: correct it with a credit note, or cancel it'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$
"""  # nosec B608 # names of our own, no input

FUNCTIONS = (
    "keep_application_sums()",
    "keep_refund_sums()",
    "refuse_void_credit()",
    "freeze_issued_credit_note()",
    "freeze_issued_credit_note_line()",
)
VOID_BUT_USED = "NEW.status IN ('draft', 'cancelled') AND NEW.applied_amount + NEW.refunded_amount <> 0"


def install() -> Iterator[str]:
    yield APPLICATION_SUMS
    yield (
        "CREATE TRIGGER keep_sums AFTER INSERT OR UPDATE OR DELETE ON credit_note_applications "
        "FOR EACH ROW EXECUTE FUNCTION public.keep_application_sums()"
    )
    yield REFUND_SUMS
    yield (
        "CREATE TRIGGER keep_sums AFTER INSERT OR UPDATE OR DELETE ON refunds "
        "FOR EACH ROW EXECUTE FUNCTION public.keep_refund_sums()"
    )
    yield VOID_CREDITS_NOTHING
    yield (
        "CREATE CONSTRAINT TRIGGER void_credits_nothing AFTER INSERT OR UPDATE ON credit_notes "
        f"DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ({VOID_BUT_USED}) "
        "EXECUTE FUNCTION public.refuse_void_credit()"
    )
    yield FREEZE_CREDIT_NOTE
    yield (
        "CREATE TRIGGER freeze_issued BEFORE UPDATE OR DELETE ON credit_notes "
        "FOR EACH ROW EXECUTE FUNCTION public.freeze_issued_credit_note()"
    )
    yield FREEZE_LINE
    yield (
        "CREATE TRIGGER freeze_issued BEFORE INSERT OR UPDATE OR DELETE ON credit_note_line_items "
        "FOR EACH ROW EXECUTE FUNCTION public.freeze_issued_credit_note_line()"
    )
    yield FREEZE_INVOICE


def uninstall() -> Iterator[str]:
    """After the new tables, whose triggers go with them."""
    yield "DROP TRIGGER void_credits_nothing ON credit_notes"
    yield "DROP TRIGGER freeze_issued ON credit_notes"
    yield from frozen.let_be_completed()
    for function in FUNCTIONS:
        yield f"DROP FUNCTION public.{function}"
