"""A customer's account and the ageing of all of them as tables, CSV or XLSX."""

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Literal, Protocol

from rms.documents.sheets import CSV_TYPE, XLSX_TYPE, Cell, csv_bytes, xlsx_bytes
from rms.domain.ledger import BUCKET_WORDS, Account, Aged, Entry
from rms.domain.money import ZERO
from rms.domain.periods import format_date

Translate = Callable[[str], str]
Kind = Literal["csv", "xlsx"]


def N_(message: str) -> str:  # noqa: N802 - marks a word for translation
    return message


ACCOUNT_HEAD = (
    N_("Date"),
    N_("Entry"),
    N_("About"),
    N_("Billed"),
    N_("Received"),
    N_("Balance"),
)
OPENING, CLOSING = N_("Opening balance"), N_("Closing balance")
STILL_OPEN, DUE = N_("Open invoices"), N_("Due %(day)s")
CUSTOMER, OPEN, ADVANCES, NET = N_("Customer"), N_("Owed"), N_("Advance held"), N_("Net")
TOTAL = N_("Total")


class OpenBill(Protocol):
    """What is told of an invoice that was open: see queries/ageing.Open."""

    number: str
    invoice_date: dt.date
    due_date: dt.date
    total: Decimal
    balance: Decimal


def account_table(
    kind: Kind,
    account: Account,
    code: str,
    name_of: Callable[[Entry], str],
    owed: Sequence[OpenBill] = (),
    *,
    translate: Translate,
) -> tuple[str, bytes, str]:
    """File name, bytes and media type; the balance is what the customer owes, below 0 what they have left.

    What was `owed` at its end follows the closing, invoice by invoice, then what lies on none.
    """
    rows: list[list[Cell]] = []
    if account.since:
        rows.append([account.since, translate(OPENING), "", None, None, account.opening])
    for one in account.entries:
        rows.append([one.day, name_of(one), one.about, one.debit or None, one.credit or None, one.balance])
    closing = [account.until, translate(CLOSING), "", account.debits, account.credits, account.closing]
    head = [translate(word) for word in ACCOUNT_HEAD]
    table = [*rows, closing, *_open_bills(account, owed, translate)]
    return _file(kind, f"statement-{code}-{account.until:%Y%m%d}", head, table)


def _open_bills(account: Account, owed: Sequence[OpenBill], translate: Translate) -> list[list[Cell]]:
    if not owed:
        return []
    rows: list[list[Cell]] = [[None] * len(ACCOUNT_HEAD)]
    for one in owed:
        due = translate(DUE) % {"day": format_date(one.due_date)}
        rows.append([one.invoice_date, one.number, due, one.total, one.total - one.balance, one.balance])
    still_open = sum((one.balance for one in owed), ZERO)
    rows.append([account.until, translate(STILL_OPEN), "", None, None, still_open])
    if still_open != account.closing:
        rows.append([account.until, translate(ADVANCES), "", None, None, account.closing - still_open])
    return rows


def ageing_table(
    kind: Kind, day: dt.date, rows: Sequence[Aged], total: Aged, *, translate: Translate
) -> tuple[str, bytes, str]:
    head = [CUSTOMER, *BUCKET_WORDS, OPEN, ADVANCES, NET]
    table = [_aged(one, one.name) for one in rows]
    table.append(_aged(total, translate(TOTAL)))
    return _file(kind, f"ageing-{day:%Y%m%d}", [translate(word) for word in head], table)


def _aged(one: Aged, name: str) -> list[Cell]:
    return [name, *one.buckets, one.open, -one.advances, one.balance]


def _file(kind: Kind, name: str, head: list[str], rows: list[list[Cell]]) -> tuple[str, bytes, str]:
    if kind == "csv":
        return f"{name}.csv", csv_bytes(head, rows), CSV_TYPE
    return f"{name}.xlsx", xlsx_bytes(name[:31], head, rows), XLSX_TYPE
