"""A debit note raises the value or the tax of an invoice that is out (CGST Act s.34(3), Rule 53).

It is a row of `invoices` with a number of its own series: written in the same editor, paid, reminded of and
credited like an invoice. What makes it one is `against_invoice_id`, which is set here and never changes.
"""

import datetime as dt
from uuid import UUID

from rms.actions import series
from rms.actions.copies import DELIVERY, SUPPLY
from rms.actions.drafts import Draft
from rms.actions.invoices import create_draft
from rms.actions.pricing import DEBIT_NOTE
from rms.db.locks import lock
from rms.domain.lifecycle import Status, Verb, move
from rms.models import Invoice
from rms.queries.invoices import lines_of, terms_for


def start(invoice_id: UUID, *, today: dt.date, created_by: UUID | None) -> Invoice:
    """A draft against an issued invoice: for its customer, and taxed where and how that supply was.

    Raises NotFound, and IllegalMove for a draft, a cancelled invoice, an opening balance or a debit note.
    """
    original = lock(Invoice, invoice_id)
    move(Status(original.status), Verb.DEBIT, kind=original.kind)
    series.open_later("debit_note")
    day = max(today, original.invoice_date)
    note = create_draft(customer_id=original.customer_id, today=day, created_by=created_by)
    note.kind, note.against_invoice_id = DEBIT_NOTE, original.id
    for name in (*SUPPLY, *DELIVERY):
        setattr(note, name, getattr(original, name))
    Draft(note, lines_of(note.id), terms_for(note.customer_id)).reprice()
    return note
