"""Set-up in five steps, from the business to its first invoice; each saves by itself and can wait."""

from flask import Blueprint

room = Blueprint("onboarding", __name__, url_prefix="/c/<slug>/setup")

from rms.rooms.onboarding import business, first, look, steps  # noqa: E402, F401 - the routes need the blueprint
