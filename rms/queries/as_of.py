"""What counts on a day, by the dates of rows alone: the one author of these conditions.

A stored sum says what is today; it is never asked for another day.
"""

import datetime as dt
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Date, and_, cast, func, or_

from rms.models import Invoice


def is_live(begins: ColumnElement, ends: ColumnElement, day: dt.date) -> ColumnElement[bool]:
    """From its first day until the day before its last one: what ends on a day does not count on it."""
    return and_(begins <= day, or_(ends.is_(None), ends > day))


def invoice_counts(day: dt.date, zone: ZoneInfo) -> ColumnElement[bool]:
    return and_(
        Invoice.issued_at.is_not(None),
        Invoice.invoice_date <= day,
        or_(Invoice.cancelled_at.is_(None), cancelled_on(zone) > day),
    )


def cancelled_on(zone: ZoneInfo) -> ColumnElement[dt.date]:
    """The day of the company's calendar, but not before the invoice itself."""
    day = cast(func.timezone(str(zone), Invoice.cancelled_at), Date)
    return func.greatest(day, Invoice.invoice_date)
