"""Types of customers with their payment terms, and those who look after customers."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from rms.db.session import db
from rms.domain.errors import NotFound
from rms.models import AccountManager, ClientType, Customer, User


def client_types() -> Sequence[Any]:
    """Every type with the active customers that have it, those still offered first. One statement."""
    used = _customers_of(Customer.client_type_id)
    statement = (
        select(
            ClientType.id,
            ClientType.code,
            ClientType.name,
            ClientType.payment_terms,
            ClientType.is_active,
            func.coalesce(used.c.count, 0).label("customers"),
        )
        .outerjoin(used, used.c.id == ClientType.id)
        .order_by(ClientType.is_active.desc(), ClientType.name, ClientType.id)
    )
    return list(db().execute(statement))


def client_types_offered() -> Sequence[Any]:
    """(id, name, payment_terms) for a form, by name."""
    statement = select(ClientType.id, ClientType.name, ClientType.payment_terms).where(ClientType.is_active)
    return list(db().execute(statement.order_by(ClientType.name, ClientType.id)))


def find_client_type(type_id: UUID) -> ClientType:
    row = db().scalar(select(ClientType).where(ClientType.id == type_id))
    if row is None:
        raise NotFound()
    return row


def account_managers() -> Sequence[Any]:
    """Every account manager with the active customers in their care, those still offered first."""
    cared = _customers_of(Customer.account_manager_id)
    statement = (
        select(
            AccountManager.id,
            AccountManager.name,
            AccountManager.email,
            AccountManager.is_active,
            AccountManager.user_id.is_not(None).label("is_colleague"),
            func.coalesce(cared.c.count, 0).label("customers"),
        )
        .outerjoin(cared, cared.c.id == AccountManager.id)
        .order_by(AccountManager.is_active.desc(), AccountManager.name, AccountManager.id)
    )
    return list(db().execute(statement))


def account_managers_offered() -> Sequence[Any]:
    """(id, name) for a form, by name."""
    statement = select(AccountManager.id, AccountManager.name).where(AccountManager.is_active)
    return list(db().execute(statement.order_by(AccountManager.name, AccountManager.id)))


def find_account_manager(manager_id: UUID) -> AccountManager:
    row = db().scalar(select(AccountManager).where(AccountManager.id == manager_id))
    if row is None:
        raise NotFound()
    return row


def colleagues() -> Sequence[Any]:
    """(id, first_name, last_name, email) of everybody who works here and is not switched off."""
    statement = select(User.id, User.first_name, User.last_name, User.email).where(User.is_active)
    return list(db().execute(statement.order_by(User.first_name, User.email)))


def _customers_of(column):
    """How many active customers stand behind each id of `column`."""
    return (
        select(column.label("id"), func.count().label("count"))
        .where(Customer.is_active, column.is_not(None))
        .group_by(column)
        .subquery()
    )
