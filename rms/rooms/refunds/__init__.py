"""Refunds: paying back an advance or what a credit note leaves, one refund, cancelling it."""

from flask import Blueprint

room = Blueprint("refunds", __name__, url_prefix="/c/<slug>/refunds")

from rms.rooms.refunds import new, show, voucher  # noqa: E402, F401 - they add their routes
