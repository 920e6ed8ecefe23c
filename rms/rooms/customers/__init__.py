"""Customers: the list, a page for each, and the pickers other pages ask for."""

from flask import Blueprint

room = Blueprint("customers", __name__)

from rms.rooms.customers import pickers, reminding, views  # noqa: E402, F401 - the routes need the blueprint
