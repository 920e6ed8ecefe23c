"""The company as a page shows it, and how far its set-up has come."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select

from rms.db.session import current_tenant, db
from rms.domain.contacts import Address
from rms.domain.errors import NotFound
from rms.models import Company, GstSetting, Tenant

STEPS = frozenset({1, 2, 3, 4, 5})


@dataclass(frozen=True)
class SetUp:
    """Which of the five steps of set-up are done or were left for later, and what they made."""

    done: frozenset[int] = frozenset()
    skipped: frozenset[int] = frozenset()
    made: Mapping[str, UUID] = field(default_factory=dict)

    @property
    def is_finished(self) -> bool:
        """Nothing is left that was not at least looked at."""
        return self.done | self.skipped >= STEPS

    @property
    def is_complete(self) -> bool:
        return self.done >= STEPS

    @property
    def first_unfinished(self) -> int | None:
        """Where set-up goes on: the first step that was neither done nor skipped."""
        return min(STEPS - self.done - self.skipped, default=None)


def company_with_gst() -> tuple[Company, GstSetting]:
    """The company and its registration, in one statement."""
    statement = (
        select(Company, GstSetting)
        .join(GstSetting, GstSetting.tenant_id == Company.tenant_id)
        .order_by(Company.created_at)
        .limit(1)
    )
    row = db().execute(statement).first()
    if row is None:
        raise NotFound()
    return row.Company, row.GstSetting


def set_up() -> SetUp:
    """How far the five steps have come."""
    return set_up_of(db().scalar(select(Tenant.settings).where(Tenant.id == current_tenant())))


def set_up_of(settings: dict | None) -> SetUp:
    """The same out of settings that were read already."""
    kept = (settings or {}).get("onboarding", {})
    made = {name: UUID(kept[name]) for name in ("service", "customer", "invoice") if kept.get(name)}
    return SetUp(frozenset(kept.get("done", [])), frozenset(kept.get("skipped", [])), made)


def address_of(row) -> Address:
    """The address parts of a company or a customer."""
    return Address(row.address_line1, row.address_line2, row.city, row.pin_code, row.state_code)
