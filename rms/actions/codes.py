"""Short codes of customers and services: typed by hand, or the next free number behind a letter."""

from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute

from rms.db.base import Base
from rms.db.session import db


def next_code(column: InstrumentedAttribute, letter: str) -> str:
    """The code a new row gets when none is typed: C0001, C0002, and so on."""
    return next(codes_for(column, letter, None))


def codes_for(column: InstrumentedAttribute, letter: str, typed: str | None) -> Iterator[str]:
    """The typed code alone, or free ones one after the other: two people may add a row at the same moment."""
    if typed:
        yield typed
        return
    digits = func.substring(column, f"^{letter}([0-9]{{1,8}})$")
    number = int(db().scalar(select(func.max(func.lpad(digits, 8, "0")))) or 0)
    while True:
        number += 1
        yield f"{letter}{number:04d}"


def stored(row: Base, constraint: str) -> bool:
    """Insert the row; False when `constraint` says that its code is taken. Anything else raises."""
    try:
        with db().begin_nested():
            db().add(row)
    except IntegrityError as error:
        if constraint not in str(error.orig):
            raise
        return False
    return True


def is_taken(column: InstrumentedAttribute, code: str) -> bool:
    return db().scalar(select(column).where(column == code).limit(1)) is not None
