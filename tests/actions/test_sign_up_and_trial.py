"""Slugs under a race, trials and their ledger, links under a change of keys, sessions that cannot begin."""

import datetime as dt
from uuid import uuid4

import pytest
from sqlalchemy import select

from rms.actions import sessions, verification
from rms.actions.sessions import CannotSignIn, SignIn, Terms
from rms.actions.sign_up import NewAccount, first_person, sign_up, tenant_id_of
from rms.crypto import keys, links, passwords
from rms.db.session import db, tenant_scope
from rms.domain.errors import NotFound, TooOften
from rms.models import EmailVerification, Subscription, Tenant
from rms.queries.sign_in import newest_proof_of
from tests.conftest import TEST_KEYS
from tests.factories import NOW, password_hash

NEWER_KEY = "new:" + "bmV3LW5ldy1uZXctbmV3LW5ldy1uZXctbmV3LW5ldy1uZXc="
MINUTE = dt.timedelta(minutes=1)
A_WEEK = Terms(dt.timedelta(days=7), dt.timedelta(hours=8))


def account(company: str = "Kaveri Fitness Studio") -> NewAccount:
    return NewAccount(company, "Kavya Raman", f"kavya.{uuid4().hex[:10]}@example.in", password_hash())


def opened(wanted: NewAccount):
    """The tenant's id and the person of a new account."""
    tenant_id = uuid4()
    with tenant_scope(tenant_id):
        return tenant_id, sign_up(wanted, now=NOW)


def slug_of(tenant_id) -> str:
    with tenant_scope(tenant_id):
        return db().scalar(select(Tenant.slug))


def test_the_next_free_slug_is_taken(app):
    name = f"Twins {uuid4().hex[:8]}"
    slugs = [slug_of(opened(account(name))[0]) for _ in range(3)]
    base = name.lower().replace(" ", "-")
    assert slugs == [base, f"{base}-2", f"{base}-3"]


def test_a_name_that_many_share_still_finds_a_slug(app):
    name = f"Many {uuid4().hex[:8]}"
    slugs = {slug_of(opened(account(name))[0]) for _ in range(22)}
    assert len(slugs) == 22
    assert all(len(slug) <= 60 for slug in slugs)


def test_a_reserved_name_gets_a_slug_that_is_not_reserved(app):
    assert slug_of(opened(account("Admin"))[0]).startswith("admin-company")


def test_the_same_account_again_gives_the_same_person(app):
    wanted = account()
    tenant_id, person = opened(wanted)
    with tenant_scope(tenant_id):
        assert sign_up(wanted, now=NOW).id == person.id == first_person().id


def test_a_form_names_its_tenant_and_nobody_can_guess_it(app):
    token = str(uuid4())
    named = tenant_id_of(token, "kavya@example.in")
    assert named == tenant_id_of(token, "Kavya@Example.in")
    assert named.version == 4
    assert named != tenant_id_of(token, "k@example.in")
    assert named != tenant_id_of(str(uuid4()), "kavya@example.in")


def test_a_password_hash_is_not_in_the_words_for_an_account():
    assert "secret" not in repr(NewAccount("Kaveri", "Kavya", "kavya@example.in", "secret"))


def test_the_ledger_is_found_with_an_older_key(app):
    wanted = account()
    for expected, ring in (("trial", TEST_KEYS), ("expired", f"{NEWER_KEY},{TEST_KEYS}")):
        tenant_id, person = opened(wanted)
        with tenant_scope(tenant_id):
            link = _link_of(person)
            keys.configure(ring)
            try:
                state, _ = verification.confirm(link, trial_days=14, now=NOW)
            finally:
                keys.configure(TEST_KEYS)
            tenant = db().scalars(select(Tenant)).one()
            subscription = db().scalars(select(Subscription)).one()
            assert (state, tenant.subscription_status) == ("open", expected)
            assert (tenant.trial_end_date is None) == (expected == "expired")
            assert subscription.status == ("active" if expected == "trial" else "expired")


def test_a_trial_ends_fourteen_days_after_the_confirmation(app):
    tenant_id, person = opened(account())
    confirmed_at = NOW + dt.timedelta(hours=5)
    with tenant_scope(tenant_id):
        verification.confirm(_link_of(person), trial_days=14, now=confirmed_at)
    with tenant_scope(tenant_id):
        tenant = db().scalars(select(Tenant)).one()
        assert tenant.trial_start_date == confirmed_at
        assert tenant.trial_end_date == confirmed_at + dt.timedelta(days=14)


@pytest.mark.parametrize(("after", "left"), [(0, 60), (1, 59), (59.5, 1), (60, 0)])
def test_a_minute_lies_between_two_links(app, after, left):
    tenant_id, person = opened(account())
    later = NOW + dt.timedelta(seconds=after)
    with tenant_scope(tenant_id):
        assert verification.seconds_to_wait(newest_proof_of(person.id), later) == left
        if left:
            with pytest.raises(TooOften, match=f"Try again in {left} seconds"):
                verification.resend(person.id, now=later)
        else:
            verification.resend(person.id, now=later)
        assert len(db().scalars(select(EmailVerification)).all()) == (1 if left else 2)


def test_only_the_newest_link_is_open(app):
    tenant_id, person = opened(account())
    with tenant_scope(tenant_id):
        for minutes in (1, 2):
            verification.resend(person.id, now=NOW + minutes * MINUTE)
    with tenant_scope(tenant_id):
        rows = db().scalars(select(EmailVerification).order_by(EmailVerification.created_at)).all()
        assert [row.superseded_at is None for row in rows] == [False, False, True]


def test_a_session_does_not_begin_with_a_hash_that_has_changed(app, nilgiri):
    with nilgiri.scope(), pytest.raises(CannotSignIn):
        other = SignIn(nilgiri.admin.id, passwords.fingerprint("another hash"), remember=False)
        sessions.begin(other, A_WEEK, now=NOW)


def test_a_person_of_another_company_is_not_there(app, nilgiri, sahyadri):
    who = SignIn(sahyadri.admin.id, passwords.fingerprint(password_hash()), remember=False)
    with nilgiri.scope(), pytest.raises(NotFound):
        sessions.begin(who, A_WEEK, now=NOW)


def _link_of(person) -> links.Link:
    row = db().scalars(select(EmailVerification).where(EmailVerification.user_id == person.id)).one()
    return links.make("verify", row.tenant_id, row.id)
