"""Sums that the database keeps: what is allocated of a receipt, what is paid of an invoice, who is active.

Each trigger adds the difference to the stored sum. `SET x = x + difference` reads the row again under its
lock, so that it is right under any concurrency; a recomputed `sum(...)` would miss rows that another
transaction has not committed yet. CHECKs on the summed columns refuse what would settle more than there is.
Status is not touched here: it depends on dates and is decided by the domain.
"""

from collections.abc import Iterator

# A live allocation settles cash, tax deducted at source and what is written off; of the receipt it takes only
# the cash. A released one settles nothing. Receipt before invoice: the lock order of db/locks.py.
ALLOCATION_SUMS = """
CREATE FUNCTION public.keep_allocation_sums() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    cash_before numeric := 0;
    cash_after numeric := 0;
    settled_before numeric := 0;
    settled_after numeric := 0;
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.released_on IS NULL THEN
        cash_before := OLD.allocated_amount;
        settled_before := OLD.allocated_amount + OLD.tds_amount + OLD.gst_tds_amount + OLD.write_off_amount;
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.released_on IS NULL THEN
        cash_after := NEW.allocated_amount;
        settled_after := NEW.allocated_amount + NEW.tds_amount + NEW.gst_tds_amount + NEW.write_off_amount;
    END IF;
    IF TG_OP = 'UPDATE' AND (OLD.tenant_id, OLD.receipt_id, OLD.invoice_id)
            IS DISTINCT FROM (NEW.tenant_id, NEW.receipt_id, NEW.invoice_id) THEN
        RAISE EXCEPTION 'an allocation stays with its receipt and its invoice'
            USING ERRCODE = 'check_violation';
    END IF;
    IF cash_after <> cash_before THEN
        UPDATE public.receipts r SET allocated_amount = r.allocated_amount + cash_after - cash_before
        WHERE r.tenant_id = coalesce(NEW.tenant_id, OLD.tenant_id)
          AND r.id = coalesce(NEW.receipt_id, OLD.receipt_id);
    END IF;
    IF settled_after <> settled_before THEN
        UPDATE public.invoices i SET amount_paid = i.amount_paid + settled_after - settled_before
        WHERE i.tenant_id = coalesce(NEW.tenant_id, OLD.tenant_id)
          AND i.id = coalesce(NEW.invoice_id, OLD.invoice_id);
    END IF;
    RETURN NULL;
END $$
"""

# One UPDATE per statement and not per row, or an import of 100,000 customers would write the tenant's row as
# often. {active} says which rows count.
ACTIVE_COUNT = """
CREATE FUNCTION public.{function}() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        UPDATE public.tenants t SET {column} = t.{column} + changed.difference
        FROM (SELECT n.tenant_id, count(*) AS difference FROM after_rows n
              WHERE {active} GROUP BY n.tenant_id) changed
        WHERE t.id = changed.tenant_id;
    ELSIF TG_OP = 'DELETE' THEN
        UPDATE public.tenants t SET {column} = t.{column} - changed.difference
        FROM (SELECT n.tenant_id, count(*) AS difference FROM before_rows n
              WHERE {active} GROUP BY n.tenant_id) changed
        WHERE t.id = changed.tenant_id;
    ELSE
        UPDATE public.tenants t SET {column} = t.{column} + changed.difference
        FROM (SELECT moved.tenant_id, sum(moved.difference) AS difference
              FROM (SELECT n.tenant_id, 1 AS difference FROM after_rows n WHERE {active}
                    UNION ALL
                    SELECT n.tenant_id, -1 FROM before_rows n WHERE {active}) moved
              GROUP BY moved.tenant_id HAVING sum(moved.difference) <> 0) changed
        WHERE t.id = changed.tenant_id;
    END IF;
    RETURN NULL;
END $$
"""

# Deferred to the commit: cancelling writes the document before its allocations are released, and only the
# result has to be right.
VOID_SETTLES_NOTHING = """
CREATE FUNCTION public.refuse_void_settlement() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_TABLE_NAME = 'invoices' AND EXISTS (
        SELECT FROM public.invoices i WHERE i.tenant_id = NEW.tenant_id AND i.id = NEW.id
        AND i.status IN ('draft', 'cancelled') AND i.amount_paid + i.amount_credited <> 0
    ) THEN
        RAISE EXCEPTION 'a draft or cancelled invoice cannot be paid' USING ERRCODE = 'check_violation',
            TABLE = 'invoices', CONSTRAINT = 'ck_invoices_void_invoices_are_not_paid';
    END IF;
    IF TG_TABLE_NAME = 'receipts' AND EXISTS (
        SELECT FROM public.receipts r WHERE r.tenant_id = NEW.tenant_id AND r.id = NEW.id
        AND r.status IN ('bounced', 'cancelled') AND r.allocated_amount <> 0
    ) THEN
        RAISE EXCEPTION 'a bounced or cancelled receipt pays nothing' USING ERRCODE = 'check_violation',
            TABLE = 'receipts', CONSTRAINT = 'ck_receipts_void_receipts_pay_nothing';
    END IF;
    RETURN NULL;
END $$
"""

VOID_BUT_SETTLED = {
    "invoices": "NEW.status IN ('draft', 'cancelled') AND NEW.amount_paid + NEW.amount_credited <> 0",
    "receipts": "NEW.status IN ('bounced', 'cancelled') AND NEW.allocated_amount <> 0",
}

COUNTED = {
    "users": {
        "function": "count_active_users",
        "column": "current_user_count",
        "active": "n.is_active AND n.deleted_at IS NULL",
    },
    "customers": {
        "function": "count_active_customers",
        "column": "current_customer_count",
        "active": "n.is_active",
    },
}

_TRANSITIONS = {
    "INSERT": "NEW TABLE AS after_rows",
    "UPDATE": "OLD TABLE AS before_rows NEW TABLE AS after_rows",
    "DELETE": "OLD TABLE AS before_rows",
}


def install() -> Iterator[str]:
    yield ALLOCATION_SUMS
    yield (
        "CREATE TRIGGER keep_sums AFTER INSERT OR UPDATE OR DELETE ON receipt_allocations "
        "FOR EACH ROW EXECUTE FUNCTION public.keep_allocation_sums()"
    )
    yield VOID_SETTLES_NOTHING
    for table, condition in VOID_BUT_SETTLED.items():
        yield (
            f"CREATE CONSTRAINT TRIGGER void_settles_nothing AFTER INSERT OR UPDATE ON {table} "
            f"DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ({condition}) "
            "EXECUTE FUNCTION public.refuse_void_settlement()"
        )
    for table, words in COUNTED.items():
        yield ACTIVE_COUNT.format(**words)
        for verb, rows in _TRANSITIONS.items():
            yield (
                f"CREATE TRIGGER count_active_on_{verb.lower()} AFTER {verb} ON {table} "
                f"REFERENCING {rows} FOR EACH STATEMENT EXECUTE FUNCTION public.{words['function']}()"
            )
