"""What an admin sets for the company: its name and numbers, where customers pay to, what its people may."""

from flask import Blueprint

room = Blueprint("settings", __name__, url_prefix="/c/<slug>/settings")

from rms.rooms.settings import (  # noqa: E402, F401 - routes need the blueprint
    account_managers,
    bank,
    branding,
    client_types,
    company,
    gst,
    index,
    mail,
    numbering,
    reminders,
    security,
    tds,
)
