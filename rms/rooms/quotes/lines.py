"""The lines of a draft: each is saved by itself and answered with its row, the totals and the saved state."""

from uuid import UUID

from flask import request, url_for

from rms.actions import quotes
from rms.domain.errors import StaleVersion
from rms.policy import P
from rms.rooms.quotes import room
from rms.rooms.quotes.editor import CHANGED
from rms.rooms.quotes.sheet import Row, cells_from, draft_to_show, fair_cells, row_of, totals_of
from rms.web.clock import now
from rms.web.errors import sentence
from rms.web.fragments import swap
from rms.web.guard import requires


@room.post("/c/<slug>/quotes/<uuid:quote_id>/lines")
@requires(P.INVOICE_DRAFT)
def add_line(quote_id: UUID):
    draft, line = quotes.add_line(quote_id)
    row = row_of(draft, line)
    return _row(draft, row, focus=_cell(row))


@room.get("/c/<slug>/quotes/<uuid:quote_id>/_/lines/<uuid:quote_line_id>")
@requires(P.INVOICE_DRAFT)
def line(quote_id: UUID, quote_line_id: UUID):
    """The line as it is stored: what *Show theirs* asks for after a conflict."""
    draft = draft_to_show(quote_id)
    row = row_of(draft, draft.line(quote_line_id))
    return _row(draft, row, focus=_cell(row))


@room.post("/c/<slug>/quotes/<uuid:quote_id>/lines/<uuid:quote_line_id>")
@requires(P.INVOICE_DRAFT)
def change_line(quote_id: UUID, quote_line_id: UUID):
    cells = cells_from(request.form, quote_line_id)
    version = request.form.get(f"lines-{quote_line_id}-version", default=0, type=int)
    service_id = request.form.get(f"lines-{quote_line_id}-service", type=UUID)
    try:
        draft, line, typed = quotes.change_line(
            quote_id, quote_line_id, cells, version=version, service_id=service_id
        )
    except StaleVersion as stale:
        return _both_lines(quote_id, quote_line_id, cells, stale)
    row = row_of(draft, line)
    status = 200 if typed.is_valid else 422
    return _row(draft, row, status=status, saved=True, focus=_cell(row, "quantity") if service_id else None)


@room.post("/c/<slug>/quotes/<uuid:quote_id>/lines/<uuid:quote_line_id>/delete")
@requires(P.INVOICE_DRAFT)
def delete_line(quote_id: UUID, quote_line_id: UUID):
    draft, line = quotes.delete_line(quote_id, quote_line_id, now=now())
    also = (*CHANGED, "quotes/_line_deleted.html")
    return swap("quotes/_line_gone.html", also=also, back=_back(quote_id), line=line, **totals_of(draft))


@room.post("/c/<slug>/quotes/<uuid:quote_id>/lines/<uuid:quote_line_id>/restore")
@requires(P.INVOICE_DRAFT)
def restore_line(quote_id: UUID, quote_line_id: UUID):
    draft, line = quotes.restore_line(quote_id, quote_line_id)
    row = row_of(draft, line)
    return _row(draft, row, also=(*CHANGED, "ui/_no_toast.html"), focus=_cell(row))


def _row(draft: quotes.Draft, row: Row, *, also: tuple = CHANGED, **manner):
    """The row with the pieces that follow from it."""
    back = _back(draft.quote.id)
    return swap("quotes/_line.html", also=also, back=back, row=row, **manner, **totals_of(draft))


def _both_lines(quote_id: UUID, quote_line_id: UUID, cells: dict[str, str], stale: StaleVersion):
    """409: what was typed stays in the cells, what is stored stands under them."""
    draft = draft_to_show(quote_id)
    line = draft.line(quote_line_id)
    number = draft.lines.index(line) + 1
    row = Row(line, number, cells, {"name": sentence(stale)}, theirs=fair_cells(line))
    return swap("quotes/_line.html", back=_back(quote_id), status=409, row=row, **totals_of(draft))


def _cell(row: Row, cell: str = "name") -> str:
    return f"#{row.name(cell)}"


def _back(quote_id: UUID) -> str:
    return url_for("quotes.edit", quote_id=quote_id)
