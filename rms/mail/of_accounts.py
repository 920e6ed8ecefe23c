"""Mails about somebody's account: proofs of an address, links, notices. They always go, whatever the plan."""

import datetime as dt

from rms.config import Settings
from rms.crypto import links
from rms.domain.errors import N_
from rms.mail.kind import Contents, Kind, Unsendable
from rms.models import EmailMessage
from rms.queries import mails as found


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


ACCOUNT_KINDS: dict[str, Kind] = {
    "verify_email": Kind(
        subject=N_("Confirm your e-mail for RMS Billing"),
        needs=frozenset({"first_name", "company_name"}),
        look_up=_verification,
    ),
}
