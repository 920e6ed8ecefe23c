"""A quote from its first line to the invoice: written by keyboard, accepted on the page of its link."""

import pytest
from playwright.sync_api import expect

from rms.actions import quote_sending
from tests.browser.person import Person
from tests.rooms.quotes.making import answered_in, drafted_in, now, sent_in


@pytest.fixture(params=[1280, 390], ids=["desk", "phone"])
def priya(request, open_browser, nilgiri) -> Person:
    drafted_in(nilgiri, name="Coorg Roastery")
    sent_in(nilgiri, name="Vidyut Switchgear")
    answered_in(nilgiri, accepted=False, name="Cauvery Pack Industries")
    person = open_browser(request.param)
    person.sign_in(nilgiri)
    return person


def test_a_quote_is_written_sent_accepted_and_billed(priya: Person, nilgiri):
    quote_id = drafted_in(nilgiri)
    page = priya.opens(f"/quotes/{quote_id}/edit")
    page.get_by_label("Rate, line 1").fill("2,000")
    page.get_by_label("Rate, line 1").press("Tab")
    expect(page.locator("#totals")).to_contain_text("23,600.00")
    priya.looks_at("quote-edit")
    page.get_by_role("button", name="Send the quote").click()
    expect(page.get_by_label("To", exact=True)).to_have_value("events@hoysala.example.in")
    priya.looks_at("quote-send")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("On its way to").first).to_be_visible()
    with nilgiri.scope(nilgiri.admin):
        token = quote_sending.share(quote_id, now=now())[1]
    page.goto(f"{priya.product.url}/q/{token}")
    assert "Quote NFQ" in page.title()
    page.get_by_text("We accept this quote").click()
    page.get_by_label("Your name").fill("R. Hegde")
    page.get_by_label("Message").fill("Please bill half now.")
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_role("heading", name="You accepted this quote. Thank you")).to_be_visible()
    page = priya.opens(f"/quotes/{quote_id}")
    expect(page.get_by_text("R. Hegde accepted it from the link")).to_be_visible()
    priya.looks_at("quote-view")
    page.get_by_role("button", name="Make the invoice").click()
    expect(page.get_by_label("Rate, line 1")).to_have_value("2,000.00")


def test_the_list_and_a_declined_quote(priya: Person):
    page = priya.opens("/quotes")
    priya.looks_at("quotes")
    page.get_by_role("link", name="Cauvery Pack Industries").or_(
        page.locator("tr", has_text="Cauvery Pack Industries").get_by_role("link")
    ).first.click()
    expect(page.get_by_text("Reason given: The price.")).to_be_visible()
    priya.looks_at("quote-declined")
    page.get_by_role("button", name="Make a new version").click()
    expect(page.get_by_role("heading", name="Quote for Cauvery Pack Industries")).to_be_visible()
