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


def _invitation(mail: EmailMessage, settings: Settings, now: dt.datetime) -> Contents:
    """Only for the round it was posted for: sent again, the newer mail carries the newer link."""
    invitation = found.invitation_of(mail.entity_id)
    if invitation is None or invitation.accepted_at or invitation.withdrawn_at:
        raise Unsendable("the invitation is taken up, withdrawn or gone")
    if invitation.round != mail.params["round"]:
        raise Unsendable("the link it carries is replaced by a newer one")
    if invitation.expires_at <= now:
        raise Unsendable("the link it carries has expired")
    link = links.make("invite", invitation.tenant_id, invitation.id, round=invitation.round)
    return Contents(
        {
            "link": f"{settings.public_base_url}/invite/{link.text}",
            "works_until": invitation.expires_at.astimezone(found.home_zone()),
        }
    )


def _way_in(mail: EmailMessage, settings: Settings, now: dt.datetime) -> Contents:
    return Contents({"link": f"{settings.public_base_url}/login"})


def _nothing(mail: EmailMessage, settings: Settings, now: dt.datetime) -> Contents:
    """The parameters say it all."""
    return Contents({})


ACCOUNT_KINDS: dict[str, Kind] = {
    "verify_email": Kind(
        subject=N_("Confirm your e-mail for RMS Billing"),
        needs=frozenset({"first_name", "company_name"}),
        look_up=_verification,
    ),
    "invitation": Kind(
        subject=N_("%(inviter)s invites you to %(company_name)s"),
        needs=frozenset({"inviter", "company_name", "role", "round"}),
        look_up=_invitation,
    ),
    "role_changed": Kind(
        subject=N_("Your role at %(company_name)s has changed"),
        needs=frozenset({"first_name", "company_name", "role"}),
        look_up=_way_in,
    ),
    "removed": Kind(
        subject=N_("Your access to %(company_name)s has ended"),
        needs=frozenset({"first_name", "company_name"}),
        look_up=_nothing,
    ),
}
