"""Every address of the API: who may call it, and that neither cookie nor form token plays a part."""

import pytest

from tests.api.conftest import assert_problem
from tests.house.routes import API, api_rules, is_public, method_of, path_of, permission_of
from tests.http import HOST, Browser


def test_every_address_is_either_public_or_asks_for_a_permission(app):
    found = list(api_rules(app))
    assert len(found) >= 4
    for rule in found:
        assert bool(permission_of(app, rule)) != is_public(app, rule), rule.endpoint
        assert rule.rule.startswith(API) and not rule.arguments & {"slug"}


def test_only_the_way_in_is_public(app):
    public = {rule.endpoint for rule in api_rules(app) if is_public(app, rule)}
    assert public == {"api.token", "api.refresh", "api.revoke"}


@pytest.mark.parametrize("role", ["nobody", "admin", "manager", "user"])
def test_whoever_is_signed_in_on_the_web_is_nobody_here(app, nilgiri, role):
    client = app.test_client() if role == "nobody" else Browser(app, nilgiri, nilgiri.people[role]).client
    for rule in api_rules(app):
        reply = client.open(path_of(app, rule, {}), method=method_of(rule), base_url=HOST, json={})
        assert_problem(reply, 422 if is_public(app, rule) else 401)


@pytest.mark.parametrize("role", ["admin", "manager", "user"])
def test_every_role_reads_who_it_is(program, nilgiri, role):
    got = program.sign_in(nilgiri.people[role])
    assert program.get("/me", got["access_token"]).json["role"] == role
