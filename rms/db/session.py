"""Engine, sessions and the one transaction that a request, a job or a command runs in.

Every transaction carries a `Scope`: whose rows it may see and who acts. The scope is bound to the transaction
by `set_config(..., true)`, so it dies with it and cannot leak through a connection pool. A transaction that
begins without a scope raises `NoScope`; there is no way to read tenant rows by forgetting something.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session, sessionmaker

log = logging.getLogger(__name__)

BIND_SCOPE = (
    "select set_config('app.tenant_id', %s, true), set_config('app.user_id', %s, true), "
    "set_config('app.ip', %s, true), set_config('app.user_agent', %s, true), "
    "set_config('app.request_id', %s, true), set_config('app.reason', %s, true)"
)


class NoScope(RuntimeError):
    """A transaction was begun, or a tenant's row touched, without saying for which tenant."""


@dataclass(frozen=True)
class Scope:
    """Whose rows a transaction sees and who acts in it; `tenant_id` None sees no tenant's rows at all."""

    tenant_id: UUID | None
    user_id: UUID | None = None
    ip: str = ""
    user_agent: str = ""
    request_id: str = ""
    reason: str = ""

    def settings(self) -> tuple[str, ...]:
        return (
            str(self.tenant_id or ""),
            str(self.user_id or ""),
            self.ip,
            self.user_agent[:500],
            self.request_id,
            self.reason,
        )


NOBODY = Scope(tenant_id=None)


class RmsSession(Session):
    """A session whose transactions are bound to `info["scope"]`."""


_engine: Engine | None = None
_factory = sessionmaker(class_=RmsSession, expire_on_commit=False)
_active: ContextVar[RmsSession | None] = ContextVar("rms_active_session", default=None)


def configure(url: str, *, pool_size: int = 5, pgbouncer: bool = False, echo: bool = False) -> Engine:
    """Point the product at one database; behind a pooling PgBouncer prepared statements are off."""
    global _engine
    if _engine is not None:
        _engine.dispose()
    arguments = {"prepare_threshold": None} if pgbouncer else {}
    _engine = create_engine(
        sqlalchemy_url(url),
        pool_size=pool_size,
        max_overflow=0,
        pool_pre_ping=False,
        pool_recycle=1800,
        echo=echo,
        hide_parameters=True,  # an error's text ends in logs, and with RQ in Redis
        connect_args=arguments,
    )
    _factory.configure(bind=_engine)
    return _engine


def sqlalchemy_url(url: str) -> str:
    """`postgres://` and `postgresql://` both mean psycopg 3 here."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def engine() -> Engine:
    if _engine is None:
        raise RuntimeError("the database is not configured: create_app() does it")
    return _engine


def dispose_after_fork() -> None:
    """Forget the parent's connections without closing them: two processes on one socket mix up replies."""
    if _engine is not None:
        _engine.dispose(close=False)


def db() -> RmsSession:
    """The session of the running request, job or command."""
    session = _active.get()
    if session is None:
        raise NoScope("no unit of work is open")
    return session


def scope() -> Scope:
    """The scope of the running transaction."""
    bound = db().info.get("scope")
    if bound is None:
        raise NoScope("this unit of work has no scope")
    return bound


def current_tenant() -> UUID:
    """The tenant of the running transaction; the default of every `tenant_id` column."""
    tenant_id = scope().tenant_id
    if tenant_id is None:
        raise NoScope("this unit of work has no tenant")
    return tenant_id


def rebind(new: Scope) -> None:
    """Change the scope of the open unit of work, and of its transaction when one has begun."""
    session = db()
    session.info["scope"] = new
    if session.in_transaction():
        session.connection().exec_driver_sql(BIND_SCOPE, new.settings())


def act_as(user_id: UUID, *, reason: str = "") -> None:
    """Name the acting user of the open unit of work, for the audit trail."""
    rebind(replace(scope(), user_id=user_id, reason=reason))


@contextmanager
def unit_of_work(bound: Scope) -> Iterator[RmsSession]:
    """One transaction of its own: returning commits, raising rolls back; after-commit work runs last."""
    opened = open_session(bound)
    try:
        yield db()
        commit()
    except BaseException:
        rollback()
        raise
    finally:
        close_session(opened)


def tenant_scope(tenant_id: UUID, *, user_id: UUID | None = None, reason: str = ""):
    """The door for jobs, commands and tests: `with tenant_scope(id):` is one transaction of that tenant."""
    return unit_of_work(Scope(tenant_id=tenant_id, user_id=user_id, reason=reason))


def public_scope():
    """A transaction without a tenant: it sees masters and may call the pre-sign-in functions."""
    return unit_of_work(NOBODY)


def open_session(bound: Scope | None):
    """Make a session the active one; give the token back to `close_session`. For web/lifecycle.py."""
    session = _factory()
    session.info["scope"] = bound
    session.info["after_commit"] = []
    return _active.set(session)


def close_session(opened) -> None:
    session = db()
    _active.reset(opened)
    session.close()


def after_commit(work: Callable[[], None]) -> None:
    """Run `work` once the open transaction is committed; a rollback forgets it.

    It runs after commit() has returned: SQL is not possible inside SQLAlchemy's own after_commit event, and a
    queue that is down must not turn committed work into an error.
    """
    db().info["after_commit"].append(work)


def commit() -> None:
    session = db()
    session.commit()
    session.info.pop("lock_rank", None)
    work, session.info["after_commit"] = session.info["after_commit"], []
    for job in work:
        try:
            job()
        except Exception:
            log.exception("work after commit failed; the sweeper will find it")


def rollback() -> None:
    session = db()
    session.info["after_commit"] = []
    session.info.pop("lock_rank", None)
    session.rollback()


@event.listens_for(RmsSession, "after_begin")
def _bind(session, transaction, connection) -> None:
    bound = session.info.get("scope")
    if bound is None:
        raise NoScope("a transaction was begun without a scope")
    connection.exec_driver_sql(BIND_SCOPE, bound.settings())
