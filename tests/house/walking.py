"""One step of a walk over the addresses, and what no reply may tell."""

from uuid import uuid4

from tests.house.belongings import Belongings
from tests.http import HOST, Browser, headers


def send(browser: Browser, method: str, path: str, fields: dict, *, hx: bool):
    filled = {"csrf_token": browser.csrf, "form_token": str(uuid4()), **fields}
    data = filled if method not in ("GET", "HEAD", "OPTIONS") else None
    return browser.client.open(path, method=method, base_url=HOST, headers=headers(hx), data=data)


def assert_tells_nothing(reply, theirs: Belongings, where: str) -> None:
    """Neither in the body nor in a header, in whatever case."""
    told = (reply.data + str(reply.headers).encode()).lower()
    for word in theirs.words:
        assert word.lower().encode() not in told, f"{where} tells {word}"
