"""Series of document numbers, and how far each has come in a financial year."""

from uuid import UUID

from sqlalchemy import PrimaryKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from rms.db.base import Base, TenantScoped, belongs_to
from rms.models.columns import count, flag, live_only, one_of, refers_to, rule


class NumberSeries(TenantScoped, Base):
    """How numbers of one kind of document look, e.g. INV/{fy}/{n:5}; one default per kind."""

    __tablename__ = "number_series"
    __table_args__ = (
        UniqueConstraint("tenant_id", "kind", "name"),
        one_of(
            "kind", "invoice", "bill_of_supply", "debit_note", "receipt", "credit_note", "quote", "refund"
        ),
        live_only(
            "uq_number_series_one_default_per_kind",
            "tenant_id",
            "kind",
            where="is_default",
            unique="one default",
        ),
    )

    kind: Mapped[str] = mapped_column(String(30))
    name: Mapped[str] = mapped_column(String(100))
    prefix: Mapped[str] = mapped_column(String(16), default="", server_default="")
    pattern: Mapped[str] = mapped_column(String(100))
    is_default: Mapped[bool] = flag("false")
    resets_yearly: Mapped[bool] = flag("true")
    is_active: Mapped[bool] = flag("true")
    version: Mapped[int] = count(1)


class NumberCounter(TenantScoped, Base):
    """The next number of a series in a financial year, written as in "2026-27".

    Written only inside the transaction that issues a document, so that a rollback gives the number back.
    """

    __tablename__ = "number_counters"
    __table_args__ = (
        PrimaryKeyConstraint("tenant_id", "series_id", "financial_year"),
        belongs_to("number_series", "series_id", ondelete="CASCADE"),
        rule("next_value_is_positive", "next_value >= 1"),
    )

    id = None
    series_id: Mapped[UUID] = mapped_column(primary_key=True)
    financial_year: Mapped[str] = mapped_column(String(10), primary_key=True)
    next_value: Mapped[int] = count(1)

    series: Mapped[NumberSeries] = refers_to("NumberCounter.series_id", "NumberSeries")
