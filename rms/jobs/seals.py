"""The audit trail is sealed soon after it was written; once a day its heads are kept elsewhere."""

import datetime as dt
from pathlib import Path
from uuid import UUID

from rms.actions import seals
from rms.db.session import tenant_scope

REASON = "seal"

_anchors: Path | None = None


def configure(anchors: Path | None) -> None:
    """Where heads are written; None writes none."""
    global _anchors
    _anchors = anchors


def seal_audit(tenant_id: str) -> None:
    """Seal what is over, batch by batch; what is written meanwhile is the next run's."""
    sealed = seal_batch(UUID(tenant_id))
    while seals.is_more_waiting(sealed):
        sealed = seal_batch(UUID(tenant_id))


def seal_batch(tenant_id: UUID) -> int:
    with tenant_scope(tenant_id, reason=REASON):
        return seals.seal()


def anchor_audit(tenant_id: str) -> None:
    """Once a day: seal, then write the head outside the database."""
    seal_audit(tenant_id)
    if _anchors is not None:
        with tenant_scope(UUID(tenant_id), reason=REASON):
            seals.write_anchor(_anchors, now=dt.datetime.now(dt.UTC))
