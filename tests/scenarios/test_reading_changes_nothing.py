"""Every address that is read leaves every row of the company as it was, however often it is asked.

Papers that were typeset for a reader are kept: they are the one thing that reading adds.
"""

import pytest

from tests.house import belongings
from tests.house.belongings import checksums
from tests.house.routes import company_rules, method_of, path_of
from tests.http import Browser


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
    """Other files are compared by their ids, since papers stand in the same tables."""
    others = superuser.execute(
        "SELECT id FROM files WHERE tenant_id = %s AND kind <> 'paper'", (company.tenant_id,)
    )
    found = checksums(superuser, company)
    kept = {table: told for table, told in found.items() if table not in ("files", "file_chunks")}
    return kept | {"other files": {file_id for (file_id,) in others}}
