"""Customers: the list, a page for each, and the pickers other pages ask for."""

from flask import Blueprint

room = Blueprint("customers", __name__)

from rms.rooms.customers import people, pickers, reminding, show, statement, views  # noqa: E402, F401 - they add routes
