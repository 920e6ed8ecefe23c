"""What every table has in common: keys, tenant, timestamps, names of constraints, column types."""

import datetime as dt
from decimal import Decimal
from typing import Annotated
from uuid import UUID, uuid4

from sqlalchemy import (
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    MetaData,
    Numeric,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from rms.db.session import current_tenant

# Written as PostgreSQL prints it, so that `alembic check` sees no difference.
TENANT_SETTING = "(NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid"

Money = Annotated[Decimal, "money"]
UnitPrice = Annotated[Decimal, "unit price"]
Quantity = Annotated[Decimal, "quantity"]
Rate = Annotated[Decimal, "rate"]


class Base(DeclarativeBase):
    """The one metadata of the product. Constraints are named so that an error reads as the rule it breaks."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )
    type_annotation_map = {
        UUID: Uuid,
        str: Text,
        dict: JSONB,
        dt.date: Date,
        dt.datetime: DateTime(timezone=True),
        Money: Numeric(15, 2),
        UnitPrice: Numeric(15, 4),
        Quantity: Numeric(12, 3),
        Rate: Numeric(6, 3),
    }


class Timestamps:
    """`created_at` and `updated_at`, both timestamptz; a trigger keeps `updated_at` (see db/rls.py)."""

    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now(), sort_order=1)
    updated_at: Mapped[dt.datetime] = mapped_column(server_default=func.now(), sort_order=2)


class TenantScoped(Timestamps):
    """A row that belongs to one tenant. Its key is (tenant_id, id), and nobody writes tenant_id by hand.

    The client default makes a missing scope a clear error before any SQL; the server default keeps raw SQL
    safe. `insert_sentinel` lets SQLAlchemy send N new rows as one INSERT.
    """

    tenant_id: Mapped[UUID] = mapped_column(
        ForeignKey("tenants.id"),
        primary_key=True,
        default=current_tenant,
        server_default=text(TENANT_SETTING),
        sort_order=-2,
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4, insert_sentinel=True, sort_order=-1)


def belongs_to(table: str, column: str, *, ondelete: str | None = None) -> ForeignKeyConstraint:
    """A reference inside one tenant: (tenant_id, column) -> table(tenant_id, id).

    Row-level security does not guard foreign keys: a plain key would let one tenant point at another's row.
    """
    return ForeignKeyConstraint(
        ["tenant_id", column], [f"{table}.tenant_id", f"{table}.id"], ondelete=ondelete
    )
