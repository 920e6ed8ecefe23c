"""Keys of forms already handled, so that a second press of a button makes nothing twice."""

from sqlalchemy import PrimaryKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from rms.db.base import Base, TenantScoped


class IdempotencyKey(TenantScoped, Base):
    """A form token that was used, what for, and where the first press led."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (PrimaryKeyConstraint("tenant_id", "key"),)

    id = None
    key: Mapped[str] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(String(100))
    location: Mapped[str | None]
