"""What every template may name: the company, the person, what they may do, tokens and the clock."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from flask import Flask, current_app, g
from flask_babel import lazy_gettext
from flask_login import LoginManager, current_user
from sqlalchemy.exc import OperationalError

from rms.domain import classification
from rms.domain.units import UNIT_CODES
from rms.policy import FREE_LIMITS, Role, Standing, Use, gate
from rms.web.clock import at_home, now, today
from rms.web.guard import can, standing_of_company
from rms.web.once import new_form_token

ROLE_WORDS = {
    Role.ADMIN: lazy_gettext("Admin"),
    Role.MANAGER: lazy_gettext("Manager"),
    Role.USER: lazy_gettext("User"),
}


class NavCounts:
    """Counts beside the rooms' names, read only when a page with the navigation is drawn."""

    def __init__(self, count_overdue: Callable) -> None:
        self._count_overdue = count_overdue

    @cached_property
    def overdue(self) -> int:
        return self._count_overdue(today())


@dataclass(frozen=True)
class Face:
    """The signed-in person, as the shell shows them."""

    name: str
    initials: str
    role_word: str


@dataclass(frozen=True)
class Place:
    """The company whose pages these are."""

    name: str
    slug: str
    gstin: str | None


@dataclass(frozen=True)
class Trial:
    """How far a trial has come, in days."""

    days_left: int
    of: int

    @property
    def used(self) -> int:
        return self.of - self.days_left


def load_people_with(login: LoginManager, person_of_session: Callable) -> None:
    """Flask-Login asks here who it is; web/ itself knows no user model, so the query is handed in."""

    @login.request_loader
    def load(request):
        ticket = g.get("ticket")
        try:
            return person_of_session(ticket.session_id, ticket.audience) if ticket else None
        except OperationalError:
            # Asked again, it would fail again: the page that tells of it is drawn for nobody.
            g.ticket = None
            raise


def init_app(app: Flask, *, count_overdue: Callable) -> None:
    app.jinja_env.globals |= {
        "can": can,
        "today": today,
        "at_home": at_home,
        "form_token": new_form_token,
        "role_words": ROLE_WORDS,
        "code_in_words": classification.described,
        "unit_codes": {code: lazy_gettext(name) for code, name in UNIT_CODES.items()},
        "has_page": lambda endpoint: endpoint in app.view_functions,
    }

    @app.context_processor
    def whose_page() -> dict:
        if not (current_user and current_user.is_authenticated):
            return {"person": current_user}
        return {
            "person": current_user,
            "current_person": Face(current_user.name, current_user.initials, ROLE_WORDS[current_user.role]),
            "current_company": Place(current_user.company_name, current_user.slug, current_user.gstin),
            "nav_counts": NavCounts(count_overdue),
            **_plan(app.config["RMS"].trial_days),
            "session_left": seconds_left(),
            "keys_on": current_user.preferences.get("keys") is not False,
        }


def seconds_left() -> int:
    """How long the session lasts if nothing more is done; this request has just prolonged it."""
    until_end = (current_user.session_ends_at - now()).total_seconds()
    return max(0, int(min(until_end, current_user.idle_seconds)))


def _plan(trial_days: int) -> dict:
    """How the company stands with its plan, and what of it the page has to tell."""
    standing, ends_at = standing_of_company(), current_user.trial_ends_at
    is_over = standing in (Standing.FREE, Standing.LOCKED) and current_user.subscription_status != "cancelled"
    return {
        "standing": standing,
        "may_write": gate(standing, Use.WRITE, current_user.role),
        "trial": _trial(trial_days) if standing is Standing.TRIAL else None,
        "trial_ended_on": at_home(ends_at).date() if is_over and ends_at else None,
        "free_limits": FREE_LIMITS,
        "help_address": current_app.config["RMS"].help_address,
    }


def _trial(length: int) -> Trial | None:
    if current_user.trial_ends_on is None:
        return None
    return Trial(max(0, (current_user.trial_ends_on - today()).days), length)
