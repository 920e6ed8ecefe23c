"""Mailing a receipt: the letter with its voucher, posted into the outbox, copied to who gets receipts."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from rms.actions import mails
from rms.actions.sending import reply_address
from rms.db.locks import lock
from rms.db.session import db
from rms.domain.errors import N_, IllegalMove, Invalid
from rms.domain.letters import LONGEST_BODY, LONGEST_SUBJECT, LetterKind, Wording, fill
from rms.domain.money import rupees
from rms.models import Company, EmailMessage, Receipt
from rms.queries.contacts import addresses_for
from rms.queries.mail_templates import wording_of


def send(
    receipt_id: UUID,
    *,
    to_address: str | None,
    now: dt.datetime,
    sender: str,
    message: str | None = None,
    subject: str | None = None,
    cc: str | None = None,
) -> EmailMessage:
    """Post the receipt to `to_address`, else to its customer's own; `cc` as given, else nobody.

    Raises Invalid at `to_address`, `cc`, `subject` and `message`; IllegalMove for one that bounced, was
    cancelled, or is a write-off, of which nothing was received.
    """
    receipt = lock(Receipt, receipt_id)
    check_sendable(receipt)
    written = letter_of(receipt, sender=sender)
    mail = mails.post(
        "receipt",
        to_address=to_address or _address_of_customer(receipt),
        cc=cc,
        subject=_fitting(subject, LONGEST_SUBJECT, "subject") or written.subject,
        params={
            "number": receipt.receipt_number,
            "amount": str(receipt.amount),
            "company_name": company_name(),
            "message": _fitting(message, LONGEST_BODY, "message") or written.body,
        },
        about=("receipts", receipt.id),
        reply_to=reply_address(),
        now=now,
    )
    receipt.sent_at = now
    db().flush()
    return mail


def check_sendable(receipt: Receipt) -> None:
    """Raises IllegalMove for a receipt of which there is nothing to thank for."""
    if receipt.reversed_on is not None:
        raise IllegalMove(N_("This receipt bounced or was cancelled, so it is not sent."))
    if receipt.amount == Decimal(0):
        raise IllegalMove(N_("A write-off brought no money, so there is no receipt to send."))


def copied(receipt: Receipt) -> str:
    """Who at the customer gets receipts, as the field of a form shows them."""
    return ", ".join(addresses_for(receipt.customer_id, "receipts"))


def letter_of(receipt: Receipt, *, sender: str, translate: Callable[[str], str] = str) -> Wording:
    """The letter as it is proposed, in the company's own words if it has any."""
    wording = wording_of(LetterKind.RECEIPT, translate=translate)
    values = {
        "customer": receipt.customer.contact_person or receipt.customer.name,
        "number": receipt.receipt_number,
        "amount": rupees(receipt.amount),
        "sender": sender,
        "company": company_name(),
    }
    return Wording(fill(wording.subject, values), fill(wording.body, values))


def company_name() -> str:
    """The name the company trades under today."""
    statement = select(Company.trade_name, Company.name).order_by(Company.created_at).limit(1)
    trade_name, name = db().execute(statement).one()
    return trade_name or name


def _address_of_customer(receipt: Receipt) -> str:
    if receipt.customer.email:
        return receipt.customer.email
    raise Invalid(
        N_("%(name)s has no e-mail address. Add one, or give an address here."),
        field="to_address",
        name=receipt.customer.name,
    )


def _fitting(text: str | None, longest: int, field: str) -> str | None:
    if text and len(text) > longest:
        raise Invalid(N_("This is longer than %(most)s characters."), field=field, most=longest)
    return text
