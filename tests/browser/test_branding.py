"""Branding in a browser, at both widths: the A4 changes as one chooses, and the invoice on screen follows."""

import re
from io import BytesIO

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from rms.db.session import db
from rms.models import Company
from tests.browser.person import Person
from tests.factories import make_customer
from tests.rooms.invoices.making import issued


def mark() -> bytes:
    kept = BytesIO()
    drawn = Image.new("RGBA", (480, 480), (0, 0, 0, 0))
    ImageDraw.Draw(drawn).polygon(
        [(40, 400), (170, 100), (260, 280), (440, 400)], outline=(45, 106, 69), width=20
    )
    drawn.save(kept, "PNG")
    return kept.getvalue()


@pytest.fixture(params=[1280, 390])
def owner(request, open_browser, nilgiri) -> Person:
    with nilgiri.scope(nilgiri.admin):
        company = db().query(Company).one()
        company.upi_id, company.signatory_name = "nilgirifs@examplebank", "Priya Nair"
        nilgiri_invoice = issued(make_customer("Sundaram Precision Tools Pvt Ltd"), "14500")
    person = open_browser(request.param)
    person.sign_in(nilgiri)
    person.invoice_id = nilgiri_invoice.id
    return person


def is_drawn(sheet) -> None:
    """The picture has come, and is one."""
    sheet.evaluate("one => one.decode()")
    assert sheet.evaluate("one => one.naturalWidth") > 800


def test_the_a4_changes_as_one_chooses_and_papers_follow(owner: Person):
    page = owner.opens("/settings/branding")
    owner.looks_at("branding")
    sheet = page.get_by_role("img", name="An invoice with these choices")
    before = sheet.get_attribute("src")
    page.locator("label", has_text="Band").click()
    expect(sheet).not_to_have_attribute("src", before)
    page.locator("label", has_text="Leaf").click()
    expect(sheet).to_have_attribute("src", re.compile("template=band.*accent=leaf"))
    is_drawn(sheet)
    owner.looks_at("branding-band")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("All papers look like this from now on.")).to_be_visible()
    page.locator("#logo").set_input_files({"name": "mark.png", "mimeType": "image/png", "buffer": mark()})
    page.locator("#logo-field").get_by_role("button", name="Upload").click()
    expect(page.locator("#logo-field").get_by_role("button", name="Replace")).to_be_visible()
    is_drawn(sheet)
    owner.looks_at("branding-logo")
    page.locator("#logo").set_input_files({"name": "x.svg", "mimeType": "image/svg+xml", "buffer": b"<svg/>"})
    page.locator("#logo-field").get_by_role("button", name="Replace").click()
    expect(page.locator("#logo-error")).to_contain_text("no picture that we can read")
    owner.looks_at("branding-refused")
    page = owner.opens(f"/invoices/{owner.invoice_id}")
    expect(page.locator(".paper.leaf .pp-from img")).to_be_visible()
    assert page.locator(".pp-h").evaluate("one => getComputedStyle(one).color") == "rgb(45, 106, 69)"
    owner.looks_at("branding-invoice")
