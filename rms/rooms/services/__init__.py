"""Services: the list with rows edited in place, and the picker the invoice editor asks for."""

from flask import Blueprint

room = Blueprint("services", __name__)

from rms.rooms.services import pickers, views  # noqa: E402, F401 - the routes need the blueprint
