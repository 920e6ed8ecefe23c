"""The product with two addresses more, which do nothing: one for everybody, one for who is signed in."""

from flask import Blueprint

from rms import create_app
from rms.policy import Permission as P
from rms.web.guard import public, requires

nothing = Blueprint("nothing", __name__)


@nothing.get("/nothing/for-everybody")
@public
def for_everybody():
    return "", 204


@nothing.get("/nothing/for-one")
@requires(P.OWN_ACCOUNT)
def for_one():
    return "", 204


app = create_app()
app.register_blueprint(nothing)
