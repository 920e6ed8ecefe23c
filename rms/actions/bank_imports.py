"""Statements of a bank: kept and read by a job, then recorded line by line by somebody who looks at each."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from rms import queue
from rms.actions import receipts
from rms.actions.files import forget, store
from rms.actions.receipt_life import clear
from rms.actions.receipts import ReceiptDraft
from rms.db.locks import lock, lock_all
from rms.db.session import after_commit, current_tenant, db
from rms.domain.allocation import Claim, fill_oldest_first
from rms.domain.bank_matching import Suggestion
from rms.domain.bank_statement import Statement, fingerprints, method_of
from rms.domain.contacts import one_line
from rms.domain.errors import N_, IllegalMove, Invalid, NotFound, Sentence
from rms.domain.exact_match import Part
from rms.models import BankLine, ImportBatch, Receipt
from rms.queries.bank_lines import book_of, recorded_as, twins_of, whole_book
from rms.queries.receipts import invoices_to_pay
from rms.queries.tds import habit_of

LONGEST_NAME = 255
LARGEST_FILE = 2 * 1024 * 1024
LOST_AFTER = dt.timedelta(seconds=60)
ROWS_AT_ONCE = 1_000

AS_SUGGESTED, OLDEST_FIRST, ON_ACCOUNT = "suggested", "oldest", "account"
WAYS = (AS_SUGGESTED, OLDEST_FIRST, ON_ACCOUNT)


@dataclass(frozen=True)
class Choice:
    """What somebody decided about a line. `seen` is the mark of the suggestion they looked at."""

    customer_id: UUID
    way: str
    seen: str = ""


class Changed(Invalid):
    """What fits is not what was looked at; `theirs` is what fits now."""

    def __init__(self, theirs: Suggestion) -> None:
        super().__init__(
            N_("This is what fits their open invoices now. Look at it, and record again"), field="way"
        )
        self.theirs = theirs


def begin(name: str, content: bytes, *, created_by: UUID | None) -> ImportBatch:
    """Keep the file and queue its reading. What is in it is not looked at here."""
    if not content.strip():
        raise Invalid(N_("Choose the file of the statement, or paste its rows"), field="file")
    if len(content) > LARGEST_FILE:
        raise Invalid(N_("The file is larger than 2 MB. Send a shorter period"), field="file")
    called = one_line(name.replace("\\", "/").rpartition("/")[2][-LONGEST_NAME:], LONGEST_NAME)
    file = store("import", called or "statement", content, media_type="application/octet-stream")
    batch = ImportBatch(name=called or "statement", file_id=file.id, created_by=created_by)
    db().add(batch)
    db().flush()
    _queue(batch.id)
    return batch


def nudge(batch: ImportBatch, now: dt.datetime) -> None:
    """Queue the reading again when it has waited for long; read twice it is there once."""
    if batch.state == "waiting" and now - batch.created_at > LOST_AFTER:
        _queue(batch.id)


def _queue(batch_id: UUID) -> None:
    tenant_id = current_tenant()
    after_commit(lambda: queue.enqueue("read_statement", tenant_id, batch_id))


def fill(batch_id: UUID, statement: Statement) -> None:
    """Store what was read with a suggestion for each line; a batch that was read already stays as it is."""
    batch = lock(ImportBatch, batch_id)
    if batch.state != "waiting":
        return
    book = whole_book()
    rows = []
    for line, fingerprint in zip(statement.lines, fingerprints(statement.lines), strict=True):
        found = book.suggest(line.amount, f"{line.description} {line.reference}")
        rows.append(
            {
                "batch_id": batch_id,
                "position": line.position,
                "day": line.day,
                "amount": line.amount,
                "description": line.description or None,
                "reference": line.reference or None,
                "fingerprint": fingerprint,
                "customer_id": found.customer_id if found else None,
                "suggestion": as_stored(found) if found else None,
            }
        )
    for start in range(0, len(rows), ROWS_AT_ONCE):
        db().execute(insert(BankLine), rows[start : start + ROWS_AT_ONCE])
    batch.problems = [{"position": one.position, **_kept(one.sentence)} for one in statement.problems] or None
    if rows:
        batch.state = "read"
    else:
        batch.state, batch.problem = "failed", N_("There is no deposit in this statement")
    _let_go(batch)


def fail(batch_id: UUID, told: Sentence) -> None:
    """It could not be read at all, and why."""
    batch = lock(ImportBatch, batch_id)
    if batch.state == "waiting":
        batch.state, batch.problem = "failed", str(told)[:500]
        batch.problems = [{"position": 0, **_kept(told)}]
        _let_go(batch)


def _let_go(batch: ImportBatch) -> None:
    """Its deposits are rows now; everything else that a bank's statement tells of a company is not kept."""
    file_id, batch.file_id = batch.file_id, None
    db().flush()
    forget(file_id)


def record(
    line_id: UUID, choice: Choice, *, now: dt.datetime, today: dt.date, created_by: UUID | None
) -> Receipt:
    """A receipt of this line. Raises IllegalMove when it, or the same line of another file, was recorded,
    Changed when the suggestion is not the one that was seen, and Invalid as `receipts.record` does."""
    line = _new_line(line_id)
    claims = _claims(line, choice)
    draft = ReceiptDraft(
        customer_id=choice.customer_id,
        amount=line.amount,
        receipt_date=line.day,
        payment_method=method_of(line.description or ""),
        reference=line.reference,
        notes=line.description,
    )
    receipt = receipts.record(draft, claims, now=now, today=today, created_by=created_by)
    if receipt.cleared_on is None:
        # The bank has credited it: that is why it is on the statement.
        receipt = clear(receipt.id, on=line.day, now=now, today=today)
    line.state, line.receipt_id, line.customer_id = "recorded", receipt.id, choice.customer_id
    line.version += 1
    db().flush()
    return receipt


def skip(line_id: UUID) -> BankLine:
    """Nothing is to be recorded of this line."""
    return _move(line_id, "new", "skipped", N_("This line is not waiting any more"))


def take_back(line_id: UUID) -> BankLine:
    """A line that was skipped waits again."""
    return _move(line_id, "skipped", "new", N_("This line was not skipped"))


def fitting(line: Any, customer_id: UUID) -> Suggestion:
    """Which open invoices of this customer the line pays, as of now."""
    return book_of(customer_id).for_payer(line.amount, customer_id)


def mark_of(parts: Sequence[Part]) -> str:
    """A suggestion in one word, to notice that it is another."""
    return " ".join(f"{part.invoice_id}:{part.cash}:{part.tds}" for part in parts)


def as_stored(found: Suggestion) -> dict:
    return {
        "parts": [
            {"invoice_id": str(part.invoice_id), "cash": str(part.cash), "tds": str(part.tds)}
            for part in found.parts
        ],
        "is_sure": found.is_sure,
        **_kept(found.reason),
    }


def _kept(told: Sentence) -> dict:
    return {"message": told.message, "params": {name: str(one) for name, one in told.params.items()}}


def _new_line(line_id: UUID) -> BankLine:
    """Locked together with the same line of other files, so that of two people one records it."""
    twins = lock_all(BankLine, twins_of(line_id))
    if not twins:
        raise NotFound()
    line = next(one for one in twins if one.id == line_id)
    if line.state == "recorded":
        raise IllegalMove(N_("This line was recorded already"))
    if line.state == "skipped":
        raise IllegalMove(N_("This line was skipped. Take it back first"))
    number = recorded_as([one.id for one in twins])
    if number:
        raise IllegalMove(N_("This deposit was recorded from another file, as %(number)s"), number=number)
    return line


def _move(line_id: UUID, before: str, after: str, refusal: str) -> BankLine:
    line = lock(BankLine, line_id)
    if line.state != before:
        raise IllegalMove(refusal)
    line.state, line.version = after, line.version + 1
    db().flush()
    return line


def _claims(line: BankLine, choice: Choice) -> list[Claim]:
    if choice.way == ON_ACCOUNT:
        return []
    if choice.way == OLDEST_FIRST:
        return fill_oldest_first(line.amount, invoices_to_pay(choice.customer_id))
    if choice.way != AS_SUGGESTED:
        raise Invalid(N_("Choose what the money is for"), field="way")
    return _with_tds(_parts_seen(line, choice), choice.customer_id, line.day)


def _parts_seen(line: BankLine, choice: Choice) -> Sequence[Part]:
    """What was looked at: what was stored with the line, or found for the customer who was chosen instead."""
    if choice.customer_id == line.customer_id:
        stored = parts_of(line.suggestion)
        if stored and mark_of(stored) == choice.seen:
            return stored
    found = fitting(line, choice.customer_id)
    if not found.parts or mark_of(found.parts) != choice.seen:
        raise Changed(found)
    return found.parts


def parts_of(suggestion: dict | None) -> tuple[Part, ...]:
    """The parts of a stored suggestion."""
    return tuple(
        Part(UUID(one["invoice_id"]), Decimal(one["cash"]), Decimal(one["tds"]))
        for one in (suggestion or {}).get("parts", ())
    )


def _with_tds(parts: Sequence[Part], customer_id: UUID, day: dt.date) -> list[Claim]:
    habit = habit_of(customer_id) if any(part.tds for part in parts) else None
    section, rate = (habit.code_on(day), habit.rate) if habit else (None, None)
    return [
        Claim(part.invoice_id, part.cash, part.tds, tds_section=section, tds_rate=rate)
        if part.tds
        else Claim(part.invoice_id, part.cash)
        for part in parts
    ]
