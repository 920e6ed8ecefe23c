"""Row 40, for every form of the house: pressed twice under one token, it makes no more than pressed once.

The walk takes every address that posts to a row, with the form that is right for its owner, so that a new one
cannot be forgotten. tests/scenarios/test_sent_twice.py tries those that make something in an empty place, and
two presses at the same moment.
"""

from uuid import uuid4

import pytest

from rms.db.rls import GLOBAL, GRANTS, TENANT_COLUMN
from tests.house import belongings
from tests.house.forms import POSTS, body_of
from tests.house.routes import company_rules, method_of, path_of
from tests.http import HOST, Browser, headers

# What is written down of a request itself, and not for it.
BESIDE = {"audit_logs", "audit_seals", "idempotency_keys", "sessions", "login_attempts"}
# Each press is one more row of a table that is being typed, as Enter is in a spreadsheet.
ONE_MORE_EACH = {
    "invoices.add_line",
    "invoices.copy_line",
    "invoices.paste_lines",
    "invoices.add_last_lines",
    "quotes.add_line",
}


@pytest.fixture(scope="module")
def posting(app) -> dict:
    rules = {rule.endpoint: rule for rule in company_rules(app) if method_of(rule) == "POST"}
    return {endpoint: rules[endpoint] for endpoint in POSTS}


def counted(superuser, company) -> dict[str, int]:
    """The rows of the company in each table."""
    each = " UNION ALL ".join(
        f"SELECT '{table}', count(*) FROM {table} WHERE {TENANT_COLUMN.get(table, 'tenant_id')} = %(tenant)s"
        for table in sorted(set(GRANTS) - GLOBAL - BESIDE)
    )
    return dict(superuser.execute(each, {"tenant": company.tenant_id}).fetchall())


@pytest.mark.parametrize("endpoint", sorted(set(POSTS) - ONE_MORE_EACH))
def test_row_40_a_form_that_is_sent_again_makes_nothing_more(app, nilgiri, superuser, posting, endpoint):
    own = belongings.give(nilgiri)
    ids = {name: getattr(own, kind) for name, kind in POSTS[endpoint][0].items()}
    values = {**own.values(), "slug": nilgiri.slug, "n": 1, "session_id": nilgiri.tenant_id, "token": "x"}
    path = path_of(app, posting[endpoint], values | ids)
    browser = Browser(app, nilgiri, nilgiri.admin)
    filled = {"csrf_token": browser.csrf, "form_token": str(uuid4()), **body_of(endpoint, own)}

    def press():
        return browser.client.post(path, base_url=HOST, headers=headers(False), data=filled)

    first = press()
    assert first.status_code < 500, first.status
    after_one = counted(superuser, nilgiri)
    second = press()
    assert second.status_code < 500, second.status
    after_two = counted(superuser, nilgiri)
    more = {table: count - after_one[table] for table, count in after_two.items() if count > after_one[table]}
    assert not more, f"{endpoint} made more when it was sent again: {more}"
