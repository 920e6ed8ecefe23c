"""Number series: the ones a company starts with, and changing how their numbers look."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import exists, or_, select, text
from sqlalchemy.exc import NoResultFound

from rms.actions import codes
from rms.db.locks import lock, lock_all
from rms.db.session import db
from rms.domain import numbering
from rms.domain.contacts import one_line
from rms.domain.errors import N_, Invalid, StaleVersion
from rms.domain.numbering import Series
from rms.domain.slugs import slugify
from rms.models import Company, Invoice, NumberSeries, Quote, Receipt
from rms.queries.series import find_series

# What a financial year looks like in the number; the last one never starts again from 1.
YEARS = {
    "FY": "{PREFIX}/{FY}/{NNNN}",
    "FYFY": "{PREFIX}/{FYFY}/{NNNN}",
    "none": "{PREFIX}/{NNNN}",
}
LONGEST_PREFIX = 8
LONGEST_NAME = 100
LONGEST_PATTERN = 60
FALLBACK = "INV"

# kind -> (name of the series, the letter that follows the company's own)
KINDS = {
    "invoice": (N_("Invoices"), ""),
    "bill_of_supply": (N_("Bills of supply"), "B"),
    "receipt": (N_("Receipts"), "R"),
    "credit_note": (N_("Credit notes"), "C"),
}
# Companies founded before these documents existed have no series for them: it comes with the first one.
LATER_KINDS = {
    "quote": (N_("Quotes"), "Q"),
    "refund": (N_("Refunds"), "P"),
    "debit_note": (N_("Debit notes"), "D"),
}
NOT_INITIALS = {
    "llp", "pvt", "private", "ltd", "limited", "opc", "co", "company", "inc", "the", "of", "and", "for",
    "m", "s",
}  # fmt: skip

# Makes the counter's row if it is missing, and locks it either way.
_TOUCH = text(
    "INSERT INTO number_counters (series_id, financial_year, next_value) VALUES (:series, :year, 1) "
    "ON CONFLICT (tenant_id, series_id, financial_year) "
    "DO UPDATE SET next_value = number_counters.next_value RETURNING next_value"
)
_CONTINUE = text(
    "UPDATE number_counters SET next_value = :value WHERE series_id = :series AND financial_year = :year"
)


@dataclass(frozen=True, kw_only=True)
class SeriesDraft:
    """How numbers shall look: what they start with, a key of YEARS, and the next running number (None: as it
    stands). `may_jump`: numbers in between may stay unused for ever. `pattern` is one of the company's own,
    in the tokens of domain/numbering.py, and stands instead of the year."""

    prefix: str
    year: str
    next_value: int | None = None
    may_jump: bool = False
    pattern: str = ""

    @property
    def series(self) -> Series:
        pattern = self.pattern or YEARS[self.year]
        return Series(pattern, self.prefix, resets="{FY" in pattern)


def start(name: str) -> list[NumberSeries]:
    """The default series of a new company, one per kind of document, no two able to print the same number."""
    rows = []
    for kind, (title, _) in KINDS.items():
        prefix = _free_prefix(name, kind, rows)
        rows.append(NumberSeries(kind=kind, name=title, prefix=prefix, pattern=YEARS["FY"], is_default=True))
    db().add_all(rows)
    db().flush()
    return rows


def open_later(kind: str) -> None:
    """See that a default series of a kind of LATER_KINDS is there; two people may ask at the same moment."""
    rows = list(db().scalars(select(NumberSeries)))
    if any(row.kind == kind and row.is_default for row in rows):
        return
    company = db().scalars(select(Company.name).order_by(Company.created_at).limit(1)).one()
    prefix = _free_prefix(company, kind, rows)
    title, _ = LATER_KINDS[kind]
    row = NumberSeries(kind=kind, name=title, prefix=prefix, pattern=YEARS["FY"], is_default=True)
    codes.stored(row, "uq_number_series")  # whichever rule sees first that somebody else has founded it


def restyle(kind: str, draft: SeriesDraft, *, version: int, today: dt.date) -> NumberSeries:
    """Change how numbers of the default series of a kind look; numbers already used stay as they are.

    Raises Invalid with sentences at "prefix" and "next_value", StaleVersion when it was changed in between.
    """
    return restyle_row(_default_id(kind), draft, version=version, today=today)


def restyle_row(series_id: UUID, draft: SeriesDraft, *, version: int, today: dt.date) -> NumberSeries:
    """The same for any series of the company; raises NotFound for a stranger's."""
    row = lock(NumberSeries, series_id)
    if row.version != version:
        raise StaleVersion(N_("The number series was changed in the meantime."), theirs=row)
    check(draft, other_series=[_read(one) for one in _others(row)], today=today)
    row.prefix, row.pattern = draft.prefix, draft.series.pattern
    row.resets_yearly = draft.series.resets
    row.version += 1
    db().flush()
    if draft.next_value is not None:
        _continue_at(row, draft, today)
    return row


def add(kind: str, name: str, draft: SeriesDraft, *, today: dt.date) -> NumberSeries:
    """Another series of a kind, as for exports or a branch; a draft may choose it.

    Raises Invalid with sentences at "kind", "name", "prefix", "pattern" and "next_value".
    """
    # The default series stands for all of its kind: two of one name may not come in at once.
    try:
        lock(NumberSeries, _default_id(kind))
    except NoResultFound:
        raise Invalid(N_("Choose what is numbered"), field="kind") from None
    style = {"prefix": draft.prefix, "pattern": draft.series.pattern}
    row = NumberSeries(kind=kind, name=_free_name(kind, name), **style)
    check(draft, other_series=[_read(one) for one in db().scalars(select(NumberSeries))], today=today)
    row.resets_yearly = draft.series.resets
    db().add(row)
    db().flush()
    if draft.next_value is not None:
        _continue_at(row, draft, today)
    return row


def use_by_default(series_id: UUID, *, version: int) -> NumberSeries:
    """Documents that choose no series take this one from now on; what is issued keeps its number."""
    kind = find_series(series_id).kind
    rows = {row.id: row for row in lock_all(NumberSeries, [series_id, _default_id(kind)])}
    row = rows[series_id]
    _may_change(row, version)
    for other in rows.values():
        other.is_default = False
    db().flush()  # one default at a time, also between two statements
    row.is_default, row.version = True, row.version + 1
    db().flush()
    return row


def retire(series_id: UUID, *, version: int) -> NumberSeries:
    """No draft may choose it any more. Drafts that did take the default one; its numbers stay used."""
    row = lock(NumberSeries, series_id)
    _may_change(row, version)
    if row.is_default:
        raise Invalid(N_("Documents take this series by default. Choose another one for that first"))
    row.is_active, row.version = False, row.version + 1
    db().flush()
    return row


def _may_change(row: NumberSeries, version: int) -> None:
    if row.version != version:
        raise StaleVersion(N_("The number series was changed in the meantime."), theirs=row)
    if not row.is_active:
        raise Invalid(N_("This series is not used any more"))


def _free_name(kind: str, text: str) -> str:
    name = one_line(text, LONGEST_NAME)
    if not name:
        raise Invalid(N_("Give the series a name, such as Exports"), field="name")
    taken = select(NumberSeries.id).where(NumberSeries.kind == kind, NumberSeries.name == name)
    if db().scalar(taken):
        raise Invalid(N_("There is a series of this name already"), field="name")
    return name


def check(draft: SeriesDraft, *, other_series: list[Series], today: dt.date) -> None:
    """Raise Invalid when GST does not allow such numbers, or another series could print the same."""
    if not draft.prefix:
        raise Invalid(N_("Enter a few letters, like INV"), field="prefix")
    if len(draft.prefix) > LONGEST_PREFIX:
        raise Invalid(N_("Use at most %(longest)s characters"), field="prefix", longest=LONGEST_PREFIX)
    if len(draft.pattern) > LONGEST_PATTERN:
        raise Invalid(N_("Use at most %(longest)s characters"), field="pattern", longest=LONGEST_PATTERN)
    place = "pattern" if draft.pattern else "prefix"
    numbering.check_pattern(draft.series, numbering.financial_year(today), field=place)
    for other in other_series:
        if numbering.may_collide(draft.series, other):
            raise Invalid(
                N_("Your numbers that start with %(prefix)s could come out the same. Choose other letters"),
                field="prefix",
                prefix=other.prefix,
            )


def year_style(row: NumberSeries) -> str:
    """The key of YEARS that this series is written with; "FY" also for one with a pattern of its own."""
    return next((year for year, pattern in YEARS.items() if pattern == row.pattern), "FY")


def own_pattern(row: NumberSeries) -> str:
    """Its pattern, when that is none of YEARS."""
    return "" if row.pattern in YEARS.values() else row.pattern


def counter_year(row: NumberSeries, today: dt.date) -> str:
    """The year its counter runs under: none for a series that never starts again."""
    return numbering.financial_year(today) if row.resets_yearly else ""


def initials(name: str) -> str:
    """One to three capital letters for a company's name in any script; "INV" when it has none to give."""
    words = [word for word in slugify(name).split("-") if word[0].isalpha()]
    telling = [word for word in words if word not in NOT_INITIALS] or words
    letters = "".join(word[0] for word in telling[:3]) if len(telling) > 1 else "".join(telling)[:3]
    return re.sub(r"[^A-Z]", "", letters.upper()) or FALLBACK


def _free_prefix(name: str, kind: str, taken: list[NumberSeries]) -> str:
    rows = [_read(row) for row in taken]
    for prefix in _prefixes(name, kind):
        if not any(numbering.may_collide(Series(YEARS["FY"], prefix), row) for row in rows):
            return prefix
    raise AssertionError("a longer prefix is always free")


def _prefixes(name: str, kind: str) -> Iterator[str]:
    """NFS for invoices, then NFR, NFC, NFB; where that is taken already, NFSR and NFR2 and so on."""
    stem, letter = initials(name), (KINDS | LATER_KINDS)[kind][1]
    yield stem[:2] + letter if letter else stem
    yield stem + letter
    for number in range(2, 100):
        yield f"{stem}{letter}{number}"


def is_in_use(row: NumberSeries) -> bool:
    """Whether any document carries a number of the series."""
    users = [exists().where(model.series_id == row.id) for model in (Invoice, Receipt, Quote)]
    return db().scalar(select(or_(*users)))


def _continue_at(row: NumberSeries, draft: SeriesDraft, today: dt.date) -> None:
    """Let counting go on elsewhere, for a company that used numbers before. Once the series is in use only
    forward, and knowingly: table 13 of GSTR-1 shows two ranges then."""
    key, value = {"series": row.id, "year": counter_year(row, today)}, draft.next_value
    current = db().execute(_TOUCH, key).scalar_one()
    if value == current:
        return
    is_ahead = value > current and draft.may_jump
    if not is_ahead and is_in_use(row):
        raise Invalid(
            N_("Numbers of this series are in use, and GST wants no gaps. The next one stays %(number)s"),
            field="next_value",
            number=current,
        )
    db().execute(_CONTINUE, {**key, "value": value})


def _default_id(kind: str):
    statement = select(NumberSeries.id).where(NumberSeries.kind == kind, NumberSeries.is_default)
    return db().scalars(statement).one()


def _others(row: NumberSeries) -> list[NumberSeries]:
    return list(db().scalars(select(NumberSeries).where(NumberSeries.id != row.id)))


def _read(row: NumberSeries) -> Series:
    return Series(row.pattern, row.prefix, resets=row.resets_yearly)


def at_next_value(text: str) -> int:
    """The running number a person typed, 1 to 99,999; raises Invalid at "next_value"."""
    digits = text.strip()
    if not re.fullmatch(r"[0-9]{1,8}", digits) or not 1 <= int(digits) <= numbering.FAR_NUMBER:
        raise Invalid(N_("The next number is a whole number from 1 to 99,999"), field="next_value")
    return int(digits)
