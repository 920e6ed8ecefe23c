"""What stays once an invoice is issued: paper by CGST Rule 46 is corrected by another paper, not changed.

A list of what may change and not of what may not, so that a new column is frozen until somebody decides. Sums
of allocations, the status and its moments follow from other rows; notes and the customer's order number are
harmless and audited. The seller's account number is encrypted and may be encrypted anew with a newer key: a
snapshot may differ in that one field, and only towards a sealed text.
"""

from collections.abc import Iterable, Iterator

MAY_CHANGE = (
    "status",
    "amount_paid",
    "amount_credited",
    "balance",
    "notes",
    "reference_number",
    "sent_at",
    "cancelled_at",
    "cancel_reason",
    "version",
    "updated_at",
)

# Known only after the goods have left, often days after the invoice (migration 0012).
COMPLETED_LATER = ("port_code", "shipping_bill_number", "shipping_bill_date")

FREEZE_INVOICE = """
FUNCTION public.freeze_issued_invoice() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    free text[] := '{{{free}}}';
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
    IF before IS DISTINCT FROM after OR NEW.status = 'draft' THEN
        RAISE EXCEPTION 'an issued invoice is not changed: correct it with a credit note, or cancel it'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$
"""  # nosec B608 # names of our own, no input

FREEZE_LINE = """
CREATE FUNCTION public.freeze_issued_line() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM public.invoices i WHERE i.status <> 'draft'
               AND ((TG_OP <> 'INSERT' AND i.tenant_id = OLD.tenant_id AND i.id = OLD.invoice_id)
                 OR (TG_OP <> 'DELETE' AND i.tenant_id = NEW.tenant_id AND i.id = NEW.invoice_id))) THEN
        RAISE EXCEPTION 'a line of an issued invoice is not changed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$
"""

FUNCTIONS = ("freeze_issued_invoice()", "freeze_issued_line()")


def install() -> Iterator[str]:
    yield f"CREATE {_freeze_invoice(MAY_CHANGE)}"
    yield FREEZE_LINE
    yield (
        "CREATE TRIGGER freeze_issued BEFORE UPDATE OR DELETE ON invoices "
        "FOR EACH ROW EXECUTE FUNCTION public.freeze_issued_invoice()"
    )
    yield (
        "CREATE TRIGGER freeze_issued BEFORE INSERT OR UPDATE OR DELETE ON invoice_line_items "
        "FOR EACH ROW EXECUTE FUNCTION public.freeze_issued_line()"
    )


def let_be_completed() -> Iterator[str]:
    yield f"CREATE OR REPLACE {_freeze_invoice((*MAY_CHANGE, *COMPLETED_LATER))}"


def forget_completion() -> Iterator[str]:
    yield f"CREATE OR REPLACE {_freeze_invoice(MAY_CHANGE)}"


def _freeze_invoice(free: Iterable[str]) -> str:
    return FREEZE_INVOICE.format(free=",".join(free))
