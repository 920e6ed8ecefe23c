"""A bank's statement is read here, apart from requests: who sent it in is not to be trusted with our time."""

import datetime as dt
import logging
from uuid import UUID

from rms.actions import bank_imports
from rms.db.session import tenant_scope
from rms.documents.tables_apart import read_apart
from rms.domain import bank_statement
from rms.domain.errors import N_, DomainError, NotFound, sentence
from rms.queries.bank_lines import find_batch
from rms.queries.files import bytes_of
from rms.queries.mails import home_zone

log = logging.getLogger(__name__)


def read_statement(tenant_id: str, batch_id: str) -> None:
    tenant, batch = UUID(tenant_id), UUID(batch_id)
    content, today = _content(tenant, batch)
    if content is None:
        return
    try:
        # No transaction is open while the file is read, since that may take its time.
        statement = bank_statement.read(read_apart(content), today=today)
        with tenant_scope(tenant, reason="bank statement"):
            bank_imports.fill(batch, statement)
    except DomainError as error:
        _fail(tenant, batch, error)
    except Exception:
        log.exception("reading a statement broke")
        _fail(tenant, batch, DomainError(N_("This could not be read. Try it as a CSV file")))


def _content(tenant: UUID, batch: UUID) -> tuple[bytes | None, dt.date]:
    with tenant_scope(tenant):
        today = dt.datetime.now(dt.UTC).astimezone(home_zone()).date()
        try:
            row = find_batch(batch)
        except NotFound:
            return None, today
        return (bytes_of(row.file_id) if row.state == "waiting" else None), today


def _fail(tenant: UUID, batch: UUID, error: DomainError) -> None:
    with tenant_scope(tenant, reason="bank statement"):
        bank_imports.fail(batch, sentence(error.message, **error.params))
