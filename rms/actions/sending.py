"""Mailing an invoice: the letter with its PDF, posted into the outbox. How it went is told on the mail."""

import datetime as dt
from collections.abc import Callable, Mapping

from sqlalchemy import select

from rms.actions import mails, public_links
from rms.actions.pricing import DEBIT_NOTE
from rms.db.locks import lock
from rms.db.session import db, scope
from rms.domain.errors import N_, IllegalMove, Invalid
from rms.domain.letters import DEBITED, LONGEST_BODY, LONGEST_SUBJECT, PAID, LetterKind, Wording, fill
from rms.domain.lifecycle import Status, Verb, move
from rms.domain.money import rupees
from rms.domain.periods import format_date
from rms.models import Company, EmailMessage, Invoice, User
from rms.queries.contacts import addresses_for
from rms.queries.mail_templates import wording_of
from rms.queries.mails import find_mail

LONGEST_MESSAGE = LONGEST_BODY


def send(
    invoice: Invoice,
    *,
    to_address: str | None,
    now: dt.datetime,
    sender: str,
    message: str | None = None,
    subject: str | None = None,
    cc: str | None = None,
    born_sent: bool = False,
) -> EmailMessage:
    """Post the invoice to `to_address`, else to its customer's own; without subject and message the company's
    wording is used. Without `cc` (None) the people at the customer who get invoices are copied in, with ""
    nobody. The letter carries the link of the invoice's page, which is made if there is none.

    Raises Invalid at `to_address` when there is no address or none that mail can reach, at `cc`, `subject`
    and `message`; IllegalMove for a draft and a cancelled invoice.
    """
    invoice = lock(Invoice, invoice.id)
    move(Status(invoice.status), Verb.SEND, kind=invoice.kind)
    written = letter_of(invoice, sender=sender)
    mail = mails.post(
        "invoice",
        to_address=to_address or _address_of_customer(invoice),
        cc=copied_to(invoice) if cc is None else cc,
        subject=_fitting(subject, LONGEST_SUBJECT, "subject") or written.subject,
        params={
            **parameters(invoice),
            "message": _fitting(message, LONGEST_BODY, "message") or written.body,
            "link_id": _link_id(invoice, now),
        },
        about=("invoices", invoice.id),
        reply_to=reply_address(),
        now=now,
        born_sent=born_sent,
    )
    invoice.sent_at = now
    db().flush()
    return mail


def send_again(mail_id, *, invoice: Invoice, now: dt.datetime) -> EmailMessage:
    """Post a letter that failed once more: to the same people, in the same words.

    Raises NotFound, and IllegalMove for what has not failed or was written again.
    """
    invoice = lock(Invoice, invoice.id)
    failed = find_mail(mail_id, about=("invoices", invoice.id))
    if failed.state != "failed" or failed.kind != "invoice":
        raise IllegalMove(N_("This mail has not failed."))
    refuse_if_written_since(failed)
    return send(
        invoice,
        to_address=failed.to_address,
        cc=failed.cc or "",
        subject=failed.subject,
        message=failed.params.get("message"),
        sender="",
        now=now,
    )


def refuse_if_written_since(failed: EmailMessage) -> None:
    """Raises IllegalMove where the page shows no button (queries/timeline.Story.is_last_to). The caller holds
    the lock of the invoice, so that of two people one sends it again.
    """
    later = select(EmailMessage.id).where(
        EmailMessage.entity_type == failed.entity_type,
        EmailMessage.entity_id == failed.entity_id,
        EmailMessage.to_address == failed.to_address,
        EmailMessage.created_at > failed.created_at,
    )
    if db().scalars(later.limit(1)).first() is not None:
        raise IllegalMove(N_("A later letter about this invoice went to the same address."))


def parameters(invoice: Invoice) -> dict[str, str]:
    """What a mail about an invoice keeps of it."""
    return {
        "number": invoice.invoice_number,
        "amount": str(invoice.balance),
        "due_date": invoice.due_date.isoformat(),
        "company_name": company_name(invoice),
    }


def letter_of(invoice: Invoice, *, sender: str, translate: Callable[[str], str] = str) -> Wording:
    """The letter as it is proposed: {link} stays, and becomes the address when the mail leaves."""
    wording = _usual(invoice, translate)
    if not invoice.balance and invoice.kind != DEBIT_NOTE:
        wording = Wording(wording.subject, translate(PAID.body))
    values = values_of(invoice, sender=sender)
    return Wording(fill(wording.subject, values), fill(wording.body, values))


def _usual(invoice: Invoice, translate: Callable[[str], str]) -> Wording:
    if invoice.kind == DEBIT_NOTE:
        return Wording(translate(DEBITED.subject), translate(DEBITED.body))
    return wording_of(LetterKind.INVOICE, translate=translate)


def message_for(invoice: Invoice, *, sender: str, translate: Callable[[str], str] = str) -> str:
    """The text of the proposed letter."""
    return letter_of(invoice, sender=sender, translate=translate).body


def values_of(invoice: Invoice, *, sender: str) -> Mapping[str, str]:
    """What the placeholders of a letter about this invoice stand for."""
    return {
        "customer": invoice.buyer_snapshot.get("contact_person") or invoice.buyer_snapshot["name"],
        "number": invoice.invoice_number,
        "total": rupees(invoice.total),
        "amount": rupees(invoice.balance),
        "due date": format_date(invoice.due_date),
        "sender": sender,
        "company": company_name(invoice),
    }


def copied_to(invoice: Invoice) -> str:
    """The people at the customer who get its invoices, as the field "Cc" spells them."""
    return ", ".join(addresses_for(invoice.customer_id, "invoices"))


def company_name(invoice: Invoice) -> str:
    """The name the company trades under, as on the paper."""
    return invoice.seller_snapshot.get("trade_name") or invoice.seller_snapshot["name"]


def _link_id(invoice: Invoice, now: dt.datetime) -> str:
    """The id alone: the secret is derived when the mail is written."""
    link, _ = public_links.create("invoices", invoice.id, expires_on=None, now=now)
    return str(link.id)


def _address_of_customer(invoice: Invoice) -> str:
    if invoice.customer.email:
        return invoice.customer.email
    raise Invalid(
        N_("%(name)s has no e-mail address. Add one, or give an address here."),
        field="to_address",
        name=invoice.customer.name,
    )


def _fitting(text: str | None, longest: int, field: str) -> str | None:
    if text and len(text) > longest:
        raise Invalid(N_("This is longer than %(most)s characters."), field=field, most=longest)
    return text


def reply_address() -> str | None:
    """The company's address, else that of whoever sends."""
    company = db().scalar(select(Company.contact_email).order_by(Company.created_at).limit(1))
    if company or scope().user_id is None:
        return company
    return db().scalar(select(User.email).where(User.id == scope().user_id))
