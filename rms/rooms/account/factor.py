"""Turning the second factor on and off, and its recovery codes. The password is asked for before each."""

from flask import Response, flash, url_for
from flask_babel import gettext
from flask_login import current_user

from rms.actions import second_factor as acts
from rms.domain.errors import N_, DomainError, Invalid, TooOften
from rms.policy import P
from rms.queries.devices import count_devices
from rms.queries.second_factor import is_on
from rms.rooms.account import room
from rms.rooms.account.setting_up import FactorCodeForm, FirstCodeForm, factor_shown
from rms.web.clock import now
from rms.web.fragments import go, page
from rms.web.guard import requires
from rms.web.lifecycle import release
from rms.web.moments import moment_words


@room.get("/account/2fa")
@requires(P.OWN_ACCOUNT)
def second_factor():
    """Where whoever must have one is led after signing in."""
    return _factor_page()


@room.post("/account/2fa/begin")
@requires(P.OWN_ACCOUNT, fresh=True)
def begin_factor():
    try:
        acts.begin(current_user.user_id)
    except DomainError as error:
        return _refused(error)
    return go(url_for("account.second_factor"))


@room.post("/account/2fa/confirm")
@requires(P.OWN_ACCOUNT, fresh=True)
def confirm_factor():
    """The codes are in this reply and nowhere else: what is stored cannot be read back."""
    form = FirstCodeForm()
    if not form.validate():
        return _factor_page(form, status=422)
    try:
        codes = acts.confirm(current_user.user_id, form.typed, here=current_user.session_id, now=now())
    except DomainError as error:
        return _refused(error, form)
    return _codes_page(codes, is_new=True)


@room.post("/account/2fa/codes")
@requires(P.OWN_ACCOUNT, fresh=True)
def renew_codes():
    try:
        codes = acts.renew_codes(current_user.user_id)
    except DomainError as error:
        return _refused(error)
    return _codes_page(codes, is_new=False)


@room.post("/account/2fa/off")
@requires(P.OWN_ACCOUNT, fresh=True)
def turn_off_factor():
    """Takes a code too once it is on; before that it only forgets what was begun."""
    if acts.stop_setting_up(current_user.user_id):
        return go(url_for("account.second_factor"))
    form = FactorCodeForm()
    if is_on(current_user.user_id):
        if not form.validate():
            return _factor_page(form, status=422)
        try:
            _prove(form)
        except DomainError as error:
            return _refused(error, form)
        acts.turn_off(current_user.user_id, now=now())
        flash(gettext("Your second factor is off. The recovery codes are void."))
    return go(url_for("account.second_factor"))


def _prove(form: FactorCodeForm) -> None:
    """Counted as at the door: at an open screen nobody may guess on and on."""
    release()
    if not acts.prove(current_user.tenant_id, current_user.user_id, form.typed, now=now()):
        raise Invalid(N_("That code is not right, or was used. Type the one the app shows now"), field="code")


def _refused(error: DomainError, form: FactorCodeForm | None = None) -> Response:
    form = form or FactorCodeForm(formdata=None)
    form.refuse(error)
    reply = _factor_page(form, status=error.status)
    if isinstance(error, TooOften):
        reply.headers["Retry-After"] = str(error.retry_after)
    return reply


def _factor_page(form: FactorCodeForm | None = None, *, status: int = 200) -> Response:
    if status >= 400:
        release()
    devices = count_devices(current_user.user_id, now=now())
    shown = {"devices": devices, "moment": moment_words, **factor_shown(form)}
    return page("account/second_factor.html", status=status, **shown)


def _codes_page(codes: list[str], *, is_new: bool) -> Response:
    lines = [gettext("Recovery codes, each works once"), f"{current_user.company_name}, {current_user.email}"]
    return page(
        "account/recovery_codes.html",
        codes=codes,
        is_new=is_new,
        file="\n".join([*lines, "", *codes, ""]),
        devices=count_devices(current_user.user_id, now=now()),
    )
