"""A change of address under contention: real threads, real commits, one winner and no deadlock."""

import datetime as dt
import threading
from uuid import uuid4

import pytest

from rms.actions import email_changes
from rms.crypto import links
from rms.db.session import db, tenant_scope
from rms.domain.errors import TooOften
from rms.models import EmailChange, User
from tests import cast

ROUNDS = 10

# Links and mails need to know where the product is.
pytestmark = pytest.mark.usefixtures("app")


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def at_once(tasks) -> list:
    """What each task gave or raised, in their order."""
    results = [None] * len(tasks)
    start = threading.Barrier(len(tasks))

    def run(place, task):
        start.wait()
        try:
            results[place] = task()
        except Exception as error:  # noqa: BLE001 - told by the assertions
            results[place] = error

    threads = [threading.Thread(target=run, args=(place, task)) for place, task in enumerate(tasks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads)
    return results


def asked(company, person, email: str) -> links.Link:
    with company.scope(person):
        change = email_changes.ask(person.id, email, now=now())
        return links.make(email_changes.PURPOSE, company.tenant_id, change.id)


def confirming(link: links.Link):
    def confirm() -> str:
        with tenant_scope(link.tenant_id):
            return email_changes.confirm(link, now=now())[0]

    return confirm


def address_of(company, person) -> str:
    with company.scope():
        return db().get(User, (company.tenant_id, person.id)).email


@pytest.mark.parametrize("_", range(ROUNDS))
def test_two_people_confirm_one_address_at_the_same_moment(connected, _):
    company, wanted = cast.nilgiri(), f"wanted.{uuid4().hex[:8]}@example.in"
    both = [company.admin, company.manager]
    results = at_once([confirming(asked(company, person, wanted)) for person in both])
    assert sorted(results) == ["open", "taken"], results
    winner, loser = both if results[0] == "open" else both[::-1]
    assert address_of(company, winner) == wanted and address_of(company, loser) == loser.email
    with company.scope():
        row = db().query(EmailChange).filter_by(user_id=loser.id).one()
        assert row.confirmed_at is None and row.undo_until is None, "a change that failed used nothing up"


def test_twenty_confirmations_at_once_are_one(nilgiri):
    link = asked(nilgiri, nilgiri.admin, f"wanted.{uuid4().hex[:8]}@example.in")
    results = at_once([confirming(link)] * 20)
    assert sorted(results) == ["open"] + ["used"] * 19


def test_confirming_and_stopping_at_the_same_moment_leave_no_half(nilgiri):
    """Whichever is first, the old address has the account in the end: stopping undoes what was confirmed."""
    for _ in range(ROUNDS):
        company = cast.nilgiri()
        link = asked(company, company.admin, f"wanted.{uuid4().hex[:8]}@example.in")
        other = links.make(email_changes.UNDO_PURPOSE, link.tenant_id, link.row_id)

        def stop(other=other) -> str:
            with tenant_scope(other.tenant_id):
                return email_changes.undo(other, unusable_hash="x$y", now=now())[0]

        confirmed, stopped = at_once([confirming(link), stop])
        assert (confirmed, stopped) in {("open", "open"), ("replaced", "asked")}
        assert address_of(company, company.admin) == company.admin.email


def test_two_askings_at_once_leave_one_link(nilgiri):
    def ask(email):
        return lambda: asked(nilgiri, nilgiri.admin, email)

    results = at_once([ask(f"{number}.{uuid4().hex[:8]}@example.in") for number in range(4)])
    assert len([one for one in results if isinstance(one, TooOften)]) == 3, results
    with nilgiri.scope():
        assert db().query(EmailChange).filter_by(user_id=nilgiri.admin.id, superseded_at=None).count() == 1


def test_a_link_of_another_company_is_nothing_here(nilgiri, sahyadri):
    link = asked(nilgiri, nilgiri.admin, f"wanted.{uuid4().hex[:8]}@example.in")
    with sahyadri.scope():
        assert email_changes.confirm(link, now=now()) == ("unknown", None)
        assert email_changes.undo(link, unusable_hash="x$y", now=now()) == ("unknown", None)
    assert address_of(nilgiri, nilgiri.admin) == nilgiri.admin.email


def test_a_removed_person_confirms_nothing(nilgiri, superuser):
    link = asked(nilgiri, nilgiri.user, f"wanted.{uuid4().hex[:8]}@example.in")
    superuser.execute(
        "UPDATE users SET deleted_at = now(), is_active = false WHERE id = %s", (nilgiri.user.id,)
    )
    with nilgiri.scope():
        assert email_changes.confirm(link, now=now()) == ("unknown", None)
