"""Users and roles: who works here, who is invited, who may do what; and joining by a mailed invitation."""

from flask import Blueprint

room = Blueprint("people", __name__)

from rms.rooms.people import factor, invitations, join, views  # noqa: E402, F401 - the routes need the blueprint
