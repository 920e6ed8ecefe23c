"""The JSON interface, /api/v1: bearer tokens, and no cookie is looked at (web/credentials.py)."""

from flask import Blueprint

room = Blueprint("api", __name__, url_prefix="/api/v1")

from rms.api import me, tokens  # noqa: E402, F401 - the routes need the blueprint
from rms.api.problems import Problem  # noqa: E402

room.register_error_handler(Problem, Problem.reply)
