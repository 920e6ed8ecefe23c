"""The page behind an invitation. Opening it changes nothing, as scanners open links; its button does."""

from dataclasses import replace
from uuid import UUID

from flask import Response, current_app, flash, session, url_for
from flask_babel import gettext

from rms.actions import invitations
from rms.crypto import links, passwords
from rms.db.session import scope, unit_of_work
from rms.domain.errors import DomainError
from rms.queries.people_list import Offer, offer_of
from rms.rooms.people import acts, room
from rms.rooms.people.forms import JoinForm
from rms.rooms.people.moments import day_words
from rms.web.clock import now
from rms.web.fragments import go, page
from rms.web.guard import public
from rms.web.lifecycle import release

STATUS = {"open": 200, "used": 200, "replaced": 410, "withdrawn": 410, "expired": 410}


@room.get("/invite/<token>")
@public
def invitation(token):
    link, offer = _offered(token)
    return _page_of(link, offer, offer.state(now())) if offer else _garbled()


@room.post("/invite/<token>")
@public
def join(token):
    """Joins and signs nobody in: what a scanner presses must open nothing."""
    link, offer = _offered(token)
    if offer is None:
        return _garbled()
    if offer.state(now()) != "open":
        return _page_of(link, offer, offer.state(now()))
    form = JoinForm(email=offer.email, company=offer.company_name)
    if not form.validate():
        return _open_page(link, offer, form, status=422)
    try:
        state, offer = _accept(link, form)
    except DomainError as error:
        form.refuse(error)
        return _open_page(link, offer, form, status=error.status)
    if state != "open":
        return _page_of(link, offer, state) if offer else _garbled()
    session["email"] = offer.email
    flash(gettext("You have joined %(company)s. Sign in to start.", company=offer.company_name))
    return go(url_for("identity.login"))


def _offered(token: str) -> tuple[links.Link | None, Offer | None]:
    link = links.read(invitations.PURPOSE, token)
    if link is None:
        return None, None
    with _in_company(link.tenant_id):
        return link, offer_of(link)


def _accept(link: links.Link, form: JoinForm) -> tuple[str, Offer | None]:
    release()
    with passwords.turn():
        password_hash = passwords.make(form.password.data, cost=current_app.config["RMS"].bcrypt_cost)
    with _in_company(link.tenant_id):
        return invitations.accept(link, invitations.Joining(form.name.data, password_hash), now=now())


def _in_company(tenant_id: UUID):
    """One transaction of that company, beside the request's own."""
    return unit_of_work(replace(scope(), tenant_id=tenant_id, user_id=None))


def _page_of(link: links.Link, offer: Offer, state: str) -> Response:
    if state == "open":
        return _open_page(link, offer, JoinForm())
    shown = {"offer": offer, "sent": day_words(offer.sent_at), "ended": day_words(offer.expires_at)}
    return page(f"identity/invite_{state}.html", status=STATUS[state], **shown)


def _open_page(link: links.Link, offer: Offer, form: JoinForm, *, status: int = 200) -> Response:
    may, may_not = acts.of_role(offer.role, users_may_draft=offer.users_may_draft)
    shown = {"may": may, "may_not": may_not, "until": day_words(offer.expires_at)}
    return page(
        "identity/invite.html",
        piece="identity/_invite_form.html",
        status=status,
        link=link,
        offer=offer,
        form=form,
        **shown,
    )


def _garbled() -> Response:
    return page("identity/invite_garbled.html", status=404)
