"""Invoices that repeat: the list of schedules, the page of one with its coming runs, what is done to it."""

from flask import Blueprint

room = Blueprint("recurring", __name__, url_prefix="/c/<slug>/recurring")

from rms.rooms.recurring import acts, views  # noqa: E402, F401 - they add their routes
