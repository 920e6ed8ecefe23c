"""Mails about the company itself: that its bank details were changed, to every admin."""

import datetime as dt

from rms.config import Settings
from rms.domain.devices import device_of
from rms.domain.errors import N_
from rms.mail.kind import Contents, Kind
from rms.models import EmailMessage
from rms.queries import mails as found


def _bank_page(mail: EmailMessage, settings: Settings, now: dt.datetime) -> Contents:
    when = dt.datetime.fromisoformat(mail.params["when"])
    return Contents(
        {
            "link": f"{settings.public_base_url}/c/{found.own_slug()}/settings/bank",
            "at": when.astimezone(found.home_zone()),
            "from_device": device_of(mail.params["device"]),
        }
    )


COMPANY_KINDS: dict[str, Kind] = {
    "bank_changed": Kind(
        subject=N_("Bank details of %(company_name)s were changed"),
        needs=frozenset({"first_name", "company_name", "by", "when", "device", "ip", "before", "after"}),
        look_up=_bank_page,
    ),
}
