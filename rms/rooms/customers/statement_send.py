"""Mailing a statement: a form beside what it will become; a page, or a drawer where there is a script."""

from uuid import UUID

from flask import flash, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from rms.actions import statement_sending
from rms.actions.sending import reply_address
from rms.domain.errors import Invalid
from rms.domain.ledger import Account
from rms.domain.letters import LONGEST_BODY, LONGEST_SUBJECT, Wording
from rms.mail import sender_of
from rms.models import Customer
from rms.policy import P
from rms.queries.customers import find_customer
from rms.queries.ledger import account_of
from rms.queries.mails import sent_before
from rms.rooms.customers import room
from rms.rooms.customers.statement import span_asked
from rms.web.clock import now
from rms.web.forms import Form, TextField, strip
from rms.web.fragments import go, page, swap
from rms.web.guard import requires
from rms.web.once import once


class SendForm(Form):
    """To whom, and what the letter says; an empty subject or message is the usual one."""

    to_address = TextField(_("To"), validators=[InputRequired(_("Say where to send it."))])
    cc = TextField(_("Cc"), validators=[Length(max=1_000)])
    subject = TextField(_("Subject"), validators=[Length(max=LONGEST_SUBJECT)])
    message = TextAreaField(_("Message"), filters=[strip], validators=[Length(max=LONGEST_BODY)])


@room.get("/c/<slug>/customers/<uuid:customer_id>/statement/send")
@requires(P.INVOICE_ISSUE)
def statement_form(customer_id: UUID):
    """`?from=&to=` as on the statement. Proposes the customer's address, with copies to who gets them."""
    customer, account = _asked(customer_id)
    usual = _usual(customer, account)
    form = SendForm(
        formdata=None,
        to_address=customer.email or "",
        cc=statement_sending.copied(customer),
        subject=usual.subject,
        message=usual.body,
    )
    return _form(customer, account, form, usual)


@room.post("/c/<slug>/customers/<uuid:customer_id>/statement/_/letter")
@requires(P.INVOICE_ISSUE)
def statement_letter(customer_id: UUID):
    """The letter as it would arrive, while it is written; nothing is stored."""
    (customer, account), form = _asked(customer_id), SendForm()
    shown = _letter(customer, account, form, _usual(customer, account))
    back = url_for("customers.statement_form", customer_id=customer_id)
    return swap("customers/_statement_letter.html", back=back, **shown)


@room.post("/c/<slug>/customers/<uuid:customer_id>/statement/send")
@requires(P.INVOICE_ISSUE)
@once
def send_statement(customer_id: UUID):
    (customer, account), form = _asked(customer_id), SendForm()
    if form.validate():
        try:
            mail = statement_sending.send(
                customer_id,
                account,
                to_address=form.to_address.data,
                cc=form.cc.data or None,
                subject=form.subject.data or None,
                message=form.message.data or None,
                now=now(),
                sender=current_user.name,
            )
        except Invalid as error:
            form.refuse(error)
        else:
            flash(gettext("On its way to %(address)s", address=mail.to_address))
            return go(url_for("customers.statement", customer_id=customer_id, **span_asked().query))
    return _form(customer, account, form, _usual(customer, account), status=422)


def _asked(customer_id: UUID) -> tuple[Customer, Account]:
    customer, span = find_customer(customer_id), span_asked()
    return customer, account_of(customer_id, span.since, span.until)


def _usual(customer: Customer, account: Account) -> Wording:
    return statement_sending.letter_of(customer, account, sender=current_user.name, translate=gettext)


def _form(customer: Customer, account: Account, form: SendForm, usual: Wording, status: int = 200):
    return page(
        "customers/statement_send.html",
        piece="customers/_statement_send.html",
        status=status,
        form=form,
        last=sent_before("customers", customer.id),
        **_letter(customer, account, form, usual),
    )


def _letter(customer: Customer, account: Account, form: SendForm, usual: Wording) -> dict:
    """What the preview shows: who it is from, and the words as they stand in the form."""
    return {
        "customer": customer,
        "account": account,
        "days": span_asked().query,
        "sender": sender_of(statement_sending.company_name()),
        "reply_to": reply_address(),
        "subject": form.subject.data or usual.subject,
        "paragraphs": (form.message.data or usual.body).replace("\r\n", "\n").split("\n\n"),
    }
