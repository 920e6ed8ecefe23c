"""Inviting somebody, and what becomes of an invitation while nobody has taken it up."""

from uuid import UUID

from flask import Response, flash, url_for
from flask_babel import gettext
from flask_login import current_user

from rms.actions import invitations
from rms.domain.errors import DomainError, NotFound, TooOften
from rms.policy import P, Role
from rms.rooms.people import acts, room
from rms.rooms.people.forms import InvitationForm
from rms.rooms.people.views import Problem, everything
from rms.web.clock import now
from rms.web.errors import sentence
from rms.web.fragments import go, page, swap, wants_fragment
from rms.web.guard import requires
from rms.web.lifecycle import release
from rms.web.once import once


@room.get("/c/<slug>/users/invite")
@requires(P.USERS_MANAGE)
def new():
    return _form_page(InvitationForm())


@room.post("/c/<slug>/users/invite")
@requires(P.USERS_MANAGE, fresh=True)
@once
def invite():
    form = InvitationForm()
    if not form.validate():
        return _form_page(form, status=422)
    try:
        made = invitations.invite(form.email.data, form.role.data or "", by=current_user.user_id, now=now())
    except invitations.InvitedAlready as error:
        flash(sentence(error))
        return go(url_for("people.index") + f"#invitation-{error.invitation_id}")
    except DomainError as error:
        form.refuse(error)
        return _too_soon(_form_page(form, status=error.status), error)
    flash(gettext("The invitation is on its way to %(email)s.", email=made.email))
    return go(url_for("people.index"))


@room.post("/c/<slug>/users/invitations/<uuid:invitation_id>/resend")
@requires(P.USERS_MANAGE, fresh=True)
def resend(invitation_id: UUID):
    try:
        sent = invitations.resend(invitation_id, by=current_user.user_id, now=now())
    except DomainError as error:
        return _refused(invitation_id, error)
    return _done(gettext("A new link is on its way to %(email)s. The older one is dead.", email=sent.email))


@room.post("/c/<slug>/users/invitations/<uuid:invitation_id>/withdraw")
@requires(P.USERS_MANAGE, fresh=True)
def withdraw(invitation_id: UUID):
    try:
        taken_back = invitations.withdraw(invitation_id, now=now())
    except DomainError as error:
        return _refused(invitation_id, error)
    return _done(gettext("The invitation to %(email)s is withdrawn.", email=taken_back.email))


def _form_page(form: InvitationForm, *, status: int = 200) -> Response:
    drafting = current_user.users_may_draft
    notes = {role.value: acts.of_role(role, users_may_draft=drafting)[0] for role in Role}
    return page("people/invite.html", form=form, can_do=notes, status=status)


def _done(told: str) -> Response:
    if not wants_fragment():
        flash(told)
    return swap("people/_invited.html", back=url_for("people.index"), toast=told, **everything())


def _refused(invitation_id: UUID, error: DomainError) -> Response:
    """The sentence at the invitation; somebody who has joined meanwhile stands among the people."""
    if isinstance(error, NotFound):
        raise error
    release()
    shown = everything(problem=Problem(sentence(error), invitation_id=invitation_id))
    also = {"piece": "people/_invited.html", "also": ("people/_people.html",)}
    return _too_soon(page("people/index.html", status=error.status, **also, **shown), error)


def _too_soon(reply: Response, error: DomainError) -> Response:
    if isinstance(error, TooOften):
        reply.headers["Retry-After"] = str(error.retry_after)
    return reply
