"""How customers get their mail: the server that sends it, and the words of each letter."""

import datetime as dt

from flask import flash, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user
from wtforms import HiddenField, PasswordField, RadioField, SelectField, TextAreaField
from wtforms.validators import Length

from rms.actions import mail_servers, mail_templates
from rms.actions.mail_servers import ServerDraft
from rms.domain.errors import DomainError, NotFound, StaleVersion
from rms.domain.letters import LONGEST_BODY, LONGEST_SUBJECT, LetterKind, Wording, fill, known_in
from rms.domain.money import rupees
from rms.domain.periods import format_date
from rms.mail import sender_of
from rms.mail.own_server import route_to
from rms.mail.trying_out import try_out
from rms.models import MailServer
from rms.policy import P
from rms.queries.mail_servers import find_server
from rms.queries.mail_templates import own_wordings, template_of, usual, wording_of
from rms.rooms.settings import room
from rms.web.clock import now, today
from rms.web.forms import Form, TextField, TypedField, strip
from rms.web.fragments import go, page
from rms.web.guard import requires
from rms.web.lifecycle import release

SECURITY = (("starttls", _("STARTTLS")), ("tls", _("TLS")), ("none", _("None")))
LETTERS = {
    LetterKind.INVOICE: _("Invoice"),
    LetterKind.REMINDER: _("Reminder"),
    LetterKind.QUOTE: _("Quote"),
    LetterKind.RECEIPT: _("Receipt"),
}


class ServerForm(Form):
    """Whose server sends; the password is asked for once and never shown again."""

    who = RadioField(
        _("Server"), choices=(("ours", _("Ours")), ("own", _("Your own server"))), default="ours"
    )
    from_address = TextField(_("Sender address"), validators=[Length(max=255)])
    host = TextField(_("Server"), validators=[Length(max=253)])
    port = TypedField(_("Port"), parse=lambda text: int(text) if text.isascii() and text.isdigit() else 0)
    username = TextField(_("User"), validators=[Length(max=255)])
    password = PasswordField(_("Password"), validators=[Length(max=500)])
    security = SelectField(_("Security"), choices=SECURITY, default="starttls", validate_choice=False)
    version = HiddenField(default="0")

    @classmethod
    def of(cls, server: MailServer | None) -> "ServerForm":
        if server is None:
            return cls(formdata=None, port=587)
        kept = ("from_address", "host", "port", "username", "security", "version")
        shown = {name: getattr(server, name) for name in kept}
        return cls(formdata=None, who="own" if server.is_on else "ours", **shown)

    def draft(self) -> ServerDraft:
        return ServerDraft(
            host=self.host.data,
            port=self.port.data,
            security=self.security.data or "",
            from_address=self.from_address.data,
            username=self.username.data or None,
            password=self.password.data or None,
        )


class WordingForm(Form):
    """One letter's words, with {placeholders}."""

    subject = TextField(_("Subject"), validators=[Length(max=LONGEST_SUBJECT)])
    body = TextAreaField(_("Message"), filters=[strip], validators=[Length(max=LONGEST_BODY)])
    version = HiddenField(default="0")


@room.get("/mail")
@requires(P.SETTINGS_EDIT)
def mail():
    return _page(ServerForm.of(find_server()))


@room.post("/mail")
@requires(P.SETTINGS_EDIT, fresh=True)
def save_mail():
    """Switching to our server takes the typed one away, and its password with it."""
    form = ServerForm()
    if form.validate():
        try:
            if form.who.data == "own":
                mail_servers.save(form.draft(), version=form.row_version)
            else:
                mail_servers.switch_off(version=form.row_version)
        except DomainError as error:
            form.refuse(error)
            return _page(form, status=error.status)
        flash(gettext("Saved."))
        return go(url_for("settings.mail"))
    return _page(form, status=422)


@room.post("/mail/test")
@requires(P.SETTINGS_EDIT, fresh=True)
def test_mail():
    """One letter to oneself through the stored server, within ten seconds; nothing of ours waits for it."""
    server = find_server()
    if server is None:
        flash(gettext("Save a mail server first, then send the test."))
        return go(url_for("settings.mail", _anchor="server"))
    route, to_address, company = route_to(server), current_user.email, current_user.company_name
    text = (
        gettext("Test mail from RMS Billing"),
        gettext(
            "This came through the mail server of %(company)s. Letters to customers will, too.",
            company=company,
        ),
    )
    release()
    seconds, wrong = try_out(route, to_address=to_address, company_name=company, text=text, now=now())
    told = gettext(wrong.message, **wrong.params) if wrong else None
    mail_servers.note_test(told, now=now())
    if told is None:
        flash(
            gettext("Test mail taken in %(seconds)s s, to %(address)s", seconds=seconds, address=to_address)
        )
    return go(url_for("settings.mail", _anchor="test"))


@room.get("/mail/letter")
@requires(P.SETTINGS_EDIT)
def wording():
    kind = _kind(request.args.get("kind", ""))
    own = template_of(kind)
    words = wording_of(kind, translate=gettext)
    form = WordingForm(
        formdata=None, subject=words.subject, body=words.body, version=own.version if own else 0
    )
    return _letter_page(kind, form)


@room.post("/mail/letter")
@requires(P.SETTINGS_EDIT)
def save_wording():
    """`try=1` only shows how it would read."""
    kind, form = _kind(request.form.get("kind", "")), WordingForm()
    if not form.validate():
        return _letter_page(kind, form, status=422)
    if request.form.get("try"):
        return _letter_page(kind, form)
    try:
        typed = Wording(form.subject.data or "", form.body.data or "")
        mail_templates.save(kind, typed, version=form.row_version)
    except StaleVersion as error:
        form.refuse(error)
        return _letter_page(kind, form, status=409, theirs=error.theirs)
    except DomainError as error:
        form.refuse(error)
        return _letter_page(kind, form, status=422)
    flash(gettext("Saved."))
    return go(url_for("settings.wording", kind=kind.value))


@room.post("/mail/letter/restore")
@requires(P.SETTINGS_EDIT)
def restore_wording():
    kind = _kind(request.form.get("kind", ""))
    mail_templates.restore(kind)
    flash(gettext("The usual words are back."))
    return go(url_for("settings.wording", kind=kind.value))


def _kind(text: str) -> LetterKind:
    try:
        kind = LetterKind(text or LetterKind.INVOICE)
    except ValueError:
        raise NotFound from None
    if kind not in LETTERS:
        raise NotFound
    return kind


def _page(form: ServerForm, status: int = 200):
    return page(
        "settings/mail.html",
        status=status,
        form=form,
        server=find_server(),
        ours=sender_of(current_user.company_name)[1],
        letters=LETTERS,
        own=own_wordings(),
    )


def _letter_page(kind: LetterKind, form: WordingForm, status: int = 200, theirs=None):
    values = _example()
    return page(
        "settings/wording.html",
        status=status,
        kind=kind.value,
        title=LETTERS[kind],
        letters=LETTERS,
        form=form,
        theirs=theirs,
        own=template_of(kind),
        usual=usual(kind, translate=gettext),
        known=[f"{{{name}}}" for name in known_in(kind)],
        subject=fill(form.subject.data or "", values),
        paragraphs=fill(form.body.data or "", values).replace("\r\n", "\n").split("\n\n"),
    )


def _example() -> dict[str, str]:
    """What stands in for the placeholders while nothing is sent."""
    return {
        "customer": gettext("Sundaram Precision Tools"),
        "number": "INV/26-27/0149",
        "amount": rupees(118_000),
        "total": rupees(118_000),
        "due date": format_date(today() + dt.timedelta(days=30)),
        "link": gettext("https://… (the address of the page)"),
        "sender": current_user.name,
        "company": current_user.company_name,
    }
