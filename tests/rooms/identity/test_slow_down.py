"""Sign-in slows down, and knows browsers again: security rows 19 to 23."""

import datetime as dt
import re
import statistics
import threading
import time
from uuid import uuid4

import bcrypt
import pytest
import redis

from rms.crypto import device, passwords
from rms.db.session import db, tenant_scope
from rms.models import SecondFactor
from rms.rooms.identity import entry
from tests import factories
from tests.factories import NOW, PASSWORD
from tests.http import Browser
from tests.rooms.identity.visitor import Visitor, filled_in, let_attempts_age, mails_to, own_address

DEVICE = "__Host-rms-device"
WRONG = "a guess by somebody else"
NONCE = re.compile(r'content="[\w.-]{60,}"|value="[\w.-]{60,}"')


def slowed_down(app, email: str) -> None:
    """Five wrong guesses from five places."""
    for _ in range(5):
        assert Visitor(app).sign_in(email, WRONG).status_code == 422


def events_of(superuser, user_id) -> list[str]:
    rows = superuser.execute(
        "SELECT action FROM audit_logs WHERE entity_id = %s AND action LIKE 'sign%%' ORDER BY created_at, id",
        (user_id,),
    )
    return [action for (action,) in rows.fetchall()]


# Slowing down -------------------------------------------------------------------------------------


def test_row_22_the_sixth_try_waits_even_with_the_right_password(app, visitor, nilgiri):
    slowed_down(app, nilgiri.admin.email)
    reply = visitor.sign_in(nilgiri.admin.email, PASSWORD)
    assert reply.status_code == 429
    assert 50 <= int(reply.headers["Retry-After"]) <= 60
    assert re.search(r"Wait \d+ seconds, then try again", reply.text)
    assert re.search(r"You can try again at \d\d:\d\d:\d\d", reply.text)
    assert "Nothing is locked" in reply.text
    assert 'href="/reset"' in reply.text
    assert f'value="{nilgiri.admin.email}"' in reply.text
    assert visitor.session_cookie is None


def test_with_htmx_the_form_is_the_whole_answer(app, visitor, nilgiri):
    slowed_down(app, nilgiri.admin.email)
    reply = visitor.sign_in(nilgiri.admin.email, hx=True)
    assert (reply.status_code, reply.headers["HX-Retarget"]) == (429, "#form")
    assert reply.text.lstrip().startswith('<form class="form mt4" id="form"')


def test_row_22_after_the_wait_it_may_be_tried(app, visitor, nilgiri, superuser):
    slowed_down(app, nilgiri.admin.email)
    let_attempts_age(superuser, 60)
    assert visitor.sign_in(nilgiri.admin.email).status_code == 303


def test_row_22_a_browser_that_is_known_to_the_account_still_comes_in(app, nilgiri):
    owner = Visitor(app)
    owner.sign_in(nilgiri.admin.email)
    owner.get("/login")
    owner.post("/logout")
    slowed_down(app, nilgiri.admin.email)
    assert Visitor(app).sign_in(nilgiri.admin.email).status_code == 429
    assert owner.sign_in(nilgiri.admin.email).status_code == 303


def test_row_22_being_known_to_one_account_helps_with_no_other(app, nilgiri):
    stranger = Visitor(app)
    stranger.sign_in(nilgiri.user.email)
    slowed_down(app, nilgiri.admin.email)
    assert stranger.sign_in(nilgiri.admin.email).status_code == 429


def test_row_22_a_known_browser_has_five_tries_and_waits_too(app, nilgiri):
    owner = Visitor(app)
    owner.sign_in(nilgiri.admin.email)
    for _ in range(5):
        assert owner.sign_in(nilgiri.admin.email, WRONG).status_code == 422
    assert owner.sign_in(nilgiri.admin.email).status_code == 429


def test_row_22_emptying_redis_resets_nothing(app, visitor, nilgiri, settings):
    slowed_down(app, nilgiri.admin.email)
    redis.Redis.from_url(settings.redis_url).flushall()
    assert visitor.sign_in(nilgiri.admin.email).status_code == 429


def test_row_22_twenty_wrong_tries_from_one_place_hold_that_place_up(app, nilgiri):
    ip = own_address()
    for number in range(20):
        assert Visitor(app, ip=ip).sign_in(f"{number}.{filled_in()['email']}", WRONG).status_code == 422
    reply = Visitor(app, ip=ip).sign_in(nilgiri.admin.email)
    assert reply.status_code == 429
    assert 800 <= int(reply.headers["Retry-After"]) <= 900
    assert "Wait 15 minutes, then try again" in reply.text
    assert Visitor(app).sign_in(nilgiri.admin.email).status_code == 303


def test_row_20_an_unknown_address_is_slowed_down_alike(app, nilgiri):
    told = set()
    for email in (nilgiri.admin.email, filled_in()["email"]):
        slowed_down(app, email)
        reply = Visitor(app).sign_in(email, WRONG)
        text = NONCE.sub("", re.sub(r"\d\d:\d\d:\d\d|Wait \d+", "", reply.text)).replace(email, "")
        told.add((reply.status_code, text))
    assert [status for status, _ in told] == [429]


def test_row_20_a_wrong_address_and_a_wrong_password_get_the_same_bytes(app, nilgiri):
    told = set()
    for email in (nilgiri.admin.email, filled_in()["email"]):
        reply = Visitor(app).sign_in(email, WRONG)
        headers = frozenset(
            (name, value) for name, value in reply.headers if name in ("Content-Type", "Vary")
        )
        told.add((reply.status, headers, NONCE.sub("", reply.text).replace(email, "")))
    assert len(told) == 1


def test_row_21_a_wrong_address_takes_as_long_as_a_wrong_password(app, nilgiri, superuser, monkeypatch):
    """At a cost where the hash does not hide the rest altogether. What takes longer does so in each round,
    what the machine does besides only in some.
    """
    hashed = passwords.make(PASSWORD, cost=8)
    superuser.execute("UPDATE users SET password_hash = %s WHERE id = %s", (hashed, nilgiri.admin.id))
    monkeypatch.setattr("rms.rooms.identity.sign_in.hash_cost", lambda: 8)
    seen = []
    for _ in range(4):
        seen.append(medians(app, nilgiri.admin.email, superuser))
        known, unknown = seen[-1]
        if abs(known - unknown) < 0.10 * max(known, unknown):
            return
    pytest.fail(f"medians of a known and an unknown address, in seconds: {seen}")


def medians(app, email: str, superuser) -> tuple[float, float]:
    """Of thirty wrong passwords and thirty unknown addresses, taken in turns."""
    took = ([], [])
    for _ in range(30):
        superuser.execute("DELETE FROM login_attempts")
        for place, typed in enumerate((email, filled_in()["email"])):
            visitor = Visitor(app)
            visitor.get("/login")
            begun = time.perf_counter()
            assert visitor.post("/login", email=typed, password=WRONG).status_code == 422
            took[place].append(time.perf_counter() - begun)
    return statistics.median(took[0]), statistics.median(took[1])


def test_row_23_pages_are_served_while_a_hundred_sign_in(app, nilgiri, monkeypatch):
    """One hashes, one waits, everybody else is told at once; a page in between waits for none of them."""
    holding, let_go, original = threading.Event(), threading.Event(), bcrypt.checkpw

    def slow(password, hashed):
        holding.set()
        let_go.wait(20)
        return original(password, hashed)

    priya = Browser(app, nilgiri, nilgiri.admin)
    visitors = [Visitor(app) for _ in range(100)]
    for visitor in visitors:
        visitor.get("/login")
    monkeypatch.setattr(bcrypt, "checkpw", slow)
    replies = []

    def sign_in(visitor) -> None:
        replies.append(visitor.post("/login", email=nilgiri.user.email, password=PASSWORD))

    threads = [threading.Thread(target=sign_in, args=(visitor,)) for visitor in visitors]
    threads[0].start()
    assert holding.wait(10)
    for thread in threads[1:]:
        thread.start()
    page = priya.get("invoices")
    deadline = time.monotonic() + 15
    while len(replies) < 98 and time.monotonic() < deadline:
        time.sleep(0.02)
    told = [(reply.status_code, reply.headers.get("Retry-After")) for reply in replies]
    let_go.set()
    for thread in threads:
        thread.join()
    assert page.status_code == 200
    assert told == [(429, "2")] * 98
    assert sorted(reply.status_code for reply in replies)[:2] == [303, 303]


def test_who_was_refused_by_the_crowd_was_not_counted(app, visitor, nilgiri):
    visitor.get("/login")
    with passwords._places, passwords._places:
        for _ in range(9):
            assert visitor.post("/login", email=nilgiri.admin.email, password=WRONG).status_code == 429
    assert visitor.sign_in(nilgiri.admin.email).status_code == 303


# Browsers that are known --------------------------------------------------------------------------


def test_row_19_every_cookie_of_sign_in_is_kept_from_scripts_other_sites_and_plain_http(visitor, nilgiri):
    reply = visitor.sign_in(nilgiri.admin.email)
    cookies = reply.headers.getlist("Set-Cookie")
    names = {cookie.partition("=")[0] for cookie in cookies}
    assert names >= {DEVICE, "__Host-rms_at", "__Host-rms_rt"}
    for cookie in cookies:
        parts = cookie.split("; ")
        assert cookie.startswith("__Host-")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(parts), cookie
        assert not any(part.startswith("Domain") for part in parts)


def test_the_device_cookie_lasts_a_year_and_names_nobody(visitor, nilgiri):
    reply = visitor.sign_in(nilgiri.admin.email)
    [cookie] = [one for one in reply.headers.getlist("Set-Cookie") if one.startswith(DEVICE)]
    assert f"Max-Age={365 * 86_400}" in cookie
    assert nilgiri.admin.email not in cookie


def test_a_known_browser_keeps_its_name_and_forgets_the_account_used_longest_ago():
    browser = device.read("")
    for number in range(device.MOST_ACCOUNTS + 1):
        browser = device.read(browser.with_account(f"{number}@example.in").text)
    again = browser.with_account("3@EXAMPLE.in")
    assert len(again.accounts) == device.MOST_ACCOUNTS == len(set(again.accounts))
    assert again.id == browser.id
    assert (again.knows("3@example.in"), again.knows("0@example.in")) == (True, False)


@pytest.mark.parametrize(
    "text", ["", "v1.", "nonsense", "v1." + "A" * 22 + ".short", "x" * 5_000, "v1.தேயிலை"]
)
def test_a_cookie_that_is_not_ours_is_a_new_browser(text):
    assert device.read(text).accounts == ()
    assert device.read(text).id != device.read(text).id


def test_macs_of_another_browser_are_worth_nothing():
    mine, other = device.read("").with_account("a@example.in"), device.read("")
    assert not device.Device(other.id, mine.accounts).knows("a@example.in")


def test_a_new_browser_is_told_by_mail_and_a_known_one_is_not(app, nilgiri, superuser):
    first = Visitor(app)
    first.sign_in(nilgiri.admin.email)
    assert mails_to(superuser, nilgiri.admin.email, "new_device") == 0, "nothing to compare with"
    first.sign_in(nilgiri.admin.email)
    assert mails_to(superuser, nilgiri.admin.email, "new_device") == 0
    second = Visitor(app)
    second.sign_in(nilgiri.admin.email)
    assert mails_to(superuser, nilgiri.admin.email, "new_device") == 1
    second.sign_in(nilgiri.admin.email)
    assert mails_to(superuser, nilgiri.admin.email, "new_device") == 1


def test_a_wrong_password_on_a_new_browser_sends_no_mail(visitor, nilgiri, superuser):
    Visitor(visitor.client.application).sign_in(nilgiri.admin.email)
    visitor.sign_in(nilgiri.admin.email, WRONG)
    assert mails_to(superuser, nilgiri.admin.email, "new_device") == 0


# What the audit trail says ------------------------------------------------------------------------


def test_coming_in_failing_and_going_out_are_written_down(visitor, nilgiri, superuser):
    visitor.sign_in(nilgiri.admin.email, WRONG)
    visitor.sign_in(nilgiri.admin.email)
    visitor.get("/login")
    visitor.post("/logout")
    assert events_of(superuser, nilgiri.admin.id) == ["sign_in_failed", "sign_in", "sign_out"]
    actors = superuser.execute(
        "SELECT action, user_id, ip_address FROM audit_logs WHERE entity_id = %s AND action LIKE 'sign%%'",
        (nilgiri.admin.id,),
    ).fetchall()
    assert {action: user for action, user, _ in actors} == {
        "sign_in_failed": None,
        "sign_in": nilgiri.admin.id,
        "sign_out": nilgiri.admin.id,
    }
    assert {ip for *_, ip in actors} == {visitor.ip}


def test_a_refused_try_is_not_written_down_again_and_again(app, visitor, nilgiri, superuser):
    slowed_down(app, nilgiri.admin.email)
    for _ in range(5):
        visitor.sign_in(nilgiri.admin.email, WRONG)
    assert events_of(superuser, nilgiri.admin.id) == ["sign_in_failed"] * 5


# Second factor ------------------------------------------------------------------------------------


@pytest.fixture
def with_code(nilgiri):
    """Priya has an authenticator."""
    with nilgiri.scope(nilgiri.admin):
        db().add(SecondFactor(id=uuid4(), user_id=nilgiri.admin.id, secret="sealed", confirmed_at=NOW))
    return nilgiri.admin


def test_who_has_a_second_factor_gets_no_session_for_a_password(visitor, nilgiri, with_code, superuser):
    reply = visitor.sign_in(with_code.email)
    assert (reply.status_code, reply.location) == (303, entry.CODE_PAGE)
    assert visitor.session_cookie is None
    assert visitor.client.get_cookie(DEVICE, domain="billing.test") is None
    sessions = superuser.execute("SELECT count(*) FROM sessions WHERE user_id = %s", (with_code.id,))
    assert sessions.fetchone()[0] == 0
    assert "sign_in" not in events_of(superuser, with_code.id)
    assert visitor.get("/").location == "/login"


def test_a_factor_that_is_not_confirmed_asks_nobody(visitor, nilgiri):
    with nilgiri.scope(nilgiri.admin):
        db().add(SecondFactor(id=uuid4(), user_id=nilgiri.admin.id, secret="sealed"))
    assert visitor.sign_in(nilgiri.admin.email).location == f"/c/{nilgiri.slug}/"


def test_what_is_remembered_of_who_owes_a_code_lasts_five_minutes(app, nilgiri, monkeypatch):
    at = NOW
    monkeypatch.setattr(entry, "now", lambda: at)
    with app.test_request_context("/login", base_url="https://billing.test"):
        entry.remember_pending(nilgiri.tenant_id, nilgiri.admin.id, "f", remember=True, following="/c/x/")
        kept = entry.pending()
        assert (kept.tenant_id, kept.user_id, kept.checked) == (nilgiri.tenant_id, nilgiri.admin.id, "f")
        assert (kept.remember, kept.following) == (True, "/c/x/")
        at = NOW + dt.timedelta(minutes=5)
        assert entry.pending() is None


def test_a_stronger_hash_is_stored_before_the_code(app, visitor, nilgiri, with_code, superuser, monkeypatch):
    monkeypatch.setattr("rms.rooms.identity.sign_in.hash_cost", lambda: 5)
    visitor.sign_in(with_code.email)
    stored = superuser.execute("SELECT password_hash FROM users WHERE id = %s", (with_code.id,)).fetchone()[0]
    assert stored.startswith("t1$$2b$05$")
    with visitor.client.session_transaction(base_url="https://billing.test") as kept:
        assert kept["pending"]["checked"] == passwords.fingerprint(stored)


# Many companies -----------------------------------------------------------------------------------


def test_an_address_in_many_companies_names_the_one_it_means(app, superuser):
    email, slugs = filled_in()["email"], []
    for number in range(7):
        slugs.append(f"company-{number}-{uuid4().hex[:8]}")
        with tenant_scope(factories.make_tenant(f"Company {number}", slug=slugs[-1])):
            hashed = passwords.make(f"{PASSWORD} {number}", cost=4)
            factories.make_user("Kavya", email=email, password_hash=hashed)
    opened = set()
    for number, slug in enumerate(slugs):
        visitor = Visitor(app)
        first = visitor.sign_in(email, f"{PASSWORD} {number}")
        if first.status_code == 422:
            assert "If you are in several companies, which one?" in first.text
            assert 'name="company"' in first.text
            let_attempts_age(superuser, 3_600)
            first = visitor.sign_in(email, f"{PASSWORD} {number}", company=f"/c/{slug}/")
            assert first.location == f"/c/{slug}/"
            opened.add(slug)
    assert len(opened) >= 2


def test_the_company_is_asked_for_when_something_was_wrong_and_by_its_own_address(visitor, nilgiri):
    """Of everybody alike: asking only who is in many companies would tell that they are."""
    assert 'name="company"' not in visitor.get("/login").text
    assert 'name="company"' in visitor.sign_in(nilgiri.admin.email, WRONG).text
    assert 'name="company"' in visitor.get("/login?company=").text
