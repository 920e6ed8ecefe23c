"""The way in: sign-up, proof of the address, sign-in, sign-out."""

from flask import Blueprint

room = Blueprint("identity", __name__)

from rms.rooms.identity import confirm, sign_in, sign_up, staying  # noqa: E402, F401 - the views register themselves
