"""Under which sections customers may deduct tax, and what a customer is used to keeping back."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select, true
from sqlalchemy.dialects.postgresql import distinct_on

from rms.db.session import db
from rms.domain import tds
from rms.domain.errors import NotFound, Sentence
from rms.models import GstSetting, Invoice, Receipt, ReceiptAllocation, TdsRate

HABIT_OF = 3  # deductions that make a habit: one mistake is outvoted
RECEIPTS_LOOKED_AT = 50


@dataclass(frozen=True)
class InForce:
    """One choice of the day. `name` is a marked message unless `own_id` names the company's row."""

    code: str
    name: str
    rate: Decimal
    own_id: UUID | None = None

    @property
    def words(self) -> Sentence:
        return tds.words(self.code)

    def suggest(self, base: Decimal) -> Decimal:
        return tds.suggest(base, self.rate)


@dataclass(frozen=True)
class Habit:
    """What a customer keeps back: percent of the value without GST. `section` is the code that was stored,
    maybe one of the Act that has ended, or None where none was told."""

    section: str | None
    rate: Decimal

    def code_on(self, day: dt.date) -> str | None:
        return tds.today_for(self.section, day) if self.section else None

    def suggest(self, base: Decimal) -> Decimal:
        return tds.suggest(base, self.rate)


def sections_on(day: dt.date) -> list[InForce]:
    """Sections in force that day: those of the statute in its order, then the company's own by code.

    A row of the company's stands in the place of the statute's with the same code. The rate of contractors
    depends on who is paid, so the company's PAN is read out of its GSTIN.
    """
    latest = (
        select(TdsRate.id, TdsRate.section, TdsRate.name, TdsRate.rate, TdsRate.is_active)
        .where(TdsRate.effective_from <= day)
        .ext(distinct_on(TdsRate.section))
        .order_by(TdsRate.section, TdsRate.effective_from.desc())
        .subquery()
    )
    statement = select(GstSetting.gst_number, latest).outerjoin(latest, true()).order_by(latest.c.section)
    rows = db().execute(statement).all()
    pan = (rows[0].gst_number or "")[2:12] if rows else ""
    chosen = {one.code: InForce(one.code, one.name, one.rate_for(pan)) for one in tds.in_force(day)}
    own = [InForce(row.section, row.name, row.rate, row.id) for row in rows if row.id and row.is_active]
    return list((chosen | {one.code: one for one in own}).values())


def own_rates() -> list[TdsRate]:
    """Every row of the company's, by section, the newest of each first."""
    return list(db().scalars(select(TdsRate).order_by(TdsRate.section, TdsRate.effective_from.desc())))


def find_rate(rate_id: UUID) -> TdsRate:
    row = db().scalar(select(TdsRate).where(TdsRate.id == rate_id))
    if row is None:
        raise NotFound()
    return row


def habit_of(customer_id: UUID) -> Habit | None:
    """What this customer kept back most often in the latest deductions; None when there were none of late.

    The share is of the value without GST, whatever the rate was called: 11.8 % is 10 % taken with GST.
    """
    found = [_habit(row) for row in db().execute(_latest_deductions(customer_id))]
    habits = Counter(habit for habit in found if habit)
    # Of as many the latest: a Counter keeps the order in which it met them.
    return habits.most_common(1)[0][0] if habits else None


def _latest_deductions(customer_id: UUID):
    receipts = (
        select(Receipt.id, Receipt.receipt_date)
        .where(Receipt.customer_id == customer_id)
        .order_by(Receipt.receipt_date.desc(), Receipt.id.desc())
        .limit(RECEIPTS_LOOKED_AT)
        .subquery()
    )
    kept = ReceiptAllocation
    settled = kept.allocated_amount + kept.tds_amount + kept.gst_tds_amount + kept.write_off_amount
    return (
        select(
            kept.tds_section,
            kept.tds_amount,
            settled.label("settled"),
            Invoice.subtotal,
            Invoice.total,
        )
        .join(receipts, receipts.c.id == kept.receipt_id)
        .join(Invoice, Invoice.id == kept.invoice_id)
        .where(kept.released_on.is_(None), kept.tds_amount > 0)
        .order_by(receipts.c.receipt_date.desc(), kept.created_at.desc(), kept.id)
        .limit(HABIT_OF)
    )


def _habit(row) -> Habit | None:
    base = tds.base_of(row.subtotal, row.total, row.settled)
    share = tds.share_kept(row.tds_amount, base)
    return None if share is None or share > 100 else Habit(row.tds_section, share)
