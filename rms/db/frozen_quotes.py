"""What stays once a quote is sent: the customer answers to what was read, so nothing of it may change.

As in `frozen.py` the list is of what may change: the answer, and putting away. Only the removal of a company
that nobody confirmed takes a sent quote away (db/purges.py).
"""

from collections.abc import Iterator

from rms.db.purges import PURGER

MAY_CHANGE = (
    "answer",
    "answered_at",
    "answered_through",
    "answered_by",
    "answer_reason",
    "answer_note",
    "answer_ip",
    "archived_at",
    "version",
    "updated_at",
)

FREEZE_QUOTE = f"""
CREATE FUNCTION public.freeze_sent_quote() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    free text[] := '{{{",".join(MAY_CHANGE)}}}';
BEGIN
    IF OLD.sent_at IS NULL OR current_user = '{PURGER}' THEN RETURN coalesce(NEW, OLD); END IF;
    IF TG_OP = 'DELETE' OR to_jsonb(OLD) - free IS DISTINCT FROM to_jsonb(NEW) - free THEN
        RAISE EXCEPTION 'a quote stays as it was sent: make a new version' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$
"""  # nosec B608 # names of our own, no input

FREEZE_LINE = f"""
CREATE FUNCTION public.freeze_sent_quote_line() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF current_user = '{PURGER}' THEN RETURN coalesce(NEW, OLD); END IF;
    IF EXISTS (SELECT FROM public.quotes q WHERE q.sent_at IS NOT NULL
               AND ((TG_OP <> 'INSERT' AND q.tenant_id = OLD.tenant_id AND q.id = OLD.quote_id)
                 OR (TG_OP <> 'DELETE' AND q.tenant_id = NEW.tenant_id AND q.id = NEW.quote_id))) THEN
        RAISE EXCEPTION 'a line of a sent quote is not changed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$
"""  # nosec B608 # names of our own, no input

FUNCTIONS = ("freeze_sent_quote()", "freeze_sent_quote_line()")


def install() -> Iterator[str]:
    yield FREEZE_QUOTE
    yield FREEZE_LINE
    yield (
        "CREATE TRIGGER freeze_sent BEFORE UPDATE OR DELETE ON quotes "
        "FOR EACH ROW EXECUTE FUNCTION public.freeze_sent_quote()"
    )
    yield (
        "CREATE TRIGGER freeze_sent BEFORE INSERT OR UPDATE OR DELETE ON quote_lines "
        "FOR EACH ROW EXECUTE FUNCTION public.freeze_sent_quote_line()"
    )


def uninstall() -> Iterator[str]:
    """After the tables, whose triggers go with them."""
    for function in FUNCTIONS:
        yield f"DROP FUNCTION public.{function}"
