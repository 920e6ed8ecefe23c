"""Row 45: whoever tampers with the audit trail from behind, as a superuser, is named by the verifier."""

import datetime as dt
import threading
from contextlib import contextmanager

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from rms.actions import seals
from rms.db.session import db
from rms.jobs.seals import anchor_audit, configure, seal_audit
from rms.jobs.verify import verify_all
from rms.models import AuditLog, AuditSeal, Customer
from rms.queries import seals as found
from tests import factories
from tests.sealing import seal

NOW = dt.datetime.now(dt.UTC)


@pytest.fixture
def anchors(tmp_path):
    configure(tmp_path)
    yield tmp_path
    configure(None)


@contextmanager
def from_behind(superuser):
    """As somebody who owns the server: no trigger fires."""
    superuser.execute("SET session_replication_role = replica")
    yield superuser
    superuser.execute("SET session_replication_role = origin")


def work(company, times: int = 3) -> None:
    with company.scope(company.admin):
        for _ in range(times):
            factories.make_customer("Lakeview", notes="from the hills")


def verify(company, anchors=None) -> tuple[bool, str]:
    told: list[str] = []
    report = verify_all(anchors, slug=company.slug, now=NOW, say=told.append)
    return report.is_right, "\n".join(told)


def entries(company) -> list[AuditLog]:
    with company.scope():
        return list(db().scalars(select(AuditLog).order_by(AuditLog.transaction_id, AuditLog.created_at)))


def test_what_was_sealed_verifies_and_the_tail_is_reported(nilgiri):
    work(nilgiri)
    is_right, told = verify(nilgiri)
    assert is_right and f"{nilgiri.slug}: {len(entries(nilgiri))} entries are not sealed yet" in told
    seal(nilgiri)
    work(nilgiri)
    seal(nilgiri)
    is_right, told = verify(nilgiri)
    assert is_right and "not sealed" not in told
    assert f"{len(entries(nilgiri))} entries in" in told and "rows a second" in told
    with nilgiri.scope():
        chain = list(db().scalars(select(AuditSeal).order_by(AuditSeal.sequence)))
    assert [row.sequence for row in chain] == list(range(1, len(chain) + 1)) and len(chain) > 1
    assert [row.previous_hash for row in chain[1:]] == [row.hash for row in chain[:-1]]
    assert sum(row.row_count for row in chain) == len(entries(nilgiri))


@pytest.mark.parametrize(
    "change",
    [
        "action = 'nothing'",
        'new_values = \'{"name": "Somebody else"}\'',
        "old_values = '{}'",
        "user_id = gen_random_uuid()",
        "ip_address = '1.2.3.4'",
        "reason = 'another'",
        "new_values = NULL",
    ],
)
def test_an_entry_that_a_superuser_edits_is_named(superuser, nilgiri, change):
    work(nilgiri)
    seal(nilgiri)
    victim = entries(nilgiri)[-2]
    with from_behind(superuser):
        superuser.execute(f"UPDATE audit_logs SET {change} WHERE id = %s", (victim.id,))
    is_right, told = verify(nilgiri)
    assert not is_right and "was changed" in told and str(victim.id) in told
    assert f"{nilgiri.slug}: seal " in told


def test_an_entry_that_a_superuser_deletes_is_missed(superuser, nilgiri):
    work(nilgiri)
    seal(nilgiri)
    *_, victim, after = entries(nilgiri)
    with from_behind(superuser):
        superuser.execute("DELETE FROM audit_logs WHERE id = %s", (victim.id,))
    is_right, told = verify(nilgiri)
    assert not is_right and "1 of its entries are missing" in told and f"before {after.id}" in told


@pytest.mark.parametrize("shift", ["- interval '1 second'", "+ interval '1 microsecond'"])
def test_an_entry_that_a_superuser_slips_in_is_named(superuser, nilgiri, shift):
    work(nilgiri)
    seal(nilgiri)
    work(nilgiri)
    seal(nilgiri)
    model = entries(nilgiri)[-3]
    with from_behind(superuser):
        made = superuser.execute(
            "INSERT INTO audit_logs (tenant_id, id, entity_type, action, created_at, transaction_id) "
            f"SELECT tenant_id, gen_random_uuid(), 'customers', 'create', created_at {shift}, transaction_id "
            "FROM audit_logs WHERE id = %s RETURNING id",
            (model.id,),
        ).fetchone()[0]
    is_right, told = verify(nilgiri)
    assert not is_right and "1 entries were added" in told and str(made) in told


def test_seals_that_are_edited_or_taken_out_are_missed(superuser, nilgiri):
    for _ in range(3):
        work(nilgiri)
        seal(nilgiri)
    with from_behind(superuser):
        superuser.execute(
            "DELETE FROM audit_seals WHERE tenant_id = %s AND sequence = 2", (nilgiri.tenant_id,)
        )
    is_right, told = verify(nilgiri)
    assert not is_right and "seal 2: the seal is missing" in told
    with from_behind(superuser):
        superuser.execute(
            "UPDATE audit_seals SET hash = sha256('x') WHERE tenant_id = %s AND sequence = 1",
            (nilgiri.tenant_id,),
        )
    is_right, told = verify(nilgiri)
    assert not is_right and "seal 1: the seal itself was changed" in told


def test_a_tail_that_is_cut_off_is_missed_by_the_recorded_heads(superuser, nilgiri, anchors):
    work(nilgiri)
    seal(nilgiri)
    work(nilgiri)
    seal(nilgiri)
    anchor_audit(str(nilgiri.tenant_id))
    assert verify(nilgiri, anchors)[0]
    with nilgiri.scope():
        last = found.head().sequence
    with from_behind(superuser):
        superuser.execute(
            "DELETE FROM audit_seals WHERE tenant_id = %s AND sequence = %s", (nilgiri.tenant_id, last)
        )
        superuser.execute("DELETE FROM audit_logs WHERE id = %s", (entries(nilgiri)[-1].id,))
    assert verify(nilgiri)[0], "without the heads the chain looks whole"
    is_right, told = verify(nilgiri, anchors)
    assert not is_right and f"seal {last}: the head recorded at" in told and "no longer in the chain" in told
    work(nilgiri)
    seal(nilgiri)
    assert not verify(nilgiri, anchors)[0], "sealed anew it has another hash"


def test_a_file_of_heads_that_was_damaged_is_reported(nilgiri, anchors):
    (anchors / seals.ANCHOR_FILE).write_text("{}\n")
    is_right, told = verify(nilgiri, anchors)
    assert not is_right and "line 1" in told


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO audit_seals (sequence, from_xid, to_xid, to_created_at, to_id, row_count, entries, "
        "previous_hash, hash) VALUES (9, 1, 1, now(), gen_random_uuid(), 1, sha256('x'), '', '')",
        "UPDATE audit_seals SET row_count = 2",
        "DELETE FROM audit_seals",
        "TRUNCATE audit_seals",
    ],
)
def test_the_application_can_only_read_the_seals(nilgiri, statement):
    with pytest.raises(ProgrammingError, match="permission denied"), nilgiri.scope():
        db().execute(text(statement))


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_seals SET epoch = 2", "DELETE FROM audit_seals", "TRUNCATE audit_seals"]
)
def test_not_even_a_superuser_changes_a_seal_by_a_slip(superuser, nilgiri, statement):
    work(nilgiri)
    seal(nilgiri)
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
        superuser.execute(statement)


def test_a_company_sees_and_seals_its_own_only(nilgiri, sahyadri):
    work(nilgiri)
    seal(nilgiri)
    with sahyadri.scope():
        assert found.head() is None
    with nilgiri.scope():
        assert set(db().scalars(select(AuditSeal.tenant_id))) == {nilgiri.tenant_id}


def test_what_is_still_being_written_is_left_for_later(nilgiri, test_servers, database_name):
    """An entry whose transaction is open is older than what may be sealed, and must not be missed."""
    url = test_servers.superuser_url_of(database_name)
    with psycopg.connect(url) as slow:
        slow.execute("SELECT set_config('app.tenant_id', %s, true)", (str(nilgiri.tenant_id),))
        slow.execute("SELECT audit_event('export', 'customers', NULL, NULL)")
        work(nilgiri, 1)
        seal_audit(str(nilgiri.tenant_id))
        with nilgiri.scope():
            assert found.waiting().rows >= 1, "what came after the open transaction waits with it"
        slow.commit()
    seal(nilgiri)
    is_right, told = verify(nilgiri)
    assert is_right and f" {len(entries(nilgiri))} entries in" in told


def test_forty_writers_and_two_sealers_at_once(nilgiri):
    failures: list[BaseException] = []
    over = threading.Event()

    def write() -> None:
        try:
            for _ in range(3):
                with nilgiri.scope(nilgiri.admin):
                    factories.make_customer("Busy").notes = "again"
        except BaseException as failure:
            failures.append(failure)

    def keep_sealing() -> None:
        try:
            while not over.is_set():
                seal_audit(str(nilgiri.tenant_id))
        except BaseException as failure:
            failures.append(failure)

    writers = [threading.Thread(target=write) for _ in range(40)]
    sealers = [threading.Thread(target=keep_sealing) for _ in range(2)]
    for thread in (*sealers, *writers):
        thread.start()
    for thread in writers:
        thread.join(60)
    over.set()
    for thread in sealers:
        thread.join(60)
    assert failures == []
    seal(nilgiri)
    is_right, told = verify(nilgiri)
    with nilgiri.scope():
        assert len(list(db().scalars(select(Customer.id).where(Customer.name == "Busy")))) == 120
        assert found.sealed_rows() == len(entries(nilgiri)), "nothing twice, nothing missed"
    assert is_right, told


def test_values_are_erased_and_the_chain_holds(superuser, nilgiri):
    work(nilgiri)
    seal(nilgiri)
    with nilgiri.scope():
        customer = db().scalars(select(Customer)).first()
        assert seals.erase_values("customers", customer.id, reason="asked to be forgotten") >= 1
    with nilgiri.scope():
        about = list(db().scalars(select(AuditLog).where(AuditLog.entity_id == customer.id)))
        assert seals.erase_values("customers", customer.id, reason="again") == 0
    for entry in about:
        assert entry.old_values is None and entry.new_values is None
        assert entry.erased_new is not None and entry.erased_reason == "asked to be forgotten"
        assert entry.action == "create" and entry.erased_at is not None
    assert verify(nilgiri)[0]
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
        superuser.execute("UPDATE audit_logs SET new_values = NULL WHERE id = %s", (about[0].id,))


def test_values_of_another_company_cannot_be_erased(nilgiri, sahyadri):
    work(nilgiri)
    with nilgiri.scope():
        customer = db().scalars(select(Customer)).first()
    with sahyadri.scope():
        assert seals.erase_values("customers", customer.id, reason="rival") == 0
    assert all(entry.erased_at is None for entry in entries(nilgiri))


@pytest.mark.parametrize("reason", ["", "  "])
def test_an_erasure_says_why(nilgiri, reason):
    with pytest.raises(Exception, match="an erasure needs a reason"), nilgiri.scope():
        seals.erase_values("customers", nilgiri.tenant_id, reason=reason)


def test_a_new_epoch_follows_whatever_was_restored(nilgiri, empty_database, engine_of, test_servers):
    """Transaction ids of another cluster begin anew; entries of the new epoch are later all the same."""
    from tests.servers import migrate

    name = empty_database()
    owner_url = test_servers.url("rms_owner", name)
    migrate(owner_url)
    owner = engine_of("rms_owner", name)
    assert seals.begin_epoch(owner, reason="restored from the dump of 3 May, 'all' of it") == 2
    assert seals.begin_epoch(owner, reason="once more") == 3
    with pytest.raises(ValueError):
        seals.begin_epoch(owner, reason=" ")
