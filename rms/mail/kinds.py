"""The kinds of mail: what each is called, what it must be told, and what it looks up when it is sent."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from rms.config import Settings
from rms.crypto import links
from rms.domain.errors import N_
from rms.models import EmailMessage
from rms.queries import mails as found


class Unsendable(Exception):
    """The mail has become pointless: what it was about is gone. The text says why."""


@dataclass(frozen=True)
class Attachment:
    """A PDF that goes with a mail."""

    filename: str
    content: bytes


@dataclass(frozen=True)
class Contents:
    """What the template of a kind may name beside its parameters, and the files that go along."""

    names: dict[str, object]
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class Kind:
    """One kind of mail. `needs` are the parameters `post` must be given; emails/<kind>.html and .txt are its
    templates; `in_the_name_of` is the parameter with the name of the company whose letter it is.
    """

    subject: str
    needs: frozenset[str]
    look_up: Callable[[EmailMessage, Settings, dt.datetime], Contents]
    in_the_name_of: str | None = None


def _verification(mail: EmailMessage, settings: Settings, now: dt.datetime) -> Contents:
    """The link is made here and now from the key ring; the outbox never holds it."""
    verification = found.verification_of(mail.entity_id)
    if verification is None or verification.is_used or verification.superseded_at:
        raise Unsendable("the link it carries is used or replaced by a newer one")
    if verification.expires_at <= now:
        raise Unsendable("the link it carries has expired")
    token = links.make("verify", verification.tenant_id, verification.id).text
    return Contents(
        {
            "link": f"{settings.public_base_url}/verify/{token}",
            "works_until": verification.expires_at.astimezone(found.home_zone()),
        }
    )


def _invoice(mail: EmailMessage, settings: Settings, now: dt.datetime) -> Contents:
    """The letter repeats the paper; the paper goes along."""
    # Beside the other imports this would load the PDF engine into processes that never send a mail.
    from rms.documents.of_invoice import pdf_of

    invoice = found.letter_of_invoice(mail.entity_id)
    if invoice is None:
        raise Unsendable("the invoice is cancelled or gone")
    paper = Attachment(*pdf_of(mail.entity_id))
    return Contents({"invoice": invoice, "to_pay": Decimal(mail.params["amount"])}, (paper,))


KINDS: dict[str, Kind] = {
    "verify_email": Kind(
        subject=N_("Confirm your e-mail for RMS Billing"),
        needs=frozenset({"first_name", "company_name"}),
        look_up=_verification,
    ),
    "invoice": Kind(
        subject=N_("Invoice %(number)s from %(company_name)s"),
        needs=frozenset({"number", "amount", "due_date", "company_name", "message"}),
        look_up=_invoice,
        in_the_name_of="company_name",
    ),
}
