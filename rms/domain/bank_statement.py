"""A bank's statement of account, out of rows of cells: what came in, on which day, with which reference.

Each bank has its own headings, and people change files before they send them. The columns are found by
words of their headings, the order of day and month by the whole column; what cannot be told is refused.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from rms.domain.errors import N_, DomainError, Invalid, Sentence
from rms.domain.money import ZERO, parse_money
from rms.domain.periods import EARLIEST
from rms.domain.statement_dates import NotADay, Order, order_of, read_day

HEADINGS_WITHIN = 60  # rows: name and address of the account holder, the period, the branch
LONGEST_HEADING = 45
LONGEST_DESCRIPTION = 500
LONGEST_REFERENCE = 100
MOST_PROBLEMS = 50

Row = Sequence[str]


@dataclass(frozen=True)
class BankLine:
    """One deposit. `position` is the row of the file it stands in, counted from 1."""

    position: int
    day: date
    amount: Decimal
    description: str
    reference: str


@dataclass(frozen=True)
class Problem:
    """A row that looked like a deposit and could not be read."""

    position: int
    sentence: Sentence


@dataclass(frozen=True)
class Statement:
    """What was read. `problems` are at most MOST_PROBLEMS; nothing of their rows is among the lines."""

    lines: list[BankLine] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass
class _Columns:
    """Where what stands; `descriptions` may be several."""

    date: int | None = None
    value_date: int | None = None
    deposit: int | None = None
    withdrawal: int | None = None
    amount: int | None = None
    direction: int | None = None
    reference: int | None = None
    balance: int | None = None
    descriptions: list[int] = field(default_factory=list)

    @property
    def day(self) -> int | None:
        return self.value_date if self.date is None else self.date

    @property
    def money(self) -> int | None:
        return self.amount if self.deposit is None else self.deposit

    @property
    def are_enough(self) -> bool:
        has_words = bool(self.descriptions) or self.reference is not None
        return self.day is not None and self.money is not None and has_words


def read(rows: Sequence[Row], *, today: date) -> Statement:
    """Every deposit; withdrawals, totals and balances are left out.

    Raises Invalid when no row names the columns, or when the days cannot be told.
    """
    start, columns = _headings(rows)
    body = [(number, row) for number, row in enumerate(rows[start + 1 :], start=start + 2) if any(row)]
    order = _order(body, columns)
    statement = Statement()
    for number, row in body:
        _read_row(statement, number, row, columns, order, today)
    return statement


def fingerprints(lines: Iterable[BankLine]) -> list[str]:
    """One for each line, the same whenever the same statement is read again.

    Two deposits may be alike in everything that is printed, as two customers who pay the same in cash: the
    second one of a file is told apart from the first.
    """
    seen: Counter[str] = Counter()
    found = []
    for line in lines:
        words = "".join(character for character in line.description.casefold() if character.isalnum())
        told = "|".join([line.day.isoformat(), str(line.amount), line.reference.casefold(), words])
        seen[told] += 1
        found.append(hashlib.sha256(f"{told}|{seen[told]}".encode()).hexdigest())
    return found


def method_of(description: str) -> str:
    """How the money seems to have come, as one of the methods of a receipt."""
    words = set(re.findall(r"[A-Z]+", description.upper()))
    if words & {"UPI", "BHIM", "VPA"}:
        return "upi"
    if words & {"CHQ", "CHEQUE", "CLG", "CTS", "CLEARING"}:
        return "cheque"
    return "cash" if "CASH" in words else "bank_transfer"


# The columns

_BY_WORDS: tuple[tuple[str, set[str]], ...] = (
    ("balance", {"balance", "bal"}),
    ("date", {"date", "dt"}),
    ("withdrawal", {"withdrawal", "withdrawals", "debit", "debits", "dr"}),
    ("deposit", {"deposit", "deposits", "credit", "credits", "cr"}),
    ("reference", {"ref", "refno", "reference", "utr", "rrn", "chq", "chqno", "cheque", "instrument", "id"}),
    ("descriptions", {"narration", "description", "particulars", "particular", "remarks", "details"}),
    ("amount", {"amount", "amt"}),
)


def _headings(rows: Sequence[Row]) -> tuple[int, _Columns]:
    seen = _Columns()
    for number, row in enumerate(rows[:HEADINGS_WITHIN]):
        columns = _columns(row)
        if columns.are_enough:
            return number, columns
        seen = max(seen, columns, key=_known)
    raise Invalid(_missing(seen), field="file")


def _known(columns: _Columns) -> int:
    return sum([columns.day is not None, columns.money is not None, bool(columns.descriptions)])


def _missing(columns: _Columns) -> str:
    if _known(columns) < 2:
        return N_(
            "No row of this names its columns. The statement needs a row with headings like Date, Narration"
            " and Deposit"
        )
    if columns.day is None:
        return N_("There is no column with the date. Its heading should be Date or Transaction date")
    if columns.money is None:
        return N_("There is no column with the money that came in. Its heading should be Deposit or Credit")
    return N_("There is no column that says from whom. Its heading should be Narration or Description")


def _columns(row: Row) -> _Columns:
    """The first column of each kind counts: after the balance, Kotak says Dr or Cr once more."""
    columns = _Columns()
    for place, heading in enumerate(row):
        kind = _kind(heading)
        if kind == "descriptions":
            columns.descriptions.append(place)
        elif kind and getattr(columns, kind) is None:
            setattr(columns, kind, place)
    return columns


def _kind(heading: str) -> str | None:
    words = re.findall(r"[a-z]+", heading.casefold()) if len(heading) <= LONGEST_HEADING else []
    found = set(words)
    if not found or len(words) > 7:
        return None
    if found in ({"type"}, {"transaction", "type"}, {"txn", "type"}) or "indicator" in found:
        return "direction"
    if found >= {"dr", "cr"} or found >= {"debit", "credit"}:
        return "direction"
    kind = next((kind for kind, known in _BY_WORDS if found & known), None)
    return "value_date" if kind == "date" and "value" in found else kind


# The rows

_RULER = re.compile(r"[\s*=_.-]*")
_NOT_A_LINE = re.compile(
    r"(grand |page )?total\b|(opening|closing) (bal\b|balance)|(brought|carried) (forward|down)"
    r"|balance (b/f|c/f)|statement summary|generated (on|by)",
    re.IGNORECASE,
)
_SIGN = re.compile(r"\(?(?<![a-z])(cr|dr|credit|debit|c|d)(?![a-z])\.?\)?", re.IGNORECASE)


def _order(body: Iterable[tuple[int, Row]], columns: _Columns) -> Order:
    """Of the rows that have money alone: below a statement stand days of all kinds."""
    return order_of(_cell(row, columns.day) for _, row in body if _cell(row, columns.money))


def _read_row(
    statement: Statement, number: int, row: Row, columns: _Columns, order: Order, today: date
) -> None:
    if all(_RULER.fullmatch(cell) for cell in row) or _columns(row).are_enough:
        return
    if any(_NOT_A_LINE.match(cell.strip(" *-")) for cell in row):
        return
    try:
        amount = _deposit(row, columns)
        if amount:
            statement.lines.append(_line(number, row, columns, order, today, amount))
        elif amount is None and not _cell(row, columns.day):
            _go_on(statement, number, row, columns)
    except DomainError as error:
        if len(statement.problems) < MOST_PROBLEMS:
            statement.problems.append(Problem(number, error.sentence))


def _deposit(row: Row, columns: _Columns) -> Decimal | None:
    """What came in; 0 when it went out, None when there is no figure at all."""
    text, withdrawn = _cell(row, columns.money), _cell(row, columns.withdrawal)
    sign = _sign(text) or (_sign(_cell(row, columns.direction)) if columns.deposit is None else "")
    figure = _SIGN.sub("", text).strip()
    if not figure or _RULER.fullmatch(figure):
        return ZERO if withdrawn else None
    if not _looks_like_money(figure) and not _looks_like_money(withdrawn) and not _has_day(row, columns):
        return None  # words under the statement
    amount = parse_money(figure.strip("()"), minimum=Decimal("-1e13"))
    if sign == "d" or (amount < 0 and columns.deposit is None):
        return ZERO
    if amount < 0:
        raise Invalid(N_("The deposit is less than 0. If it was taken back, there is nothing to record"))
    return amount


def _line(number: int, row: Row, columns: _Columns, order: Order, today: date, amount: Decimal) -> BankLine:
    day = read_day(_cell(row, columns.day), order)
    if day > today:
        raise NotADay(N_("%(day)s has not come yet"), day=_cell(row, columns.day)[:20])
    if day < EARLIEST:
        raise NotADay(N_("%(day)s is before 1 Jul 2017"), day=_cell(row, columns.day)[:20])
    description = _description(row, columns)
    return BankLine(number, day, amount, description, _reference(_cell(row, columns.reference), description))


def _go_on(statement: Statement, number: int, row: Row, columns: _Columns) -> None:
    """A narration that is broken over several rows belongs to the line right above."""
    more = _description(row, columns)
    before = statement.lines[-1] if statement.lines else None
    if (
        not more
        or before is None
        or before.position < number - 3
        or any(cell.strip() for place, cell in enumerate(row) if place not in columns.descriptions)
    ):
        return
    whole = f"{before.description} {more}"[:LONGEST_DESCRIPTION]
    reference = before.reference or _reference("", whole)
    statement.lines[-1] = BankLine(before.position, before.day, before.amount, whole, reference)


def _cell(row: Row, place: int | None) -> str:
    return row[place].strip() if place is not None and place < len(row) else ""


def _has_day(row: Row, columns: _Columns) -> bool:
    return any(character.isdecimal() for character in _cell(row, columns.day))


def _looks_like_money(text: str) -> bool:
    return any(character.isdecimal() for character in text)


def _sign(text: str) -> str:
    found = _SIGN.search(text)
    return found[1][0].lower() if found else ""


def _description(row: Row, columns: _Columns) -> str:
    parts = [re.sub(r"[\s\x00-\x1f\x7f]+", " ", _cell(row, place)) for place in columns.descriptions]
    return " ".join(dict.fromkeys(part for part in parts if part))[:LONGEST_DESCRIPTION]


# The reference

_REFERENCES = (
    re.compile(r"(?<![A-Z0-9])[A-Z]{4,5}[A-Z0-9]?\d{8,18}(?![A-Z0-9])"),  # UTR of NEFT and RTGS
    re.compile(r"(?:CHQ|CHEQUE|CLG|CTS)[^0-9]{0,15}(\d{6})(?!\d)"),
    re.compile(r"(?<!\d)\d{12}(?!\d)"),  # retrieval number of UPI and IMPS
)


def _reference(cell: str, description: str) -> str:
    """What the bank's own column says, else what looks like a reference within the narration."""
    own = re.sub(r"[\s\x00-\x1f\x7f]+", " ", cell).strip(" '-")
    if own.strip("0-. ") and own.casefold() not in ("na", "n/a", "nil", "none", "null"):
        return own[:LONGEST_REFERENCE]
    text = description.upper()
    for pattern in _REFERENCES:
        found = pattern.search(text)
        if found:
            return found[found.re.groups]
    return ""
