"""A debit note is begun on the page of the invoice that was too low; it is written in the same editor."""

from uuid import UUID

from flask import url_for
from flask_login import current_user

from rms.actions import debit_notes
from rms.policy import P
from rms.rooms.invoices import room
from rms.web.clock import today
from rms.web.fragments import go
from rms.web.guard import requires
from rms.web.once import once


@room.post("/<uuid:invoice_id>/debit")
@requires(P.INVOICE_DRAFT)
@once
def debit(invoice_id: UUID):
    """A draft of a debit note against this invoice, opened in its editor."""
    note = debit_notes.start(invoice_id, today=today(), created_by=current_user.user_id)
    return go(url_for("invoices.edit", invoice_id=note.id))
