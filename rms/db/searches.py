"""Searching anywhere in a text, as SECURITY DEFINER functions: under row-level security neither LIKE nor a
comparison of numbers may bound an index, and a search would read every row of the company.

They belong to `rms_definer` and name the tenant of the transaction in each branch; without one they find
nothing. What they give is ids up to a cap: more than that is no search but a list, which its own index reads.
"""

from collections.abc import Iterator

from rms.db.base import TENANT_SETTING
from rms.db.definers import DEFINER, hand_over

READS = {
    "invoices": (
        "tenant_id, id, invoice_number, reference_number, customer_gst, customer_id, total, balance, status"
    ),
    "customers": "tenant_id, id, name, gst_number",
    "receipts": "tenant_id, id, receipt_number, reference, customer_id, amount",
}

_HEAD = "LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS"
_BEGIN = f"""
DECLARE
    t uuid := {TENANT_SETTING};
    p text := '%' || replace(replace(replace(p_text, '\\', '\\\\'), '%', '\\%'), '_', '\\_') || '%';
BEGIN
    IF t IS NULL OR p_text = '' THEN RETURN ARRAY[]::uuid[]; END IF;
"""

INVOICES = f"""
CREATE FUNCTION public.invoices_matching(p_text text, p_amount numeric, p_cap integer) RETURNS uuid[]
{_HEAD} $${_BEGIN}
    RETURN ARRAY(SELECT f.id FROM (
        (SELECT i.id FROM public.invoices i
         WHERE i.tenant_id = t AND i.invoice_number ILIKE p LIMIT p_cap)
        UNION
        (SELECT i.id FROM public.invoices i
         WHERE i.tenant_id = t AND (i.reference_number ILIKE p OR i.customer_gst ILIKE p) LIMIT p_cap)
        UNION
        (SELECT i.id FROM public.customers c
         JOIN public.invoices i ON i.tenant_id = t AND i.customer_id = c.id
         WHERE c.tenant_id = t AND (lower(c.name) LIKE lower(p) OR c.gst_number ILIKE p) LIMIT p_cap)
        UNION
        (SELECT i.id FROM public.invoices i
         WHERE p_amount IS NOT NULL AND i.tenant_id = t AND i.total = p_amount LIMIT p_cap)
        UNION
        (SELECT i.id FROM public.invoices i
         WHERE p_amount IS NOT NULL AND i.tenant_id = t AND i.balance = p_amount
         AND i.status IN ('pending', 'overdue', 'partially_paid') LIMIT p_cap)
    ) f LIMIT p_cap);
END $$
"""  # nosec B608 # names of our own, no input

RECEIPTS = f"""
CREATE FUNCTION public.receipts_matching(p_text text, p_amount numeric, p_cap integer) RETURNS uuid[]
{_HEAD} $${_BEGIN}
    RETURN ARRAY(SELECT f.id FROM (
        (SELECT r.id FROM public.receipts r
         WHERE r.tenant_id = t AND (r.receipt_number ILIKE p OR r.reference ILIKE p) LIMIT p_cap)
        UNION
        (SELECT r.id FROM public.customers c
         JOIN public.receipts r ON r.tenant_id = t AND r.customer_id = c.id
         WHERE c.tenant_id = t AND (lower(c.name) LIKE lower(p) OR c.gst_number ILIKE p) LIMIT p_cap)
        UNION
        (SELECT r.id FROM public.receipts r
         WHERE p_amount IS NOT NULL AND r.tenant_id = t AND r.amount = p_amount LIMIT p_cap)
    ) f LIMIT p_cap);
END $$
"""  # nosec B608 # names of our own, no input

FUNCTIONS = {
    "invoices_matching(text, numeric, integer)": INVOICES,
    "receipts_matching(text, numeric, integer)": RECEIPTS,
}


def install() -> Iterator[str]:
    for table, columns in READS.items():
        yield f"GRANT SELECT ({columns}) ON {table} TO {DEFINER}"
        yield f"CREATE POLICY searched ON {table} FOR SELECT TO {DEFINER} USING (true)"
    for signature, body in FUNCTIONS.items():
        yield body
        yield from hand_over(f"public.{signature}", DEFINER)


def uninstall() -> Iterator[str]:
    for signature in FUNCTIONS:
        yield f"DROP FUNCTION public.{signature}"
    for table, columns in READS.items():
        yield f"DROP POLICY searched ON {table}"
        yield f"REVOKE SELECT ({columns}) ON {table} FROM {DEFINER}"  # nosec B608 # names of our own, no input
