"""Row 31: whatever is stored as a name, no page makes an element, an attribute or a script address of it."""

import html
import re
from html.parser import HTMLParser

import pytest

from tests.house.routes import company_rules, method_of, path_of
from tests.http import Browser
from tests.security.payloads import PAYLOADS, fill

# What our own pages have; anything else that could act has come out of somebody's name.
ADDRESSES = {"href", "src", "action", "formaction", "hx-get", "hx-post", "data", "xlink:href", "srcdoc"}
NEVER = {"iframe", "object", "embed", "base", "math", "animate", "style", "applet", "frame", "template"}


class Suspicious(HTMLParser):
    """Collects every element and attribute that could run something."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        if tag in NEVER or (tag == "script" and not str(dict(attrs).get("src", "")).startswith("/static/")):
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            scheme = re.sub(r"[\s\x00-\x20]", "", value or "").partition(":")[0].lower()
            if name.startswith(("on", "hx-on")) or (
                name in ADDRESSES and scheme in ("javascript", "data", "vbscript")
            ):
                self.found.append(f"{tag} {name}={value!r}")
            if name == "style" or "boom" in name:
                self.found.append(f"{tag} {name}")


def suspicious_in(page: str) -> list[str]:
    reader = Suspicious()
    reader.feed(page)
    return reader.found


@pytest.fixture
def firm(app, nilgiri):
    return fill(nilgiri)


@pytest.mark.parametrize("hx", [False, True], ids=["page", "htmx"])
def test_row_31_no_payload_becomes_markup(app, nilgiri, firm, hx):
    priya = Browser(app, nilgiri, nilgiri.admin)
    shown, wrong = set(), {}
    for rule in company_rules(app):
        if method_of(rule) != "GET":
            continue
        for invoice_id in (firm["invoice_id"], firm["issued_id"]):
            values = {**firm, "invoice_id": invoice_id, "slug": nilgiri.slug, "n": 3}
            try:
                path = path_of(app, rule, values)
            except Exception:  # an id that this company has none of
                continue
            reply = priya.get(path, hx=hx)
            if reply.mimetype != "text/html":
                continue
            text = reply.text
            if found := suspicious_in(text):
                wrong[rule.endpoint] = found[:3]
            shown |= {
                payload
                for payload in PAYLOADS
                if html.escape(payload)[:30] in text.replace("&#34;", "&quot;").replace("&#39;", "&#x27;")
            }
    assert not wrong
    assert len(shown) > 35, f"only {len(shown)} were shown at all"


def test_the_search_would_notice():
    for payload in PAYLOADS[:20]:
        assert (
            suspicious_in(f"<p>{payload}</p>")
            or suspicious_in(f'<p title="{payload}">')
            or suspicious_in(f"<p title='{payload}'>")
            or suspicious_in(f"<p title={payload}>")
        ), payload
    assert not suspicious_in(
        '<p class="x">Priya &lt;script&gt;</p><script src="/static/app.js" defer></script>'
    )
