import pytest

from rms.crypto import links
from tests.http import HOST, Browser, headers


@pytest.fixture
def priya_too(app, nilgiri) -> Browser:
    """The same person in another browser."""
    return Browser(app, nilgiri, nilgiri.admin)


@pytest.fixture
def links_of(superuser):
    """(path that confirms, path that undoes) of what somebody asked for last, as their mails carry them."""

    def found(person) -> tuple[str, str]:
        tenant, row = superuser.execute(
            "SELECT tenant_id, id FROM email_changes WHERE user_id = %s ORDER BY created_at DESC LIMIT 1",
            (person.id,),
        ).fetchone()
        return (
            f"/account/email/{links.make('email', tenant, row).text}",
            f"/account/email-undo/{links.make('email-undo', tenant, row).text}",
        )

    return found


@pytest.fixture(autouse=True)
def nobody_has_tried(superuser) -> None:
    """All tests come from one network address, whose patience would end with theirs."""
    superuser.execute("DELETE FROM login_attempts")


class Mailbox:
    """Somebody who reads a mailbox and is signed in nowhere."""

    def __init__(self, app) -> None:
        self.client = app.test_client()
        self.csrf = ""

    def get(self, path: str):
        reply = self.client.get(path, base_url=HOST, headers=headers(False))
        _, _, rest = reply.text.partition('name="csrf-token" content="')
        self.csrf = rest.partition('"')[0] or self.csrf
        return reply

    def press(self, path: str):
        """The button of the page behind the link."""
        self.get("/login")
        return self.client.post(path, base_url=HOST, headers=headers(False), data={"csrf_token": self.csrf})


@pytest.fixture
def mailbox(app) -> Mailbox:
    return Mailbox(app)
