"""Letters of undertaking, by financial year."""

import datetime as dt

from sqlalchemy import select

from rms.db.session import db
from rms.domain.numbering import financial_year
from rms.models import LutDeclaration


def arn_for(day: dt.date) -> str | None:
    """The ARN that covers a document of that day. GST years run from April, whenever the company's do."""
    statement = select(LutDeclaration.arn).where(LutDeclaration.financial_year == financial_year(day))
    return db().scalar(statement)


def undertaking_of(year: str) -> LutDeclaration | None:
    return db().scalar(select(LutDeclaration).where(LutDeclaration.financial_year == year))


def undertakings() -> list[LutDeclaration]:
    """All of them, the newest year first."""
    return list(db().scalars(select(LutDeclaration).order_by(LutDeclaration.financial_year.desc())))
