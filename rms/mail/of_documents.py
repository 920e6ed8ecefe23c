"""Mails that carry a company's paper to its customer."""

import datetime as dt
from decimal import Decimal

from rms.config import Settings
from rms.domain.errors import N_
from rms.mail.kind import Attachment, Contents, Kind, Unsendable
from rms.models import EmailMessage
from rms.queries import mails as found


def _invoice(mail: EmailMessage, settings: Settings, now: dt.datetime) -> Contents:
    """The letter repeats the paper; the paper goes along."""
    # Beside the other imports this would load the PDF engine into processes that never send a mail.
    from rms.documents.of_invoice import pdf_of

    invoice = found.letter_of_invoice(mail.entity_id)
    if invoice is None:
        raise Unsendable("the invoice is cancelled or gone")
    paper = Attachment(*pdf_of(mail.entity_id))
    return Contents({"invoice": invoice, "to_pay": Decimal(mail.params["amount"])}, (paper,))


DOCUMENT_KINDS: dict[str, Kind] = {
    "invoice": Kind(
        subject=N_("Invoice %(number)s from %(company_name)s"),
        needs=frozenset({"number", "amount", "due_date", "company_name", "message"}),
        look_up=_invoice,
        in_the_name_of="company_name",
        to_customers=True,
    ),
}
