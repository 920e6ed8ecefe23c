"""The tenant as a business: the seller on every document."""

import datetime as dt
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from rms.db.base import Base, TenantScoped, belongs_to
from rms.models.columns import count, rule, word


class Company(TenantScoped, Base):
    """Name, address, GSTIN and bank of the seller; copied onto a document when it is issued.

    `gst_number` mirrors `gst_settings.gst_number`, which is the truth. `address` is the printed form
    of the parts. `bank_account_number` is encrypted for its row; `bank_account_last4` may be shown.
    """

    __tablename__ = "companies"
    __table_args__ = (
        belongs_to("users", "created_by"),
        rule("state_code_has_two_digits", "state_code ~ '^[0-9]{2}$'"),
        rule("pin_code_has_six_digits", "pin_code ~ '^[1-9][0-9]{5}$'"),
        Index("ix_companies_tenant", "tenant_id"),
    )

    name: Mapped[str] = mapped_column(String(255))
    trade_name: Mapped[str | None] = mapped_column(String(255))
    address: Mapped[str | None]
    address_line1: Mapped[str | None] = mapped_column(String(255))
    address_line2: Mapped[str | None] = mapped_column(String(255))
    city: Mapped[str | None] = mapped_column(String(100))
    pin_code: Mapped[str | None] = mapped_column(String(6))
    state_code: Mapped[str | None] = mapped_column(String(2))
    registration_number: Mapped[str | None] = mapped_column(String(100))
    tax_id: Mapped[str | None] = mapped_column(String(100))
    gst_number: Mapped[str | None] = mapped_column(String(15))
    udyam_number: Mapped[str | None] = mapped_column(String(30))
    contact_name: Mapped[str | None] = mapped_column(String(100))
    contact_email: Mapped[str | None] = mapped_column(String(255))
    contact_phone: Mapped[str | None] = mapped_column(String(20))
    bank_name: Mapped[str | None] = mapped_column(String(100))
    bank_branch: Mapped[str | None] = mapped_column(String(100))
    bank_account_name: Mapped[str | None] = mapped_column(String(255))
    bank_account_number: Mapped[str | None]
    bank_account_last4: Mapped[str | None] = mapped_column(String(4))
    bank_ifsc: Mapped[str | None] = mapped_column(String(11))
    upi_id: Mapped[str | None] = mapped_column(String(255))
    signatory_name: Mapped[str | None] = mapped_column(String(100))
    financial_year_start: Mapped[dt.date | None]
    currency: Mapped[str] = word(3, "INR")
    industry: Mapped[str | None] = mapped_column(String(100))
    company_size: Mapped[str | None] = mapped_column(String(50))
    created_by: Mapped[UUID | None]
    version: Mapped[int] = count(1)
