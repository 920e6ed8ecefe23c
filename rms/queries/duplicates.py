"""Customers who may be the one that somebody is about to enter once more."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, case, false, func, literal, or_, select

from rms.db.session import db
from rms.models import Customer

MOST_SHOWN = 5
NEARLY = 0.6  # of pg_trgm: "Lotus Valley School" and "Lotus Vally School" have 0.75
SHORTEST = 3  # of a name without its ornaments; below it says nothing
# What many names have in common; without it "The Lotus Pvt. Ltd." and "Lotus Private Limited" are the same.
ORNAMENTS = r"\m(the|m/s|messrs|private|pvt|limited|ltd|llp|llc|inc|co|company|and)\M|[[:punct:][:space:]]"
LAST_DIGITS = 10


@dataclass(frozen=True)
class Like:
    """A customer who looks the same; `why` holds "gstin", "pan", "email", "phone" and "name"."""

    id: UUID
    name: str
    code: str
    gst_number: str | None
    is_active: bool
    why: tuple[str, ...]


def look_alikes(
    *,
    name: str | None,
    gst_number: str | None = None,
    pan_number: str | None = None,
    email: str | None = None,
    phone: str | None = None,
    besides: UUID | None = None,
) -> Sequence[Like]:
    """The likeliest first, in one statement; archived customers too, merged ones not."""
    same = {
        "gstin": Customer.gst_number == gst_number if gst_number else false(),
        "pan": Customer.pan_number == pan_number if pan_number else false(),
        "email": func.lower(Customer.email) == email.lower() if email else false(),
        "phone": _same_phone(phone),
        "name": _same_name(name),
    }
    likeness = func.similarity(func.lower(Customer.name), (name or "").lower())
    statement = (
        select(
            Customer.id,
            Customer.name,
            Customer.code,
            Customer.gst_number,
            Customer.is_active,
            *(func.coalesce(is_same, false()).label(f"same_{why}") for why, is_same in same.items()),
        )
        .where(Customer.merged_into_id.is_(None), or_(*same.values()))
        .order_by(case((same["gstin"], 0), else_=1), likeness.desc(), Customer.id)
        .limit(MOST_SHOWN)
    )
    if besides:
        statement = statement.where(Customer.id != besides)
    return [
        Like(
            row.id,
            row.name,
            row.code,
            row.gst_number,
            row.is_active,
            tuple(why for why in same if row._mapping[f"same_{why}"]),
        )
        for row in db().execute(statement)
    ]


def like_customer(customer: Customer) -> Sequence[Like]:
    """Those who look like a customer that is stored."""
    return look_alikes(
        name=customer.name,
        gst_number=customer.gst_number,
        pan_number=customer.pan_number,
        email=customer.email,
        phone=customer.phone,
        besides=customer.id,
    )


def _same_name(name: str | None) -> ColumnElement[bool]:
    if not name:
        return false()
    theirs, ours = _bare(Customer.name), _bare(literal(name))
    is_same = (theirs == ours) & (func.length(ours) >= SHORTEST)
    return is_same | (func.similarity(func.lower(Customer.name), name.lower()) >= NEARLY)


def _bare(name) -> ColumnElement[str]:
    return func.regexp_replace(func.lower(name), ORNAMENTS, "", "g")


def _same_phone(phone: str | None) -> ColumnElement[bool]:
    digits = "".join(sign for sign in phone or "" if sign.isdigit())[-LAST_DIGITS:]
    if len(digits) < LAST_DIGITS:
        return false()
    theirs = func.right(func.regexp_replace(Customer.phone, "[^0-9]", "", "g"), LAST_DIGITS)
    return theirs == digits
