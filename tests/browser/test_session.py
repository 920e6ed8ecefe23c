"""A session in front of a browser: it warns before it ends, asks who is there, rotates, and ends."""

import re

import psycopg
import pytest
from playwright.sync_api import expect

from tests import factories
from tests.browser.person import Person, wait_for


@pytest.fixture
def behind(test_servers, database_name, product):
    """The running product's database as a superuser, to let time pass."""
    url = test_servers.superuser_url_of(f"{database_name}_browser")
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def let(behind, person: Person, change: str) -> None:
    """Change the session of whoever is signed in as the company's admin."""
    behind.execute(
        f"UPDATE sessions SET {change} WHERE user_id = %s AND revoked_at IS NULL",
        (person.company.admin.id,),
    )


@pytest.mark.parametrize("width", [1280, 390])
def test_two_minutes_before_the_end_the_page_asks(open_browser, nilgiri, behind, width):
    priya = open_browser(width)
    priya.sign_in(nilgiri)
    let(behind, priya, "idle_seconds = 123, idle_expires_at = now() + interval '123 seconds'")
    page = priya.opens("/customers")
    question = page.get_by_role("dialog", name="Are you still there?")
    expect(question).to_be_visible(timeout=8_000)
    expect(question.get_by_text("2 minutes, as nothing was done")).to_be_visible()
    expect(question.get_by_text("whatever you do")).to_be_hidden()
    priya.looks_at("session-warning")
    let(behind, priya, "idle_seconds = 28800")
    page.keyboard.press("Enter")
    expect(question).to_be_hidden()
    [left] = behind.execute(
        "SELECT extract(epoch FROM idle_expires_at - now()) FROM sessions WHERE user_id = %s",
        (nilgiri.admin.id,),
    ).fetchone()
    assert left > 28_700


def test_the_warning_knows_an_end_that_nothing_puts_off(open_browser, nilgiri, behind):
    priya = open_browser()
    priya.sign_in(nilgiri)
    let(behind, priya, "expires_at = now() + interval '123 seconds'")
    page = priya.opens("/customers")
    question = page.get_by_role("dialog", name="Are you still there?")
    expect(question).to_be_visible(timeout=8_000)
    expect(question.get_by_text("whatever you do")).to_be_visible()
    expect(question.get_by_role("button", name="Stay signed in")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(question).to_be_hidden()


@pytest.mark.parametrize("width", [1280, 390])
def test_the_password_is_asked_in_a_dialog_and_nothing_typed_is_lost(open_browser, nilgiri, behind, width):
    priya = open_browser(width)
    priya.forgive(r"status of 403\b")
    priya.sign_in(nilgiri)
    page = priya.opens("/users/invite")
    let(behind, priya, "authenticated_at = now() - interval '16 minutes'")
    page.get_by_label("E-mail").fill("ravi@nilgirifs.example.in")
    page.get_by_label("Manager").check()
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_role("heading", name="Your password, please").first).to_be_visible()
    priya.looks_at("step-up")
    field = page.get_by_label(f"Password of {nilgiri.admin.email}")
    field.fill("wrong password of hers")
    page.keyboard.press("Enter")
    expect(page.get_by_text("That is not your password")).to_be_visible()
    page.get_by_label(f"Password of {nilgiri.admin.email}").fill(factories.PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text("on its way to ravi@nilgirifs.example.in")).to_be_visible()


def test_a_row_asks_in_the_dialog_of_its_page(open_browser, nilgiri, behind):
    priya = open_browser()
    priya.forgive(r"status of 403\b|Response Status Error Code 403")
    priya.sign_in(nilgiri)
    page = priya.opens("/users")
    let(behind, priya, "authenticated_at = now() - interval '16 minutes'")
    row = page.get_by_role("row").filter(has_text="Asha")
    row.get_by_label(re.compile("Role of Asha")).select_option("manager")
    row.get_by_role("button", name="Save role").click()
    dialog = page.get_by_role("dialog", name="Your password, please")
    expect(dialog).to_be_visible()
    dialog.get_by_label(f"Password of {nilgiri.admin.email}").fill(factories.PASSWORD)
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    found = wait_for(
        page,
        lambda: behind.execute(
            "SELECT role FROM users WHERE id = %s AND role = 'manager'", (nilgiri.user.id,)
        ).fetchone(),
    )
    assert found == ("manager",)


def test_an_access_token_that_ran_out_is_exchanged_unnoticed(open_browser, nilgiri, behind):
    priya = open_browser()
    priya.sign_in(nilgiri)
    before = {cookie["name"]: cookie["value"] for cookie in priya.context.cookies()}
    let(behind, priya, "rotated_at = now() - interval '11 minutes'")
    [access] = [name for name in before if re.search(r"at-\d+$", name)]
    priya.context.clear_cookies(name=access)
    page = priya.opens("/customers")
    expect(page.get_by_role("heading", level=1)).to_have_text("Customers")
    after = {cookie["name"]: cookie["value"] for cookie in priya.context.cookies()}
    assert before.keys() == after.keys()
    exchanged = [name for name in before if re.search(r"(at|rt)[-\d]*$", name)]
    assert len(exchanged) == 2
    assert all(before[name] != after[name] for name in exchanged)


def test_row_49_back_after_signing_out_shows_the_way_in(open_browser, nilgiri):
    priya = open_browser()
    priya.sign_in(nilgiri)
    page = priya.opens("/customers")
    priya.opens("/invoices")
    page.get_by_role("button", name="Sign out").first.click()
    page.wait_for_url("**/login")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
