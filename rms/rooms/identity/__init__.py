"""The way in: sign-up, proof of the address, sign-in, sign-out."""

from flask import Blueprint

room = Blueprint("identity", __name__)

from rms.rooms.identity import (  # noqa: E402, F401 - the views register themselves
    code,
    companies,
    confirm,
    reset,
    sign_in,
    sign_up,
    staying,
)
