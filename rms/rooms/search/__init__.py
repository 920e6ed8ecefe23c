"""Searching everything of the company at once: papers, customers and services."""

from flask import Blueprint

room = Blueprint("search", __name__, url_prefix="/c/<slug>")

from rms.rooms.search import views  # noqa: E402, F401 - it adds its routes
