"""The mail to a company whose customer has answered an invoice."""

import datetime as dt

from rms.config import Settings
from rms.domain.errors import N_
from rms.mail.kind import Contents, Kind
from rms.models import EmailMessage
from rms.queries import mails as found


def _invoice_page(mail: EmailMessage, settings: Settings, now: dt.datetime) -> Contents:
    place = f"/c/{found.own_slug()}/invoices/{mail.params['invoice_id']}"
    return Contents({"link": f"{settings.public_base_url}{place}"})


ANSWER_KINDS: dict[str, Kind] = {
    "payer_answered": Kind(
        subject=N_("%(customer)s answered invoice %(number)s"),
        needs=frozenset(
            {
                "number",
                "invoice_id",
                "customer",
                "answer",
                "reference",
                "amount",
                "on_date",
                "note",
                "name",
            }
        ),
        look_up=_invoice_page,
    ),
}
