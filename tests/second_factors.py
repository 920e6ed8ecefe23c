"""Somebody with an authenticator app, for tests."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import text

from rms.actions import second_factor as acts
from rms.crypto import totp
from rms.db.session import db
from rms.queries.second_factor import row_of, secret_of
from tests.cast import Company, Person


@dataclass
class App:
    """What is on the phone, and the recovery codes in the drawer."""

    secret: str
    codes: list[str]

    def code(self, steps: int = 0) -> str:
        """What it shows now, or some steps of 30 seconds away."""
        return totp.code_at(self.secret, dt.datetime.now(dt.UTC) + dt.timedelta(seconds=30 * steps))

    def wrong(self) -> str:
        """Six digits that are right nowhere near."""
        near = {self.code(steps) for steps in range(-3, 4)}
        return next(code for code in ("000000", "111111", "222222", "333333", "444444") if code not in near)


def turn_on(company: Company, person: Person, *, here=None) -> App:
    """Set up a minute ago, so that the code of now was not used."""
    with company.scope(person):
        acts.begin(person.id)
        secret = secret_of(row_of(person.id))
        before = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=90)
        codes = acts.confirm(person.id, totp.code_at(secret, before), here=here, now=before)
    return App(secret, codes)


def require_of_everybody(company: Company) -> None:
    with company.scope(company.admin):
        db().execute(text("UPDATE tenants SET settings = settings || '{\"require_second_factor\": true}'"))
