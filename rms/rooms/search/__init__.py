"""Searching everything of the company at once: invoices, quotes, customers, services, receipts."""

from flask import Blueprint

room = Blueprint("search", __name__, url_prefix="/c/<slug>")

from rms.rooms.search import views  # noqa: E402, F401 - it adds its routes
