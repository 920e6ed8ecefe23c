"""The switches of a company that say what its people may and must."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select

from rms.db.session import current_tenant, db
from rms.models import Tenant

WRITE_OFF_LIMIT = Decimal(
    "100.00"
)  # of one invoice, for everybody but an Admin, unless the company says else


@dataclass(frozen=True)
class HouseRules:
    """`users_may_draft`: the role user may write drafts. `require_second_factor`: of everybody."""

    users_may_draft: bool = False
    require_second_factor: bool = False

    @property
    def mark(self) -> str:
        """Both in two characters, for the form that was drawn from them."""
        return f"{self.users_may_draft:d}{self.require_second_factor:d}"

    @classmethod
    def marked(cls, mark: str) -> "HouseRules | None":
        """The rules behind a mark; None for what is no mark."""
        if len(mark) != 2 or not set(mark) <= {"0", "1"}:
            return None
        return cls(mark[0] == "1", mark[1] == "1")


def rules_in(settings: dict | None) -> HouseRules:
    kept = settings or {}
    return HouseRules(bool(kept.get("users_may_draft")), bool(kept.get("require_second_factor")))


def write_off_limit_in(settings: dict | None) -> Decimal:
    """Kept as text, since a number of JSON would lose paise."""
    kept = (settings or {}).get("write_off_limit")
    return WRITE_OFF_LIMIT if kept is None else Decimal(kept)


def house_rules() -> HouseRules:
    """Those of the running tenant."""
    return rules_in(db().scalar(select(Tenant.settings).where(Tenant.id == current_tenant())))
