"""The list of people, and what an admin does to one of them."""

from dataclasses import dataclass
from uuid import UUID

from flask import Response, flash, url_for
from flask_babel import gettext
from flask_login import current_user

from rms.actions import people
from rms.domain.errors import DomainError, NotFound, StaleVersion
from rms.models import User
from rms.policy import P
from rms.queries.people_list import find_person, list_invited, list_people
from rms.rooms.people import acts, room
from rms.rooms.people.forms import ROLES, RoleForm
from rms.rooms.people.moments import day_words, seen_words
from rms.web.clock import now
from rms.web.context import ROLE_WORDS
from rms.web.errors import sentence
from rms.web.fragments import page, swap, wants_fragment
from rms.web.guard import requires
from rms.web.lifecycle import release


@dataclass(frozen=True)
class Problem:
    """Why something was refused, at the person or the invitation it is about; `chosen`: the role that was
    not stored.
    """

    told: str
    user_id: UUID | None = None
    invitation_id: UUID | None = None
    chosen: str = ""


@room.get("/c/<slug>/users")
@requires(P.USERS_MANAGE)
def index():
    return page("people/index.html", **everything())


@room.post("/c/<slug>/users/<uuid:user_id>/role")
@requires(P.USERS_MANAGE, fresh=True)
def change_role(user_id: UUID):
    form = RoleForm()
    role = form.role.data or ""
    try:
        user = people.change_role(user_id, role, version=form.row_version, by=current_user.user_id, now=now())
    except StaleVersion as error:
        return refused(user_id, error, chosen=role)
    except DomainError as error:
        return refused(user_id, error)
    role_word = ROLE_WORDS[user.role]
    return done(gettext("%(name)s is now %(role)s.", name=user.full_name, role=role_word), user)


@room.post("/c/<slug>/users/<uuid:user_id>/deactivate")
@requires(P.USERS_MANAGE, fresh=True)
def deactivate(user_id: UUID):
    try:
        user = people.deactivate(user_id, by=current_user.user_id, now=now())
    except DomainError as error:
        return refused(user_id, error)
    return done(gettext("%(name)s is switched off and signed out.", name=user.full_name), user)


@room.post("/c/<slug>/users/<uuid:user_id>/activate")
@requires(P.USERS_MANAGE, fresh=True)
def activate(user_id: UUID):
    try:
        user = people.activate(user_id, by=current_user.user_id, now=now())
    except DomainError as error:
        return refused(user_id, error)
    return done(gettext("%(name)s can sign in again.", name=user.full_name), user)


@room.post("/c/<slug>/users/<uuid:user_id>/remove")
@requires(P.USERS_MANAGE, fresh=True)
def remove(user_id: UUID):
    try:
        user = people.remove(user_id, by=current_user.user_id, now=now())
    except DomainError as error:
        return refused(user_id, error)
    told = gettext("%(name)s is removed and signed out. Documents keep the name.", name=user.full_name)
    return done(told, user)


def everything(**more) -> dict:
    """What the screen and each of its fragments may name."""
    members = sorted(list_people(), key=lambda one: one.id != current_user.user_id)
    admins = [one for one in members if one.counts_as_admin]
    shown = {
        "members": members,
        "invited": list_invited(),
        "acts": acts.table(users_may_draft=current_user.users_may_draft),
        "roles": ROLES,
        "is_last_admin": len(admins) < 2,
        "seen": seen_words,
        "day": day_words,
        "moment": now(),
        "problem": None,
    }
    return {**shown, **more}


def done(told: str, user: User) -> Response:
    """The list as it is now; a plain browser reads the sentence on the page it is sent to."""
    if not wants_fragment():
        flash(told)
    return swap("people/_people.html", back=url_for("people.index"), toast=told, **everything())


def refused(user_id: UUID, error: DomainError, *, chosen: str = "") -> Response:
    """The sentence in the row of the person, who is shown as they are stored; 404 for one who is not here."""
    if isinstance(error, NotFound):
        raise error
    release()
    problem = Problem(sentence(error), user_id=user_id)
    if chosen in ROLE_WORDS:
        words = {"theirs": ROLE_WORDS[find_person(user_id).role], "mine": ROLE_WORDS[chosen]}
        told = gettext("Somebody else was faster: stored now is %(theirs)s, you chose %(mine)s.", **words)
        problem = Problem(told, user_id=user_id, chosen=chosen)
    shown = everything(problem=problem)
    return page("people/index.html", piece="people/_people.html", status=error.status, **shown)
