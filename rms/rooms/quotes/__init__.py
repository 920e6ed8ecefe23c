"""Quotes: the list, the editor with its lines, the view, sending, acting on the answer."""

from flask import Blueprint

room = Blueprint("quotes", __name__)

from rms.rooms.quotes import (  # noqa: E402, F401 - they add their routes
    acts,
    editor,
    index,
    lines,
    paper,
    send,
    show,
)
