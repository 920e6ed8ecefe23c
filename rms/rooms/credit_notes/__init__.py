"""Credit notes: the list, the editor with what is left to credit, one credit note and where it is used."""

from flask import Blueprint

room = Blueprint("credit_notes", __name__, url_prefix="/c/<slug>/credit-notes")

from rms.rooms.credit_notes import cancel, editor, index, pdf, send, show, use  # noqa: E402, F401 - they add routes
