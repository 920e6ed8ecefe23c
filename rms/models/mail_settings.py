"""How a company's letters read, and the mail server of its own that sends them."""

import datetime as dt

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from rms.db.base import Base, TenantScoped
from rms.models.columns import count, flag, one_of, rule


class MailTemplate(TenantScoped, Base):
    """Subject and text of one kind of letter, with {placeholders}; without a row the usual words hold."""

    __tablename__ = "mail_templates"
    __table_args__ = (
        UniqueConstraint("tenant_id", "kind"),
        one_of("kind", "invoice", "reminder", "quote", "receipt"),
    )

    kind: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str]
    version: Mapped[int] = count(1)


class MailServer(TenantScoped, Base):
    """The company's own mail server; `password` is sealed for this row. Letters to customers leave through it
    while `is_on`, all other mails through the product's own. `tested_at` and `test_error`: the last test.
    """

    __tablename__ = "mail_servers"
    __table_args__ = (
        UniqueConstraint("tenant_id"),
        one_of("security", "tls", "starttls", "none"),
        rule("port_is_one", "port BETWEEN 1 AND 65535"),
        rule("no_password_in_the_clear", "security <> 'none' OR password IS NULL"),
    )

    host: Mapped[str] = mapped_column(String(253))
    port: Mapped[int]
    security: Mapped[str] = mapped_column(String(10))
    username: Mapped[str | None] = mapped_column(String(255))
    password: Mapped[str | None]
    from_address: Mapped[str] = mapped_column(String(255))
    is_on: Mapped[bool] = flag("true")
    tested_at: Mapped[dt.datetime | None]
    test_error: Mapped[str | None]
    version: Mapped[int] = count(1)
