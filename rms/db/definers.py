"""The few questions that are asked before a tenant is known, as SECURITY DEFINER functions.

They belong to `rms_definer`, a role that cannot sign in, may only SELECT, and only the columns listed here.
plpgsql and a fixed search_path, so that nothing of the caller's can stand in for a table or an operator.
Locks taken under a SELECT-only policy find no rows, so callers lock by (tenant_id, id) in the tenant's scope.
"""

from collections.abc import Iterator

APP, DEFINER = "rms_app", "rms_definer"

READS = {
    "tenants": "id, slug, name, is_active",
    "users": "tenant_id, id, email_norm, password_hash, email_verified, last_login_at, is_active, deleted_at",
    "email_messages": "tenant_id, id, state, next_attempt_at",
}

_HEAD = "LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS"

# Verified first, so that nobody can push a verified account out of the list by signing up with its address.
SIGN_IN_CANDIDATES = f"""
CREATE FUNCTION public.sign_in_candidates(p_email text)
RETURNS TABLE (tenant_id uuid, user_id uuid, slug text, company_name text, password_hash text,
               email_verified boolean, last_login_at timestamptz)
{_HEAD} $$
BEGIN
    RETURN QUERY
    SELECT u.tenant_id, u.id, t.slug::text, t.name::text, u.password_hash::text,
           u.email_verified, u.last_login_at
    FROM public.users u JOIN public.tenants t ON t.id = u.tenant_id
    WHERE u.email_norm = lower(btrim(p_email)) AND u.is_active AND u.deleted_at IS NULL AND t.is_active
    ORDER BY u.email_verified DESC, u.last_login_at DESC NULLS LAST, u.id
    LIMIT 6;
END $$
"""  # nosec B608 # names of our own, no input

SLUG_TAKEN = f"""
CREATE FUNCTION public.slug_taken(p_slug text) RETURNS boolean
{_HEAD} $$
BEGIN
    RETURN EXISTS (SELECT FROM public.tenants t WHERE t.slug = lower(p_slug));
END $$
"""  # nosec B608 # names of our own, no input

TENANT_IDS = f"""
CREATE FUNCTION public.tenant_ids() RETURNS SETOF uuid
{_HEAD} $$
BEGIN
    RETURN QUERY SELECT t.id FROM public.tenants t WHERE t.is_active ORDER BY t.id;
END $$
"""  # nosec B608 # names of our own, no input

# The grace leaves a mail to the job that was enqueued with it; the sweeper takes what that job has lost.
DUE_MAILS = f"""
CREATE FUNCTION public.due_mails(p_limit integer, p_grace interval)
RETURNS TABLE (tenant_id uuid, id uuid)
{_HEAD} $$
BEGIN
    RETURN QUERY
    SELECT m.tenant_id, m.id FROM public.email_messages m
    WHERE m.state = 'queued' AND m.next_attempt_at <= now() - p_grace
    ORDER BY m.next_attempt_at, m.id
    LIMIT p_limit;
END $$
"""  # nosec B608 # names of our own, no input

FUNCTIONS = {
    "sign_in_candidates(text)": SIGN_IN_CANDIDATES,
    "slug_taken(text)": SLUG_TAKEN,
    "tenant_ids()": TENANT_IDS,
    "due_mails(integer, interval)": DUE_MAILS,
}

# For an address that more than five companies know, whose owner has said which of them is meant.
SIGN_IN_CANDIDATES_OF = f"""
CREATE FUNCTION public.sign_in_candidates(p_email text, p_slug text)
RETURNS TABLE (tenant_id uuid, user_id uuid, slug text, company_name text, password_hash text,
               email_verified boolean, last_login_at timestamptz)
{_HEAD} $$
BEGIN
    RETURN QUERY
    SELECT u.tenant_id, u.id, t.slug::text, t.name::text, u.password_hash::text,
           u.email_verified, u.last_login_at
    FROM public.users u JOIN public.tenants t ON t.id = u.tenant_id
    WHERE u.email_norm = lower(btrim(p_email)) AND t.slug = lower(btrim(p_slug))
    AND u.is_active AND u.deleted_at IS NULL AND t.is_active;
END $$
"""  # nosec B608 # names of our own, no input

# Whose link a secret opens, by its SHA-256; everything else is asked in the scope of that tenant.
PUBLIC_LINK = f"""
CREATE FUNCTION public.public_link(p_token text) RETURNS TABLE (tenant_id uuid, id uuid)
{_HEAD} $$
BEGIN
    RETURN QUERY SELECT l.tenant_id, l.id FROM public.public_links l WHERE l.token = p_token;
END $$
"""  # nosec B608 # names of our own, no input

# What later migrations added, each by its own.
LATER = {
    "sign_in_candidates(text, text)": SIGN_IN_CANDIDATES_OF,
    "public_link(text)": PUBLIC_LINK,
}
LATER_READS = {"public_links": "tenant_id, id, token"}


def add(signature: str) -> Iterator[str]:
    """One function of a later migration."""
    yield LATER[signature]
    yield from hand_over(f"public.{signature}", DEFINER)


def let_read(table: str) -> Iterator[str]:
    """What the functions of a later migration look at."""
    yield from _may_read(table, LATER_READS[table])


def _may_read(table: str, columns: str) -> Iterator[str]:
    yield f"GRANT SELECT ({columns}) ON {table} TO {DEFINER}"
    yield f"CREATE POLICY asked_before_sign_in ON {table} FOR SELECT TO {DEFINER} USING (true)"


def install() -> Iterator[str]:
    """The functions of the first migration."""
    for table, columns in READS.items():
        yield from _may_read(table, columns)
    for signature, body in FUNCTIONS.items():
        yield body
        yield from hand_over(f"public.{signature}", DEFINER)


def hand_over(function: str, role: str, *, callable_by_app: bool = True) -> Iterator[str]:
    """Give a function to a role that cannot sign in, which needs CREATE on the schema for a moment."""
    yield f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC"
    if callable_by_app:
        yield f"GRANT EXECUTE ON FUNCTION {function} TO {APP}"
    yield f"GRANT CREATE ON SCHEMA public TO {role}"
    yield f"ALTER FUNCTION {function} OWNER TO {role}"
    yield f"REVOKE CREATE ON SCHEMA public FROM {role}"
