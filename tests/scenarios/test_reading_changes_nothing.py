"""Every address that is read leaves every row of the company as it was, however often it is asked.

What reading may add is named here, and nothing else: papers that were typeset for a reader, one audit row for
each list downloaded, and in the reader's session when it was last seen and how its cookie was renewed.
"""

import pytest

from tests.house import belongings
from tests.house.belongings import checksums
from tests.house.routes import company_rules, method_of, path_of
from tests.http import Browser

MOVED = (
    "refresh_token",
    "previous_refresh_token",
    "rotated_at",
    "confirmed",
    "idle_expires_at",
    "last_seen_at",
    "updated_at",
)
MAY_GROW = ("files", "file_chunks", "sessions", "audit_logs")  # compared below, row by row


@pytest.fixture
def priya(app, nilgiri) -> Browser:
    return Browser(app, nilgiri, nilgiri.admin)


@pytest.mark.parametrize("hx", [False, True], ids=["page", "htmx"])
def test_reading_changes_nothing(app, priya, nilgiri, superuser, hx):
    owned = belongings.give(nilgiri)
    before = all_but_kept_papers(superuser, nilgiri)
    read = set()
    for rule in company_rules(app):
        if method_of(rule) != "GET":
            continue
        for values in owned.ways():
            path = path_of(app, rule, {**values, "slug": nilgiri.slug, "n": 3})
            if priya.get(path, hx=hx).status_code < 400:
                read.add(rule.endpoint)
    assert len(read) > 20, "most addresses were really read"
    assert all_but_kept_papers(superuser, nilgiri) == before


def all_but_kept_papers(superuser, company) -> dict:
    """Of the tables that reading may touch, all that it may not."""

    def rows(statement: str, *more) -> set:
        return {row for (row,) in superuser.execute(statement, (*more, company.tenant_id))}

    kept = {name: told for name, told in checksums(superuser, company).items() if name not in MAY_GROW}
    return kept | {
        "other files": rows("SELECT id FROM files WHERE kind <> 'paper' AND tenant_id = %s"),
        "sessions": rows(
            "SELECT (to_jsonb(s) - %s::text[])::text FROM sessions s WHERE tenant_id = %s", list(MOVED)
        ),
        "told": rows("SELECT id FROM audit_logs WHERE action <> 'export' AND tenant_id = %s"),
    }
