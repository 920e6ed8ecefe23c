"""Row 43 for credit notes: once one is issued the database itself refuses to change it, whoever asks."""

import pytest
from psycopg.errors import CheckViolation
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from rms.db.credit_triggers import MAY_CHANGE
from rms.db.session import db
from rms.domain.crediting import Ask
from rms.models import CreditNoteLineItem
from rms.queries.credit_notes import lines_of_credit_note
from tests.actions.test_credit_notes import PEST, make_credit, make_invoice
from tests.db.test_frozen import others, refused


def make_note(company, *, issue):
    invoice = make_invoice(company, PEST)
    return make_credit(company, invoice, Ask(invoice.lines[0], amount=100), issue=issue).id


# A NUMERIC that differs from 100.00, and a reason of the list.
@pytest.mark.parametrize(
    ("column", "value"), others("credit_notes", free=MAY_CHANGE), ids=lambda one: str(one)
)
def test_no_column_of_an_issued_credit_note_changes(nilgiri, column, value):
    note_id = make_note(nilgiri, issue=True)
    refused(nilgiri, f"UPDATE credit_notes SET {column} = {value} WHERE id = :id", id=note_id)


def test_neither_it_nor_its_lines_go_away_or_are_joined_by_more(nilgiri):
    note_id = make_note(nilgiri, issue=True)
    with nilgiri.scope():
        [line] = lines_of_credit_note(note_id)
    refused(nilgiri, "DELETE FROM credit_notes WHERE id = :id", id=note_id)
    refused(nilgiri, "DELETE FROM credit_note_line_items WHERE id = :id", id=line.id)
    refused(nilgiri, "UPDATE credit_note_line_items SET name = 'x' WHERE id = :id", id=line.id)
    with pytest.raises(IntegrityError) as caught, nilgiri.scope():
        db().add(CreditNoteLineItem(credit_note_id=note_id, name="One more"))
    assert isinstance(caught.value.orig, CheckViolation)


def test_notes_stay_free_and_so_does_a_draft(nilgiri):
    issued, draft = make_note(nilgiri, issue=True), make_note(nilgiri, issue=False)
    with nilgiri.scope():
        for note_id, columns in ((issued, "notes = 'x'"), (draft, "reason = 'x', round_off = round_off")):
            statement = text(f"UPDATE credit_notes SET {columns} WHERE id = :id")
            assert db().execute(statement, {"id": note_id}).rowcount == 1
