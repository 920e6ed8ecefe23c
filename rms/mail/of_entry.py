"""Mails about getting in: a link to choose a new password, and notices of what has happened to an account."""

import datetime as dt

from rms.config import Settings
from rms.crypto import links
from rms.domain.devices import device_of
from rms.domain.errors import N_
from rms.mail.kind import Contents, Kind, Unsendable
from rms.models import EmailMessage
from rms.queries import mails as found
from rms.queries.password_resets import find_reset

_WHO = frozenset({"first_name", "company_name"})
_WHERE = frozenset({"when", "device", "ip"})


def _reset(mail: EmailMessage, settings: Settings, now: dt.datetime) -> Contents:
    reset = find_reset(mail.entity_id)
    if reset is None or reset.used_at or reset.superseded_at:
        raise Unsendable("the link it carries is used or replaced by a newer one")
    if reset.expires_at <= now:
        raise Unsendable("the link it carries has expired")
    token = links.make("reset", reset.tenant_id, reset.id).text
    return Contents(
        {
            "link": f"{settings.public_base_url}/reset/{token}",
            "works_until": reset.expires_at.astimezone(found.home_zone()),
        }
    )


def notice(page: str):
    """It says when and from where something was done, and leads to a page; it carries no secret."""

    def look_up(mail: EmailMessage, settings: Settings, now: dt.datetime) -> Contents:
        when = dt.datetime.fromisoformat(mail.params["when"])
        return Contents(
            {
                "link": f"{settings.public_base_url}{page}",
                "at": when.astimezone(found.home_zone()),
                "from_device": device_of(mail.params["device"]),
            }
        )

    return look_up


ENTRY_KINDS: dict[str, Kind] = {
    "reset_password": Kind(
        subject=N_("Choose a new password for %(company_name)s"),
        needs=_WHO,
        look_up=_reset,
    ),
    "password_changed": Kind(
        subject=N_("Your password for %(company_name)s was changed"),
        needs=_WHO | _WHERE | {"because"},
        look_up=notice("/reset"),
    ),
    "new_device": Kind(
        subject=N_("New sign-in to %(company_name)s"),
        needs=_WHO | _WHERE | {"with_second_factor"},
        look_up=notice("/account/sessions"),
    ),
}
