"""A signed-in person's browser for the tests of the rooms, with its cookies, CSRF token and form tokens."""

import re
from contextlib import contextmanager
from uuid import uuid4

from sqlalchemy import event

from rms.db.session import engine
from tests.cast import Company, Person
from tests.factories import PASSWORD

HOST = "https://billing.test"
CSRF = re.compile(r'name="csrf-token" content="([^"]+)"')
UNCOUNTED = ("BEGIN", "COMMIT", "ROLLBACK", "select set_config(")


class Browser:
    """Replies are not followed, so that a test sees each of them. Paths are inside the company."""

    def __init__(self, app, company: Company, person: Person) -> None:
        self.client = app.test_client()
        self.company, self.person = company, person
        self.csrf = ""
        self.get("/login")
        reply = self.post("/login", email=person.email, password=PASSWORD)
        assert reply.status_code == 303, reply.status
        self.get("services")

    def path(self, path: str) -> str:
        """`invoices` stands for /c/<slug>/invoices; an address from the root stays as it is."""
        return path if path.startswith("/") else f"/c/{self.company.slug}/{path}"

    def get(self, path: str, *, hx: bool = False):
        return self._kept(self.client.get(self.path(path), base_url=HOST, headers=headers(hx)))

    def post(self, path: str, fields: dict | None = None, *, hx: bool = False, **more):
        """Fields that are no Python names go in as a dict."""
        filled = {"csrf_token": self.csrf, "form_token": str(uuid4()), **(fields or {}), **more}
        return self._kept(self.client.post(self.path(path), base_url=HOST, data=filled, headers=headers(hx)))

    def _kept(self, reply):
        if found := CSRF.search(reply.get_data(as_text=True) if reply.mimetype == "text/html" else ""):
            self.csrf = found[1]
        return reply


def headers(hx: bool) -> dict[str, str]:
    """What a browser sends; with `hx`, what htmx adds."""
    sent = {"Sec-Fetch-Site": "same-origin"}
    return sent | {"HX-Request": "true", "HX-Request-Type": "partial"} if hx else sent


@contextmanager
def counted_statements():
    """The SQL sent inside the block, but for BEGIN, COMMIT, ROLLBACK and the call that binds the tenant."""
    sent: list[str] = []

    def note(connection, cursor, statement, *rest) -> None:
        if not statement.startswith(UNCOUNTED):
            sent.append(statement)

    event.listen(engine(), "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine(), "before_cursor_execute", note)
