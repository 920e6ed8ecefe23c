"""Reports over the whole company, as of any day."""

from flask import Blueprint

room = Blueprint("reports", __name__, url_prefix="/c/<slug>/reports")

from rms.rooms.reports import ageing, index  # noqa: E402, F401 - they add their routes
