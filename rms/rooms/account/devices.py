"""Where I am signed in, and ending it: one device, all others, all."""

from uuid import UUID

from flask import flash, session, url_for
from flask_babel import gettext
from flask_login import current_user

from rms.actions import sessions
from rms.domain.errors import N_, NotFound
from rms.policy import P
from rms.queries.devices import devices_of, owns
from rms.rooms.account import room
from rms.web.clock import now
from rms.web.credentials import forget_cookies
from rms.web.fragments import go, page, swap, wants_fragment
from rms.web.guard import requires
from rms.web.moments import moment_words


@room.get("/account/sessions")
@requires(P.OWN_ACCOUNT)
def devices():
    return page("account/sessions.html", **_shown())


@room.post("/account/sessions/<uuid:session_id>/end")
@requires(P.OWN_ACCOUNT)
def end(session_id: UUID):
    if not owns(current_user.user_id, session_id):
        raise NotFound(N_("Nothing here."))
    sessions.end(session_id, because="ended", now=now())
    if session_id == current_user.session_id:
        return _signed_out()
    return _list_again(gettext("That device is signed out. It notices on its next click."))


@room.post("/account/sessions/end-others")
@requires(P.OWN_ACCOUNT, fresh=True)
def end_others():
    ended = sessions.end_all_of(current_user.user_id, because="ended", now=now(), but=current_user.session_id)
    return _list_again(
        gettext("All other devices are signed out.") if ended else gettext("There was no other.")
    )


@room.post("/account/sessions/end-all")
@requires(P.OWN_ACCOUNT, fresh=True)
def end_all():
    sessions.end_all_of(current_user.user_id, because="ended", now=now())
    return _signed_out()


def _list_again(told: str):
    if not wants_fragment():
        flash(told)
    return swap(
        "account/_devices.html",
        also=("account/_tabs.html",),
        back=url_for("account.devices"),
        toast=told,
        focus="#devices-title",
        **_shown(),
    )


def _signed_out():
    session.clear()
    forget_cookies()
    flash(gettext("You are signed out everywhere."))
    reply = go(url_for("identity.login"))
    reply.headers["Clear-Site-Data"] = '"cache", "storage"'
    return reply


def _shown() -> dict:
    listed = devices_of(current_user.user_id, this=current_user.session_id, now=now())
    return {"listed": listed, "devices": len(listed), "moment": moment_words}
