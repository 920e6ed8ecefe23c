"""Customers: the list, a page for each, and the pickers other pages ask for."""

from flask import Blueprint

room = Blueprint("customers", __name__)

from rms.rooms.customers import (  # noqa: E402 - they add routes
    merge,  # noqa: F401
    opening,  # noqa: F401
    people,  # noqa: F401
    pickers,  # noqa: F401
    reminding,  # noqa: F401
    show,  # noqa: F401
    statement,  # noqa: F401
    statement_send,  # noqa: F401
    views,  # noqa: F401
)
