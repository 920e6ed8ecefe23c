"""The outbox: a mail is a row in the same transaction as its cause, so a lost queue loses no mail."""

import datetime as dt
from uuid import UUID

from sqlalchemy import Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from rms.db.base import Base, TenantScoped, belongs_to
from rms.models.columns import count, one_of, rule, word


class EmailMessage(TenantScoped, Base):
    """A mail to send. `params` hold what the template of `kind` needs and never a secret or a usable link.

    `entity_type` and `entity_id` say what it is about (a document to attach, a user to greet). `message_id`
    is fixed before the first attempt, so that a repeated delivery is recognised as the same mail.
    """

    __tablename__ = "email_messages"
    __table_args__ = (
        belongs_to("users", "created_by"),
        one_of("state", "queued", "sent", "failed"),
        rule("sent_mails_say_when", "(state = 'sent') = (sent_at IS NOT NULL)"),
        rule("attempts_are_not_negative", "attempts >= 0"),
        Index("ix_email_messages_about", "tenant_id", "entity_type", "entity_id"),
        Index(
            "ix_email_messages_due",
            "tenant_id",
            "next_attempt_at",
            "id",
            postgresql_where=text("state = 'queued'"),
        ),
    )

    kind: Mapped[str] = mapped_column(String(50))
    to_address: Mapped[str] = mapped_column(String(255))
    cc: Mapped[str | None]
    reply_to: Mapped[str | None] = mapped_column(String(255))
    subject: Mapped[str] = mapped_column(String(255))
    params: Mapped[dict] = mapped_column(JSONB, default=dict, server_default=text("'{}'::jsonb"))
    entity_type: Mapped[str | None] = mapped_column(String(100))
    entity_id: Mapped[UUID | None]
    state: Mapped[str] = word(20, "queued")
    attempts: Mapped[int] = count()
    next_attempt_at: Mapped[dt.datetime] = mapped_column(server_default=text("now()"))
    last_error: Mapped[str | None]
    message_id: Mapped[str] = mapped_column(String(255))
    sent_at: Mapped[dt.datetime | None]
    created_by: Mapped[UUID | None]
