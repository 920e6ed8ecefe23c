"""The page behind the mailed link. Opening it changes nothing, as scanners open links; its button does."""

from flask import current_app, flash, session, url_for
from flask_babel import gettext

from rms.actions import verification
from rms.crypto import links
from rms.queries.sign_in import Proof, proof_of
from rms.rooms.identity import room
from rms.rooms.identity.forms import AskAgainForm
from rms.rooms.identity.visitor import in_company, moment_words
from rms.web.clock import now
from rms.web.fragments import go, page
from rms.web.guard import public

STATUS = {"open": 200, "used": 200, "replaced": 410, "expired": 410}


@room.get("/verify/<token>")
@public
def verify(token):
    link = links.read(verification.PURPOSE, token)
    if link is None:
        return _garbled()
    with in_company(link.tenant_id):
        proof = proof_of(link)
    return _page_of(link, proof, proof.state(now())) if proof else _garbled()


@room.post("/verify/<token>")
@public
def confirm(token):
    """Confirms the address and signs nobody in: a scanner that presses buttons must gain nothing by it."""
    link = links.read(verification.PURPOSE, token)
    if link is None:
        return _garbled()
    with in_company(link.tenant_id):
        state, proof = verification.confirm(link, trial_days=current_app.config["RMS"].trial_days, now=now())
    if proof is None:
        return _garbled()
    if state != "open":
        return _page_of(link, proof, state)
    session.pop("waiting", None)
    session["email"] = proof.email
    flash(gettext("Your e-mail is confirmed. Sign in to start."))
    return go(url_for("identity.login"))


def _page_of(link: links.Link, proof: Proof, state: str):
    confirmed = moment_words(proof.confirmed_at) if proof.confirmed_at else ""
    return page(
        f"identity/link_{state}.html",
        status=STATUS[state],
        link=link,
        proof=proof,
        sent=moment_words(proof.sent_at),
        ended=moment_words(proof.expires_at),
        confirmed=confirmed,
    )


def _garbled():
    return page("identity/link_garbled.html", status=404, form=AskAgainForm())
