"""Row 24: whoever reads the database, Redis, the logs or the outbox holds nothing that opens anything.

Somebody walks through everything that hands out or takes a secret; each secret is kept as it was seen in a
letter, a cookie or a page, and looked for afterwards in all that the product leaves behind.
"""

import hashlib
import logging
import re
import zlib
from dataclasses import dataclass, field, replace
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from redis import Redis

from rms import mail
from rms.actions import mails
from rms.db.session import tenant_scope
from rms.web.clock import now
from rms.web.logs import JsonLine
from tests.jobs.postbox import Postbox
from tests.rooms.identity.visitor import FORM_TOKEN, HOST, Visitor, filled_in
from tests.second_factors import App

LINK = re.compile(
    r"https://billing\.test(/(?:verify|reset|invite|account/email|account/email-undo)/([\w.-]+))"
)
KEY = re.compile(r'<b class="code-t">([A-Z2-7 ]+)</b>')
CODES = re.compile(r"<li>([0-9A-Z]{5}-[0-9A-Z]{5})</li>")
# The test's own mail server writes down what it hears.
NOT_OURS = ("mail.", "asyncio", "faker")


@dataclass
class Walk:
    """Who walks, and every secret that was seen on the way, by what it is."""

    visitor: Visitor
    postbox: Postbox
    superuser: psycopg.Connection
    seen: dict[str, set[str]] = field(default_factory=dict)

    def keep(self, kind: str, *secrets: str) -> None:
        """With the part that makes it secret: the rest are ids, which may be known."""
        for secret in secrets:
            parts = {secret, secret.rpartition(".")[2], secret.replace("-", "")}
            self.seen.setdefault(kind, set()).update(part for part in parts if len(part) >= 10)

    def get(self, path: str):
        return self._kept(self.visitor.get(path))

    def post(self, path: str, **fields):
        return self._kept(self.visitor.post(path, **fields))

    def password(self) -> str:
        """Another one, which nobody else has."""
        chosen = f"monsoon {uuid4().hex[:12]} verandah"
        self.keep("password", chosen)
        return chosen

    def sign_in(self, email: str, password: str):
        self._kept(self.visitor.get("/login"))
        reply = self.post("/login", email=email, password=password)
        assert reply.status_code == 303, reply.text
        return reply

    def forget_cookies(self) -> None:
        self.visitor.client.delete_cookie("__Host-rms_at", domain="billing.test")
        self.visitor.client.delete_cookie("__Host-rms_rt", domain="billing.test")

    def link(self, kind: str, to: str) -> str:
        """The path in the newest letter of that kind to that address, after the post has come."""
        self._deliver()
        for letter in reversed(self.postbox.letters):
            found = LINK.search(letter.get_body(("plain",)).get_content())
            if letter["To"] == to and found and found[1].startswith(f"/{kind}/"):
                self.keep(f"link {kind}", found[2])
                return found[1]
        raise AssertionError(f"no letter with a link {kind} to {to}")

    def _deliver(self) -> None:
        waiting = self.superuser.execute("SELECT tenant_id, id FROM email_messages WHERE state = 'queued'")
        for tenant_id, mail_id in waiting.fetchall():
            with tenant_scope(tenant_id):
                mails.deliver(mail_id, now())

    def _kept(self, reply):
        for cookie in reply.headers.getlist("Set-Cookie"):
            name, _, value = cookie.partition(";")[0].partition("=")
            if value and name in ("__Host-rms_at", "__Host-rms_rt", "__Host-rms-device"):
                self.keep(f"cookie {name}", value.strip('"'))
        return reply


@pytest.fixture
def walk(app, connected, superuser):
    box = Postbox().open()
    superuser.execute("DELETE FROM login_attempts")
    # Letters of other tests are none of ours.
    superuser.execute("UPDATE email_messages SET state = 'failed' WHERE state = 'queued'")
    mail.configure(replace(connected, smtp_url=box.url))
    yield Walk(Visitor(app), box, superuser)
    mail.configure(connected)
    box.close()


def test_row_24_no_raw_secret_is_left_anywhere(walk, connected, superuser, caplog):
    caplog.set_level(logging.DEBUG)
    email, password = _signs_up_and_confirms(walk)
    slug = _signs_in_and_stays(walk, email, password)
    _uses_the_api(walk, email, password)
    _turns_on_a_second_factor(walk, email, password)
    _invites_somebody(walk, slug)
    email = _changes_address_and_undoes_it(walk, email, password)
    _resets_the_password(walk, email)
    _opens_what_is_used(walk)

    assert set(walk.seen) >= {
        "password",
        "link verify",
        "link reset",
        "link invite",
        "link account/email",
        "link account/email-undo",
        "cookie __Host-rms_at",
        "cookie __Host-rms_rt",
        "cookie __Host-rms-device",
        "api access token",
        "api refresh token",
        "totp secret",
        "recovery code",
    }
    left = {
        "database": _database_dump(superuser),
        "redis": _redis_dump(connected.redis_url),
        "logs": _logs(caplog),
    }
    _is_no_empty_search(walk, left, email)
    found = [
        f"{kind} in the {place}"
        for place, text in left.items()
        for kind, secrets in walk.seen.items()
        for secret in secrets
        if any(form in text for form in _forms_of(secret))
    ]
    assert found == []


def _signs_up_and_confirms(walk: Walk) -> tuple[str, str]:
    email, password = filled_in()["email"], walk.password()
    page = walk.get("/signup")
    fields = {**filled_in(), "email": email, "password": password}
    assert walk.post("/signup", form_token=FORM_TOKEN.search(page.text)[1], **fields).status_code == 303
    path = walk.link("verify", email)
    walk.get(path)
    assert walk.post(path).status_code in (200, 303)
    return email, password


def _signs_in_and_stays(walk: Walk, email: str, password: str) -> str:
    """Long enough for both cookies to be exchanged."""
    slug = walk.sign_in(email, password).location.split("/")[2]
    before = len(walk.seen["cookie __Host-rms_rt"])
    walk.superuser.execute("UPDATE sessions SET rotated_at = rotated_at - interval '11 minutes'")
    walk.visitor.client.delete_cookie("__Host-rms_at", domain="billing.test")
    assert walk.get("/account").status_code == 200
    assert len(walk.seen["cookie __Host-rms_rt"]) > before, "the refresh token was exchanged"
    return slug


def _uses_the_api(walk: Walk, email: str, password: str) -> None:
    client = walk.visitor.client.application.test_client()
    asked = {"email": email, "password": password}
    pair = client.post("/api/v1/auth/token", base_url=HOST, json=asked).json
    wrong = client.post("/api/v1/auth/token", base_url=HOST, json=asked | {"password": walk.password()})
    assert wrong.status_code == 401
    bearer = {"Authorization": f"Bearer {pair['access_token']}"}
    assert client.get("/api/v1/me", base_url=HOST, headers=bearer).status_code == 200
    walk.superuser.execute("UPDATE sessions SET rotated_at = rotated_at - interval '11 minutes'")
    said = {"refresh_token": pair["refresh_token"]}
    newer = client.post("/api/v1/auth/refresh", base_url=HOST, json=said).json
    for one in (pair, newer):
        walk.keep("api access token", one["access_token"])
        walk.keep("api refresh token", one["refresh_token"])
    assert newer["refresh_token"] != pair["refresh_token"]
    said = {"refresh_token": newer["refresh_token"]}
    assert client.post("/api/v1/auth/revoke", base_url=HOST, json=said).status_code == 204


def _turns_on_a_second_factor(walk: Walk, email: str, password: str) -> None:
    walk.get("/account")
    assert walk.post("/account/2fa/begin").status_code == 303
    phone = App(KEY.search(walk.get("/account/2fa").text)[1].replace(" ", ""), [])
    walk.keep("totp secret", phone.secret)
    codes = CODES.findall(walk.post("/account/2fa/confirm", code=phone.code(-1)).text)
    assert len(codes) == 10
    walk.keep("recovery code", *codes)
    walk.forget_cookies()
    walk.sign_in(email, password)
    walk.get("/login/code")
    assert walk.post("/login/code", recovery=codes[0]).status_code == 303
    walk.forget_cookies()
    walk.sign_in(email, password)
    walk.get("/login/code")
    assert walk.post("/login/code", code=phone.code()).status_code == 303
    walk.get("/account")
    codes = CODES.findall(walk.post("/account/2fa/codes").text)
    walk.keep("recovery code", *codes)
    assert walk.post("/account/2fa/off", code=codes[1]).status_code == 303
    walk.get("/account")
    walk.post("/account/2fa/begin")
    begun = KEY.search(walk.get("/account/2fa").text)[1].replace(" ", "")
    walk.keep("totp secret", begun)


def _invites_somebody(walk: Walk, slug: str) -> None:
    guest = f"ravi.{uuid4().hex[:8]}@example.in"
    page = walk.get(f"/c/{slug}/users/invite")
    token = FORM_TOKEN.search(page.text)[1]
    sent = walk.post(f"/c/{slug}/users/invite", email=guest, role="user", form_token=token)
    assert sent.status_code == 303, sent.text
    path = walk.link("invite", guest)
    walk.get(path)
    assert walk.post(path, name="Ravi Menon", password=walk.password()).status_code == 303


def _changes_address_and_undoes_it(walk: Walk, email: str, password: str) -> str:
    new = f"kavya.{uuid4().hex[:8]}@elsewhere.example.in"
    walk.get("/account")
    assert walk.post("/account/email", email=new, current=password).status_code == 303
    path = walk.link("account/email", new)
    walk.get(path)
    assert walk.post(path).status_code in (200, 303)
    back = walk.link("account/email-undo", email)
    walk.get(back)
    assert walk.post(back).status_code in (200, 303)
    return email


def _resets_the_password(walk: Walk, email: str) -> None:
    walk.superuser.execute("DELETE FROM login_attempts")
    walk.get("/reset")
    walk.post("/reset", email=email)
    path, chosen = walk.link("reset", email), walk.password()
    walk.get(path)
    assert walk.post(path, password=chosen, again=chosen).status_code in (200, 303)
    walk.sign_in(email, chosen)


def _opens_what_is_used(walk: Walk) -> None:
    """Errors write more into logs than what goes well."""
    for kind, secrets in list(walk.seen.items()):
        if kind.startswith("link "):
            for secret in secrets:
                walk.get(f"/{kind.removeprefix('link ')}/{secret}?token={secret}")
                walk.get(f"/nowhere/{secret}")


def _forms_of(secret: str) -> tuple[str, ...]:
    """As it is, and as a column of bytes would show it."""
    return secret, secret.encode().hex()


def _database_dump(superuser: psycopg.Connection) -> str:
    """Every row of every table there is, as text, old versions of rows aside."""
    tables = superuser.execute(
        """
        SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2
        """
    ).fetchall()
    assert len(tables) > 25
    rows = []
    for schema, table in tables:
        statement = SQL("SELECT t::text FROM {} t").format(Identifier(schema, table))
        rows += [text for (text,) in superuser.execute(statement)]
    return "\n".join(rows)


def _redis_dump(url: str) -> str:
    """Keys and values of every kind; what RQ has packed is unpacked too."""
    connection, texts = Redis.from_url(url), []
    readers = {
        b"string": lambda key: [connection.get(key)],
        b"hash": lambda key: [part for pair in connection.hgetall(key).items() for part in pair],
        b"list": lambda key: connection.lrange(key, 0, -1),
        b"set": lambda key: list(connection.smembers(key)),
        b"zset": lambda key: connection.zrange(key, 0, -1),
        b"stream": lambda key: [str(connection.xrange(key)).encode()],
    }
    for key in connection.scan_iter():
        for value in (key, *readers[connection.type(key)](key)):
            texts.append(value.decode("utf-8", "replace"))
            try:
                texts.append(zlib.decompress(value).decode("utf-8", "replace"))
            except zlib.error:
                continue
    connection.close()
    return "\n".join(texts)


def _logs(caplog) -> str:
    """Every record of ours at every level, before masking and after."""
    ours = [record for record in caplog.records if not record.name.startswith(NOT_OURS)]
    plain, masked = logging.Formatter("%(name)s %(message)s"), JsonLine()
    lines = []
    for record in ours:
        lines += [plain.format(record), masked.format(record), str(record.__dict__.get("facts", ""))]
    return "\n".join(lines)


def _is_no_empty_search(walk: Walk, left: dict[str, str], email: str) -> None:
    """What should be there is found: digests of the links, the address, a waiting job, the requests."""
    assert email in left["database"]
    whole = [one for one in walk.seen["link verify"] if one.count(".") == 2]
    assert any(hashlib.sha256(one.encode()).hexdigest() in left["database"] for one in whole)
    tenant = str(UUID(whole[0].partition(".")[0]))
    assert "v1:" in left["database"], "the secret of the app, sealed"
    assert "deliver_mail" in left["redis"] and tenant in left["redis"]
    assert "/verify/<token>" in left["logs"] and "identity.prove_code" in left["logs"]
