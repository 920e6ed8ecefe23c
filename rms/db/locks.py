"""Row locks in one order everywhere, so that two transactions can wait but never deadlock.

Always FOR NO KEY UPDATE: a plain FOR UPDATE of a parent row blocks every insert that refers to it. Rows are
read again under the lock (`populate_existing`), because the copy in the session may be older than the lock.
"""

from collections.abc import Iterable
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, select

from rms.db.session import db
from rms.domain.errors import N_, NotFound

Row = TypeVar("Row")

RANK = {
    name: rank
    for rank, name in enumerate(
        (
            "bulk_jobs",
            "users",
            "user_invitations",
            "email_changes",
            "second_factors",
            "sessions",
            "companies",
            "recurring_schedules",
            "import_batches",
            "bank_lines",
            "receipt_drafts",
            "number_series",
            "lut_declarations",
            "customers",
            "customer_contacts",
            "tds_rates",
            "client_types",
            "account_managers",
            "service_types",
            "quotes",
            "refunds",
            "receipts",
            "credit_notes",
            "invoices",
            "public_links",
            "number_counters",
            "tenants",
        )
    )
}


class LockOrder(RuntimeError):
    """A lock was asked for after one of a later rank; two such transactions could wait for each other."""


def lock(model: type[Row], row_id: UUID) -> Row:
    """Lock one row by id; raises NotFound when it is not there or not this tenant's."""
    rows = lock_all(model, [row_id])
    if not rows:
        raise NotFound(N_("Nothing here."))
    return rows[0]


def lock_all(model: type[Row], ids: Iterable[UUID]) -> list[Row]:
    """Lock rows of one table in ascending id; rows that are not there are left out."""
    wanted = sorted(set(ids))
    return lock_where(model, model.id.in_(wanted)) if wanted else []


def lock_where(model: type[Row], condition: ColumnElement[bool]) -> list[Row]:
    """The same for rows that a condition names; what it rests on may not change while they are waited for."""
    _keep_order(model.__tablename__)
    statement = (
        select(model)
        .where(condition)
        .order_by(model.id)
        .with_for_update(key_share=True, of=model)
        .execution_options(populate_existing=True)
    )
    return list(db().scalars(statement))


def _keep_order(table: str) -> None:
    rank = RANK[table]
    info = db().info
    if info.get("lock_rank", -1) > rank:
        raise LockOrder(f"{table} must be locked before what is locked already")
    info["lock_rank"] = rank


def begin_another_act() -> None:
    """Let the order begin anew inside one transaction: only for rows that nobody else can reach yet, such as
    those of a company that is being founded in it. Elsewhere two such transactions could deadlock.
    """
    db().info.pop("lock_rank", None)
