"""The company's own mail server."""

from sqlalchemy import select

from rms.crypto.fields import open_sealed
from rms.db.session import db
from rms.models import MailServer

TABLE, COLUMN = "mail_servers", "password"


def find_server() -> MailServer | None:
    return db().scalars(select(MailServer)).first()


def place_in(server: MailServer) -> dict:
    """What its password is sealed for."""
    return {"tenant_id": server.tenant_id, "table": TABLE, "column": COLUMN, "row_id": server.id}


def password_of(server: MailServer) -> str | None:
    """In the clear, for signing in there and nowhere else."""
    return open_sealed(server.password, **place_in(server)) if server.password else None
