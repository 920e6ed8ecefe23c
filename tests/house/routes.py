"""The addresses of the product, as Werkzeug knows them, for the tests that walk all of them."""

from collections.abc import Iterator

from flask import Flask
from werkzeug.routing import Rule

STATIC = "static"
COMPANY = "/c/<slug>/"
API = "/api/"


def rules(app: Flask) -> Iterator[Rule]:
    """Every address of the web but that of the static files."""
    yield from (
        rule for rule in app.url_map.iter_rules() if rule.endpoint != STATIC and not rule.rule.startswith(API)
    )


def api_rules(app: Flask) -> Iterator[Rule]:
    """Every address of the API, which knows no cookies and no forms; tests/api walks them."""
    yield from (rule for rule in app.url_map.iter_rules() if rule.rule.startswith(API))


def company_rules(app: Flask) -> Iterator[Rule]:
    """Addresses that ask for a permission, so that somebody has to be signed in."""
    yield from (rule for rule in rules(app) if permission_of(app, rule))


def is_in_company(rule: Rule) -> bool:
    """One's own account and session stand outside: whose they are, the session alone says."""
    return rule.rule.startswith(COMPANY)


def permission_of(app: Flask, rule: Rule) -> str | None:
    return getattr(app.view_functions[rule.endpoint], "rms_permission", None)


def is_public(app: Flask, rule: Rule) -> bool:
    return getattr(app.view_functions[rule.endpoint], "rms_public", False)


def method_of(rule: Rule) -> str:
    """The one method that a view is written for."""
    methods = rule.methods - {"HEAD", "OPTIONS"}
    assert len(methods) == 1, f"{rule.endpoint} answers {methods}: one view, one method"
    return next(iter(methods))


def path_of(app: Flask, rule: Rule, values: dict) -> str:
    """The path of a rule with these values; more values than it takes do no harm."""
    wanted = {name: value for name, value in values.items() if name in rule.arguments}
    return app.url_map.bind("").build(rule.endpoint, wanted, method=method_of(rule))
