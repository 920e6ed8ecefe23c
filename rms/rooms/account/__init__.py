"""One's own account: name and manners, password, address, devices, own data, leaving."""

from flask import Blueprint

room = Blueprint("account", __name__)

from rms.rooms.account import (  # noqa: E402, F401 - the views register themselves
    devices,
    email,
    factor,
    leaving,
    you,
)
