"""The lines of a draft: each is saved by itself and answered with its row, the totals and the saved state."""

from uuid import UUID

from flask import request, url_for

from rms.actions import invoices as drafts
from rms.domain.errors import StaleVersion
from rms.policy import P
from rms.rooms.invoices import room
from rms.rooms.invoices.editor import CHANGED
from rms.rooms.invoices.sheet import Row, cells_from, draft_to_show, fair_cells, row_of, totals_of
from rms.web.clock import now
from rms.web.errors import sentence
from rms.web.fragments import swap
from rms.web.guard import requires


@room.post("/<uuid:invoice_id>/lines")
@requires(P.INVOICE_DRAFT)
def add_line(invoice_id: UUID):
    draft, line = drafts.add_line(invoice_id)
    row = row_of(draft, line)
    return _row(draft, row, focus=_cell(row))


@room.get("/<uuid:invoice_id>/_/lines/<uuid:line_id>")
@requires(P.INVOICE_DRAFT)
def line(invoice_id: UUID, line_id: UUID):
    """The line as it is stored: what *Show theirs* asks for after a conflict."""
    draft = draft_to_show(invoice_id)
    row = row_of(draft, draft.line(line_id))
    return _row(draft, row, focus=_cell(row))


@room.post("/<uuid:invoice_id>/lines/<uuid:line_id>")
@requires(P.INVOICE_DRAFT)
def change_line(invoice_id: UUID, line_id: UUID):
    cells = cells_from(request.form, line_id)
    version = request.form.get(f"lines-{line_id}-version", default=0, type=int)
    service_id = request.form.get(f"lines-{line_id}-service", type=UUID)
    try:
        draft, line, typed = drafts.change_line(
            invoice_id, line_id, cells, version=version, service_id=service_id
        )
    except StaleVersion as stale:
        return _both_lines(invoice_id, line_id, cells, stale)
    row = row_of(draft, line)
    status = 200 if typed.is_valid else 422
    return _row(draft, row, status=status, saved=True, focus=_cell(row, "quantity") if service_id else None)


@room.post("/<uuid:invoice_id>/lines/<uuid:line_id>/delete")
@requires(P.INVOICE_DRAFT)
def delete_line(invoice_id: UUID, line_id: UUID):
    draft, line = drafts.delete_line(invoice_id, line_id, now=now())
    also = (*CHANGED, "invoices/_line_deleted.html")
    return swap("invoices/_line_gone.html", also=also, back=_back(invoice_id), line=line, **totals_of(draft))


@room.post("/<uuid:invoice_id>/lines/<uuid:line_id>/restore")
@requires(P.INVOICE_DRAFT)
def restore_line(invoice_id: UUID, line_id: UUID):
    draft, line = drafts.restore_line(invoice_id, line_id)
    row = row_of(draft, line)
    return _row(draft, row, also=(*CHANGED, "ui/_no_toast.html"), focus=_cell(row))


def _row(draft: drafts.Draft, row: Row, *, also: tuple = CHANGED, **manner):
    """The row with the pieces that follow from it."""
    back = _back(draft.invoice.id)
    return swap("invoices/_line.html", also=also, back=back, row=row, **manner, **totals_of(draft))


def _both_lines(invoice_id: UUID, line_id: UUID, cells: dict[str, str], stale: StaleVersion):
    """409: what was typed stays in the cells, what is stored stands under them."""
    draft = draft_to_show(invoice_id)
    line = draft.line(line_id)
    number = draft.lines.index(line) + 1
    row = Row(line, number, cells, {"name": sentence(stale)}, theirs=fair_cells(line))
    return swap("invoices/_line.html", back=_back(invoice_id), status=409, row=row, **totals_of(draft))


def _cell(row: Row, cell: str = "name") -> str:
    return f"#{row.name(cell)}"


def _back(invoice_id: UUID) -> str:
    return url_for("invoices.edit", invoice_id=invoice_id)
