"""The tenant's GST registration and its tax rates over time."""

import datetime as dt
from uuid import UUID

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from rms.db.base import Base, Rate, TenantScoped, belongs_to
from rms.models.columns import count, flag, one_of, refers_to, rule, word, zero


class GstSetting(TenantScoped, Base):
    """One per tenant: the truth for its GSTIN. `display_format` is the default of `prices_include_tax`."""

    __tablename__ = "gst_settings"
    __table_args__ = (
        UniqueConstraint("tenant_id"),
        one_of("registration_type", "regular", "composition", "unregistered"),
        rule("display_format_is_known", "display_format IN ('inclusive', 'exclusive')"),
        rule("filing_frequency_is_known", "filing_frequency IN ('monthly', 'quarterly', 'annually')"),
        rule("gst_needs_a_gstin", "NOT is_gst_applicable OR gst_number IS NOT NULL"),
        rule("default_rate_is_a_percentage", "default_rate BETWEEN 0 AND 100"),
    )

    is_gst_applicable: Mapped[bool] = flag("false")
    registration_type: Mapped[str] = word(20, "unregistered")
    gst_number: Mapped[str | None] = mapped_column(String(15))
    effective_date: Mapped[dt.date | None]
    default_rate: Mapped[Rate] = zero()
    display_format: Mapped[str | None] = mapped_column(String(50))
    filing_frequency: Mapped[str | None] = mapped_column(String(20))
    version: Mapped[int] = count(1)


class TaxRate(TenantScoped, Base):
    """The rate of a category from a day on; an older row is history and is never changed."""

    __tablename__ = "tax_rates"
    __table_args__ = (
        belongs_to("gst_settings", "gst_setting_id"),
        UniqueConstraint("tenant_id", "category", "effective_from"),
        rule("rate_is_a_percentage", "rate BETWEEN 0 AND 100"),
        Index("ix_tax_rates_gst_setting", "tenant_id", "gst_setting_id"),
    )

    gst_setting_id: Mapped[UUID | None]
    category: Mapped[str] = mapped_column(String(100))
    rate: Mapped[Rate] = zero()
    effective_from: Mapped[dt.date]
    description: Mapped[str | None]

    gst_setting: Mapped[GstSetting | None] = refers_to("TaxRate.gst_setting_id", "GstSetting")


class LutDeclaration(TenantScoped, Base):
    """A letter of undertaking (form RFD-11): it lets a company export, or supply an SEZ, without paying
    integrated tax. One for each financial year, written as in "2026-27"; `arn` is the portal's receipt."""

    __tablename__ = "lut_declarations"
    __table_args__ = (
        UniqueConstraint("tenant_id", "financial_year"),
        belongs_to("users", "created_by"),
        rule("financial_year_is_one", "financial_year ~ '^20[0-9]{2}-[0-9]{2}$'"),
        rule("arn_is_one", "arn ~ '^[A-Z]{2}[A-Z0-9]{13}$'"),
    )

    financial_year: Mapped[str] = mapped_column(String(7))
    arn: Mapped[str] = mapped_column(String(15))
    created_by: Mapped[UUID | None]
    version: Mapped[int] = count(1)


class TdsRate(TenantScoped, Base):
    """A company's own rate of a section under which customers deduct tax, from a day on.

    It stands above the statutory one of the same section (domain/tds.py). `section` is what an allocation
    stores, `rate` in percent of the value without GST.
    """

    __tablename__ = "tds_rates"
    __table_args__ = (
        UniqueConstraint("tenant_id", "section", "effective_from"),
        rule("rate_is_a_percentage", "rate BETWEEN 0 AND 100"),
    )

    section: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(100))
    rate: Mapped[Rate] = zero()
    effective_from: Mapped[dt.date]
    is_active: Mapped[bool] = flag("true")
    version: Mapped[int] = count(1)
