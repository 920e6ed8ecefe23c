"""A bank's statement: sent in or pasted, then recorded line by line with what seems to fit."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from flask import flash, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user
from flask_wtf.file import FileField
from werkzeug.utils import secure_filename
from wtforms import TextAreaField

from rms.actions import bank_imports
from rms.actions.bank_imports import AS_SUGGESTED, ON_ACCOUNT, Changed, Choice, mark_of, parts_of
from rms.domain.bank_matching import Suggestion
from rms.domain.errors import N_, DomainError, Invalid, NotFound
from rms.models import ImportBatch
from rms.policy import P
from rms.queries import bank_lines
from rms.queries.bank_lines import STATES, Before
from rms.queries.customers import picked_or_named
from rms.rooms.receipts import room
from rms.web.clock import now, today
from rms.web.forms import Form, strip
from rms.web.fragments import go, page, swap
from rms.web.guard import requires
from rms.web.once import once

LINES_ON_A_PAGE = 25
VIEWS = (*STATES, "all")


class StatementForm(Form):
    """A file, or rows as they were copied."""

    file = FileField(_("File of the statement"))
    pasted = TextAreaField(_("Rows"), filters=[lambda text: text or ""])


@dataclass(frozen=True)
class Line:
    """One line as the page shows it. `parts` are (number, cash, TDS), `told` is what stands against it."""

    row: Any
    customer_id: UUID | None
    customer: str
    parts: tuple = ()
    reason: str = ""
    is_sure: bool = False
    seen: str = ""
    way: str = ON_ACCOUNT
    before: Before | None = None
    told: tuple[str, ...] = ()


@room.get("/statement")
@requires(P.RECEIPT_RECORD)
def statements():
    return page("receipts/statements.html", form=StatementForm(formdata=None), batches=bank_lines.batches())


@room.post("/statement")
@requires(P.RECEIPT_RECORD)
@once
def import_statement():
    form = StatementForm()
    if form.validate():
        try:
            batch = bank_imports.begin(*_sent(form), created_by=current_user.user_id)
        except DomainError as error:
            form.refuse(error)
        else:
            return go(url_for("receipts.statement", batch_id=batch.id))
    return page("receipts/statements.html", form=form, batches=bank_lines.batches(), status=422)


@room.get("/statement/<uuid:batch_id>")
@requires(P.RECEIPT_RECORD)
def statement(batch_id: UUID):
    batch = bank_lines.find_batch(batch_id)
    bank_imports.nudge(batch, now())
    return page("receipts/statement.html", piece="receipts/_bank_reading.html", **_shown(batch))


@room.get("/statement/lines/<uuid:bank_line_id>/match")
@requires(P.RECEIPT_RECORD)
def match_line(bank_line_id: UUID):
    """The line with what fits the customer that was picked; nothing is stored."""
    row = bank_lines.find_line(bank_line_id)
    back = url_for("receipts.statement", batch_id=row.batch_id)
    customer = picked_or_named(
        _as_id(request.args.get("customer_id")), strip(request.args.get("customer")) or ""
    )
    line = _lines([row])[0]
    if customer is not None and row.state == "new":
        found = bank_imports.fitting(row, customer.id)
        line = _fitted(replace(line, customer_id=customer.id, customer=customer.name), found)
    return swap("receipts/_bank_line.html", back=back, line=line, view="new", after=0)


@room.post("/statement/lines/<uuid:bank_line_id>")
@requires(P.RECEIPT_RECORD)
@once
def record_line(bank_line_id: UUID):
    row = bank_lines.find_line(bank_line_id)
    typed = strip(request.form.get("customer")) or ""
    customer = picked_or_named(_as_id(request.form.get("customer_id")), typed)
    try:
        if customer is None:
            raise Invalid(N_("Choose whose money this is"), field="customer")
        choice = Choice(customer.id, request.form.get("way", ""), request.form.get("seen", ""))
        receipt = bank_imports.record(
            bank_line_id, choice, now=now(), today=today(), created_by=current_user.user_id
        )
    except NotFound:
        raise
    except DomainError as error:
        return _refused(row, customer, typed, error)
    flash(gettext("%(number)s is recorded.", number=receipt.receipt_number))
    return go(_back(row.batch_id))


@room.post("/statement/lines/<uuid:bank_line_id>/skip")
@requires(P.RECEIPT_RECORD)
def skip_line(bank_line_id: UUID):
    line = bank_imports.skip(bank_line_id)
    flash(gettext("The line is skipped. It stands under Skipped."))
    return go(_back(line.batch_id))


@room.post("/statement/lines/<uuid:bank_line_id>/take-back")
@requires(P.RECEIPT_RECORD)
def take_line_back(bank_line_id: UUID):
    line = bank_imports.take_back(bank_line_id)
    flash(gettext("The line waits again."))
    return go(_back(line.batch_id))


def _sent(form: StatementForm) -> tuple[str, bytes]:
    sent = request.files.get("file")
    if sent is not None and sent.filename:
        return secure_filename(sent.filename) or "statement", sent.read()
    return gettext("Pasted rows"), (form.pasted.data or "").encode("utf-8", "replace")


def _back(batch_id: UUID) -> str:
    """The same place of the list: what was dealt with has left it, and the next line takes its place."""
    after = _after(request.form.get("after"))
    return url_for("receipts.statement", batch_id=batch_id, view=_view(request.form), after=after or None)


def _refused(row: Any, customer: Any, typed: str, error: DomainError):
    """The page again with the sentence at its line, and nothing of what was chosen lost."""
    shown = _shown(bank_lines.find_batch(row.batch_id), also=row)
    lines = [
        _told(line, customer, typed, error) if line.row.id == row.id else line for line in shown["lines"]
    ]
    return page("receipts/statement.html", status=error.status, **(shown | {"lines": lines, "refused": True}))


def _told(line: Line, customer: Any, typed: str, error: DomainError) -> Line:
    several = error.errors.values() if isinstance(error, Invalid) else [[error.sentence]]
    told = tuple(gettext(one.message, **one.params) for sentences in several for one in sentences)
    line = replace(
        line,
        customer_id=customer.id if customer else None,
        customer=customer.name if customer else typed,
        way=request.form.get("way", ""),
        told=told,
    )
    return _fitted(line, error.theirs) if isinstance(error, Changed) else line


def _shown(batch: ImportBatch, also: Any = None) -> dict:
    """What `statement.html` needs. `also` is a line that is shown although it has left the list."""
    source = request.form if request.method == "POST" else request.args
    view, after = _view(source), _after(source.get("after"))
    rows = list(
        bank_lines.lines_of(
            batch.id, state=None if view == "all" else view, after=after, limit=LINES_ON_A_PAGE + 1
        )
        if batch.state == "read"
        else ()
    )
    older = rows[LINES_ON_A_PAGE - 1].position if len(rows) > LINES_ON_A_PAGE else None
    rows = rows[:LINES_ON_A_PAGE]
    if also is not None and also.id not in {row.id for row in rows}:
        rows.insert(0, also)
    return {
        "batch": batch,
        "view": view,
        "after": after,
        "further": older,
        "counts": bank_lines.counts_of(batch.id) if batch.state == "read" else {},
        "lines": _lines(rows),
        "problems": [_problem(one) for one in batch.problems or ()],
    }


def _lines(rows: list) -> list[Line]:
    before = bank_lines.recorded_before(rows)
    wanted = {part.invoice_id for row in rows if row.state == "new" for part in parts_of(row.suggestion)}
    still = bank_lines.still_open(wanted) if rows else {}
    return [_line(row, still, before.get(row.id)) for row in rows]


def _line(row: Any, still: dict, before: Before | None) -> Line:
    line = Line(row, row.customer_id, row.customer_name or "", before=before)
    if row.state != "new" or not row.suggestion:
        return line
    parts = parts_of(row.suggestion)
    fits = all(
        part.invoice_id in still and still[part.invoice_id].balance >= part.cash + part.tds for part in parts
    )
    if not fits:
        return replace(line, reason=gettext("What was suggested has been paid in the meantime"))
    told = row.suggestion
    return replace(
        line,
        parts=tuple((still[part.invoice_id].invoice_number, part.cash, part.tds) for part in parts),
        reason=gettext(told["message"], **told["params"]),
        is_sure=told["is_sure"],
        seen=mark_of(parts),
        way=AS_SUGGESTED if parts else ON_ACCOUNT,
    )


def _fitted(line: Line, found: Suggestion) -> Line:
    """The line with what was found anew."""
    still = bank_lines.still_open([part.invoice_id for part in found.parts])
    known = {part: still[part.invoice_id].invoice_number for part in found.parts if part.invoice_id in still}
    return replace(
        line,
        parts=tuple((number, part.cash, part.tds) for part, number in known.items()),
        reason=gettext(found.reason.message, **found.reason.params),
        is_sure=found.is_sure,
        seen=mark_of(found.parts),
        way=AS_SUGGESTED if known else ON_ACCOUNT,
    )


def _problem(kept: dict) -> dict:
    return {"position": kept["position"], "words": gettext(kept["message"], **kept["params"])}


def _view(source) -> str:
    asked = source.get("view")
    return asked if asked in VIEWS else "new"


def _after(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 7 else 0


def _as_id(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
