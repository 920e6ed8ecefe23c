"""Seals over the audit trail: hashes of committed entries, chained tenant by tenant after the fact.

A chain inside the writing transaction would serialise a tenant's writers and deadlock with row locks. Instead
each entry carries the id of the transaction that wrote it, and a sealer hashes entries of transactions that
are certainly over: below the oldest one still running, nothing can appear any more. So the order (epoch,
transaction, moment, id) is final, and what is sealed is neither missed nor sealed twice.

A seal keeps the hash of each entry beside the one over all of them, so that a difference names its entry. Old
and new values enter by their own hashes: erasing the values keeps the chain. Times are microseconds since
1970, since text depends on a time zone. After a logical restore transaction ids begin anew: a new epoch.
"""

from collections.abc import Iterator

from rms.db.base import TENANT_SETTING
from rms.db.definers import DEFINER, hand_over

AUDIT = "rms_audit"
MOST_ROWS = 10_000
ORDER = ("epoch", "transaction_id", "created_at", "id")


def order_of(row: str) -> str:
    """The order of entries, as columns of `row`."""
    return ", ".join(f"{row}.{column}" for column in ORDER)


def backwards(row: str) -> str:
    return ", ".join(f"{row}.{column} DESC" for column in ORDER)


def value_hash(column: str) -> str:
    """The SHA-256 of a jsonb column; its text is canonical, keys and all."""
    return f"sha256(convert_to({column}::text, 'UTF8'))"


def micros(column: str) -> str:
    return f"(extract(epoch FROM {column}) * 1000000)::bigint"


ENTRY_HASH = f"""sha256(convert_to(jsonb_build_array(
    a.tenant_id, a.epoch, a.transaction_id, {micros("a.created_at")}, a.id, a.user_id, a.entity_type,
    a.entity_id, a.action, encode(coalesce(a.erased_old, {value_hash("a.old_values")}), 'hex'),
    encode(coalesce(a.erased_new, {value_hash("a.new_values")}), 'hex'), a.ip_address, a.user_agent,
    a.request_id, a.reason)::text, 'UTF8'))"""


def seal_hash(seal: str, entries: str) -> str:
    """What a seal's hash must be, for given hashes of its entries."""
    return f"""sha256({seal}.previous_hash || convert_to(jsonb_build_array(
    {seal}.tenant_id, {seal}.sequence, {seal}.epoch, {seal}.from_xid, {seal}.to_xid,
    {micros(f"{seal}.to_created_at")}, {seal}.to_id, {seal}.row_count)::text, 'UTF8') || {entries})"""


# The tenant comes from the transaction's setting. Says how many entries were sealed; NULL when somebody else
# is at it. An entry of an earlier epoch is certainly over: that epoch ended under a lock of the whole table.
SEAL = f"""
CREATE FUNCTION public.seal_audit_logs() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    tenant uuid := {TENANT_SETTING};
    horizon bigint;
    newest_epoch integer;
    last public.audit_seals;
    seal public.audit_seals;
BEGIN
    IF NOT pg_try_advisory_xact_lock(7264302, hashtext(tenant::text)) THEN RETURN NULL; END IF;
    horizon := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
    SELECT max(a.epoch) INTO newest_epoch FROM public.audit_logs a WHERE a.tenant_id = tenant;
    SELECT * INTO last FROM public.audit_seals s WHERE s.tenant_id = tenant ORDER BY s.sequence DESC LIMIT 1;
    WITH waiting AS (
        SELECT a.* FROM public.audit_logs a
        WHERE a.tenant_id = tenant AND (a.epoch < newest_epoch OR a.transaction_id < horizon)
          AND (last.sequence IS NULL OR ({order_of("a")})
               > (last.epoch, last.to_xid, last.to_created_at, last.to_id))
        ORDER BY {order_of("a")} LIMIT {MOST_ROWS}
    ), batch AS (
        SELECT a.*, {ENTRY_HASH} AS entry_hash FROM waiting a
        WHERE a.epoch = (SELECT min(w.epoch) FROM waiting w)
    )
    SELECT tenant, coalesce(last.sequence, 0) + 1, min(a.epoch), min(a.transaction_id), max(a.transaction_id),
           (array_agg(a.created_at ORDER BY {backwards("a")}))[1],
           (array_agg(a.id ORDER BY {backwards("a")}))[1],
           count(*), string_agg(a.entry_hash, ''::bytea ORDER BY {order_of("a")}),
           coalesce(last.hash, ''::bytea)
    INTO seal.tenant_id, seal.sequence, seal.epoch, seal.from_xid, seal.to_xid, seal.to_created_at,
         seal.to_id, seal.row_count, seal.entries, seal.previous_hash
    FROM batch a;
    IF seal.row_count = 0 THEN RETURN 0; END IF;
    INSERT INTO public.audit_seals (tenant_id, sequence, epoch, from_xid, to_xid, to_created_at, to_id,
                                    row_count, entries, previous_hash, hash)
    VALUES (seal.tenant_id, seal.sequence, seal.epoch, seal.from_xid, seal.to_xid, seal.to_created_at,
            seal.to_id, seal.row_count, seal.entries, seal.previous_hash,
            {seal_hash("seal", "seal.entries")});
    RETURN seal.row_count;
END $$
"""  # nosec B608 # names of our own, no input

# For the scheduler and the verifier: ids of all companies, closed ones too, and who has unsealed entries.
TENANTS = f"""
CREATE FUNCTION public.audited_tenants() RETURNS TABLE (tenant_id uuid, is_waiting boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT t.id, EXISTS (
        SELECT FROM public.audit_logs a WHERE a.tenant_id = t.id AND (
            s.sequence IS NULL OR ({order_of("a")}) > (s.epoch, s.to_xid, s.to_created_at, s.to_id)))
    FROM public.tenants t LEFT JOIN LATERAL (
        SELECT * FROM (SELECT x.sequence, x.epoch, x.to_xid, x.to_created_at, x.to_id
                       FROM public.audit_seals x WHERE x.tenant_id = t.id
                       ORDER BY x.sequence DESC LIMIT 1) newest) s ON true
    ORDER BY t.id;
END $$
"""  # nosec B608 # names of our own, no input

# Personal data leave, their hashes stay, and the entry says when and why. The only change there is.
ERASE = f"""
CREATE FUNCTION public.erase_audit_values(p_entity_type text, p_entity_id uuid, p_reason text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    erased integer;
BEGIN
    IF btrim(coalesce(p_reason, '')) = '' THEN RAISE EXCEPTION 'an erasure needs a reason'; END IF;
    UPDATE public.audit_logs a
    SET erased_old = {value_hash("a.old_values")}, erased_new = {value_hash("a.new_values")},
        old_values = NULL, new_values = NULL, erased_at = clock_timestamp(), erased_reason = p_reason
    WHERE a.tenant_id = {TENANT_SETTING} AND a.entity_type = p_entity_type AND a.entity_id = p_entity_id
      AND a.erased_at IS NULL AND (a.old_values IS NOT NULL OR a.new_values IS NOT NULL);
    GET DIAGNOSTICS erased = ROW_COUNT;
    RETURN erased;
END $$
"""  # nosec B608 # names of our own, no input

ERASABLE = ("old_values", "new_values", "erased_old", "erased_new", "erased_at", "erased_reason")

# Lets through what the function above does, done by its role, and nothing else.
REFUSE_BUT_ERASURE = f"""
CREATE FUNCTION public.refuse_audit_change_but_erasure() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- A generated column is not computed yet when this runs.
    kept text[] := '{{{",".join((*ERASABLE, "updated_at"))}}}';
BEGIN
    IF TG_OP = 'UPDATE' AND current_user = '{AUDIT}' THEN
        IF OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL AND btrim(NEW.erased_reason) <> ''
           AND NEW.old_values IS NULL AND NEW.new_values IS NULL
           AND NEW.erased_old IS NOT DISTINCT FROM {value_hash("OLD.old_values")}
           AND NEW.erased_new IS NOT DISTINCT FROM {value_hash("OLD.new_values")}
           AND to_jsonb(NEW) - kept = to_jsonb(OLD) - kept THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'the audit trail is append-only' USING ERRCODE = 'insufficient_privilege';
END $$
"""

FUNCTIONS = (
    "seal_audit_logs()",
    "audited_tenants()",
    "erase_audit_values(text, uuid, text)",
    "refuse_audit_change_but_erasure()",
)


def install() -> Iterator[str]:
    """Everything the columns and the table of seals need; they are made before."""
    own = f"tenant_id = {TENANT_SETTING}"
    yield f"GRANT SELECT, UPDATE ({', '.join(ERASABLE)}) ON audit_logs TO {AUDIT}"
    yield f"GRANT SELECT, INSERT ON audit_seals TO {AUDIT}"
    yield f"CREATE POLICY read_to_seal ON audit_logs FOR SELECT TO {AUDIT} USING ({own})"
    yield (
        f"CREATE POLICY erased_by_function ON audit_logs FOR UPDATE TO {AUDIT} "
        f"USING ({own}) WITH CHECK ({own})"
    )
    yield f"CREATE POLICY read_to_seal ON audit_seals FOR SELECT TO {AUDIT} USING ({own})"
    yield f"CREATE POLICY written_by_sealer ON audit_seals FOR INSERT TO {AUDIT} WITH CHECK ({own})"
    for table, columns in (
        ("audit_logs", f"tenant_id, {', '.join(ORDER)}"),
        ("audit_seals", "tenant_id, sequence, epoch, to_xid, to_created_at, to_id"),
    ):
        yield f"GRANT SELECT ({columns}) ON {table} TO {DEFINER}"
        yield f"CREATE POLICY asked_by_scheduler ON {table} FOR SELECT TO {DEFINER} USING (true)"
    yield from (SEAL, TENANTS, ERASE, REFUSE_BUT_ERASURE)
    yield from hand_over("public.seal_audit_logs()", AUDIT)
    yield from hand_over("public.erase_audit_values(text, uuid, text)", AUDIT)
    yield from hand_over("public.audited_tenants()", DEFINER)
    yield "DROP TRIGGER refuse_change ON audit_logs"
    yield (
        "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON audit_logs "
        "FOR EACH ROW EXECUTE FUNCTION public.refuse_audit_change_but_erasure()"
    )
    yield (
        "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON audit_seals "
        "FOR EACH ROW EXECUTE FUNCTION public.refuse_audit_change()"
    )
    yield (
        "CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON audit_seals "
        "FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_audit_change()"
    )


def uninstall() -> Iterator[str]:
    """Takes back what dropping the table of seals and the new columns leaves."""
    yield "DROP TRIGGER refuse_change ON audit_logs"
    yield (
        "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON audit_logs "
        "FOR EACH ROW EXECUTE FUNCTION public.refuse_audit_change()"
    )
    for policy in ("read_to_seal", "erased_by_function", "asked_by_scheduler"):
        yield f"DROP POLICY {policy} ON audit_logs"
    for function in FUNCTIONS:
        yield f"DROP FUNCTION public.{function}"
    yield f"REVOKE SELECT, UPDATE ({', '.join(ERASABLE)}) ON audit_logs FROM {AUDIT}"
    columns = ",".join(("tenant_id", *ORDER))
    yield f"REVOKE SELECT ({columns}) ON audit_logs FROM {DEFINER}"  # nosec B608 # names of our own, no input
