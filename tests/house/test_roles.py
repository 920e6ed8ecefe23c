"""Every address by every role, as the table of `rms/policy.py` says it; the walk knows no exceptions."""

import itertools

import pytest

from rms.policy import Role, can
from tests.cast import Company
from tests.house import belongings
from tests.house.belongings import Belongings, checksums, let_users_draft
from tests.house.forms import CUSTOMER, body_of, receipt_of
from tests.house.routes import company_rules, method_of, path_of, permission_of
from tests.house.walking import assert_tells_nothing, send
from tests.http import Browser


@pytest.fixture
def theirs(nilgiri) -> Belongings:
    return belongings.give(nilgiri)


def people(app, company: Company) -> dict[str, Browser]:
    return {role: Browser(app, company, person) for role, person in company.people.items()}


@pytest.mark.parametrize("hx", [False, True], ids=["page", "htmx"])
@pytest.mark.parametrize("role", ["manager", "user"])
@pytest.mark.parametrize("drafting", [False, True], ids=["", "users may draft"])
def test_a_role_without_it_gets_403_everywhere(app, superuser, nilgiri, theirs, role, drafting, hx):
    """With ids that are right and forms that are right; and nothing is done and nothing shown."""
    if drafting:
        let_users_draft(nilgiri)
    browser = people(app, nilgiri)[role]
    before = checksums(superuser, nilgiri)
    refused = 0
    for rule, values in itertools.product(company_rules(app), theirs.ways()):
        if can(role, permission_of(app, rule), users_may_draft=drafting):
            continue
        path = path_of(app, rule, {**values, "slug": nilgiri.slug, "n": 1})
        body = {**CUSTOMER, **receipt_of(theirs), **body_of(rule.endpoint, theirs)}
        reply = send(browser, method_of(rule), path, body, hx=hx)
        assert reply.status_code == 403, f"{role} {path}: {reply.status}"
        assert_tells_nothing(reply, theirs, path)
        refused += 1
    assert refused > 10
    assert checksums(superuser, nilgiri) == before


@pytest.mark.parametrize("role", [role.value for role in Role])
def test_a_role_with_it_is_let_in_everywhere(app, nilgiri, theirs, role):
    browser = people(app, nilgiri)[role]
    for rule in company_rules(app):
        if method_of(rule) == "GET" and can(role, permission_of(app, rule)):
            path = path_of(app, rule, {**theirs.values(), "slug": nilgiri.slug, "n": 1})
            reply = browser.get(path)
            # What an admin had made of the list is theirs alone.
            is_anothers = "job_id" in rule.arguments and role != "admin"
            let_in = (404,) if is_anothers else (200, 204, 303, 409)
            assert reply.status_code in let_in, f"{role} {path}: {reply.status}"


def test_who_may_draft_is_the_companys_own_choice(app, nilgiri, theirs):
    browser = people(app, nilgiri)["user"]
    editor = f"invoices/{theirs.draft}/edit"
    assert browser.get(editor).status_code == 403
    let_users_draft(nilgiri)
    assert browser.get(editor).status_code == 200
    assert browser.post(f"invoices/{theirs.draft}/issue").status_code == 403


def test_a_role_is_what_it_is_now_and_not_what_it_was_at_sign_in(app, superuser, nilgiri, theirs):
    browser = people(app, nilgiri)["manager"]
    assert browser.get("customers/new").status_code == 200
    superuser.execute("UPDATE users SET role = 'user' WHERE id = %s", (nilgiri.manager.id,))
    assert browser.get("customers/new").status_code == 403
    superuser.execute("UPDATE users SET is_active = false WHERE id = %s", (nilgiri.manager.id,))
    assert browser.get("customers").status_code == 303
