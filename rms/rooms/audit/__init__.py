"""The audit log: who did what, when and from where; and whether anybody has tampered with it."""

from flask import Blueprint

room = Blueprint("audit", __name__)

from rms.rooms.audit import download, views  # noqa: E402, F401 - the views register themselves
