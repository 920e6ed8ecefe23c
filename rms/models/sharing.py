"""Documents opened without signing in: the links, who looked, and what was answered there."""

import datetime as dt
from uuid import UUID

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from rms.db.base import Base, Money, TenantScoped, belongs_to
from rms.models.columns import count, live_only, one_of, refers_to, rule


class PublicLink(TenantScoped, Base):
    """A link to one document for whoever holds it. `token` is the SHA-256 of its secret.

    A document has one link at a time: `revoked_at` ends it for good, `expires_on` is its last day.
    """

    __tablename__ = "public_links"
    __table_args__ = (
        belongs_to("users", "created_by"),
        belongs_to("users", "revoked_by"),
        one_of("entity_type", "invoices", "quotes"),
        rule("token_is_a_hash", "token ~ '^[0-9a-f]{64}$'"),
        live_only(
            "uq_public_links_live",
            "tenant_id",
            "entity_type",
            "entity_id",
            where="revoked_at IS NULL",
            unique="one live link for each document",
        ),
        Index("ix_public_links_about", "tenant_id", "entity_type", "entity_id"),
        Index("ix_public_links_revoked_by", "tenant_id", "revoked_by"),
    )

    entity_type: Mapped[str] = mapped_column(String(100))
    entity_id: Mapped[UUID]
    token: Mapped[str] = mapped_column(String(64), unique=True)
    expires_on: Mapped[dt.date | None]
    revoked_at: Mapped[dt.datetime | None]
    revoked_by: Mapped[UUID | None]
    created_by: Mapped[UUID | None]


class DocumentView(TenantScoped, Base):
    """One visitor who looked through a link on one day. `visitor` is a MAC of address and browser.

    Robots that fetch links before people do, and the company's own people, leave no row.
    """

    __tablename__ = "document_views"
    __table_args__ = (
        belongs_to("public_links", "link_id"),
        UniqueConstraint("tenant_id", "link_id", "visitor", "seen_on"),
        rule("count_is_positive", "count > 0"),
    )

    link_id: Mapped[UUID]
    visitor: Mapped[str] = mapped_column(String(43))
    seen_on: Mapped[dt.date]
    first_at: Mapped[dt.datetime]
    last_at: Mapped[dt.datetime]
    count: Mapped[int] = count(1)
    device: Mapped[str] = mapped_column(String(100))


class PayerAnswer(TenantScoped, Base):
    """What a customer answered on the page of an invoice. It stays on the list of what needs somebody until
    somebody has dealt with it. `on_date` is the day of paying, done or promised; `note` what is wrong.
    """

    __tablename__ = "payer_answers"
    __table_args__ = (
        belongs_to("public_links", "link_id"),
        belongs_to("invoices", "invoice_id"),
        belongs_to("users", "handled_by"),
        one_of("kind", "paid", "will_pay", "mistake"),
        rule("paid_says_which_payment", "kind <> 'paid' OR reference IS NOT NULL"),
        rule("a_promise_has_a_day", "kind <> 'will_pay' OR on_date IS NOT NULL"),
        rule("a_mistake_is_described", "kind <> 'mistake' OR note IS NOT NULL"),
        Index("ix_payer_answers_link", "tenant_id", "link_id", "created_at"),
        Index("ix_payer_answers_invoice", "tenant_id", "invoice_id"),
        Index("ix_payer_answers_handled_by", "tenant_id", "handled_by"),
        live_only("ix_payer_answers_open", "tenant_id", "created_at", where="handled_at IS NULL"),
    )

    link_id: Mapped[UUID]
    invoice_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(20))
    reference: Mapped[str | None] = mapped_column(String(40))
    amount: Mapped[Money | None]
    on_date: Mapped[dt.date | None]
    note: Mapped[str | None]
    name: Mapped[str | None] = mapped_column(String(120))
    handled_at: Mapped[dt.datetime | None]
    handled_by: Mapped[UUID | None]

    link: Mapped[PublicLink] = refers_to("PayerAnswer.link_id", "PublicLink")
