"""The tenant filter of the ORM: the second lock on the door whose first is row-level security."""

from sqlalchemy import event
from sqlalchemy.orm import with_loader_criteria

from rms.db.base import TenantScoped
from rms.db.session import NoScope, RmsSession


class ForeignTenant(RuntimeError):
    """A row of one tenant was about to be written in the scope of another."""


@event.listens_for(RmsSession, "do_orm_execute")
def _filter(state) -> None:
    if state.is_column_load or state.is_relationship_load:
        return
    if not (state.is_select or state.is_update or state.is_delete):
        return
    if not any(issubclass(mapper.class_, TenantScoped) for mapper in state.all_mappers):
        return
    bound = state.session.info.get("scope")
    if bound is None or bound.tenant_id is None:
        raise NoScope("a tenant's rows were asked for without a tenant")
    tenant_id = bound.tenant_id
    state.statement = state.statement.options(
        with_loader_criteria(TenantScoped, lambda cls: cls.tenant_id == tenant_id, include_aliases=True)
    )


@event.listens_for(RmsSession, "before_flush")
def _check(session, flush_context, instances) -> None:
    bound = session.info.get("scope")
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, TenantScoped) and row.tenant_id not in (None, bound and bound.tenant_id):
            raise ForeignTenant(f"{type(row).__name__} belongs to another tenant")
