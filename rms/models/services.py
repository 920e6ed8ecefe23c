"""What is sold."""

from sqlalchemy import Index, String, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from rms.db.base import Base, Rate, TenantScoped, UnitPrice
from rms.domain.tax import Treatment
from rms.models.columns import count, flag, one_of, rule, word, zero


class ServiceType(TenantScoped, Base):
    """A service or an item, with what a line takes from it.

    `tax_rate_category` names `tax_rates.category`: the rate in force on the document's date wins
    over `tax_rate`.
    """

    __tablename__ = "service_types"
    __table_args__ = (
        UniqueConstraint("tenant_id", "code"),
        one_of("tax_treatment", *Treatment),
        rule("tax_rate_is_a_percentage", "tax_rate BETWEEN 0 AND 100"),
        rule("default_rate_is_not_negative", "default_rate >= 0"),
        rule("hsn_sac_is_four_to_eight_digits", "hsn_sac ~ '^[0-9]{4,8}$'"),
    )

    code: Mapped[str] = mapped_column(String(50))
    name: Mapped[str] = mapped_column(String(255))
    description: Mapped[str | None]
    hsn_sac: Mapped[str | None] = mapped_column(String(8))
    unit: Mapped[str | None] = mapped_column(String(20))
    default_rate: Mapped[UnitPrice] = zero()
    tax_treatment: Mapped[str] = word(20, "taxable")
    tax_rate: Mapped[Rate] = zero()
    tax_rate_category: Mapped[str | None] = mapped_column(String(100))
    is_active: Mapped[bool] = flag("true")
    version: Mapped[int] = count(1)


Index("ix_service_types_by_name", ServiceType.tenant_id, ServiceType.name, ServiceType.id)
Index(
    "ix_service_types_name_trigrams",
    ServiceType.tenant_id,
    func.lower(ServiceType.name).label("name_lower"),
    postgresql_using="gin",
    postgresql_ops={"name_lower": "gin_trgm_ops"},
)
