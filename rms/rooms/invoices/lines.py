"""The lines of a draft: each is saved by itself and answered with its row, the totals and the saved state."""

from uuid import UUID

from flask import request, url_for
from flask_babel import gettext, ngettext

from rms.actions import invoice_lines, services
from rms.actions.drafts import Draft
from rms.actions.services import ServiceDraft
from rms.domain import typed_line
from rms.domain.errors import Invalid, StaleVersion
from rms.models import InvoiceLineItem
from rms.policy import P
from rms.queries.tax_rates import category_of_rate
from rms.rooms.invoices import room
from rms.rooms.invoices.editor import CHANGED
from rms.rooms.invoices.sheet import Row, cells_from, draft_to_show, page_of, row_of, totals_of
from rms.web.clock import now, today
from rms.web.errors import sentence
from rms.web.fragments import swap
from rms.web.guard import requires


@room.post("/<uuid:invoice_id>/lines")
@requires(P.INVOICE_DRAFT)
def add_line(invoice_id: UUID):
    draft, line = invoice_lines.add_line(invoice_id, after=request.form.get("after", type=UUID))
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
        draft, line, typed = invoice_lines.change_line(
            invoice_id, line_id, cells, version=version, service_id=service_id
        )
    except StaleVersion as stale:
        return _both_lines(invoice_id, cells, stale)
    row = row_of(draft, line)
    status = 200 if typed.is_valid else 422
    return _row(draft, row, status=status, saved=True, focus=_cell(row, "quantity") if service_id else None)


@room.post("/<uuid:invoice_id>/lines/<uuid:line_id>/delete")
@requires(P.INVOICE_DRAFT)
def delete_line(invoice_id: UUID, line_id: UUID):
    draft, line = invoice_lines.delete_line(invoice_id, line_id, now=now())
    also = (*CHANGED, "invoices/_line_deleted.html")
    return swap("invoices/_line_gone.html", also=also, back=_back(invoice_id), line=line, **totals_of(draft))


@room.post("/<uuid:invoice_id>/lines/<uuid:line_id>/restore")
@requires(P.INVOICE_DRAFT)
def restore_line(invoice_id: UUID, line_id: UUID):
    draft, line = invoice_lines.restore_line(invoice_id, line_id)
    row = row_of(draft, line)
    return _row(draft, row, also=(*CHANGED, "ui/_no_toast.html"), focus=_cell(row))


@room.post("/<uuid:invoice_id>/lines/<uuid:line_id>/copy")
@requires(P.INVOICE_DRAFT)
def copy_line(invoice_id: UUID, line_id: UUID):
    draft, twin = invoice_lines.copy_line(invoice_id, line_id)
    row = row_of(draft, twin)
    return _row(draft, row, focus=_cell(row))


@room.post("/<uuid:invoice_id>/lines/<uuid:line_id>/move")
@requires(P.INVOICE_DRAFT)
def move_line(invoice_id: UUID, line_id: UUID):
    """`before` names the line that follows it afterwards, nothing the end. The page has moved its row already
    and says what follows what; only when somebody else moved lines too does it get them all.
    """
    before = request.form.get("before", type=UUID)
    draft, line = invoice_lines.move_line(invoice_id, line_id, before=before)
    shown = request.form.get("shown", "").split()
    if shown and shown != [str(one.id) for one in draft.lines]:
        return _table(draft, focus=_cell(row_of(draft, line)))
    return swap("invoices/_save_state.html", back=_back(invoice_id), **totals_of(draft))


@room.post("/<uuid:invoice_id>/lines/paste")
@requires(P.INVOICE_DRAFT)
def paste_lines(invoice_id: UUID):
    text, after = request.form.get("rows", ""), request.form.get("after", type=UUID)
    draft, added = invoice_lines.paste_lines(invoice_id, text, after=after)
    return _table(draft, focus=_cell(row_of(draft, _first_to_look_at(added))), toast=_told(added))


@room.post("/<uuid:invoice_id>/lines/from-last")
@requires(P.INVOICE_DRAFT)
def add_last_lines(invoice_id: UUID):
    draft, added = invoice_lines.add_last_lines(invoice_id)
    return _table(draft, focus=_cell(row_of(draft, _first_to_look_at(added))), toast=_told(added))


@room.post("/<uuid:invoice_id>/lines/<uuid:line_id>/service")
@requires(P.SERVICE_EDIT)
def add_as_service(invoice_id: UUID, line_id: UUID):
    """What stands in the line becomes a service; the line itself is saved with it."""
    cells = cells_from(request.form, line_id)
    version = request.form.get(f"lines-{line_id}-version", default=0, type=int)
    try:
        draft, line, typed = invoice_lines.change_line(invoice_id, line_id, cells, version=version)
    except StaleVersion as stale:
        return _both_lines(invoice_id, cells, stale)
    row = row_of(draft, line)
    if not typed.is_valid:
        return _row(draft, row, status=422, saved=True)
    try:
        service = services.add(_service_of(line), today=today())
    except Invalid as error:
        told = {name: sentence(one) for name, several in error.errors.items() for one in several}
        return _row(draft, Row(line, row.number, row.cells, told), status=422)
    line.service_type_id = service.id
    told = gettext("%(name)s is one of your services now", name=service.name)
    return _row(draft, row, focus=_cell(row, "quantity"), toast=told)


def _service_of(line: InvoiceLineItem) -> ServiceDraft:
    taxable = line.tax_treatment == "taxable"
    return ServiceDraft(
        name=line.name,
        description=line.description,
        hsn_sac=line.hsn_sac,
        unit=line.unit,
        default_rate=line.rate,
        tax=category_of_rate(line.tax_rate, today()) if taxable else line.tax_treatment,
    )


def _row(draft: Draft, row: Row, *, also: tuple = CHANGED, **manner):
    """The row with the pieces that follow from it."""
    back = _back(draft.invoice.id)
    return swap("invoices/_line.html", also=also, back=back, row=row, **manner, **totals_of(draft))


def _table(draft: Draft, **manner):
    """All lines, when several changed at once."""
    back = _back(draft.invoice.id)
    return swap("invoices/_lines.html", also=CHANGED, back=back, **manner, **page_of(draft))


def _both_lines(invoice_id: UUID, cells: dict[str, str], stale: StaleVersion):
    """409: what was typed stays in the cells, what is stored stands under them."""
    draft, line = draft_to_show(invoice_id), stale.theirs
    live = [one.id for one in draft.lines]
    number = live.index(line.id) + 1 if line.id in live else len(live) + 1
    theirs = typed_line.cells_of(line) if line.is_valid else dict(line.raw_input)
    row = Row(line, number, cells, {"name": sentence(stale)}, theirs=theirs)
    return swap("invoices/_line.html", back=_back(invoice_id), status=409, row=row, **totals_of(draft))


def _first_to_look_at(added: list[InvoiceLineItem]) -> InvoiceLineItem:
    return next((line for line in added if not line.is_valid), added[0])


def _told(added: list[InvoiceLineItem]) -> str:
    """ "12 rows added, 1 needs a look" """
    wrong = sum(not line.is_valid for line in added)
    told = ngettext("%(num)s row added", "%(num)s rows added", len(added))
    if not wrong:
        return told
    looks = ngettext("%(num)s needs a look", "%(num)s need a look", wrong)
    return gettext("%(added)s, %(wrong)s", added=told, wrong=looks)


def _cell(row: Row, cell: str = "name") -> str:
    return f"#{row.name(cell)}"


def _back(invoice_id: UUID) -> str:
    return url_for("invoices.edit", invoice_id=invoice_id)
