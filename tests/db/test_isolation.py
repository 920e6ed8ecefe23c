"""Two companies in one database: neither sees, changes or refers to a row of the other, by any road."""

import re
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import delete, event, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError, ProgrammingError, StatementError

from rms.db import session
from rms.db.rls import GLOBAL, GRANTS, TENANT_COLUMN
from rms.db.session import NoScope, Scope, configure, db, public_scope, tenant_scope, unit_of_work
from rms.db.tenancy import ForeignTenant
from rms.models import AuditLog, Customer, Invoice, Tenant, User
from tests import factories

TENANT_TABLES = sorted(set(GRANTS) - GLOBAL)


@pytest.fixture
def theirs(sahyadri) -> dict[str, UUID]:
    """A row of the rival in most tables."""
    with sahyadri.scope():
        customer = factories.make_customer("Rival's customer")
        service = factories.make_service()
        invoice = factories.make_invoice(customer)
        receipt = factories.make_receipt(customer)
        factories.make_allocation(receipt, invoice, "10.00")
        return {
            "customer": customer.id,
            "service": service.id,
            "invoice": invoice.id,
            "receipt": receipt.id,
            "tenant": sahyadri.tenant_id,
        }


def test_a_company_reads_its_own_rows_only(nilgiri, theirs):
    with nilgiri.scope():
        mine = factories.make_customer("Mine")
        assert [row.id for row in db().scalars(select(Customer))] == [mine.id]
        assert db().scalars(select(Tenant.id)).all() == [nilgiri.tenant_id]
        assert db().get(Customer, (theirs["tenant"], theirs["customer"])) is None
        assert db().get(Customer, (nilgiri.tenant_id, theirs["customer"])) is None


def test_raw_sql_reads_no_row_of_another_company(nilgiri, theirs):
    """Without the ORM's filter: row-level security alone."""
    for table in TENANT_TABLES:
        column = TENANT_COLUMN.get(table, "tenant_id")
        with nilgiri.scope():
            tenants = db().execute(text(f"SELECT DISTINCT {column} FROM {table}")).scalars().all()
        assert theirs["tenant"] not in tenants, table


def test_an_unset_scope_sees_nothing(nilgiri, theirs):
    for table in TENANT_TABLES:
        with public_scope():
            assert db().execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0, table


@pytest.mark.parametrize("setting", ["", None])
def test_an_empty_or_reset_setting_sees_nothing_and_raises_nothing(connected, theirs, setting):
    """A setting that was ever set reads '' afterwards, and '' is no uuid: NULLIF keeps it from raising."""
    with psycopg.connect(connected.database_url) as connection:
        if setting is not None:
            connection.execute("SELECT set_config('app.tenant_id', %s, false)", (setting,))
        assert connection.execute("SELECT count(*) FROM invoices").fetchone() == (0,)


def test_a_company_changes_and_deletes_no_row_of_another(nilgiri, sahyadri, theirs):
    with nilgiri.scope():
        assert db().execute(text("UPDATE customers SET name = 'Hacked'")).rowcount == 0
        assert db().execute(update(Customer).values(name="Hacked")).rowcount == 0
        assert (
            db().execute(text("DELETE FROM customers WHERE id = :id"), {"id": theirs["customer"]}).rowcount
            == 0
        )
        assert db().execute(delete(Customer)).rowcount == 0
        changed = text("UPDATE tenants SET name = 'Hacked' WHERE id = :id")
        assert db().execute(changed, {"id": theirs["tenant"]}).rowcount == 0
    with sahyadri.scope():
        assert db().scalars(select(Customer.name)).all() == ["Rival's customer"]


@pytest.mark.parametrize("write", ["insert", "move"])
def test_a_row_cannot_be_given_to_another_company(nilgiri, theirs, write):
    with pytest.raises(ProgrammingError, match="row-level security"), nilgiri.scope():
        mine = factories.make_customer("Mine")
        if write == "insert":
            row = {"id": uuid4(), "tenant_id": theirs["tenant"], "code": "X", "name": "Planted"}
            db().execute(insert(Customer), [row])
        else:
            moved = text("UPDATE customers SET tenant_id = :theirs WHERE id = :id")
            db().execute(moved, {"theirs": theirs["tenant"], "id": mine.id})


def test_a_row_cannot_refer_to_a_row_of_another_company(nilgiri, theirs):
    """Row-level security does not guard foreign keys; composite ones do."""
    with pytest.raises(IntegrityError, match="fk_invoices_tenant_id_customer_id"), nilgiri.scope():
        factories.make_draft(customer_id=theirs["customer"])
    with pytest.raises(IntegrityError, match="fk_invoice_line_items_tenant_id_invoice_id"), nilgiri.scope():
        factories.make_line(Invoice(id=theirs["invoice"]))


def test_the_orm_refuses_to_write_a_row_of_another_company(nilgiri, theirs):
    with pytest.raises(ForeignTenant), nilgiri.scope():
        db().add(Customer(tenant_id=theirs["tenant"], code="X", name="Planted"))


def test_a_transaction_without_a_scope_is_an_error(connected):
    with pytest.raises(NoScope), unit_of_work(None):
        db().execute(text("SELECT 1"))
    with pytest.raises(NoScope), public_scope():
        db().scalars(select(Customer)).all()
    with pytest.raises(StatementError, match="this unit of work has no tenant"), public_scope():
        db().add(Customer(code="X", name="Nobody's"))


FORBIDDEN = [
    "TRUNCATE invoices",
    "TRUNCATE audit_logs",
    "DROP TABLE invoices",
    "ALTER TABLE invoices DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE invoices DISABLE TRIGGER audit",
    "DROP POLICY tenant_isolation ON invoices",
    "CREATE TABLE mine (id int)",
    "CREATE TEMPORARY TABLE mine (id int)",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "SET ROLE rms_owner",
    "SET ROLE rms_definer",
    "SET ROLE rms_audit",
    "SET ROLE rms_purger",
    "SET session_replication_role = replica",
    "DELETE FROM receipts",
    "DELETE FROM receipt_allocations",
    "DELETE FROM users",
    "DELETE FROM tenants",
    "UPDATE trial_ledger SET used_at = now()",
    "SELECT * FROM audit_logs_default",
    "SELECT * FROM pg_authid",
    "SELECT public.audit_row()",
    "SELECT public.erase_removed_tenant_audit()",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_application_may_not(nilgiri, statement):
    refused = "permission denied|must be owner|can only be called as trigger"
    with pytest.raises(Exception, match=refused), nilgiri.scope():
        db().execute(text(statement))


def test_row_security_cannot_be_switched_off(nilgiri, theirs):
    """`row_security = off` does not lift the walls: it makes a query that meets one fail."""
    with pytest.raises(ProgrammingError, match="row-level security"), nilgiri.scope():
        db().execute(text("SET LOCAL row_security = off"))
        db().execute(text("SELECT * FROM invoices")).all()


def test_two_companies_share_one_connection_and_never_meet(connected, nilgiri, sahyadri):
    """Forty transactions by turns on a pool of one: a scope dies with its transaction."""
    try:
        engine = configure(connected.database_url, pool_size=1)
        backends = set()
        for turn in range(40):
            company = (nilgiri, sahyadri)[turn % 2]
            with company.scope():
                backends.add(db().execute(text("SELECT pg_backend_pid()")).scalar_one())
                factories.make_customer(f"Of {company.slug}")
                assert set(db().execute(text("SELECT tenant_id FROM customers")).scalars()) == {
                    company.tenant_id
                }
            with engine.connect() as bare:
                assert bare.execute(text("SELECT count(*) FROM customers")).scalar_one() == 0
        assert len(backends) == 1
    finally:
        configure(connected.database_url, pool_size=connected.pool_size)


def test_a_failed_transaction_leaves_no_scope_behind(connected, nilgiri):
    try:
        engine = configure(connected.database_url, pool_size=1)
        with pytest.raises(ProgrammingError), nilgiri.scope():
            db().execute(text("SELECT no_such_column FROM customers"))
        with engine.connect() as bare:
            assert bare.execute(text("SELECT current_setting('app.tenant_id', true)")).scalar() in (None, "")
    finally:
        configure(connected.database_url, pool_size=connected.pool_size)


def test_the_scope_reaches_the_database(nilgiri):
    bound = Scope(
        nilgiri.tenant_id,
        nilgiri.admin.id,
        ip="203.0.113.9",
        user_agent="x" * 900,
        request_id="r1",
        reason="why",
    )
    names = ["tenant_id", "user_id", "ip", "user_agent", "request_id", "reason"]
    with unit_of_work(bound):
        found = [db().execute(text(f"SELECT current_setting('app.{name}')")).scalar_one() for name in names]
    assert found == [str(nilgiri.tenant_id), str(nilgiri.admin.id), "203.0.113.9", "x" * 500, "r1", "why"]


def test_bulk_statements_of_the_orm_are_filtered_too(nilgiri, sahyadri, theirs):
    with nilgiri.scope():
        factories.make_customer("Mine")
        assert db().execute(update(Customer).values(notes="seen")).rowcount == 1
        assert db().scalar(select(func.count()).select_from(Customer)) == 1
        joined = select(Customer.name, Invoice.id).outerjoin(Invoice, Invoice.customer_id == Customer.id)
        assert db().execute(joined).all() == [("Mine", None)]


def test_the_orm_filter_is_in_the_sql(nilgiri):
    """Row-level security would hide its absence, so it is looked for where it is written."""
    seen = []

    def note(connection, cursor, statement, parameters, context, executemany):
        seen.append(statement)

    event.listen(session.engine(), "before_cursor_execute", note)
    try:
        with nilgiri.scope():
            db().scalars(select(User)).all()
            db().scalars(select(AuditLog.id)).all()
    finally:
        event.remove(session.engine(), "before_cursor_execute", note)
    assert len([sql for sql in seen if re.search(r"\.tenant_id = %\(", sql)]) == 2


def test_tenants_of_a_scope_are_those_of_its_id_only(nilgiri):
    with tenant_scope(uuid4()):
        assert db().scalars(select(Tenant)).all() == []
        assert db().scalars(select(User)).all() == []
