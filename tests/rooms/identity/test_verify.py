"""GET and POST /verify/<token>."""

import datetime as dt
import threading
from uuid import UUID

import pytest

from rms.crypto import links
from tests.rooms.identity.test_sent import let_time_pass
from tests.rooms.identity.visitor import Visitor, filled_in, newest_link, path_of


def state_of(superuser, email: str) -> tuple:
    return superuser.execute(
        "SELECT u.email_verified, v.is_used, t.subscription_status, t.trial_end_date - t.trial_start_date,"
        " s.status, s.trial_days_remaining"
        " FROM users u JOIN tenants t ON t.id = u.tenant_id JOIN subscriptions s ON s.tenant_id = t.id"
        " JOIN email_verifications v ON v.tenant_id = u.tenant_id"
        " WHERE u.email = %s ORDER BY u.created_at DESC, v.created_at DESC LIMIT 1",
        (email,),
    ).fetchone()


UNTOUCHED = (False, False, "trial", None, "active", None)
CONFIRMED = (True, True, "trial", dt.timedelta(days=14), "active", 14)


def test_opening_the_link_shows_one_button_and_changes_nothing(signed_up, link, superuser):
    visitor, email = signed_up
    for _ in range(2):
        page = visitor.get(link)
        assert page.status_code == 200
        assert page.text.count("<button") == 1
        assert "Confirm my e-mail" in page.text
        assert email in page.text
        assert "Kaveri Fitness Studio" in page.text
    assert visitor.client.head(link, base_url="https://billing.test").status_code == 200
    assert state_of(superuser, email) == UNTOUCHED


def test_the_button_confirms_the_address_and_begins_the_trial(signed_up, link, superuser):
    visitor, email = signed_up
    reply = visitor.post(link)
    assert (reply.status_code, reply.location) == (303, "/login")
    assert state_of(superuser, email) == CONFIRMED
    sign_in = visitor.get("/login").text
    assert "Your e-mail is confirmed. Sign in to start." in sign_in
    assert f'value="{email}"' in sign_in


def test_it_gives_no_session(signed_up, link):
    visitor, _ = signed_up
    visitor.post(link)
    assert visitor.session_cookie is None
    assert visitor.get("/").location == "/login"


def test_a_second_press_says_that_it_is_done(signed_up, link, superuser):
    visitor, email = signed_up
    visitor.post(link)
    before = state_of(superuser, email)
    for reply in (visitor.post(link), visitor.get(link)):
        assert reply.status_code == 200
        assert "This link has been used" in reply.text
        assert "already confirmed" in reply.text
        assert "Confirmed today at" in reply.text or "Confirmed yesterday at" in reply.text
    assert state_of(superuser, email) == before


def test_two_presses_at_once_confirm_once(app, signed_up, link, superuser):
    replies, ready = [], threading.Barrier(2)

    def press() -> None:
        visitor = Visitor(app)
        visitor.get("/login")
        ready.wait()
        replies.append(visitor.post(link).status_code)

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # One is led to sign in, the other is told that it is done.
    assert sorted(replies) == [200, 303]
    assert state_of(superuser, signed_up[1]) == CONFIRMED


def test_after_24_hours_it_has_run_out(signed_up, link, superuser):
    visitor, email = signed_up
    let_time_pass(superuser, email, 24 * 3600)
    for reply in (visitor.get(link), visitor.post(link)):
        assert reply.status_code == 410
        assert "This link has run out" in reply.text
        assert "Send a new link" in reply.text
    assert state_of(superuser, email) == UNTOUCHED


def test_a_minute_before_it_still_works(signed_up, link, superuser):
    visitor, email = signed_up
    let_time_pass(superuser, email, 24 * 3600 - 60)
    assert visitor.post(link).status_code == 303


def test_a_newer_link_ends_the_older(signed_up, link, superuser):
    visitor, email = signed_up
    let_time_pass(superuser, email, 61)
    visitor.post("/signup/resend")
    reply = visitor.post(link)
    assert reply.status_code == 410
    assert "A newer link replaced this one" in reply.text
    assert state_of(superuser, email) == UNTOUCHED
    assert visitor.post(newest_link(superuser, email)).status_code == 303


@pytest.mark.parametrize("spoil", ["shorter", "longer", "other_sign", "nonsense", "tamil", "very_long"])
def test_a_garbled_link_has_its_own_page(signed_up, link, superuser, spoil):
    visitor, email = signed_up
    token = link.removeprefix("/verify/")
    garbled = {
        "shorter": token[:-1],
        "longer": token + "A",
        "other_sign": token[:-1] + ("A" if token[-1] != "A" else "B"),
        "nonsense": "nonsense",
        "tamil": "இணைப்பு",
        "very_long": "a" * 10_000,
    }[spoil]
    for reply in (visitor.get(f"/verify/{garbled}"), visitor.post(f"/verify/{garbled}")):
        assert reply.status_code == 404
        assert "This link is not complete" in reply.text
        assert "Send a new link" in reply.text
    assert state_of(superuser, email) == UNTOUCHED


def test_a_link_made_for_something_else_is_garbled(signed_up, link):
    tenant, row, _ = link.removeprefix("/verify/").split(".")
    other = links.make("reset", UUID(tenant), UUID(row)).text
    assert signed_up[0].post(f"/verify/{other}").status_code == 404


def test_another_tenants_link_confirms_nobody(signed_up, link, superuser, nilgiri):
    """Rightly signed, with the row of one tenant and the name of the other."""
    visitor, email = signed_up
    row = link.removeprefix("/verify/").split(".")[1]
    reply = visitor.post(path_of(nilgiri.tenant_id, UUID(row)))
    assert reply.status_code == 404
    assert state_of(superuser, email) == UNTOUCHED


def test_a_link_whose_row_is_gone_is_garbled(signed_up, link, superuser):
    superuser.execute("DELETE FROM email_verifications WHERE email = %s", (signed_up[1],))
    assert signed_up[0].get(link).status_code == 404


def test_the_row_holds_nothing_that_opens_the_link(signed_up, link, superuser):
    [token] = superuser.execute(
        "SELECT token FROM email_verifications WHERE email = %s", (signed_up[1],)
    ).fetchone()
    params = superuser.execute(
        "SELECT params::text FROM email_messages WHERE to_address = %s", (signed_up[1],)
    ).fetchone()[0]
    mac = link.rpartition(".")[2]
    assert len(token) == 64
    assert mac not in token + params


def test_an_address_that_had_a_trial_gets_a_company_without_one(app, superuser):
    email = filled_in()["email"]
    for expected in (("trial", "active", 14), ("expired", "expired", 0)):
        visitor = Visitor(app)
        visitor.sign_up(email=email)
        visitor.post(newest_link(superuser, email))
        _, _, tenant_status, _, status, days = state_of(superuser, email)
        assert (tenant_status, status, days) == expected


def test_an_unconfirmed_sign_up_uses_up_nobodys_trial(app, superuser):
    email = filled_in()["email"]
    Visitor(app).sign_up(email=email)
    second = Visitor(app)
    second.sign_up(email=email)
    second.post(newest_link(superuser, email))
    assert state_of(superuser, email) == CONFIRMED
