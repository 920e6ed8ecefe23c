"""Mailing a statement of account: the letter with its PDF, posted into the outbox, copied to who gets it."""

import datetime as dt
from collections.abc import Callable
from uuid import UUID

from sqlalchemy import select

from rms.actions import mails
from rms.actions.sending import reply_address
from rms.db.session import db
from rms.domain.errors import N_, Invalid
from rms.domain.ledger import Account
from rms.domain.letters import LONGEST_BODY, LONGEST_SUBJECT, STATED, STATED_EVEN, Wording, fill
from rms.domain.money import rupees
from rms.domain.periods import format_date
from rms.models import Company, Customer, EmailMessage
from rms.queries.contacts import addresses_for
from rms.queries.customers import find_customer


def send(
    customer_id: UUID,
    account: Account,
    *,
    to_address: str | None,
    now: dt.datetime,
    sender: str,
    message: str | None = None,
    subject: str | None = None,
    cc: str | None = None,
) -> EmailMessage:
    """Post the statement of these days to `to_address`, else the customer's own; `cc` as given, else nobody.

    The paper is drawn when the mail leaves. Raises NotFound, and Invalid at `to_address`, `cc`, `subject` and
    `message`.
    """
    customer = find_customer(customer_id)
    written = letter_of(customer, account, sender=sender)
    mail = mails.post(
        "statement",
        to_address=to_address or _address_of(customer),
        cc=cc,
        subject=_fitting(subject, LONGEST_SUBJECT, "subject") or written.subject,
        params={
            "since": account.since.isoformat() if account.since else "",
            "until": account.until.isoformat(),
            "amount": str(account.closing),
            "company_name": company_name(),
            "message": _fitting(message, LONGEST_BODY, "message") or written.body,
        },
        about=("customers", customer.id),
        reply_to=reply_address(),
        now=now,
    )
    db().flush()
    return mail


def copied(customer: Customer) -> str:
    """Who at the customer gets statements, as the field of a form shows them."""
    return ", ".join(addresses_for(customer.id, "statements"))


def letter_of(
    customer: Customer, account: Account, *, sender: str, translate: Callable[[str], str] = str
) -> Wording:
    """The letter as it is proposed."""
    values = {
        "customer": customer.contact_person or customer.name,
        "day": format_date(account.until),
        "amount": rupees(account.closing),
        "sender": sender,
        "company": company_name(),
    }
    usual = STATED if account.closing > 0 else STATED_EVEN
    return Wording(fill(translate(usual.subject), values), fill(translate(usual.body), values))


def company_name() -> str:
    """The name the company trades under today."""
    statement = select(Company.trade_name, Company.name).order_by(Company.created_at).limit(1)
    trade_name, name = db().execute(statement).one()
    return trade_name or name


def _address_of(customer: Customer) -> str:
    if customer.email:
        return customer.email
    raise Invalid(
        N_("%(name)s has no e-mail address. Add one, or give an address here."),
        field="to_address",
        name=customer.name,
    )


def _fitting(text: str | None, longest: int, field: str) -> str | None:
    if text and len(text) > longest:
        raise Invalid(N_("This is longer than %(most)s characters."), field=field, most=longest)
    return text
