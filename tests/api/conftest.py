"""A program that talks to the API, and a company that stands as a test wants it."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from rms.actions import limits
from rms.db.session import db
from tests.factories import PASSWORD
from tests.http import HOST


class Program:
    """Says JSON and hears JSON; keeps no cookie but those it was given."""

    def __init__(self, app) -> None:
        self.client = app.test_client()

    def post(self, path: str, said: object = None, *, raw: bytes | str | None = None, **headers):
        headers.setdefault("Content-Type", "application/json")
        body = json.dumps(said) if raw is None else raw
        return self.client.post(f"/api/v1{path}", base_url=HOST, data=body, headers=headers)

    def get(self, path: str, token: str | None = None, **headers):
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        return self.client.get(f"/api/v1{path}", base_url=HOST, headers=headers)

    def sign_in(self, person, **more) -> dict:
        reply = self.post("/auth/token", {"email": person.email, "password": PASSWORD, **more})
        assert reply.status_code == 200, reply.text
        return reply.json


@pytest.fixture
def program(app) -> Program:
    return Program(app)


@pytest.fixture
def locking(app):
    """An installation where nothing follows a trial."""
    settings = app.config["RMS"]
    app.config["RMS"] = replace(settings, after_trial="lock")
    limits.configure("lock", settings.help_address)
    yield
    app.config["RMS"] = settings
    limits.configure(settings.after_trial, settings.help_address)


def become(company, status: str) -> None:
    """`over`: a trial whose end has passed, and which no job has written down yet."""
    with company.scope():
        if status == "over":
            ended = {"at": datetime.now(UTC)}
            db().execute(text("UPDATE tenants SET trial_start_date = NULL, trial_end_date = :at"), ended)
            return
        db().execute(text("UPDATE tenants SET subscription_status = :status"), {"status": status})


def assert_problem(reply, status: int) -> dict:
    """RFC 9457: its type of media, its members, and the request's id."""
    assert reply.status_code == status, reply.text
    assert reply.mimetype == "application/problem+json"
    told = reply.json
    assert {"type", "title", "status", "detail", "instance"} <= told.keys()
    assert told["status"] == status and told["instance"] == reply.headers["X-Request-Id"]
    assert told["detail"].strip() and told["title"].strip()
    assert reply.headers["Cache-Control"] == "no-store"
    assert not [name for name, _ in reply.headers if name.startswith("Access-Control-")]
    assert not reply.headers.getlist("Set-Cookie")
    return told
