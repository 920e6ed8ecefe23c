"""Invoices: the list, the editor with its lines, issuing, the view, PDF and sending."""

from flask import Blueprint

room = Blueprint("invoices", __name__, url_prefix="/c/<slug>/invoices")

from rms.rooms.invoices import (  # noqa: E402, F401 - they add their routes
    bulk,
    cancel,
    debit,
    editor,
    explain,
    exports,
    index,
    issue,
    lines,
    particulars,
    pay,
    pdf,
    prefs,
    remind,
    send,
    share,
    show,
)
