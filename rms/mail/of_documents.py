"""Mails that carry a company's paper to its customer."""

import datetime as dt
from decimal import Decimal

from rms.config import Settings
from rms.domain.errors import N_
from rms.domain.letters import LINK
from rms.mail.kind import Attachment, Contents, Kind, Unsendable
from rms.models import EmailMessage
from rms.queries import mails as found
from rms.queries.public_links import find_link, secret_of


def _invoice(mail: EmailMessage, settings: Settings, now: dt.datetime) -> Contents:
    """The letter repeats the paper; the paper goes along."""
    # Beside the other imports this would load the PDF engine into processes that never send a mail.
    from rms.documents.of_invoice import pdf_of

    invoice = found.letter_of_invoice(mail.entity_id)
    if invoice is None:
        raise Unsendable("the invoice is cancelled or gone")
    paper = Attachment(*pdf_of(mail.entity_id))
    link = page_address(mail, settings)
    names = {
        "invoice": invoice,
        "to_pay": Decimal(mail.params["amount"]),
        "link": link,
        "message": with_link(mail.params["message"], link),
    }
    return Contents(names, (paper,))


def page_address(mail: EmailMessage, settings: Settings, *, path: str = "i") -> str:
    """The address of the document's page, which stands in the letter alone; empty once the link has ended."""
    link = find_link(mail.params.get("link_id"))
    if link is None or link.revoked_at is not None:
        return ""
    secret = secret_of(link)
    return f"{settings.public_base_url}/{path}/{secret}" if secret else ""


def with_link(message: str, link: str) -> str:
    """The text with the address in it; without one the line that was only the placeholder goes."""
    if link:
        return message.replace(LINK, link)
    lines = [line for line in message.split("\n") if line.strip() != LINK]
    return "\n".join(lines).replace(LINK, "")


DOCUMENT_KINDS: dict[str, Kind] = {
    "invoice": Kind(
        subject=N_("Invoice %(number)s from %(company_name)s"),
        needs=frozenset({"number", "amount", "due_date", "company_name", "message"}),
        look_up=_invoice,
        in_the_name_of="company_name",
        to_customers=True,
    ),
}
