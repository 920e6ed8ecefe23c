"""`/healthz`: the process answers and reaches its database."""

from flask import Blueprint
from sqlalchemy import text

from rms.db.session import db
from rms.web.guard import public

health = Blueprint("health", __name__)


@health.get("/healthz")
@public
def healthz():
    db().execute(text("select 1"))
    return "ok\n", 200, {"Content-Type": "text/plain; charset=utf-8"}
