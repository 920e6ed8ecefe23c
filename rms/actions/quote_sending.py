"""Mailing a quote with the link on which the customer answers it, and telling the company the answer."""

import datetime as dt
from collections.abc import Callable
from uuid import UUID

from sqlalchemy import select

from rms.actions import mails, public_links, quote_answers, visits
from rms.actions.quote_answers import Answer
from rms.actions.sending import LONGEST_MESSAGE
from rms.db.locks import lock
from rms.db.session import db, scope
from rms.domain import quoting
from rms.domain.errors import N_, Invalid
from rms.domain.letters import LetterKind, Wording, fill
from rms.domain.money import rupees
from rms.domain.periods import format_date
from rms.domain.quoting import Verb
from rms.models import Company, EmailMessage, PublicLink, Quote, User
from rms.queries import quotes as found
from rms.queries.mail_templates import wording_of
from rms.queries.mails import today_at_home


def send(
    quote_id: UUID,
    *,
    to_address: str | None,
    now: dt.datetime,
    sender: str,
    message: str | None = None,
    born_sent: bool = False,
) -> EmailMessage:
    """Give the quote out if it is a draft, and mail it with its link to `to_address`, else to the customer's
    own address.

    Raises Invalid at `to_address` and at whatever is not ready, IllegalMove when the quote is closed.
    """
    today = today_at_home(now)
    quote = quote_answers.give_out(quote_id, now=now, today=today)
    link, _ = share(quote_id, now=now)
    if message and len(message) > LONGEST_MESSAGE:
        raise Invalid(
            N_("The message is longer than %(most)s characters."), field="message", most=LONGEST_MESSAGE
        )
    written = letter_of(quote, sender=sender)
    return mails.post(
        "quote",
        subject=written.subject,
        to_address=to_address or _address_of_customer(quote),
        params={
            "number": quote.quote_number,
            "company_name": company_name(quote),
            "valid_until": quote.valid_until.isoformat(),
            "message": message or written.body,
            "link_id": str(link.id),
        },
        about=("quotes", quote.id),
        reply_to=_reply_to(),
        now=now,
        born_sent=born_sent,
    )


def share(quote_id: UUID, *, now: dt.datetime) -> tuple[PublicLink, str]:
    """The link of a quote that is given out, and its secret: the one it has, else a new one."""
    quote = lock(Quote, quote_id)
    quoting.check(found.status_of(quote, today_at_home(now)), Verb.SHARE)
    return public_links.create("quotes", quote.id, expires_on=None, now=now)


def letter_of(quote: Quote, *, sender: str, translate: Callable[[str], str] = str) -> Wording:
    """The letter as it is proposed, in the company's own words if it has any."""
    wording = wording_of(LetterKind.QUOTE, translate=translate)
    values = {
        "customer": quote.buyer_snapshot.get("contact_person") or quote.buyer_snapshot["name"],
        "number": quote.quote_number,
        "amount": rupees(quote.total),
        "due date": format_date(quote.valid_until),
        "sender": sender,
        "company": company_name(quote),
    }
    return Wording(fill(wording.subject, values), fill(wording.body, values))


def message_for(quote: Quote, *, sender: str, translate: Callable[[str], str] = str) -> str:
    """The usual text, for the sender to change."""
    return letter_of(quote, sender=sender, translate=translate).body


def company_name(quote: Quote) -> str:
    """The name the company trades under, as on the paper."""
    return quote.seller_snapshot.get("trade_name") or quote.seller_snapshot["name"]


def begin_answer(*, now: dt.datetime) -> None:
    """Before the link is looked at: raises TooOften for who answers too often."""
    visits.begin_answer(now=now)


def answer(link: PublicLink, given: Answer, *, now: dt.datetime) -> Quote:
    """The customer's answer through the link, told to whoever wrote the quote."""
    today = today_at_home(now)
    quote = quote_answers.answer(link.entity_id, given, ip=scope().ip, now=now, today=today)
    _tell(quote, now)
    return quote


def _tell(quote: Quote, now: dt.datetime) -> None:
    address = _address_of_the_house(quote)
    if address is None:
        return
    mails.post(
        "quote_answered",
        to_address=address,
        params={
            "number": quote.quote_number,
            "quote_id": str(quote.id),
            "customer": quote.buyer_snapshot["name"],
            "total": str(quote.total),
            "answer": quote.answer,
            "name": quote.answered_by or "",
            "reason": quote.answer_reason or "",
            "note": quote.answer_note or "",
        },
        about=("quotes", quote.id),
        now=now,
    )


def _address_of_the_house(quote: Quote) -> str | None:
    """Of who wrote it while they are here, else the company's own."""
    writer = select(User.email).where(
        User.id == quote.created_by, User.is_active, User.deleted_at.is_(None), User.email_verified
    )
    return db().scalar(writer) or db().scalar(
        select(Company.contact_email).order_by(Company.created_at).limit(1)
    )


def _address_of_customer(quote: Quote) -> str:
    address = found.address_of_customer(quote.customer_id)
    if address:
        return address
    raise Invalid(
        N_("%(name)s has no e-mail address. Add one, or give an address here."),
        field="to_address",
        name=quote.buyer_snapshot["name"],
    )


def _reply_to() -> str | None:
    """The company's address, else that of whoever sends."""
    company = db().scalar(select(Company.contact_email).order_by(Company.created_at).limit(1))
    if company or scope().user_id is None:
        return company
    return db().scalar(select(User.email).where(User.id == scope().user_id))
