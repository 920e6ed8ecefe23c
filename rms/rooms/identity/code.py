"""The second step of signing in: a code of the authenticator app, or a recovery code."""

from flask import Response, flash, request, session, url_for
from flask_babel import gettext, ngettext

from rms.actions import second_factor
from rms.actions.sessions import CannotSignIn, SignIn
from rms.domain.errors import TooOften
from rms.queries.second_factor import codes_left
from rms.queries.sign_in import Seat, seat_of
from rms.rooms.identity import entry, room
from rms.rooms.identity.entry import Pending
from rms.rooms.identity.forms import CodeForm, RecoveryForm
from rms.rooms.identity.sign_in import wait_of
from rms.rooms.identity.visitor import in_company, use_up_passes
from rms.web.clock import now
from rms.web.fragments import go, page
from rms.web.guard import public
from rms.web.lifecycle import release


@room.get("/login/code")
@public
def code():
    asked = _whom_we_ask()
    if asked is None:
        return _is_over()
    return _code_page(asked[1])


@room.post("/login/code")
@public
def prove_code():
    """With the field `recovery` it is a recovery code; the page has a form for each."""
    asked = _whom_we_ask()
    if asked is None:
        return _is_over()
    waiting, seat = asked
    form = RecoveryForm() if "recovery" in request.form else CodeForm()
    if not form.validate():
        return _code_page(seat, form, status=422)
    release()
    try:
        is_right = second_factor.prove(
            waiting.tenant_id,
            waiting.user_id,
            form.typed,
            now=now(),
            device=entry.known_device(seat.email),
        )
    except TooOften as error:
        reply = _code_page(seat, form, status=error.status, wait=wait_of(error))
        reply.headers["Retry-After"] = str(error.retry_after)
        return reply
    if not is_right:
        form.refuse_code()
        return _code_page(seat, form, status=422)
    if not use_up_passes():
        return _is_over()
    return _let_in(waiting, by_recovery_code=isinstance(form, RecoveryForm))


def _let_in(waiting: Pending, *, by_recovery_code: bool) -> Response:
    who = SignIn(waiting.user_id, waiting.checked, remember=waiting.remember, with_second_factor=True)
    try:
        reply = entry.come_in(waiting.tenant_id, who, waiting.following)
    except CannotSignIn:
        return _is_over()
    if by_recovery_code:
        with in_company(waiting.tenant_id):
            _tell_what_is_left(codes_left(waiting.user_id))
    return reply


def _tell_what_is_left(left: int) -> None:
    told = ngettext("%(num)s recovery code is left.", "%(num)s recovery codes are left.", left)
    if left < 3:
        told += " " + gettext("Make new ones on your account page.")
    flash(told)


def _whom_we_ask() -> tuple[Pending, Seat] | None:
    """None when the five minutes are over, or the code is no longer what lets this person in."""
    waiting = entry.pending()
    if waiting is None:
        return None
    with in_company(waiting.tenant_id):
        seat = seat_of(waiting.user_id)
    return (waiting, seat) if seat and seat.asks_code else None


def _is_over() -> Response:
    session.pop("pending", None)
    flash(gettext("That took too long. Sign in again."))
    return go(url_for("identity.login"))


def _code_page(seat: Seat, form: CodeForm | RecoveryForm | None = None, *, status: int = 200, wait=None):
    """Of the two forms the one that was not sent is empty."""
    sent_recovery = isinstance(form, RecoveryForm)
    return page(
        "identity/code.html",
        piece="identity/_code_forms.html",
        status=status,
        form=CodeForm(formdata=None) if sent_recovery or form is None else form,
        recovery=form if sent_recovery else RecoveryForm(formdata=None),
        is_recovery=sent_recovery,
        wait=wait,
        company=seat.company_name,
    )
