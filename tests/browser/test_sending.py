"""Sending, sharing and answering in a browser, at both widths: from the drawer to what the customer says."""

import pytest
from playwright.sync_api import expect

from rms.db.session import db
from rms.models import Company
from tests import factories
from tests.browser.person import RUN_AXE, WCAG_22_AA, Person, axe
from tests.rooms.invoices.making import issued
from tests.rooms.public.visiting import DESK, PHONE


@pytest.fixture(params=[1280, 390])
def owner(request, open_browser, nilgiri) -> Person:
    with nilgiri.scope(nilgiri.admin):
        company = db().query(Company).one()
        company.upi_id, company.contact_email = "nilgirifs@examplebank", "accounts@nilgirifs.example"
        db().flush()
        person = open_browser(request.param)
        customer = factories.make_customer("Sundaram Precision Tools", email="bills@sundaram.example")
        person.invoice = issued(customer, "203590").id
    person.sign_in(nilgiri)
    return person


def is_as_it_must_be(visitor: Person, name: str) -> None:
    """A page without a session, so without our title: readable for everybody, no wider than the screen."""
    page = visitor.page
    visitor._keep_picture(name, page)
    page.evaluate(axe())
    assert page.evaluate(f"({RUN_AXE})({WCAG_22_AA})") == []
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0, f"{name} can be scrolled sideways by {wider} px"
    assert page.locator("h1").count() == 1
    assert visitor.context.cookies() == []
    visitor.has_no_complaints()


def test_a_letter_is_written_beside_its_preview_and_arrives_with_its_link(owner: Person, open_browser):
    page = owner.opens(f"/invoices/{owner.invoice}")
    page.locator("#open-send").click()
    expect(page.locator("dialog[open] .drawer")).to_be_visible()
    page.get_by_label("Subject").fill("Your November bill")
    expect(page.locator("#letter")).to_contain_text("Your November bill")
    owner.looks_at("send-drawer")
    page.get_by_label("Cc").fill("r.anand@sundaram")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("1 thing to fix")).to_be_visible()
    assert page.get_by_label("Subject").input_value() == "Your November bill"
    page.get_by_label("Cc").fill("r.anand@sundaram.example")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#timeline")).to_contain_text("E-mailed to bills@sundaram.example", timeout=20_000)
    letter = owner.mail("Your November bill", "bills@sundaram.example")
    assert "/i/" in letter.content()


def test_without_a_script_the_drawer_is_a_page(owner: Person, open_browser, nilgiri):
    plain = open_browser(owner.width, java_script_enabled=False)
    plain.sign_in(nilgiri)
    page = plain.opens(f"/invoices/{owner.invoice}")
    page.locator("#open-send").click()
    page.get_by_label("To", exact=True).fill("ravi@sundaram.example")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("On its way to ravi@sundaram.example")).to_be_visible()


def test_a_customer_opens_the_link_answers_and_is_heard(owner: Person, open_browser):
    page = owner.opens(f"/invoices/{owner.invoice}")
    page.get_by_role("button", name="Make a link").click()
    address = page.get_by_label("Link for the customer").input_value()
    # What the bar of the page half covers while one scrolls would count as too small for a finger.
    page.evaluate("scrollTo(0, 0)")
    owner.looks_at("shared")
    visitor = open_browser(owner.width, user_agent=PHONE if owner.is_on_a_phone else DESK)
    visitor.page.goto(address)
    expect(visitor.page.get_by_role("heading", level=1)).to_contain_text("₹2,40,236.00")
    pay = visitor.page.get_by_role("link", name="Pay ₹2,40,236.00 by UPI")
    expect(pay).to_be_visible(visible=owner.is_on_a_phone)
    expect(visitor.page.get_by_role("img", name="UPI code for ₹2,40,236.00")).to_be_visible(
        visible=not owner.is_on_a_phone
    )
    is_as_it_must_be(visitor, "public")
    visitor.page.get_by_text("I have paid").click()
    visitor.page.get_by_label("UTR or UPI reference").fill("12")
    visitor.page.get_by_role("button", name="Tell Nilgiri").locator("visible=true").click()
    expect(visitor.page.get_by_text("12 to 22 letters").first).to_be_visible()
    is_as_it_must_be(visitor, "public-wrong")
    visitor.page.get_by_label("UTR or UPI reference").fill("EXMPN26334012")
    visitor.page.get_by_role("button", name="Tell Nilgiri").locator("visible=true").click()
    expect(visitor.page.locator("#told")).to_contain_text("that you paid on")
    is_as_it_must_be(visitor, "public-told")
    owner.opens(f"/invoices/{owner.invoice}")
    expect(page.locator("#timeline")).to_contain_text("Viewed 1 time by the customer")
    expect(page.locator("#timeline")).to_contain_text("reference EXMPN26334012")
    owner.looks_at("answered")
    owner.opens("/invoices/answers")
    owner.looks_at("answers")
    page.get_by_role("button", name="Done").click()
    expect(page.locator("#timeline")).to_contain_text("Done by Priya")
    page.get_by_role("button", name="Turn link off").click()
    expect(page.get_by_role("button", name="Make a link")).to_be_visible()
    visitor.forgive("404")
    visitor.page.goto(address)
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("This link opens nothing")
    is_as_it_must_be(visitor, "public-gone")


def test_the_settings_of_mail_are_filled_and_a_letter_is_worded(owner: Person):
    page = owner.opens("/settings/mail")
    owner.looks_at("settings-mail")
    page.get_by_label("Your own server").check()
    page.get_by_label("Sender address").fill("accounts@nilgirifs.example")
    page.get_by_label("Server", exact=True).fill("127.0.0.1")
    page.get_by_label("Port").fill("1")
    page.get_by_label("Security").select_option("none")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Send a test mail").click()
    expect(page.get_by_text("Nothing answers at this host and port.")).to_be_visible()
    owner.looks_at("settings-mail-tested")
    page.get_by_role("link", name="Change Invoice").click()
    page.get_by_label("Message").fill("Dear {customer}, {nonsense}")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("{nonsense} is no placeholder here").first).to_be_visible()
    owner.looks_at("settings-wording-wrong")
    page.get_by_label("Message").fill("Dear {customer}, please pay {amount}.")
    page.get_by_role("button", name="See how it reads").click()
    expect(page.locator("#example")).to_contain_text("please pay ₹1,18,000.00.")
    owner.looks_at("settings-wording")
