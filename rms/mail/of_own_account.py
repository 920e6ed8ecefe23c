"""Mails about a change of address, and about a session whose token was copied."""

import datetime as dt

from rms.config import Settings
from rms.crypto import links
from rms.domain.devices import device_of
from rms.domain.errors import N_
from rms.mail.kind import Contents, Kind, Unsendable
from rms.models import EmailChange, EmailMessage
from rms.queries import mails as found
from rms.queries.accounts import find_change

_CHANGE_NEEDS = frozenset({"first_name", "company_name", "old_email", "new_email", "device", "ip"})


def _confirmation(mail: EmailMessage, settings: Settings, now: dt.datetime) -> Contents:
    change = _change(mail)
    if change.confirmed_at or change.superseded_at:
        raise Unsendable("the link it carries is used or replaced by a newer one")
    if change.expires_at <= now:
        raise Unsendable("the link it carries has expired")
    token = links.make("email", change.tenant_id, change.id).text
    return Contents(
        {
            "link": f"{settings.public_base_url}/account/email/{token}",
            "works_until": change.expires_at.astimezone(found.home_zone()),
        }
    )


def _warning(mail: EmailMessage, settings: Settings, now: dt.datetime) -> Contents:
    """It goes out whatever became of the change: its reader must hear of it in any case."""
    change = _change(mail)
    token = links.make("email-undo", change.tenant_id, change.id).text
    zone = found.home_zone()
    return Contents(
        {
            "link": f"{settings.public_base_url}/account/email-undo/{token}",
            "works_until": (change.undo_until or change.expires_at).astimezone(zone),
            "at": (change.confirmed_at or change.created_at).astimezone(zone),
            "from_device": device_of(mail.params["device"]),
        }
    )


def _reuse(mail: EmailMessage, settings: Settings, now: dt.datetime) -> Contents:
    when = dt.datetime.fromisoformat(mail.params["when"])
    return Contents(
        {
            "link": f"{settings.public_base_url}/account/sessions",
            "at": when.astimezone(found.home_zone()),
            "from_device": device_of(mail.params["device"]),
        }
    )


def _change(mail: EmailMessage) -> EmailChange:
    change = find_change(mail.entity_id)
    if change is None:
        raise Unsendable("the change it is about is gone")
    return change


OWN_ACCOUNT_KINDS: dict[str, Kind] = {
    "confirm_email_change": Kind(
        subject=N_("Confirm your new e-mail for %(company_name)s"),
        needs=_CHANGE_NEEDS,
        look_up=_confirmation,
    ),
    "email_change_notice": Kind(
        subject=N_("Somebody asked to change your e-mail at %(company_name)s"),
        needs=_CHANGE_NEEDS,
        look_up=_warning,
    ),
    "email_changed": Kind(
        subject=N_("Your e-mail at %(company_name)s was changed"),
        needs=_CHANGE_NEEDS,
        look_up=_warning,
    ),
    "session_reuse": Kind(
        subject=N_("We signed out a device of yours at %(company_name)s"),
        needs=frozenset({"first_name", "company_name", "device", "when"}),
        look_up=_reuse,
    ),
}
