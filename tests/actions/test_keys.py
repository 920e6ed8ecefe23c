"""Keys change while everything stays readable; what is sealed is nowhere in the clear."""

import base64
import datetime as dt
import re
from collections import Counter
from uuid import uuid4

import pytest
from sqlalchemy import select

from rms.actions import keys as acts
from rms.actions import second_factor
from rms.actions.bank import PaymentDraft, take_payments
from rms.actions.keys import rotate
from rms.crypto import keys
from rms.crypto.fields import CannotOpen, kid_of
from rms.db.session import db
from rms.documents.of_invoice import paper_by_id, pdf_of
from rms.models import AuditLog, Company, Invoice, PasswordReset
from rms.queries.bank import account_number_of
from rms.queries.invoices import find_invoice
from rms.queries.keys import held
from rms.queries.settings import bank_changes
from tests.documents.reading import copied_text
from tests.factories import NOW, make_customer
from tests.rooms.invoices.making import issued
from tests.second_factors import App, turn_on

# Of this module alone: the database is that of other tests, too, and some store a number in the clear.
NUMBER = "608172938455"
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
def phone(nilgiri) -> App:
    return turn_on(nilgiri, nilgiri.admin)


@pytest.fixture
def broken(nilgiri, superuser):
    """What this test breaks is taken away behind it: the database is that of other tests, too."""
    yield
    mine = (nilgiri.tenant_id,)
    superuser.execute("UPDATE companies SET bank_account_number = NULL WHERE tenant_id = %s", mine)
    superuser.execute("ALTER TABLE invoices DISABLE TRIGGER USER")
    superuser.execute("UPDATE invoices SET seller_snapshot = NULL WHERE tenant_id = %s", mine)
    superuser.execute("ALTER TABLE invoices ENABLE TRIGGER USER")


def kids(company, invoice_id) -> set[str]:
    with company.scope():
        stored = db().scalars(select(Company)).one().bank_account_number
        copied = find_invoice(invoice_id).seller_snapshot["bank_account_number"]
        return {kid_of(stored), kid_of(copied)}


def invoice_kids(company, invoice_ids) -> dict[str, int]:
    with company.scope():
        found = (find_invoice(one).seller_snapshot["bank_account_number"] for one in invoice_ids)
        return dict(Counter(kid_of(text) for text in found))


def rotations(company) -> list[AuditLog]:
    with company.scope():
        return list(db().scalars(select(AuditLog).where(AuditLog.action == "keys_rotated")))


def now_held():
    return held(dt.datetime.now(dt.UTC))


def test_the_account_number_is_nowhere_in_the_clear(nilgiri, billed, superuser):
    for table in ("companies", "invoices", "audit_logs", "idempotency_keys", "email_messages"):
        rows = superuser.execute(f"SELECT t::text FROM {table} t").fetchall()
        assert NUMBER not in str(rows), table


def test_the_paper_still_names_it(nilgiri, billed):
    with nilgiri.scope():
        assert f"A/c {NUMBER}" in paper_by_id(billed).bank_details


def test_a_number_copied_onto_another_invoice_does_not_open(nilgiri, billed, superuser, broken):
    with nilgiri.scope(nilgiri.admin):
        other = issued(make_customer("Hilltop")).id
    copy = """UPDATE invoices SET seller_snapshot = (SELECT seller_snapshot FROM invoices WHERE id = %s)
        WHERE id = %s"""
    superuser.execute(copy, (billed, other))
    with nilgiri.scope(), pytest.raises(CannotOpen):
        paper_by_id(other)


def test_everything_goes_over_and_opens_without_the_old_key(app, ring, nilgiri, billed, phone):
    old = ring.newest
    keys.configure(two_keys(app))
    assert kids(nilgiri, billed) == {old}
    assert now_held().sealed_with(old) >= 3
    changed = rotate().changed
    assert changed["companies.bank_account_number"] >= 1
    assert changed["invoices.seller_snapshot"] >= 1
    assert changed["second_factors.secret"] >= 1
    assert kids(nilgiri, billed) == {"new7"}
    assert now_held().sealed_with(old) == 0
    assert not rotate().changed
    keys.configure(NEW)
    with nilgiri.scope():
        assert account_number_of(db().scalars(select(Company)).one()) == NUMBER
        assert f"A/c {NUMBER}" in paper_by_id(billed).bank_details
        moment = dt.datetime.now(dt.UTC)
        assert second_factor.check(nilgiri.admin.id, phone.code(), now=moment)
        assert not second_factor.check(nilgiri.admin.id, phone.wrong(), now=moment)


def test_the_pdf_names_the_account_without_the_old_key(app, ring, nilgiri, billed):
    keys.configure(two_keys(app))
    rotate()
    keys.configure(NEW)
    with nilgiri.scope():
        _, pdf = pdf_of(billed)
    assert NUMBER in copied_text(pdf)


def test_a_run_that_is_interrupted_is_taken_up_again(app, ring, nilgiri, billed, monkeypatch):
    """Each batch of one row is kept; the row at which it broke off is not half done."""
    old = ring.newest
    with nilgiri.scope(nilgiri.admin):
        bills = [billed, *(issued(make_customer(f"Customer {n}")).id for n in range(3))]
    keys.configure(two_keys(app))
    seal_anew, seen = acts._seal_anew, []

    def breaking(tenant_id, place, row_id, *rest):
        seal_anew(tenant_id, place, row_id, *rest)
        if tenant_id == nilgiri.tenant_id and place.model is Invoice:
            seen.append(row_id)
            if len(seen) == 3:
                raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(acts, "BATCH", 1)
        patch.setattr(acts, "_seal_anew", breaking)
        with pytest.raises(KeyboardInterrupt):
            rotate()
    assert invoice_kids(nilgiri, bills) == {"new7": 2, old: 2}
    rotate()
    assert invoice_kids(nilgiri, bills) == {"new7": 4}
    noted = [entry.new_values["invoices.seller_snapshot"] for entry in rotations(nilgiri)]
    assert sorted(noted) == [2, 2]


def test_batches_reach_every_row(app, ring, nilgiri, billed, monkeypatch):
    with nilgiri.scope(nilgiri.admin):
        bills = [billed, *(issued(make_customer(f"Customer {n}")).id for n in range(4))]
    keys.configure(two_keys(app))
    monkeypatch.setattr(acts, "BATCH", 2)
    rotate()
    assert invoice_kids(nilgiri, bills) == {"new7": 5}


def test_a_number_of_another_company_is_told_and_not_sealed_again(
    app, ring, nilgiri, sahyadri, superuser, broken
):
    """Sealing what stands in the wrong row would make it open there."""
    for company, number in ((nilgiri, NUMBER), (sahyadri, "50200012345678")):
        with company.scope(company.admin):
            draft = PaymentDraft(bank_account_number=number, bank_ifsc="EXMP0000192")
            take_payments(draft, version=1, now=NOW, is_set_up=True)
    stolen = """UPDATE companies SET bank_account_number =
        (SELECT bank_account_number FROM companies WHERE tenant_id = %s) WHERE tenant_id = %s"""
    superuser.execute(stolen, (sahyadri.tenant_id, nilgiri.tenant_id))
    keys.configure(two_keys(app))
    done = rotate()
    with nilgiri.scope():
        mine = db().scalars(select(Company)).one()
        assert any(str(mine.id) in told for told in done.broken)
        assert kid_of(mine.bank_account_number) == ring.newest
        with pytest.raises(CannotOpen):
            account_number_of(mine)
    with sahyadri.scope():
        assert account_number_of(db().scalars(select(Company)).one()) == "50200012345678"


def test_the_trail_sums_a_company_up_and_shows_no_text(app, ring, nilgiri, billed, phone):
    keys.configure(two_keys(app))
    rotate()
    rotate()
    (noted,) = rotations(nilgiri)
    assert noted.new_values == {
        "key": "new7",
        "companies.bank_account_number": 1,
        "invoices.seller_snapshot": 1,
        "second_factors.secret": 1,
    }
    assert noted.entity_id == nilgiri.tenant_id
    with nilgiri.scope():
        rows = db().scalars(select(AuditLog).where(AuditLog.reason == "keys changed")).all()
    changed = [list(entry.new_values.values()) for entry in rows if entry.action == "update"]
    assert changed == [["(hidden)"]] * 3


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


def test_what_no_key_opens_is_told_and_keeps_nobody_else_waiting(
    app, ring, nilgiri, billed, superuser, broken
):
    mine = "UPDATE companies SET bank_account_number = %s WHERE tenant_id = %s"
    superuser.execute(mine, ("v1:gone:AAAA", nilgiri.tenant_id))
    keys.configure(two_keys(app))
    done = rotate()
    assert any("key 'gone'" in told for told in done.broken)
    assert kids(nilgiri, billed) == {"gone", "new7"}


def test_passwords_tell_which_pepper_they_need(ring, nilgiri):
    old = ring.newest
    assert now_held().passwords[old] >= 3


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
    assert re.search(
        rf"Key {old} must stay: .* sealed fields and \d+ passwords?. Run flask keys rotate", before
    )
    assert "Key new7 is the newest" in before
    told = runner.invoke(args=["keys", "rotate"]).output
    assert re.search(r"invoices.seller_snapshot: \d+ sealed anew", told)
    assert re.search(r"companies.bank_account_number: \d+ with key new7", told)
    assert re.search(rf"Key {old} still holds \d+ passwords?; they go over", told)
    assert f"Key {old} must stay" not in told


def test_a_key_that_holds_nothing_may_go(app, ring, nilgiri):
    keys.configure(f"{app.config['RMS'].keys},{NEW.replace('new7', 'unused9')}")
    told = app.test_cli_runner().invoke(args=["keys", "status"]).output
    assert "Key unused9 may be taken off the list: no sealed field and no password needs it." in told


def test_a_key_that_went_too_early_is_named(app, ring, nilgiri, billed):
    keys.configure(NEW)
    told = app.test_cli_runner().invoke(args=["keys", "status"]).output
    assert re.search(rf"Key {ring.newest} is not in RMS_KEYS: \d+ sealed fields and \d+ passwords", told)


def test_open_links_and_codes_are_told_with_their_end(app, ring, nilgiri, phone):
    with nilgiri.scope(nilgiri.admin):
        moment = dt.datetime.now(dt.UTC)
        reset = PasswordReset(
            user_id=nilgiri.admin.id,
            email="kavya@example.in",
            token=uuid4().hex,
            expires_at=moment + dt.timedelta(days=900),
        )
        db().add(reset)
    found = now_held()
    assert found.links_until == reset.expires_at
    assert found.recovery_codes >= len(phone.codes)
    with nilgiri.scope(nilgiri.admin):
        db().get(PasswordReset, (nilgiri.tenant_id, reset.id)).used_at = moment
    assert now_held().links_until != reset.expires_at
