"""The words migrations are written in. They name constraints as the models do.

A migration keeps its meaning for ever: change nothing here that would make an old one build something else.
"""

from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from rms.db.base import TENANT_SETTING

UUID, TEXT, JSON, NUMBER = sa.Uuid(), sa.Text(), JSONB(), sa.Integer()
DAY, MOMENT = sa.Date(), sa.DateTime(timezone=True)
MONEY, UNIT_PRICE = sa.Numeric(15, 2), sa.Numeric(15, 4)
QUANTITY, RATE = sa.Numeric(12, 3), sa.Numeric(6, 3)


def tenant_table(name: str, *parts: sa.schema.SchemaItem, timestamps: bool = True, **options) -> None:
    """A table whose rows belong to one tenant; `parts` bring its key, which begins with tenant_id."""
    tenant = sa.Column("tenant_id", UUID, nullable=False, server_default=sa.text(TENANT_SETTING))
    moments = (moment("created_at"), moment("updated_at")) if timestamps else ()
    owner = sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"])
    op.create_table(name, tenant, *columns_of(parts), *moments, owner, *rules_of(parts), **options)


def global_table(name: str, *parts: sa.schema.SchemaItem) -> None:
    """A table outside the tenants, or the table of the tenants themselves."""
    op.create_table(name, *columns_of(parts), moment("created_at"), moment("updated_at"), *rules_of(parts))


def columns_of(parts: Iterable[sa.schema.SchemaItem]) -> list[sa.Column]:
    return [part for part in parts if isinstance(part, sa.Column)]


def rules_of(parts: Iterable[sa.schema.SchemaItem]) -> list[sa.schema.SchemaItem]:
    return [part for part in parts if not isinstance(part, sa.Column)]


def required(name: str, type_: sa.types.TypeEngine, default: str | None = None) -> sa.Column:
    return sa.Column(name, type_, nullable=False, server_default=default and sa.text(default))


def optional(name: str, type_: sa.types.TypeEngine) -> sa.Column:
    return sa.Column(name, type_)


def generated(name: str, type_: sa.types.TypeEngine, formula: str) -> sa.Column:
    return sa.Column(name, type_, sa.Computed(formula, persisted=True), nullable=False)


def word(name: str, length: int, default: str) -> sa.Column:
    return sa.Column(name, sa.String(length), nullable=False, server_default=default)


def flag(name: str, default: str = "false") -> sa.Column:
    return required(name, sa.Boolean(), default)


def count(name: str, start: str = "0") -> sa.Column:
    return required(name, sa.Integer(), start)


def zero(name: str, type_: sa.types.TypeEngine) -> sa.Column:
    return required(name, type_, "0")


def moment(name: str) -> sa.Column:
    return required(name, MOMENT, "now()")


def rule(name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=name)


def one_of(column: str, *words: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{each}'" for each in words)
    return rule(f"{column}_is_known", f"{column} IN ({listed})")


def belongs_to(table: str, column: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id", column], [f"{table}.tenant_id", f"{table}.id"], ondelete=ondelete
    )


def index(
    name: str, table: str, columns: str, *, using: str = "btree", include: str = "", where: str = ""
) -> None:
    op.execute(
        f"CREATE INDEX {name} ON {table} USING {using} ({columns})"
        + (f" INCLUDE ({include})" if include else "")
        + (f" WHERE {where}" if where else "")
    )


def unique_index(name: str, table: str, columns: str, *, where: str) -> None:
    op.execute(f"CREATE UNIQUE INDEX {name} ON {table} ({columns}) WHERE {where}")


def run(statements: Iterable[str]) -> None:
    for statement in statements:
        op.execute(statement)
