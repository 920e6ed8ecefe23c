"""A draft as the checks before issue see it (readiness.py): us, them, its lines, what went before."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from rms.domain.place_of_supply import Customer, Registration, Seller, Supply, SupplyKind
from rms.domain.tax import Treatment

INDIA = "IN"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line as far as the checks ask; `id` makes the name of its cells on the page."""

    id: str
    is_valid: bool = True
    name: str | None = None
    hsn_sac: str | None = None
    rate: Decimal = Decimal(0)
    tax_rate: Decimal = Decimal(0)
    treatment: Treatment = Treatment.TAXABLE

    def place(self, cell: str) -> str:
        return f"lines-{self.id}-{cell}"


@dataclass(frozen=True, kw_only=True)
class Us:
    """The seller's side; `needs_six_digits` says that the turnover of last year was above five crore."""

    seller: Seller
    gstin: str | None = None
    has_address: bool = True
    is_paid_somehow: bool = True
    needs_six_digits: bool = False


@dataclass(frozen=True, kw_only=True)
class Them:
    """The customer's side; `country` is where goods or services go."""

    buyer: Customer
    name: str
    has_address: bool = True
    country: str = INDIA
    email: str | None = None

    @property
    def is_abroad(self) -> bool:
        return self.buyer.registration is Registration.OVERSEAS


@dataclass(frozen=True, kw_only=True)
class History:
    """What was issued before: for advice alone, so issuing itself need not ask."""

    last_number: str | None = None
    last_date: dt.date | None = None
    same_as: str | None = None


@dataclass(frozen=True, kw_only=True)
class Against:
    """The invoice that a debit note raises, and why it does."""

    number: str
    date: dt.date
    is_cancelled: bool = False
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Document:
    """A draft as it would be issued now. `number` is the next one, "" where it is not known yet; `against` is
    there for a debit note alone."""

    us: Us
    them: Them | None
    date: dt.date
    due_date: dt.date
    today: dt.date
    lines: Sequence[Line]
    supply: Supply
    supply_kind: SupplyKind
    subtotal: Decimal
    total: Decimal
    number: str = ""
    lut_arn: str | None = None
    is_to_be_sent: bool = False
    history: History = field(default_factory=History)
    against: Against | None = None
    credit_limit: Decimal | None = None
    owed: Decimal = Decimal(0)

    @property
    def supplied_on(self) -> dt.date:
        """The day whose rates hold: a debit note changes the supply of its invoice and is none of its own."""
        return self.against.date if self.against else self.date
