"""The customer of ours (tenant), what it pays for, and who had a trial."""

import datetime as dt
from uuid import UUID, uuid4

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from rms.db.base import Base, Money, TenantScoped, Timestamps
from rms.models.columns import count, flag, one_of, rule, word, zero


class Tenant(Timestamps, Base):
    """A company that uses the product; the root of everything it owns.

    `current_customer_count` and `current_user_count` are kept by triggers (active rows only);
    `current_invoice_count` counts invoices issued in the running month and is raised when one is issued.
    `settings["onboarding"]` holds {"done": [step], "skipped": [step]}.
    """

    __tablename__ = "tenants"
    __table_args__ = (
        one_of("subscription_status", "trial", "active", "expired", "cancelled", "suspended"),
        rule("slug_fits_a_url", "slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'"),
        rule("trial_ends_after_it_starts", "trial_end_date >= trial_start_date"),
        rule(
            "counts_are_not_negative",
            "current_invoice_count >= 0 AND current_customer_count >= 0 AND current_user_count >= 0",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4, sort_order=-1)
    name: Mapped[str] = mapped_column(String(255))
    slug: Mapped[str] = mapped_column(String(100), unique=True)
    email: Mapped[str] = mapped_column(String(255))
    domain: Mapped[str | None] = mapped_column(String(255))
    subscription_status: Mapped[str] = word(50, "trial")
    trial_start_date: Mapped[dt.datetime | None]
    trial_end_date: Mapped[dt.datetime | None]
    is_trial_used: Mapped[bool] = flag("false")
    converted_to_paid_at: Mapped[dt.datetime | None]
    subscription_start_date: Mapped[dt.datetime | None]
    subscription_end_date: Mapped[dt.datetime | None]
    current_invoice_count: Mapped[int] = count()
    current_customer_count: Mapped[int] = count()
    current_user_count: Mapped[int] = count()
    is_active: Mapped[bool] = flag("true")
    settings: Mapped[dict | None]


class Subscription(TenantScoped, Base):
    """What a tenant pays, and until when; normally one active row."""

    __tablename__ = "subscriptions"
    __table_args__ = (
        one_of("plan_type", "trial", "paid"),
        one_of("status", "active", "expired", "cancelled", "suspended"),
        rule("billing_cycle_is_known", "billing_cycle IN ('monthly', 'yearly')"),
        rule(
            "paid_plan_says_how_it_is_paid",
            "plan_type <> 'paid'"
            " OR (billing_cycle IS NOT NULL AND payment_method IS NOT NULL AND amount > 0)",
        ),
        rule("trial_is_a_trial", "is_trial = (plan_type = 'trial')"),
        rule("amounts_are_not_negative", "amount >= 0 AND last_payment_amount >= 0"),
        Index("ix_subscriptions_status", "tenant_id", "status"),
    )

    plan_type: Mapped[str] = word(50, "trial")
    billing_cycle: Mapped[str | None] = mapped_column(String(20))
    amount: Mapped[Money] = zero()
    currency: Mapped[str] = word(3, "INR")
    is_trial: Mapped[bool] = flag("true")
    trial_start_date: Mapped[dt.datetime | None]
    trial_end_date: Mapped[dt.datetime | None]
    trial_days_remaining: Mapped[int | None]
    status: Mapped[str] = word(50, "active")
    next_billing_date: Mapped[dt.datetime | None]
    payment_method: Mapped[str | None] = mapped_column(String(50))
    last_payment_date: Mapped[dt.datetime | None]
    last_payment_amount: Mapped[Money | None]
    notes: Mapped[str | None]


class TrialLedger(Timestamps, Base):
    """Which e-mail addresses had a trial: an HMAC of the address, never the address. Outlives the tenant."""

    __tablename__ = "trial_ledger"

    email_hash: Mapped[str] = mapped_column(String(100), primary_key=True)
    used_at: Mapped[dt.datetime]
