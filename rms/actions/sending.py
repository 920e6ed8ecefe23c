"""Mailing an invoice: the letter with its PDF, posted into the outbox. How it went is told on the mail."""

import datetime as dt
from collections.abc import Callable

from sqlalchemy import select

from rms.actions import mails
from rms.db.locks import lock
from rms.db.session import db, scope
from rms.domain.errors import N_, Invalid
from rms.domain.lifecycle import Status, Verb, move
from rms.domain.money import rupees
from rms.domain.periods import format_date
from rms.models import Company, EmailMessage, Invoice, User

LONGEST_MESSAGE = 4_000
TO_PAY = N_(
    "Dear %(customer)s,\n\n"
    "our invoice %(number)s over %(total)s is attached. Please pay %(balance)s by %(due_date)s.\n\n"
    "%(sender)s\n%(company)s"
)
PAID = N_(
    "Dear %(customer)s,\n\n"
    "our invoice %(number)s over %(total)s is attached. It is paid: thank you.\n\n"
    "%(sender)s\n%(company)s"
)


def send(
    invoice: Invoice,
    *,
    to_address: str | None,
    now: dt.datetime,
    sender: str,
    message: str | None = None,
    born_sent: bool = False,
) -> EmailMessage:
    """Post the invoice to `to_address`, else to its customer's own; without `message` a usual one is written.

    Raises Invalid at `to_address` when there is no address or none that mail can reach, IllegalMove for a
    draft and a cancelled invoice.
    """
    invoice = lock(Invoice, invoice.id)
    move(Status(invoice.status), Verb.SEND)
    mail = mails.post(
        "invoice",
        to_address=to_address or _address_of_customer(invoice),
        params={
            "number": invoice.invoice_number,
            "amount": str(invoice.balance),
            "due_date": invoice.due_date.isoformat(),
            "company_name": company_name(invoice),
            "message": _fitting(message) or message_for(invoice, sender=sender),
        },
        about=("invoices", invoice.id),
        reply_to=_reply_to(),
        now=now,
        born_sent=born_sent,
    )
    invoice.sent_at = now
    db().flush()
    return mail


def message_for(invoice: Invoice, *, sender: str, translate: Callable[[str], str] = str) -> str:
    """The usual letter, for the sender to change."""
    words = {
        "customer": invoice.buyer_snapshot.get("contact_person") or invoice.buyer_snapshot["name"],
        "number": invoice.invoice_number,
        "total": rupees(invoice.total),
        "balance": rupees(invoice.balance),
        "due_date": format_date(invoice.due_date),
        "sender": sender,
        "company": company_name(invoice),
    }
    return translate(TO_PAY if invoice.balance else PAID) % words


def company_name(invoice: Invoice) -> str:
    """The name the company trades under, as on the paper."""
    return invoice.seller_snapshot.get("trade_name") or invoice.seller_snapshot["name"]


def _address_of_customer(invoice: Invoice) -> str:
    if invoice.customer.email:
        return invoice.customer.email
    raise Invalid(
        N_("%(name)s has no e-mail address. Add one, or give an address here."),
        field="to_address",
        name=invoice.customer.name,
    )


def _fitting(message: str | None) -> str | None:
    if message and len(message) > LONGEST_MESSAGE:
        raise Invalid(
            N_("The message is longer than %(most)s characters."), field="message", most=LONGEST_MESSAGE
        )
    return message


def _reply_to() -> str | None:
    """The company's address, else that of whoever sends."""
    company = db().scalar(select(Company.contact_email).order_by(Company.created_at).limit(1))
    if company or scope().user_id is None:
        return company
    return db().scalar(select(User.email).where(User.id == scope().user_id))
