"""Short spellings for columns that occur everywhere: the default holds in Python and in the database."""

from decimal import Decimal

from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.orm import MappedColumn, Relationship, mapped_column, relationship


def word(length: int, default: str) -> MappedColumn:
    """A NOT NULL text of at most `length` characters with a default."""
    return mapped_column(String(length), default=default, server_default=default)


def flag(default: str) -> MappedColumn:
    """A NOT NULL boolean; `default` is "true" or "false", as SQL writes it."""
    return mapped_column(default=default == "true", server_default=text(default))


def count(start: int = 0) -> MappedColumn:
    """A NOT NULL integer that begins at `start`."""
    return mapped_column(default=start, server_default=text(str(start)))


def zero() -> MappedColumn:
    """A NOT NULL amount, price or rate that begins at nothing."""
    return mapped_column(default=Decimal("0"), server_default=text("0"))


def one_of(column: str, *words: str) -> CheckConstraint:
    """The words a column may hold. Text with CHECK, as under RLS an enum's `=` may not bound an index."""
    listed = ", ".join(f"'{value}'" for value in words)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_is_known")


def rule(name: str, condition: str) -> CheckConstraint:
    """A CHECK whose name reads as the rule it keeps."""
    return CheckConstraint(condition, name=name)


def refers_to(column: str, target: str, **options) -> Relationship:
    """The row of class `target` that tenant_id and `column` ("Class.column") point at.

    Only `column` is written through the relationship. With both columns of the key, assigning None would
    try to blank out tenant_id, and two such relationships would both claim to write it.
    """
    return relationship(target, primaryjoin=_inside_the_tenant(column, target), **options)


def has_many(column: str, target: str, **options) -> Relationship:
    """The rows whose `column` points at a row of class `target`: the other end of `refers_to`."""
    return relationship(column.partition(".")[0], primaryjoin=_inside_the_tenant(column, target), **options)


def _inside_the_tenant(column: str, target: str) -> str:
    owner = column.partition(".")[0]
    return f"and_({target}.tenant_id == {owner}.tenant_id, {target}.id == foreign({column}))"


def live_only(name: str, *columns: str, where: str, unique: str = "") -> Index:
    """An index over the rows for which `where` holds; `unique` says in a word what may occur only once."""
    return Index(name, *columns, unique=bool(unique), postgresql_where=text(where))
