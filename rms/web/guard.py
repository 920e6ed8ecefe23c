"""Every endpoint says who may call it: `@requires(P.X)` or `@public`.

A test walks the URL map and fails one that says neither. The check runs before the view, so that a forgotten
line in a view can open nothing.
"""

from collections.abc import Callable

from flask import Flask, current_app, g, redirect, request, url_for
from flask_login import current_user
from werkzeug.exceptions import Unauthorized

from rms.db.session import act_as
from rms.domain.errors import N_, Forbidden, NotFound, PaymentRequired
from rms.policy import Permission, Standing, gate, refusal, standing_of, use_of
from rms.policy import can as role_can
from rms.web import step_up
from rms.web.clock import now
from rms.web.credentials import is_api
from rms.web.fragments import go, wants_fragment
from rms.web.lifecycle import SAFE_METHODS


def requires(permission: str, *, fresh: bool = False) -> Callable:
    """The view is for signed-in people of this company who hold the permission.

    `fresh`: what it does needs the password within the last fifteen minutes (web/step_up.py).
    """

    def mark(view: Callable) -> Callable:
        view.rms_permission = permission
        view.rms_fresh = fresh
        return view

    return mark


def public(view: Callable) -> Callable:
    """The view is for everybody, signed in or not."""
    view.rms_public = True
    return view


def unnoticed(view: Callable) -> Callable:
    """The view asks about the session without using it: nothing is renewed or prolonged for it."""
    view.rms_unnoticed = True
    return view


def can(permission: str) -> bool:
    """Whether the signed-in person holds the permission; what templates ask."""
    if not current_user.is_authenticated:
        return False
    return role_can(current_user.role, permission, users_may_draft=current_user.users_may_draft)


def init_app(app: Flask) -> None:
    app.before_request(_check)


def _check():
    if request.endpoint is None or request.endpoint == "static":
        return None
    view = current_app.view_functions[request.endpoint]
    if getattr(view, "rms_public", False):
        return None
    permission = getattr(view, "rms_permission", None)
    if permission is None:
        raise NotFound(N_("Nothing here."))
    if not current_user.is_authenticated:
        return _ask_to_sign_in()
    slug = (request.view_args or {}).pop("slug", None)
    if slug is not None and slug != current_user.slug:
        raise NotFound(N_("Nothing here."))
    if not can(permission):
        raise Forbidden(N_("Your role cannot do this."), permission=permission)
    _pass_gate(permission)
    if _lacks_second_factor() and permission != Permission.OWN_ACCOUNT:
        return _lead_to_second_factor()
    if request.method in SAFE_METHODS:
        return None
    question = step_up.demand() if view.rms_fresh and not step_up.is_fresh() else None
    if question is None:
        act_as(current_user.user_id)
    return question


def _pass_gate(permission: str) -> None:
    """What the company's plan leaves open today: 402 says what ended, 403 that an operator has closed it."""
    settings = current_app.config["RMS"]
    use = use_of(permission, writes=request.method not in SAFE_METHODS, api=is_api())
    standing = standing_of_company()
    if gate(standing, use, current_user.role):
        return
    refused = Forbidden if standing is Standing.SUSPENDED else PaymentRequired
    raise refused(refusal(standing, use), help=settings.help_address)


def _lacks_second_factor() -> bool:
    return current_user.require_second_factor and not current_user.has_second_factor


def _lead_to_second_factor():
    """Whoever must have one sets it up before anything else. What was being typed stays on its page: only a
    page that is asked for leads there.
    """
    if is_api() or request.method not in SAFE_METHODS:
        told = N_("Your company asks everybody for a second factor. Set yours up on your account page first")
        raise Forbidden(told)
    return go(url_for("account.second_factor"))


def standing_of_company() -> Standing:
    """How the signed-in person's company stands with its plan now."""
    person = current_user
    after_trial = current_app.config["RMS"].after_trial
    return standing_of(person.subscription_status, person.trial_ends_at, now(), after_trial)


def _ask_to_sign_in():
    """A fragment cannot show a sign-in page, so it answers 401 and the page shows its strip. A program is
    told that it needs a token, whatever was wrong with the one it has.
    """
    if is_api():
        raise Unauthorized
    if wants_fragment():
        return "", 401, {"HX-Trigger": "signed-out"}
    here = request.full_path.rstrip("?") if request.method in SAFE_METHODS else None
    return redirect(url_for("identity.login", next=here), code=303)


def fill_in_slug(app: Flask) -> None:
    """`url_for` of a company page fills in the signed-in person's company, so that no view passes it on."""

    @app.url_defaults
    def add_slug(endpoint: str, values: dict) -> None:
        if "slug" in values or not app.url_map.is_endpoint_expecting(endpoint, "slug"):
            return
        if g and current_user and current_user.is_authenticated:
            values["slug"] = current_user.slug
