"""The mail that carries a quote, and the one that tells its writer the answer."""

import datetime as dt

from rms.config import Settings
from rms.domain.errors import N_
from rms.mail.kind import Attachment, Contents, Kind, Unsendable
from rms.mail.of_documents import with_link
from rms.models import EmailMessage
from rms.queries import mails as found
from rms.queries.public_links import find_link, is_open, secret_of
from rms.queries.quotes import find_quote


def _quote(mail: EmailMessage, settings: Settings, now: dt.datetime) -> Contents:
    """The link is derived again from its row; one that was ended since is left out."""
    # Beside the other imports this would load the PDF engine into processes that never send a mail.
    from rms.documents.of_quote import pdf_of

    quote = find_quote(mail.entity_id)
    if quote.is_draft:
        raise Unsendable("the quote is a draft")
    link = find_link(mail.params["link_id"])
    secret = secret_of(link) if link and is_open(link, found.today_at_home(now)) else None
    address = f"{settings.public_base_url}/q/{secret}" if secret else ""
    names = {"quote": quote, "seller": quote.seller_snapshot, "link": address}
    names["message"] = with_link(mail.params["message"], address)
    return Contents(names, (Attachment(*pdf_of(quote.id)),))


def _quote_page(mail: EmailMessage, settings: Settings, now: dt.datetime) -> Contents:
    place = f"/c/{found.own_slug()}/quotes/{mail.params['quote_id']}"
    return Contents({"link": f"{settings.public_base_url}{place}"})


QUOTE_KINDS: dict[str, Kind] = {
    "quote": Kind(
        subject=N_("Quote %(number)s from %(company_name)s"),
        needs=frozenset({"number", "company_name", "valid_until", "message", "link_id"}),
        look_up=_quote,
        in_the_name_of="company_name",
        to_customers=True,
    ),
    "quote_answered": Kind(
        subject=N_("%(customer)s answered quote %(number)s"),
        needs=frozenset({"number", "quote_id", "customer", "total", "answer", "name", "reason", "note"}),
        look_up=_quote_page,
    ),
}
