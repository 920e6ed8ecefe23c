"""What every template may name: the company, the person, what they may do, tokens and the clock."""

from collections.abc import Callable

from flask import Flask, g
from flask_login import LoginManager, current_user

from rms.web.clock import at_home, today
from rms.web.guard import can
from rms.web.once import new_form_token


def load_people_with(login: LoginManager, person_of_session: Callable) -> None:
    """Flask-Login asks here who it is; web/ itself knows no user model, so the query is handed in."""

    @login.request_loader
    def load(request):
        token = g.get("session_token")
        return person_of_session(token) if token else None


def init_app(app: Flask) -> None:
    app.jinja_env.globals |= {"can": can, "today": today, "at_home": at_home, "form_token": new_form_token}
    app.context_processor(_whose_page)


def _whose_page() -> dict:
    """Only names what is asked for: `person` is the lazily loaded signed-in person, or anonymous."""
    return {"person": current_user}
