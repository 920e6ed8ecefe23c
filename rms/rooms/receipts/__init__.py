"""Receipts: the list, recording money and laying it on invoices in one screen, one receipt."""

from flask import Blueprint

room = Blueprint("receipts", __name__, url_prefix="/c/<slug>/receipts")

from rms.rooms.receipts import allocate, drafts, index, life, new, send, show, statement, voucher  # noqa: E402, F401
