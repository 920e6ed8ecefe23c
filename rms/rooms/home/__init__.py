"""The first page of a company: one sentence, four figures, and what needs somebody."""

from flask import Blueprint

room = Blueprint("home", __name__, url_prefix="/c/<slug>")

from rms.rooms.home import views  # noqa: E402, F401 - it adds its route
