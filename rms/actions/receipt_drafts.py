"""Receipts that are not finished: kept as they were typed, until they are recorded or thrown away."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import delete, select

from rms.db.locks import lock_all
from rms.db.session import db
from rms.domain.errors import N_, NotFound, StaleVersion
from rms.models import Customer, ReceiptDraft

LONGEST_TEXT = 2_000
MOST_FIELDS = 4_000  # eight cells for each of the most invoices that one screen shows


def save(
    typed: Mapping[str, str],
    *,
    customer_id: UUID | None,
    draft_id: UUID | None,
    version: int | None,
    by: UUID | None,
) -> ReceiptDraft:
    """What was typed, by field name. A draft that is gone in the meantime is made anew, so that nothing typed
    is lost; one that somebody else saved since raises StaleVersion.
    """
    kept = {name: text[:LONGEST_TEXT] for name, text in list(typed.items())[:MOST_FIELDS]}
    customer = db().scalar(select(Customer.id).where(Customer.id == customer_id)) if customer_id else None
    draft = _lock_if_there(draft_id)
    if draft is None:
        draft = ReceiptDraft(typed=kept, customer_id=customer, created_by=by)
        db().add(draft)
    elif draft.version != version:
        raise StaleVersion(N_("This draft was saved by somebody else in the meantime."), theirs=draft)
    else:
        draft.typed, draft.customer_id, draft.version = kept, customer, draft.version + 1
    db().flush()
    return draft


def throw_away(draft_id: UUID) -> None:
    """Raises NotFound when it is not there."""
    if not forget(draft_id):
        raise NotFound()


def forget(draft_id: UUID | None) -> bool:
    """The receipt was recorded; whether there was such a draft."""
    if draft_id is None:
        return False
    return bool(db().execute(delete(ReceiptDraft).where(ReceiptDraft.id == draft_id)).rowcount)


def _lock_if_there(draft_id: UUID | None) -> ReceiptDraft | None:
    found = lock_all(ReceiptDraft, [draft_id]) if draft_id else []
    return found[0] if found else None
