"""Another role, switched off, removed, left: what stays, what ends, and the last admin."""

import datetime as dt
from uuid import uuid4

import pytest
from sqlalchemy import select

from rms.actions import people, sessions
from rms.actions.people import LastAdmin
from rms.actions.sessions import SignIn, Terms
from rms.crypto import passwords
from rms.db.session import db, tenant_scope
from rms.domain.errors import DomainError, Forbidden, Invalid, NotFound, StaleVersion
from rms.models import EmailMessage, User, UserSession
from tests.actions.test_receipts_at_once import all_at_once
from tests.factories import NOW, make_user, password_hash

# Mails are posted, so the whole application stands.
pytestmark = pytest.mark.usefixtures("app")

WEEK = Terms(lasts=dt.timedelta(days=7), idle=dt.timedelta(hours=8))


def signed_in(company, person) -> None:
    with company.scope():
        checked = passwords.fingerprint(password_hash())
        sessions.begin(SignIn(person.id, checked, remember=False), WEEK, now=NOW)


def sessions_of(company, person) -> list[tuple[bool, str | None]]:
    with company.scope():
        rows = db().execute(
            select(UserSession.is_active, UserSession.revoked_because).where(UserSession.user_id == person.id)
        )
        return [tuple(row) for row in rows]


def row_of(company, user_id) -> User:
    with company.scope():
        return db().scalars(select(User).where(User.id == user_id)).one()


def mails_to(company, email: str) -> list[str]:
    with company.scope():
        return list(db().scalars(select(EmailMessage.kind).where(EmailMessage.to_address == email)))


def second_admin(company, name: str = "Meera"):
    with company.scope():
        return make_user(name, "admin")


def test_another_role_ends_their_sessions_and_tells_them(nilgiri):
    signed_in(nilgiri, nilgiri.manager)
    with nilgiri.scope(nilgiri.admin):
        people.change_role(nilgiri.manager.id, "user", version=1, by=nilgiri.admin.id, now=NOW)
    row = row_of(nilgiri, nilgiri.manager.id)
    assert (row.role, row.version) == ("user", 2)
    assert sessions_of(nilgiri, nilgiri.manager) == [(False, "role")]
    assert mails_to(nilgiri, nilgiri.manager.email) == ["role_changed"]


def test_the_same_role_again_changes_nothing(nilgiri):
    signed_in(nilgiri, nilgiri.manager)
    with nilgiri.scope(nilgiri.admin):
        people.change_role(nilgiri.manager.id, "manager", version=1, by=nilgiri.admin.id, now=NOW)
    assert row_of(nilgiri, nilgiri.manager.id).version == 1
    assert sessions_of(nilgiri, nilgiri.manager) == [(True, None)]
    assert mails_to(nilgiri, nilgiri.manager.email) == []


@pytest.mark.parametrize("role", ["owner", "", "ADMIN", "admin\x00"])
def test_what_is_no_role_is_refused(nilgiri, role):
    with pytest.raises(Invalid), nilgiri.scope(nilgiri.admin):
        people.change_role(nilgiri.manager.id, role, version=1, by=nilgiri.admin.id, now=NOW)


def test_nobody_changes_their_own_place(nilgiri):
    second_admin(nilgiri)
    me = nilgiri.admin.id
    acts = (
        lambda: people.change_role(me, "user", version=1, by=me, now=NOW),
        lambda: people.deactivate(me, by=me, now=NOW),
        lambda: people.activate(me, by=me, now=NOW),
        lambda: people.remove(me, by=me, now=NOW),
    )
    for act in acts:
        with pytest.raises(Forbidden), nilgiri.scope(nilgiri.admin):
            act()


def test_who_is_no_admin_does_nothing_to_anybody(nilgiri):
    """The guard refuses first; this holds when somebody was demoted between the guard and the lock."""
    me, other = nilgiri.manager.id, nilgiri.user.id
    acts = (
        lambda: people.change_role(other, "admin", version=1, by=me, now=NOW),
        lambda: people.deactivate(other, by=me, now=NOW),
        lambda: people.activate(other, by=me, now=NOW),
        lambda: people.remove(other, by=me, now=NOW),
    )
    for act in acts:
        with pytest.raises(Forbidden), nilgiri.scope(nilgiri.manager):
            act()


def test_an_older_version_is_stale_and_shows_what_is_stored(nilgiri):
    with nilgiri.scope(nilgiri.admin):
        people.change_role(nilgiri.manager.id, "user", version=1, by=nilgiri.admin.id, now=NOW)
    with nilgiri.scope(nilgiri.admin):
        with pytest.raises(StaleVersion) as refused:
            people.change_role(nilgiri.manager.id, "admin", version=1, by=nilgiri.admin.id, now=NOW)
        assert refused.value.theirs.role == "user"


def test_somebody_of_another_company_is_not_there(nilgiri, sahyadri):
    for user_id in (sahyadri.admin.id, uuid4()):
        with pytest.raises(NotFound), nilgiri.scope(nilgiri.admin):
            people.remove(user_id, by=nilgiri.admin.id, now=NOW)


def test_switched_off_and_on_again(nilgiri):
    signed_in(nilgiri, nilgiri.user)
    with nilgiri.scope(nilgiri.admin):
        people.deactivate(nilgiri.user.id, by=nilgiri.admin.id, now=NOW)
    assert row_of(nilgiri, nilgiri.user.id).is_active is False
    assert sessions_of(nilgiri, nilgiri.user) == [(False, "removed")]
    with nilgiri.scope(nilgiri.admin):
        people.activate(nilgiri.user.id, by=nilgiri.admin.id, now=NOW)
    row = row_of(nilgiri, nilgiri.user.id)
    assert (row.is_active, row.role, row.deleted_at) == (True, "user", None)
    assert sessions_of(nilgiri, nilgiri.user) == [(False, "removed")], "the old session stays dead"


def test_removed_keeps_the_row_and_its_name(nilgiri):
    signed_in(nilgiri, nilgiri.manager)
    with nilgiri.scope(nilgiri.admin):
        people.remove(nilgiri.manager.id, by=nilgiri.admin.id, now=NOW)
    row = row_of(nilgiri, nilgiri.manager.id)
    assert (row.is_active, row.deleted_at, row.first_name) == (False, NOW, "Imran")
    assert sessions_of(nilgiri, nilgiri.manager) == [(False, "removed")]
    assert mails_to(nilgiri, nilgiri.manager.email) == ["removed"]
    with pytest.raises(NotFound), nilgiri.scope(nilgiri.admin):
        people.activate(nilgiri.manager.id, by=nilgiri.admin.id, now=NOW)


def test_who_leaves_is_out(nilgiri):
    signed_in(nilgiri, nilgiri.user)
    with nilgiri.scope(nilgiri.user):
        people.leave(nilgiri.user.id, now=NOW)
    assert row_of(nilgiri, nilgiri.user.id).deleted_at == NOW
    assert sessions_of(nilgiri, nilgiri.user) == [(False, "removed")]


def test_the_last_admin_cannot_leave(nilgiri):
    with pytest.raises(LastAdmin), nilgiri.scope(nilgiri.admin):
        people.leave(nilgiri.admin.id, now=NOW)
    meera = second_admin(nilgiri)
    with nilgiri.scope(nilgiri.admin):
        people.leave(nilgiri.admin.id, now=NOW)
    with pytest.raises(LastAdmin), nilgiri.scope(meera):
        people.leave(meera.id, now=NOW)


@pytest.mark.parametrize("columns", [{"is_active": False}, {"deleted_at": NOW}, {"email_verified": False}])
def test_an_admin_who_cannot_come_in_does_not_count(nilgiri, columns):
    with nilgiri.scope():
        make_user("Meera", "admin", **columns)
    with pytest.raises(LastAdmin), nilgiri.scope(nilgiri.admin):
        people.leave(nilgiri.admin.id, now=NOW)


# Two admins at the same moment (row 10 of the threat model) ------------------------------------------


def acting(company, how: str, whom, by):
    """One admin's act on the other in a transaction of its own, as a request does it."""

    def act():
        with tenant_scope(company.tenant_id, user_id=by.id):
            if how == "demote":
                return people.change_role(whom.id, "user", version=1, by=by.id, now=NOW)
            return getattr(people, how)(whom.id, by=by.id, now=NOW)

    return act


def active_admins(company) -> int:
    with company.scope():
        rows = db().scalars(
            select(User).where(User.role == "admin", User.is_active, User.deleted_at.is_(None))
        )
        return len(rows.all())


@pytest.mark.parametrize("round_", range(20))
def test_two_admins_who_demote_each_other_leave_one(nilgiri, round_):
    meera = second_admin(nilgiri)
    results = all_at_once(
        [
            acting(nilgiri, "demote", meera, nilgiri.admin),
            acting(nilgiri, "demote", nilgiri.admin, meera),
        ]
    )
    assert sum(isinstance(one, User) for one in results) == 1, results
    assert sum(isinstance(one, DomainError) for one in results) == 1, results
    assert active_admins(nilgiri) == 1


@pytest.mark.parametrize("first", ["demote", "deactivate", "remove"])
@pytest.mark.parametrize("second", ["demote", "deactivate", "remove"])
def test_whatever_they_do_to_each_other_one_admin_stays(nilgiri, first, second):
    meera = second_admin(nilgiri)
    results = all_at_once(
        [acting(nilgiri, first, meera, nilgiri.admin), acting(nilgiri, second, nilgiri.admin, meera)]
    )
    assert sum(isinstance(one, User) for one in results) == 1, results
    assert active_admins(nilgiri) == 1


def test_three_admins_in_a_ring_leave_at_least_one_and_nobody_acts_after_their_own_fall(nilgiri):
    priya, meera, tara = nilgiri.admin, second_admin(nilgiri), second_admin(nilgiri, "Tara")
    ring = [(meera, priya), (tara, meera), (priya, tara)]
    results = all_at_once([acting(nilgiri, "remove", whom, by) for whom, by in ring])
    assert all(isinstance(one, User | DomainError) for one in results), results
    assert active_admins(nilgiri) == 3 - sum(isinstance(one, User) for one in results)
    assert active_admins(nilgiri) >= 1


def test_two_admins_who_leave_at_once_leave_one(nilgiri):
    meera = second_admin(nilgiri)

    def leaving(person):
        def leave():
            with tenant_scope(nilgiri.tenant_id, user_id=person.id):
                return people.leave(person.id, now=NOW)

        return leave

    results = all_at_once([leaving(nilgiri.admin), leaving(meera)])
    assert sum(isinstance(one, User) for one in results) == 1, results
    assert sum(isinstance(one, LastAdmin) for one in results) == 1, results
