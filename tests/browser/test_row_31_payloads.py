"""Row 31 in a real browser: forty payloads on every page of a company, no dialog, no report of the policy."""

import pytest

from tests.browser.person import Person
from tests.security.payloads import fill

LISTEN = """
window.boom = () => { window.boomed = true; };
window.reported = [];
document.addEventListener('securitypolicyviolation', event =>
  window.reported.push(`${event.violatedDirective} ${event.blockedURI}`));
"""
PAGES = (
    "/",
    "/invoices",
    "/invoices?view=draft",
    "/customers",
    "/services",
    "/receipts",
    "/receipts/new",
    "/setup/1",
    "/setup/2",
    "/setup/5",
    "/users",
    "/settings",
    "/settings/company",
    "/settings/numbering",
    "/settings/bank",
    "/audit",
    "/invoices/{invoice_id}/edit",
    "/invoices/{issued_id}",
    "/customers/{customer_id}",
    "/customers/{customer_id}/edit",
    "/receipts/{receipt_id}",
)


@pytest.fixture
def priya(open_browser, app, nilgiri) -> tuple[Person, dict]:
    """The admin of a company that is nothing but payloads, and who notices what runs."""
    ids = fill(nilgiri)
    person = open_browser()
    person.context.add_init_script(LISTEN)
    person.page.on("dialog", lambda dialog: pytest.fail(f"a dialog opened: {dialog.message}"))
    person.sign_in(nilgiri)
    return person, ids


def test_row_31_no_payload_runs_in_a_browser(priya):
    person, ids = priya
    for path in PAGES:
        page = person.opens(path.format(**ids))
        page.wait_for_timeout(150)
        assert not page.evaluate("window.boomed"), path
        assert page.evaluate("window.reported") == [], path
        assert page.locator("h1").count() == 1, path
    page = person.opens("/customers")
    page.locator("#q").fill("script")
    page.wait_for_timeout(900)
    assert not page.evaluate("window.boomed")
    person.page.goto(person.product.url + "/account")
    assert not person.page.evaluate("window.boomed")
    person.has_no_complaints()
