"""The switches of a company that say what its people may and must."""

import re
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select

from rms.db.session import current_tenant, db
from rms.models import Tenant

_MARK = re.compile(r"[01]{2}(:(?P<limit>[0-9]{1,12}\.[0-9]{2}))?")
# Of one invoice, in rupees, for everybody but an Admin, unless the company says else.
WRITE_OFF_LIMIT = Decimal("100.00")


@dataclass(frozen=True)
class HouseRules:
    """`users_may_draft`: the role user may write drafts. `require_second_factor`: of everybody.
    `write_off_limit`: what who is no Admin may write off of an invoice, in rupees."""

    users_may_draft: bool = False
    require_second_factor: bool = False
    write_off_limit: Decimal = WRITE_OFF_LIMIT

    @property
    def mark(self) -> str:
        """All in a few characters, for the form that was drawn from them; a usual limit is left out."""
        limit = "" if self.write_off_limit == WRITE_OFF_LIMIT else f":{self.write_off_limit}"
        return f"{self.users_may_draft:d}{self.require_second_factor:d}{limit}"

    @classmethod
    def marked(cls, mark: str) -> "HouseRules | None":
        """The rules behind a mark; None for what is no mark."""
        found = _MARK.fullmatch(mark)
        if found is None:
            return None
        limit = Decimal(found["limit"]) if found["limit"] else WRITE_OFF_LIMIT
        return cls(mark[0] == "1", mark[1] == "1", limit)


def rules_in(settings: dict | None) -> HouseRules:
    kept = settings or {}
    return HouseRules(
        bool(kept.get("users_may_draft")),
        bool(kept.get("require_second_factor")),
        write_off_limit_in(settings),
    )


def write_off_limit_in(settings: dict | None) -> Decimal:
    """Kept as text, since a number of JSON would lose paise."""
    kept = (settings or {}).get("write_off_limit")
    return WRITE_OFF_LIMIT if kept is None else Decimal(kept)


def house_rules() -> HouseRules:
    """Those of the running tenant."""
    return rules_in(db().scalar(select(Tenant.settings).where(Tenant.id == current_tenant())))
