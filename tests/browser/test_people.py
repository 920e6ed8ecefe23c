"""Users and roles in a browser: invited, joined, another role, removed; at both widths and by keyboard."""

import re

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.browser.person import Person


@pytest.fixture(params=[1280, 390])
def owner(request, app, open_browser, nilgiri) -> Person:
    """The admin of a company with several people and invitations; with the application, which posts mails."""
    with nilgiri.scope(nilgiri.admin):
        factories.make_user("Deepa", "user", last_name="Rao", is_active=False)
        factories.make_user("S.", "manager", last_name="Venkatesh, CA", email="venkat@svco.example.in")
        factories.make_invitation("ravi@nilgirifs.example.in", by=nilgiri.admin.id)
        old = factories.make_invitation("old.accounts@nilgirifs.example.in", "manager", by=nilgiri.admin.id)
        old.expires_at = old.sent_at
    person = open_browser(request.param)
    person.sign_in(nilgiri)
    return person


def test_somebody_is_invited_joins_and_is_removed(owner: Person, open_browser):
    page = owner.opens("/users")
    expect(page.get_by_role("heading", level=1)).to_have_text("Users and roles")
    owner.looks_at("users")
    page.get_by_role("link", name="Invite", exact=True).click()
    owner.looks_at("users-invite")
    page.get_by_label("E-mail").fill("meera@nilgirifs.example.in")
    page.get_by_label("Manager").check()
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_text("on its way to meera@nilgirifs.example.in")).to_be_visible()

    meera = open_browser(owner.width)
    letter = owner.mail("invites you to", to="meera@nilgirifs.example.in")
    path = re.search(r"/invite/[\w.-]+", letter.content())[0]
    joining = meera.opens(path)
    expect(joining.get_by_role("heading", level=1)).to_contain_text("invites you to")
    meera.looks_at("invite")
    joining.get_by_label("Your name").fill("Meera Krishnan")
    joining.get_by_label("Password", exact=True).fill("short")
    joining.get_by_role("button", name="Join as Manager").click()
    expect(joining.get_by_text("1 thing to fix")).to_be_visible()
    meera.looks_at("invite-wrong")
    joining.get_by_label("Password", exact=True).fill(factories.PASSWORD)
    joining.get_by_role("button", name="Join as Manager").click()
    joining.wait_for_url("**/login")
    expect(joining.get_by_label("E-mail")).to_have_value("meera@nilgirifs.example.in")
    joining.get_by_label("Password", exact=True).fill(factories.PASSWORD)
    joining.get_by_role("button", name="Sign in", exact=True).click()
    joining.wait_for_url(f"**/c/{owner.company.slug}/")
    meera.opens(path)
    meera.looks_at("invite-used")

    page = owner.opens("/users")
    row = page.get_by_role("row").filter(has_text="Meera Krishnan")
    row.get_by_label("Role of Meera Krishnan").select_option("user")
    row.get_by_role("button", name="Save role").click()
    expect(page.get_by_text("Meera Krishnan is now User.")).to_be_visible()
    expect(row.get_by_label("Role of Meera Krishnan")).to_have_value("user")
    joining.goto(f"{owner.product.url}/c/{owner.company.slug}/")
    expect(joining).to_have_url(re.compile("/login"))
    row.get_by_text("Remove", exact=True).click()
    owner.looks_at("users-remove")
    row.get_by_role("button", name="Remove for good").click()
    expect(row).to_have_count(0)
    expect(page.get_by_text("Meera Krishnan is removed and signed out.")).to_be_visible()


def test_an_invitation_is_sent_again_and_withdrawn(owner: Person):
    page = owner.opens("/users")
    page.get_by_role("button", name="Send again to old.accounts@nilgirifs.example.in").click()
    expect(page.get_by_text("A new link is on its way")).to_be_visible()
    page.get_by_role("button", name="Send again to old.accounts@nilgirifs.example.in").click()
    expect(page.get_by_text(re.compile("Try again in .* seconds"))).to_be_visible()
    owner.looks_at("users-too-soon")
    page.get_by_role("button", name="Withdraw the invitation to ravi@nilgirifs.example.in").click()
    expect(page.get_by_text("ravi@nilgirifs.example.in", exact=True)).to_have_count(0)


def test_the_role_is_changed_by_keyboard_alone(owner: Person):
    page = owner.opens("/users")
    page.get_by_label("Role of S. Venkatesh, CA").focus()
    page.keyboard.press("u")
    expect(page.get_by_label("Role of S. Venkatesh, CA")).to_have_value("user")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Save role").filter(visible=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("S. Venkatesh, CA is now User.")).to_be_visible()


def test_without_javascript_too(open_browser, nilgiri):
    person = open_browser(java_script_enabled=False)
    person.sign_in(nilgiri)
    page = person.opens("/users")
    page.get_by_label("Role of Imran").select_option("user")
    page.get_by_role("row").filter(has_text="Imran").get_by_role("button", name="Save role").click()
    expect(page.get_by_text("Imran is now User.")).to_be_visible()
    page.get_by_role("row").filter(has_text="Asha").get_by_text("Remove", exact=True).click()
    page.get_by_role("button", name="Switch off").filter(visible=True).click()
    expect(page.get_by_text("Asha is switched off and signed out.")).to_be_visible()
