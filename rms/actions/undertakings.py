"""Letters of undertaking (form RFD-11, CGST Rule 96A): without one of its year, no export without tax."""

import datetime as dt
import re
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from rms.db.locks import lock
from rms.db.session import current_tenant, db
from rms.domain import numbering
from rms.domain.errors import N_, Invalid, StaleVersion
from rms.models import Company, LutDeclaration, Tenant
from rms.queries.undertakings import undertaking_of

_ARN = re.compile(r"[A-Z]{2}[A-Z0-9]{13}")
YEARS_BACK, YEARS_AHEAD = 2, 1


@dataclass(frozen=True, kw_only=True)
class UndertakingDraft:
    """`version` is that of the stored one of the year when the form was drawn, 0 for none."""

    year: str
    arn: str
    version: int


def years_offered(today: dt.date) -> list[str]:
    """The running financial year first: a letter is for one year, and filed at its beginning."""
    around = [today.replace(year=today.year + ahead, day=1) for ahead in range(-YEARS_BACK, YEARS_AHEAD + 1)]
    running = numbering.financial_year(today)
    return sorted({numbering.financial_year(day) for day in around}, key=lambda year: (year != running, year))


def declare(draft: UndertakingDraft, *, today: dt.date, by: UUID) -> LutDeclaration:
    """Keep the ARN of a year; raises Invalid by field, StaleVersion when it was entered in between.

    Invoices that were issued keep the ARN they were issued with.
    """
    arn = _read_arn(draft.arn)
    if draft.year not in years_offered(today):
        raise Invalid(N_("Choose the financial year"), field="year")
    # The company's row stands for all its letters: two people may enter the first one of a year at once.
    lock(Company, db().scalars(select(Company.id)).one())
    row = undertaking_of(draft.year)
    if (row.version if row else 0) != draft.version:
        raise StaleVersion(N_("The letter of this year was entered in the meantime."), theirs=row)
    if row is None:
        row = LutDeclaration(financial_year=draft.year, arn=arn, created_by=by)
        db().add(row)
    elif row.arn != arn:
        row.arn, row.version = arn, row.version + 1
    db().flush()
    return row


def set_large_turnover(is_large: bool) -> None:
    """Whether last year's turnover was above five crore: codes need six digits then (78/2020)."""
    tenant = lock(Tenant, current_tenant())
    tenant.settings = {**(tenant.settings or {}), "large_turnover": is_large}
    db().flush()


def _read_arn(text: str) -> str:
    arn = re.sub(r"[\s-]", "", text).upper()
    if not arn:
        raise Invalid(N_("Enter the ARN of the letter, like AD290426001234A"), field="arn")
    if not _ARN.fullmatch(arn):
        raise Invalid(N_("An ARN has 15 characters: two letters, then letters and digits"), field="arn")
    return arn
