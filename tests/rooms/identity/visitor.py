"""A visitor's browser, and what only the owner of a mailbox would know."""

import re
from uuid import UUID, uuid4

from rms.crypto import links
from rms.web import afterwards
from tests.factories import PASSWORD

HOST = "https://billing.test"
TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')
FORM_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')
SESSION = "__Host-rms_rt"


class Visitor:
    """A browser with cookies of its own. Replies are not followed, so that a test sees each of them."""

    def __init__(self, app, *, ip: str | None = None) -> None:
        """Each visitor comes from a network address of its own, as strangers do."""
        self.client = app.test_client()
        self.client.environ_base["REMOTE_ADDR"] = self.ip = ip or own_address()
        self.csrf = ""

    def get(self, path: str, *, hx: bool = False):
        return self._kept(self.client.get(path, base_url=HOST, headers=_headers(hx), buffered=True))

    def post(self, path: str, *, hx: bool = False, **fields):
        if not self.csrf:
            self.get("/login")
        fields = {"csrf_token": self.csrf, **fields}
        sent = {"data": fields, "headers": _headers(hx)}
        # Buffered, so that the reply is closed, and what is put off until then is done when this returns.
        reply = self.client.post(path, base_url=HOST, buffered=True, **sent)
        afterwards.finish()
        return self._kept(reply)

    def sign_up(self, *, hx: bool = False, **changed):
        page = self.get("/signup")
        fields = {"form_token": FORM_TOKEN.search(page.text)[1], **filled_in(), **changed}
        return self.post("/signup", hx=hx, **fields)

    def sign_in(self, email: str, password: str = PASSWORD, *, hx: bool = False, **fields):
        self.get("/login")
        return self.post("/login", hx=hx, email=email, password=password, **fields)

    @property
    def session_cookie(self):
        return self.client.get_cookie(SESSION, domain="billing.test")

    def _kept(self, reply):
        if found := TOKEN.search(reply.text):
            self.csrf = found[1]
        return reply


def own_address() -> str:
    number = uuid4().int
    return f"10.{number % 256}.{number // 256 % 256}.{number // 65_536 % 256}"


def filled_in() -> dict[str, str]:
    """A sign-up form that is right; the address is nobody else's."""
    return {
        "company": "Kaveri Fitness Studio",
        "name": "Kavya Raman",
        "email": f"kavya.{uuid4().hex[:10]}@example.in",
        "password": PASSWORD,
    }


def reset_links(superuser, email: str) -> list[str]:
    """The paths in the mails to choose a new password, the newest first."""
    rows = superuser.execute(
        "SELECT tenant_id, id FROM password_resets WHERE email = %s ORDER BY created_at DESC", (email,)
    )
    return [f"/reset/{links.make('reset', *row).text}" for row in rows.fetchall()]


def mails_to(superuser, email: str, kind: str) -> int:
    found = superuser.execute(
        "SELECT count(*) FROM email_messages WHERE to_address = %s AND kind = %s", (email, kind)
    )
    return found.fetchone()[0]


def let_attempts_age(superuser, seconds: int) -> None:
    """Of everybody: a test that needs it runs alone in its database."""
    superuser.execute(
        "UPDATE login_attempts SET created_at = created_at - make_interval(secs => %s)", (seconds,)
    )


def newest_link(superuser, email: str) -> str:
    """The path in the newest mail to this address: made again from the row, as the mail does."""
    row = superuser.execute(
        "SELECT tenant_id, id FROM email_verifications WHERE email = %s ORDER BY created_at DESC LIMIT 1",
        (email,),
    ).fetchone()
    return path_of(*row)


def path_of(tenant_id: UUID, row_id: UUID) -> str:
    return f"/verify/{links.make('verify', tenant_id, row_id).text}"


def _headers(hx: bool) -> dict[str, str]:
    headers = {"Sec-Fetch-Site": "same-origin"}
    return headers | {"HX-Request": "true", "HX-Request-Type": "partial"} if hx else headers
