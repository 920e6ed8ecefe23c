"""Keys change while everything stays readable; what is sealed is nowhere in the clear."""

import base64
import re

import pytest
from sqlalchemy import select

from rms.actions.bank import PaymentDraft, take_payments
from rms.actions.keys import held, rotate
from rms.crypto import keys
from rms.crypto.fields import CannotOpen, kid_of, seal
from rms.db.session import db
from rms.documents.of_invoice import paper_by_id
from rms.models import AuditLog, Company, SecondFactor
from rms.queries.bank import account_number_of
from rms.queries.invoices import find_invoice
from rms.queries.second_factor import secret_of
from rms.queries.settings import bank_changes
from tests.factories import NOW, make_customer
from tests.rooms.invoices.making import issued

NUMBER = "001922004471"
NEW = "new7:" + base64.b64encode(bytes(range(7, 39))).decode()
DRAFT = PaymentDraft(bank_account_number=NUMBER, bank_ifsc="EXMP0000192", upi_id="nilgirifs@examplebank")


@pytest.fixture
def ring(nilgiri):
    """Keys are changed by a test; the ring of all others is put back. The people are hashed before."""
    before = keys.ring()
    yield before
    keys._ring = before


def two_keys(app) -> str:
    """The newest key in front of the one everything was made with."""
    return f"{NEW},{app.config['RMS'].keys}"


@pytest.fixture
def billed(nilgiri):
    """An issued invoice that names the account; its id."""
    with nilgiri.scope(nilgiri.admin):
        take_payments(DRAFT, version=1, now=NOW, is_set_up=True)
        return issued(make_customer()).id


@pytest.fixture
def factor(nilgiri):
    place = {"tenant_id": nilgiri.tenant_id, "table": "second_factors", "column": "secret"}
    with nilgiri.scope():
        row = SecondFactor(user_id=nilgiri.admin.id, secret="")
        db().add(row)
        db().flush()
        row.secret = seal("JBSWY3DPEHPK3PXP", **place, row_id=row.id)
    return row.id


def kids(company, invoice_id) -> set[str]:
    with company.scope():
        stored = db().scalars(select(Company)).one().bank_account_number
        copied = find_invoice(invoice_id).seller_snapshot["bank_account_number"]
        return {kid_of(stored), kid_of(copied)}


def test_the_account_number_is_nowhere_in_the_clear(nilgiri, billed, superuser):
    for table in ("companies", "invoices", "audit_logs", "idempotency_keys", "email_messages"):
        rows = superuser.execute(f"SELECT t::text FROM {table} t").fetchall()
        assert NUMBER not in str(rows), table


def test_the_paper_still_names_it(nilgiri, billed):
    with nilgiri.scope():
        assert f"A/c {NUMBER}" in paper_by_id(billed).bank_details


def test_a_number_copied_onto_another_invoice_does_not_open(nilgiri, billed, superuser):
    with nilgiri.scope(nilgiri.admin):
        other = issued(make_customer("Hilltop")).id
    copy = """UPDATE invoices SET seller_snapshot = (SELECT seller_snapshot FROM invoices WHERE id = %s)
        WHERE id = %s"""
    superuser.execute(copy, (billed, other))
    with nilgiri.scope(), pytest.raises(CannotOpen):
        paper_by_id(other)


def test_everything_goes_over_and_opens_without_the_old_key(app, ring, nilgiri, billed, factor):
    old = keys.ring().newest
    keys.configure(two_keys(app))
    assert kids(nilgiri, billed) == {old}
    assert held().of(old) >= 3
    changed = rotate().changed
    assert changed["companies.bank_account_number"] >= 1
    assert changed["invoices.seller_snapshot"] >= 1
    assert changed["second_factors.secret"] >= 1
    assert kids(nilgiri, billed) == {"new7"}
    assert not rotate().changed
    keys.configure(NEW)
    with nilgiri.scope():
        assert account_number_of(db().scalars(select(Company)).one()) == NUMBER
        assert f"A/c {NUMBER}" in paper_by_id(billed).bank_details
        assert (
            secret_of(db().scalars(select(SecondFactor).where(SecondFactor.id == factor)).one())
            == "JBSWY3DPEHPK3PXP"
        )


def test_clear_text_from_before_is_sealed(nilgiri, billed, superuser):
    superuser.execute("ALTER TABLE invoices DISABLE TRIGGER USER")
    clear = """UPDATE invoices
        SET seller_snapshot = jsonb_set(seller_snapshot, '{bank_account_number}', to_jsonb(%s::text))
        WHERE id = %s"""
    superuser.execute(clear, (NUMBER, billed))
    superuser.execute("ALTER TABLE invoices ENABLE TRIGGER USER")
    mine = "UPDATE companies SET bank_account_number = %s WHERE tenant_id = %s"
    superuser.execute(mine, (NUMBER, nilgiri.tenant_id))
    assert kids(nilgiri, billed) == {""}
    rotate()
    assert kids(nilgiri, billed) == {keys.ring().newest}
    with nilgiri.scope():
        assert f"A/c {NUMBER}" in paper_by_id(billed).bank_details


def test_what_no_key_opens_is_told_and_keeps_nobody_else_waiting(app, ring, nilgiri, billed, superuser):
    mine = "UPDATE companies SET bank_account_number = %s WHERE tenant_id = %s"
    superuser.execute(mine, ("v1:gone:AAAA", nilgiri.tenant_id))
    keys.configure(two_keys(app))
    done = rotate()
    assert any("key 'gone'" in told for told in done.broken)
    assert kids(nilgiri, billed) == {"gone", "new7"}


def test_passwords_tell_which_pepper_they_need(ring, nilgiri):
    old = ring.newest
    assert held().passwords[old] >= 3


def test_changing_keys_is_no_change_of_the_bank_details(app, ring, nilgiri, billed):
    keys.configure(two_keys(app))
    with nilgiri.scope():
        company_id = db().scalars(select(Company.id)).one()
        before = len(bank_changes(company_id))
    rotate()
    with nilgiri.scope():
        assert len(bank_changes(company_id)) == before
        trail = db().scalars(select(AuditLog).where(AuditLog.entity_id == company_id)).all()
    assert any(entry.reason == "keys changed" for entry in trail)


def test_the_commands_say_what_is_left(app, ring, nilgiri, billed):
    old = ring.newest
    keys.configure(two_keys(app))
    runner = app.test_cli_runner()
    before = runner.invoke(args=["keys", "status"]).output
    assert re.search(rf"companies.bank_account_number: \d+ with key {old}", before)
    told = runner.invoke(args=["keys", "rotate"]).output
    assert re.search(r"invoices.seller_snapshot: \d+ sealed anew", told)
    assert re.search(r"companies.bank_account_number: \d+ with key new7", told)
    assert f"Key {old} still holds" in told  # the hashes of passwords
