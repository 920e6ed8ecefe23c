"""What is asked while a receipt is recorded: was it recorded before, and how much cash came that day."""

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from rms.db.session import db
from rms.models import Customer, Receipt
from rms.queries.receipts import counts_as_money

MOST_ALIKE = 3
NOTHING = Decimal("0.00")


def look_alikes(
    customer_id: UUID, amount: Decimal, day: dt.date, reference: str | None, method: str | None
) -> list[Any]:
    """Earlier receipts that may be the same money: (id, number, date, amount, customer), the newest first.

    A reference names one payment, so the same one is enough, whoever it was booked to and in whatever case it
    was typed. Without one, the same amount from the same customer in the same way on the same day. What
    bounced or was cancelled is no money: a cheque may be presented again.
    """
    same = (
        Receipt.reference.ilike(_as_it_is(reference), escape="\\")
        if reference
        else (Receipt.customer_id == customer_id)
        & (Receipt.receipt_date == day)
        & (Receipt.amount == amount)
        & (Receipt.payment_method == method)
    )
    statement = (
        select(
            Receipt.id,
            Receipt.receipt_number,
            Receipt.receipt_date,
            Receipt.amount,
            Customer.name.label("customer_name"),
        )
        .join(Receipt.customer)
        .where(same, counts_as_money(), Receipt.amount > 0)
        .order_by(Receipt.receipt_date.desc(), Receipt.id.desc())
        .limit(MOST_ALIKE)
    )
    return list(db().execute(statement))


def cash_on(customer_id: UUID, day: dt.date) -> Decimal:
    """What this customer paid in cash on one day."""
    statement = select(func.coalesce(func.sum(Receipt.amount), NOTHING)).where(
        Receipt.customer_id == customer_id,
        Receipt.receipt_date == day,
        Receipt.payment_method == "cash",
        counts_as_money(),
    )
    return db().scalar(statement)


def _as_it_is(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
