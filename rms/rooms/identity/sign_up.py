"""Opening an account, and waiting for the mail that confirms the address."""

import datetime as dt
from contextlib import suppress
from dataclasses import replace
from uuid import UUID

from flask import current_app, request, session, url_for

from rms.actions import attempts, sign_up, verification
from rms.crypto import links, passwords
from rms.db.session import NOBODY, Scope, scope, unit_of_work
from rms.domain.errors import N_, DomainError, NotFound, TooOften
from rms.queries.sign_in import MOST_TRIED, Proof, candidates, newest_proof_of, proof_of
from rms.rooms.identity import room
from rms.rooms.identity.forms import AskAgainForm, SignUpForm
from rms.rooms.identity.haste import told_to_wait
from rms.rooms.identity.visitor import in_company, moment_words, remember_waiting, waiting
from rms.web.afterwards import afterwards
from rms.web.clock import now
from rms.web.errors import sentence
from rms.web.fragments import go, page, swap
from rms.web.guard import public
from rms.web.lifecycle import release
from rms.web.once import form_token, new_form_token

# What is judged when it is left, and the pieces beside it that change with it.
CHECKED = {"company": ("identity/_look.html",), "email": (), "password": ()}
COUNT_DOWN_BY = 10


@room.get("/signup")
@public
def signup():
    return _sign_up_page(SignUpForm(), new_form_token())


@room.post("/signup")
@public
def create():
    form, token = SignUpForm(), form_token()
    if not form.validate():
        return _sign_up_page(form, token, status=422)
    try:
        user = _open_account(form, token)
    except DomainError as error:
        form.refuse(error)
        reply = _sign_up_page(form, token, status=error.status)
        return told_to_wait(reply, error) if isinstance(error, TooOften) else reply
    remember_waiting(user.tenant_id, user.id, user.email)
    return go(url_for("identity.sent"))


@room.post("/signup/_/check")
@public
def check():
    """One field, judged when it is left; the form posts whole, so that the password can be compared."""
    name = request.args.get("field")
    if name not in CHECKED:
        raise NotFound()
    form = SignUpForm()
    form.validate()
    status = 422 if form[name].errors else 200
    shown = {"form": form, "checked": True, "also": CHECKED[name], "back": url_for("identity.signup")}
    return swap(f"identity/_{name}.html", status=status, **shown)


@room.get("/signup/sent")
@public
def sent():
    proof = _newest_proof()
    if proof is None:
        return _asked_page() if session.get("asked_for") else go(url_for("identity.signup"))
    if proof.confirmed_at:
        return go(url_for("identity.login"))
    return _sent_page(proof)


@room.post("/signup/resend")
@public
def resend():
    """For who waits, who holds a link that has run out, and who can only say the address."""
    if "email" in request.form:
        return _resend_to_typed(AskAgainForm())
    _remember_holder_of(request.form.get("link", ""))
    whom = waiting()
    if whom is None:
        return go(url_for("identity.signup"))
    try:
        _resend_to(*whom)
    except TooOften as error:
        return _too_soon(error)
    return go(url_for("identity.sent"))


def _open_account(form: SignUpForm, token: str):
    email = form.email.data
    release()
    with in_company(sign_up.tenant_id_of(token, email)):
        is_new = not sign_up.is_open()
    if is_new:
        _keep_to_limits(email, gap=dt.timedelta(0))
    with passwords.turn():
        password_hash = passwords.make(form.password.data, cost=current_app.config["RMS"].bcrypt_cost)
    account = sign_up.NewAccount(form.company.data, form.name.data, email, password_hash)
    with in_company(sign_up.tenant_id_of(token, email)):
        return sign_up.sign_up(account, now=now())


def _sign_up_page(form: SignUpForm, token: str, *, status: int = 200):
    return page(
        "identity/signup.html",
        piece="identity/_signup_form.html",
        status=status,
        form=form,
        token=token,
        checked=False,
        trial_days=current_app.config["RMS"].trial_days,
    )


def _newest_proof() -> Proof | None:
    whom = waiting()
    if whom is None:
        return None
    with in_company(whom[0]):
        return newest_proof_of(whom[1])


def _sent_page(proof: Proof, *, told: str = "", status: int = 200):
    seconds = verification.seconds_to_wait(proof, now())
    return page(
        "identity/sent.html",
        piece="identity/_resend.html",
        status=status,
        proof=proof,
        sent=moment_words(proof.sent_at),
        is_over=proof.state(now()) != "open",
        seconds=seconds,
        pause=min(seconds, COUNT_DOWN_BY),
        told=told,
        mail_from=current_app.config["RMS"].mail_from.partition("<")[2].rstrip(">"),
    )


def _asked_page():
    return page("identity/asked.html", email=session["asked_for"])


def _keep_to_limits(email: str, *, gap: dt.timedelta = attempts.MAIL_GAP) -> None:
    """Nobody's mailbox is filled by us, whose form asks for any address."""
    ip = request.remote_addr or ""
    wait = attempts.seconds_until_mail("verify", account=email, ip=ip, now=now(), gap=gap)
    if wait:
        minutes = -(-wait // 60)
        raise TooOften(
            N_("We send a few links an hour and no more. Try again in %(minutes)s min"),
            retry_after=wait,
            minutes=minutes,
        )


def _resend_to(tenant_id: UUID, user_id: UUID) -> None:
    proof = _newest_proof()
    if proof and not proof.confirmed_at and not verification.seconds_to_wait(proof, now()):
        _keep_to_limits(proof.email)
    with in_company(tenant_id):
        verification.resend(user_id, now=now())


def _remember_holder_of(text: str) -> None:
    """A link that has run out still says whose it was: that person now waits for another."""
    link = links.read(verification.PURPOSE, text)
    if link is None:
        return
    with in_company(link.tenant_id):
        proof = proof_of(link)
    if proof:
        remember_waiting(link.tenant_id, proof.user_id, proof.email)


def _resend_to_typed(form: AskAgainForm):
    """The reply is the same whether or not the address waits for anything; it comes first."""
    if not form.validate():
        return page("identity/link_garbled.html", piece="identity/_ask_again.html", status=422, form=form)
    email, asked_by, moment = form.email.data, scope(), now()
    session.pop("waiting", None)
    session["asked_for"] = email
    release()
    return afterwards(go(url_for("identity.sent")), lambda: _mail_again(email, asked_by, moment))


def _mail_again(email: str, asked_by: Scope, moment: dt.datetime) -> None:
    if not attempts.may_mail("verify", account=email, ip=asked_by.ip, now=moment):
        return
    with unit_of_work(NOBODY):
        found = [person for person in candidates(email) if not person.email_verified]
    for person in found[:MOST_TRIED]:
        with suppress(TooOften), unit_of_work(replace(asked_by, tenant_id=person.tenant_id, user_id=None)):
            verification.resend(person.user_id, now=moment)


def _too_soon(error: TooOften):
    reply = _sent_page(_newest_proof(), told=sentence(error), status=429)
    reply.headers["Retry-After"] = str(error.retry_after)
    reply.headers["HX-Retarget"] = "#resend"
    return reply
