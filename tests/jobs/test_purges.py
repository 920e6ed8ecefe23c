"""What is kept for a while only: rows just inside their limit stay, rows just outside go, and no others."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import select, text

from rms.actions import files, purges
from rms.db import purges as at_database
from rms.db.rls import GLOBAL, GRANTS, TENANT_COLUMN
from rms.db.session import db, public_scope
from rms.jobs.purges import purge_all, purge_company, purge_one
from rms.jobs.seals import seal_audit
from rms.jobs.verify import verify_all
from rms.models import (
    AccountManager,
    AuditLog,
    BulkJob,
    ClientType,
    CreditNote,
    DeletedDraft,
    EmailChange,
    EmailMessage,
    EmailVerification,
    File,
    IdempotencyKey,
    Invoice,
    InvoiceLineItem,
    LoginAttempt,
    NumberCounter,
    PasswordReset,
    RecoveryCode,
    SecondFactor,
    Subscription,
    Tenant,
    User,
    UserInvitation,
    UserSession,
)
from tests import cast, factories
from tests.jobs import documents

NOW = dt.datetime(2027, 3, 31, 6, 30, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)
LATER = NOW + dt.timedelta(days=400)
MONTH = dt.timedelta(days=30)
# (a moment just within the limit, a moment just past it)
OF_30_DAYS = (NOW - MONTH, NOW - MONTH - SECOND)


@dataclass(frozen=True)
class Marked:
    """Ids of rows that must stay, and of rows that must go."""

    stay: set
    go: set


def added(*rows) -> set:
    db().add_all(rows)
    db().flush()
    return {row.key if isinstance(row, IdempotencyKey) else row.id for row in rows}


def session_row(user_id: UUID, **columns) -> UserSession:
    """One that is alive, but for what is told."""
    told = {"expires_at": LATER, "idle_expires_at": LATER, **columns}
    return UserSession(user_id=user_id, refresh_token=uuid4().hex, **told)


def sessions(company) -> Marked:
    def dead(at: dt.datetime) -> set:
        user_id = company.admin.id
        return added(
            session_row(user_id, expires_at=at, idle_expires_at=at),
            session_row(user_id, idle_expires_at=at),
            session_row(user_id, is_active=False, revoked_at=at, revoked_because="signed_out"),
        )

    within, past = OF_30_DAYS
    return Marked(stay=added(session_row(company.admin.id)) | dead(within), go=dead(past))


def idempotency_keys(company) -> Marked:
    def used(at: dt.datetime) -> set:
        return added(IdempotencyKey(key=uuid4().hex, purpose="x", created_at=at))

    week = dt.timedelta(days=7)
    return Marked(stay=used(NOW - week) | used(NOW), go=used(NOW - week - SECOND))


def deleted_lines(company) -> Marked:
    customer = factories.make_customer()
    draft = factories.make_draft(customer)
    day = dt.timedelta(hours=24)
    frozen = factories.make_draft(customer)
    old_of_frozen = factories.make_line(frozen, deleted_at=NOW - 2 * day)
    issue(frozen, factories.make_line(frozen))
    within = [factories.make_line(draft), factories.make_line(draft, deleted_at=NOW - day)]
    past = factories.make_line(draft, deleted_at=NOW - day - SECOND)
    return Marked(stay={old_of_frozen.id, *(line.id for line in within)}, go={past.id})


def bulk_jobs(company) -> Marked:
    def ended(at: dt.datetime | None) -> set:
        user_id = db().scalars(select(User.id)).first()
        state = "running" if at is None else "done"
        return added(
            BulkJob(
                action="csv", state=state, created_by=user_id, chosen=[], ended_at=at, created_at=NOW - MONTH
            )
        )

    week = dt.timedelta(days=7)
    return Marked(stay=ended(None) | ended(NOW - week), go=ended(NOW - week - SECOND))


def deleted_drafts(company) -> Marked:
    def thrown_away(at: dt.datetime) -> set:
        return added(DeletedDraft(invoice_id=uuid4(), rows={}, deleted_at=at))

    day = dt.timedelta(hours=24)
    return Marked(stay=thrown_away(NOW - day), go=thrown_away(NOW - day - SECOND))


def issue(invoice: Invoice, line: InvoiceLineItem) -> None:
    invoice.subtotal, invoice.tax_total, invoice.total = line.taxable_amount, line.tax_amount, line.total
    invoice.cgst_total, invoice.sgst_total = line.cgst_amount, line.sgst_amount
    invoice.supply_type, invoice.tax_mode = "INTRA", "CGST_SGST"
    invoice.invoice_number, invoice.issued_at, invoice.status = f"P/{uuid4().hex[:8]}", NOW, "pending"
    db().flush()


def ended_files(company) -> Marked:
    def kept(until: dt.datetime | None) -> UUID:
        return files.store("export", "list.csv", b"a,b", media_type="text/csv", expires_at=until).id

    return Marked(stay={kept(None), kept(LATER), kept(NOW)}, go={kept(NOW - SECOND)})


def email_verifications(company) -> Marked:
    def link(**columns) -> EmailVerification:
        told = {"expires_at": LATER, **columns}
        return EmailVerification(user_id=company.admin.id, email="a@b.in", token=uuid4().hex, **told)

    def over(at: dt.datetime) -> set:
        return added(link(expires_at=at), link(is_used=True, used_at=at), link(superseded_at=at))

    within, past = OF_30_DAYS
    return Marked(stay=added(link()) | over(within), go=over(past))


def password_resets(company) -> Marked:
    def link(**columns) -> PasswordReset:
        told = {"expires_at": LATER, **columns}
        return PasswordReset(user_id=company.admin.id, email="a@b.in", token=uuid4().hex, **told)

    def over(at: dt.datetime) -> set:
        return added(link(expires_at=at), link(used_at=at), link(superseded_at=at))

    within, past = OF_30_DAYS
    return Marked(stay=added(link()) | over(within), go=over(past))


def email_changes(company) -> Marked:
    def change(**columns) -> EmailChange:
        told = {"expires_at": LATER, "old_email": "a@b.in", "new_email": "c@d.in", **columns}
        return EmailChange(user_id=company.admin.id, token=uuid4().hex, undo_token=uuid4().hex, **told)

    def over(at: dt.datetime) -> set:
        before = at - dt.timedelta(days=7)
        return added(
            change(expires_at=at),
            change(expires_at=before, confirmed_at=before, undo_until=at),
            change(confirmed_at=before, undo_until=LATER, undone_at=at),
            change(superseded_at=at),
        )

    within, past = OF_30_DAYS
    # It can still be undone, though its first link ran out long ago.
    open_to_undo = change(expires_at=past, confirmed_at=past, undo_until=NOW)
    return Marked(stay=added(change(), open_to_undo) | over(within), go=over(past))


def invitations(company) -> Marked:
    def invitation(**columns) -> UserInvitation:
        told = {"sent_at": NOW - 3 * MONTH, "expires_at": NOW - 2 * MONTH, **columns}
        return UserInvitation(email=f"{uuid4().hex}@b.in", role="user", token=uuid4().hex, **told)

    def over(at: dt.datetime) -> set:
        joined = invitation(accepted_at=at, user_id=company.admin.id)
        return added(joined, invitation(withdrawn_at=at))

    within, past = OF_30_DAYS
    return Marked(stay=added(invitation()) | over(within), go=over(past))


TABLES = {
    sessions: UserSession,
    idempotency_keys: IdempotencyKey,
    deleted_lines: InvoiceLineItem,
    deleted_drafts: DeletedDraft,
    bulk_jobs: BulkJob,
    email_verifications: EmailVerification,
    password_resets: PasswordReset,
    email_changes: EmailChange,
    invitations: UserInvitation,
    ended_files: File,
}


def keys_of(company, table) -> set:
    with company.scope():
        return set(db().scalars(select(table.key if table is IdempotencyKey else table.id)))


def test_every_purge_is_tried_here():
    names = {purge.__name__ for purge in purges.OF_A_COMPANY}
    assert names == {make.__name__ for make in TABLES} | {"mail_params"}
    assert [purge.__name__ for purge in purges.OF_ALL] == ["login_attempts"]


@pytest.mark.parametrize("make", TABLES, ids=lambda make: make.__name__)
def test_what_is_past_its_limit_goes_and_what_is_within_stays(nilgiri, sahyadri, make):
    with nilgiri.scope():
        ours = make(nilgiri)
    with sahyadri.scope():
        theirs = make(sahyadri)
    before = keys_of(nilgiri, TABLES[make])
    assert ours.go and ours.stay and before >= ours.go | ours.stay
    for _ in range(2):
        purge_one(nilgiri.tenant_id, NOW)
        assert keys_of(nilgiri, TABLES[make]) == before - ours.go
    assert keys_of(sahyadri, TABLES[make]) >= theirs.go | theirs.stay, "another company is left alone"


def test_the_role_that_serves_does_it(connected):
    with public_scope():
        assert db().execute(text("SELECT current_user")).scalar_one() == "rms_app"


def test_many_go_in_batches(nilgiri, monkeypatch):
    monkeypatch.setattr(purges, "AT_ONCE", 2)
    past = NOW - MONTH - SECOND
    with nilgiri.scope():
        added(*(session_row(nilgiri.admin.id, expires_at=past) for _ in range(5)))
        assert [purges.sessions(NOW) for _ in range(4)] == [2, 2, 1, 0]
        added(*(session_row(nilgiri.admin.id, expires_at=past) for _ in range(4)))
    purge_one(nilgiri.tenant_id, NOW)
    assert keys_of(nilgiri, UserSession) == set()


def test_a_row_that_somebody_holds_is_left_for_the_next_time(nilgiri, test_servers, database_name):
    with nilgiri.scope():
        ids = added(*(session_row(nilgiri.admin.id, expires_at=NOW - 2 * MONTH) for _ in range(2)))
    held = min(ids)
    with psycopg.connect(test_servers.superuser_url_of(database_name)) as holder:
        holder.execute("SELECT FROM sessions WHERE id = %s FOR UPDATE", (held,))
        purge_one(nilgiri.tenant_id, NOW)
        assert keys_of(nilgiri, UserSession) == {held}
    purge_one(nilgiri.tenant_id, NOW)
    assert keys_of(nilgiri, UserSession) == set()


def test_attempts_of_everybody_go_after_thirty_days(connected):
    def attempt(at: dt.datetime) -> LoginAttempt:
        return LoginAttempt(kind="sign_in", account_hash="a", address_hash="b", created_at=at)

    within, past = OF_30_DAYS
    with public_scope():
        [stays] = added(attempt(within))
        gone = added(attempt(past), attempt(past - MONTH))
    for _ in range(2):
        purge_all(NOW)
        with public_scope():
            left = set(db().scalars(select(LoginAttempt.id)))
        assert stays in left and not gone & left


def mail(kind: str, sent_at: dt.datetime | None, state: str = "sent") -> EmailMessage:
    return EmailMessage(
        kind=kind,
        to_address="priya@example.in",
        subject="Confirm",
        params={"first_name": "Priya"},
        message_id=f"<{uuid4()}@x>",
        state=state,
        sent_at=sent_at,
        next_attempt_at=LATER,
        created_at=NOW - 3 * MONTH,
    )


def test_what_account_mails_were_told_is_emptied_after_thirty_days(nilgiri, sahyadri):
    within, past = OF_30_DAYS
    with sahyadri.scope():
        added(mail("verify_email", past))
    with nilgiri.scope():
        go = added(mail("verify_email", past))
        stay = added(
            mail("verify_email", within),
            mail("verify_email", None, "queued"),
            mail("verify_email", None, "failed"),
            mail("invoice", past),
        )
    for _ in range(2):
        purge_one(nilgiri.tenant_id, NOW)
        with nilgiri.scope():
            told = {row.id: row.params for row in db().scalars(select(EmailMessage))}
        assert told == {**dict.fromkeys(go, {}), **dict.fromkeys(stay, {"first_name": "Priya"})}
    with sahyadri.scope():
        assert db().scalars(select(EmailMessage.params)).all() == [{"first_name": "Priya"}]


# Companies that nobody confirmed


WEEK = dt.timedelta(days=at_database.DAYS_TO_CONFIRM)


def unconfirmed(superuser, company, age: dt.timedelta = WEEK + dt.timedelta(minutes=1)) -> cast.Company:
    """As it was left by a sign-up that nobody confirmed, `age` ago by the server's clock."""
    superuser.execute(
        "UPDATE users SET email_verified = false, email_verified_at = NULL WHERE tenant_id = %s",
        (company.tenant_id,),
    )
    superuser.execute("UPDATE tenants SET created_at = now() - %s WHERE id = %s", (age, company.tenant_id))
    return company


def fill(company) -> None:
    """A row in every table that a company without books can have one in."""
    user_id = company.admin.id
    with company.scope(company.admin):
        customer = factories.make_customer()
        draft = factories.make_draft(customer, created_by=user_id)
        factories.make_line(draft)
        factories.make_service()
        waiting = mail("verify_email", None, "queued")
        series = factories.default_series("invoice")
        added(
            AccountManager(name="Imran", email="imran@example.in", user_id=user_id),
            ClientType(code="R", name="Residential"),
            Subscription(plan_type="trial", is_trial=True, status="active"),
            SecondFactor(user_id=user_id, secret="v1:k:x"),
            RecoveryCode(user_id=user_id, code_hash=uuid4().hex),
            waiting,
            DeletedDraft(invoice_id=uuid4(), rows={}, deleted_at=NOW),
        )
        documents.fill(user_id, customer, draft, waiting)
        db().add(NumberCounter(series_id=series.id, financial_year="2026-27", next_value=7))
        for make in (sessions, idempotency_keys, email_verifications, password_resets, email_changes):
            make(company)
        invitations(company)
        ended_files(company)


def tables_with_rows(superuser, tenant_id: UUID) -> set[str]:
    """From the catalogue: every table that names a tenant, and the tenants themselves."""
    named = superuser.execute(
        "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
        "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition "
        "AND a.attname = 'tenant_id' AND NOT a.attisdropped"
    )
    columns = {**{name: "tenant_id" for (name,) in named}, **TENANT_COLUMN}
    assert set(columns) == set(GRANTS) - GLOBAL
    return {
        table
        for table, column in columns.items()
        if superuser.execute(
            f"SELECT EXISTS (SELECT FROM {table} WHERE {column} = %s)", (tenant_id,)
        ).fetchone()[0]
    }


def row_of_tenant(superuser, tenant_id: UUID) -> tuple:
    return superuser.execute(
        "SELECT name, email, slug, domain, is_active, settings, current_user_count, current_customer_count "
        "FROM tenants WHERE id = %s",
        (tenant_id,),
    ).fetchone()


BOOKS = {"receipts", "receipt_allocations", "credit_note_applications", "refunds"}


def test_a_company_that_nobody_confirmed_goes_whole(superuser, nilgiri, sahyadri):
    for company in (nilgiri, sahyadri):
        fill(company)
        unconfirmed(superuser, company)
    seal_audit(str(nilgiri.tenant_id))
    full = set(GRANTS) - GLOBAL - BOOKS
    assert tables_with_rows(superuser, nilgiri.tenant_id) >= full - {"audit_seals"}
    before = everything_of(superuser, sahyadri.tenant_id)
    for _ in range(2):
        purge_company(str(nilgiri.tenant_id))
        left = tables_with_rows(superuser, nilgiri.tenant_id)
        assert {"tenants", "audit_logs"} <= left <= set(at_database.KEPT)
        tombstone = ("", "", f"gone-{nilgiri.tenant_id.hex}", None, False, None, 0, 0)
        assert row_of_tenant(superuser, nilgiri.tenant_id) == tombstone
    assert everything_of(superuser, sahyadri.tenant_id) == before, "the other one waits for its own job"


def everything_of(superuser, tenant_id: UUID) -> dict[str, list]:
    return {
        table: sorted(
            row
            for (row,) in superuser.execute(
                f"SELECT t::text FROM {table} t WHERE {TENANT_COLUMN.get(table, 'tenant_id')} = %s",
                (tenant_id,),
            )
        )
        for table in set(GRANTS) - GLOBAL
    }


def test_its_trail_says_nothing_any_more_and_its_chain_holds(superuser, nilgiri):
    fill(nilgiri)
    seal_audit(str(nilgiri.tenant_id))
    unconfirmed(superuser, nilgiri)
    purge_company(str(nilgiri.tenant_id))
    with nilgiri.scope():
        entries = list(db().scalars(select(AuditLog)))
    assert {"create", "delete"} <= {entry.action for entry in entries}
    assert {entry.reason for entry in entries if entry.action == "delete"} == {"purge"}
    for entry in entries:
        assert entry.old_values is None and entry.new_values is None
        assert entry.erased_reason == "the sign-up was never confirmed"
    told = "".join(row for row in everything_of(superuser, nilgiri.tenant_id)["audit_logs"])
    for secret in (nilgiri.name, nilgiri.admin.email, "Lakeview", "Residency Road"):
        assert secret not in told
    seal_audit(str(nilgiri.tenant_id))
    lines: list[str] = []
    report = verify_all(None, slug=f"gone-{nilgiri.tenant_id.hex}", now=NOW, say=lines.append)
    assert report.is_right and report.tenants == 1, lines


def test_a_company_has_a_week(superuser, nilgiri):
    unconfirmed(superuser, nilgiri, WEEK - dt.timedelta(minutes=1))
    purge_company(str(nilgiri.tenant_id))
    assert row_of_tenant(superuser, nilgiri.tenant_id)[0] == nilgiri.name
    superuser.execute(
        "UPDATE tenants SET created_at = created_at - interval '2 minutes' WHERE id = %s",
        (nilgiri.tenant_id,),
    )
    purge_company(str(nilgiri.tenant_id))
    assert row_of_tenant(superuser, nilgiri.tenant_id)[0] == ""


@pytest.mark.parametrize(
    "of_one_user",
    [
        "email_verified = true, email_verified_at = now()",
        "email_verified = false, email_verified_at = now()",
        "email_verified = true, email_verified_at = now(), is_active = false, deleted_at = now()",
    ],
)
def test_a_company_with_anybody_who_was_ever_verified_stays(superuser, nilgiri, of_one_user):
    unconfirmed(superuser, nilgiri, dt.timedelta(days=900))
    superuser.execute(f"UPDATE users SET {of_one_user} WHERE id = %s", (nilgiri.user.id,))
    before = everything_of(superuser, nilgiri.tenant_id)
    with nilgiri.scope():
        assert purges.remove_unverified_company() is False
    assert everything_of(superuser, nilgiri.tenant_id) == before


@pytest.mark.parametrize("book", ["invoice", "receipt", "credit note"])
def test_a_company_with_books_stays(superuser, nilgiri, book):
    with nilgiri.scope():
        customer = factories.make_customer()
        if book == "invoice":
            factories.make_invoice(customer)
        elif book == "receipt":
            factories.make_receipt(customer)
        else:
            note = CreditNote(credit_note_date=factories.TODAY, customer_id=customer.id, status="issued")
            note.issued_at = NOW
            note.credit_note_number = "CN/1"
            added(note)
    unconfirmed(superuser, nilgiri)
    before = everything_of(superuser, nilgiri.tenant_id)
    with nilgiri.scope():
        assert purges.remove_unverified_company() is False
    assert everything_of(superuser, nilgiri.tenant_id) == before


def test_without_a_tenant_nothing_is_removed(superuser, nilgiri):
    unconfirmed(superuser, nilgiri)
    with public_scope():
        assert purges.remove_unverified_company() is False
    assert row_of_tenant(superuser, nilgiri.tenant_id)[0] == nilgiri.name


def test_a_removed_address_may_sign_up_again(superuser, nilgiri):
    unconfirmed(superuser, nilgiri)
    purge_company(str(nilgiri.tenant_id))
    taken = superuser.execute("SELECT slug_taken(%s)", (nilgiri.slug,)).fetchone()[0]
    known = superuser.execute(
        "SELECT count(*) FROM users WHERE email = %s", (nilgiri.admin.email,)
    ).fetchone()
    assert (taken, known) == (False, (0,))
    with nilgiri.scope():
        assert db().scalars(select(User)).all() == []
        assert db().get(Tenant, nilgiri.tenant_id).is_active is False
