"""Reminders to customers, and word to the owner of a schedule that could not run."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

from rms.config import Settings
from rms.domain.errors import N_, Sentence
from rms.mail.kind import Attachment, Contents, Kind, Unsendable
from rms.mail.of_documents import with_link
from rms.models import EmailMessage
from rms.queries import mails as found
from rms.queries.public_links import find_link, is_open, secret_of
from rms.queries.reminders import is_open_to_pay


def _reminder(mail: EmailMessage, settings: Settings, now: dt.datetime) -> Contents:
    """A reminder that waited asks for nothing any more once the invoice is paid or cancelled."""
    # Beside the other imports this would load the PDF engine into processes that never send a mail.
    from rms.documents.of_invoice import pdf_of

    invoice = found.letter_of_invoice(mail.entity_id)
    if invoice is None:
        raise Unsendable("the invoice is cancelled or gone")
    if not is_open_to_pay(mail.entity_id):
        raise Unsendable("the invoice is paid")
    paper = Attachment(*pdf_of(mail.entity_id))
    days, link = int(mail.params["days"]), _pay_link(mail, settings, now)
    return Contents(
        {
            "invoice": invoice,
            "to_pay": Decimal(mail.params["amount"]),
            "days_late": max(0, days),
            "pay_link": link,
            "message": with_link(mail.params["message"], link),
        },
        (paper,),
    )


def _pay_link(mail: EmailMessage, settings: Settings, now: dt.datetime) -> str:
    """The page where it can be paid; empty once its link has ended."""
    link = find_link(UUID(mail.params["link"]))
    secret = secret_of(link) if link and is_open(link, found.today_at_home(now)) else None
    return f"{settings.public_base_url}/i/{secret}" if secret else ""


def _problem(mail: EmailMessage, settings: Settings, now: dt.datetime) -> Contents:
    link = f"{settings.public_base_url}/c/{found.own_slug()}/recurring/{mail.entity_id}"
    return Contents({"link": link, "told": str(Sentence(**mail.params["problem"]))})


SCHEDULE_KINDS: dict[str, Kind] = {
    "reminder": Kind(
        subject=N_("Reminder: invoice %(number)s from %(company_name)s"),
        needs=frozenset({"number", "amount", "due_date", "days", "company_name", "message", "link"}),
        look_up=_reminder,
        in_the_name_of="company_name",
        to_customers=True,
    ),
    "recurring_problem": Kind(
        subject=N_("The invoice to %(customer)s that repeats needs you"),
        needs=frozenset({"first_name", "customer", "period", "problem", "is_draft"}),
        look_up=_problem,
    ),
}
