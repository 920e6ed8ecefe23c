"""Mailing a credit note: the letter with its PDF, posted into the outbox, copied to who gets invoices."""

import datetime as dt
from collections.abc import Callable
from uuid import UUID

from sqlalchemy import select

from rms.actions import mails
from rms.actions.sending import reply_address
from rms.db.locks import lock
from rms.db.session import db
from rms.domain.errors import N_, IllegalMove, Invalid
from rms.domain.letters import CREDITED, CREDITED_AGAINST, LONGEST_BODY, LONGEST_SUBJECT, Wording, fill
from rms.domain.money import rupees
from rms.models import Company, CreditNote, EmailMessage
from rms.queries.contacts import addresses_for


def send(
    credit_note_id: UUID,
    *,
    to_address: str | None,
    now: dt.datetime,
    sender: str,
    message: str | None = None,
    subject: str | None = None,
    cc: str | None = None,
) -> EmailMessage:
    """Post the credit note to `to_address`, else to its customer's own; `cc` as given, else nobody.

    Raises Invalid at `to_address`, `cc`, `subject` and `message`, IllegalMove for a draft or a cancelled one.
    """
    note = lock(CreditNote, credit_note_id)
    check_sendable(note)
    written = letter_of(note, sender=sender)
    mail = mails.post(
        "credit_note",
        to_address=to_address or _address_of_customer(note),
        cc=cc,
        subject=_fitting(subject, LONGEST_SUBJECT, "subject") or written.subject,
        params={
            "number": note.credit_note_number,
            "amount": str(note.total_credit),
            "company_name": company_name(),
            "message": _fitting(message, LONGEST_BODY, "message") or written.body,
        },
        about=("credit_notes", note.id),
        reply_to=reply_address(),
        now=now,
    )
    note.sent_at = now
    db().flush()
    return mail


def check_sendable(note: CreditNote) -> None:
    """Raises IllegalMove for one that was not given out, or was taken back."""
    if note.issued_at is None:
        raise IllegalMove(N_("Issue the credit note first; a draft is not sent."))
    if note.cancelled_on is not None:
        raise IllegalMove(N_("This credit note was cancelled, so it is not sent."))


def copied(note: CreditNote) -> str:
    """Who at the customer gets invoices, as the field of a form shows them."""
    return ", ".join(addresses_for(note.customer_id, "invoices"))


def letter_of(note: CreditNote, *, sender: str, translate: Callable[[str], str] = str) -> Wording:
    """The letter as it is proposed."""
    values = {
        "customer": note.customer.contact_person or note.customer.name,
        "number": note.credit_note_number,
        "amount": rupees(note.total_credit),
        "invoice": note.invoice.invoice_number if note.invoice else "",
        "sender": sender,
        "company": company_name(),
    }
    usual = CREDITED_AGAINST if note.invoice else CREDITED
    return Wording(fill(translate(usual.subject), values), fill(translate(usual.body), values))


def company_name() -> str:
    """The name the company trades under today."""
    statement = select(Company.trade_name, Company.name).order_by(Company.created_at).limit(1)
    trade_name, name = db().execute(statement).one()
    return trade_name or name


def _address_of_customer(note: CreditNote) -> str:
    if note.customer.email:
        return note.customer.email
    raise Invalid(
        N_("%(name)s has no e-mail address. Add one, or give an address here."),
        field="to_address",
        name=note.customer.name,
    )


def _fitting(text: str | None, longest: int, field: str) -> str | None:
    if text and len(text) > longest:
        raise Invalid(N_("This is longer than %(most)s characters."), field=field, most=longest)
    return text
