"""Mails that wait in the outbox."""

import datetime as dt
from uuid import UUID

from rms.actions import mails
from rms.db.session import tenant_scope


def deliver_mail(tenant_id: str, mail_id: str) -> None:
    with tenant_scope(UUID(tenant_id), reason="mail"):
        mails.deliver(UUID(mail_id), dt.datetime.now(dt.UTC))
