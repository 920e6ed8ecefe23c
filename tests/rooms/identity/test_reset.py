"""GET and POST /reset and /reset/<token>: a new password by mail. Security rows 20, 25 and 28."""

import re
import threading
from uuid import UUID, uuid4

import pytest

from rms.crypto import links, passwords
from rms.db.session import db, tenant_scope
from rms.models import User
from tests import factories
from tests.factories import PASSWORD
from tests.rooms.identity.visitor import Visitor, filled_in, let_attempts_age, mails_to, reset_links

NEW = "a quiet walk at dawn"
NONCE = re.compile(r'content="[\w.-]{60,}"|value="[\w.-]{60,}"')


@pytest.fixture
def kavya(nilgiri):
    """Asha of Nilgiri under an address that two companies know."""
    email = f"kavya.{uuid4().hex}@example.in"
    other = factories.make_tenant("Kaveri Fitness Studio")
    for tenant in (nilgiri.tenant_id, other):
        with tenant_scope(tenant):
            factories.make_user("Kavya", email=email)
    return email


@pytest.fixture
def link(visitor, nilgiri, superuser) -> str:
    """The path in the mail that Priya asked for."""
    visitor.post("/reset", email=nilgiri.admin.email)
    [path] = reset_links(superuser, nilgiri.admin.email)
    return path


def stored(nilgiri) -> str:
    with nilgiri.scope():
        return db().get(User, (nilgiri.tenant_id, nilgiri.admin.id)).password_hash


def save(visitor, link, password=NEW, again=None, **more):
    return visitor.post(link, password=password, again=password if again is None else again, **more)


# Asking ------------------------------------------------------------------------------------------


def test_the_form_knows_the_address_that_was_typed_before(visitor, nilgiri):
    assert "link arrives within a minute" in visitor.get("/reset").text
    visitor.sign_in(nilgiri.admin.email, "not the password")
    assert visitor.get("/reset").status_code == 200


def test_a_known_address_gets_a_link_and_the_outbox_holds_no_secret(link, nilgiri, superuser):
    assert mails_to(superuser, nilgiri.admin.email, "reset_password") == 1
    dump = superuser.execute(
        "SELECT (SELECT string_agg(m::text, '') FROM email_messages m WHERE to_address = %(email)s)"
        " || (SELECT string_agg(r::text, '') FROM password_resets r WHERE email = %(email)s)",
        {"email": nilgiri.admin.email},
    ).fetchone()[0]
    assert link.rpartition(".")[2] not in dump


def test_each_company_of_the_address_has_a_mail_of_its_own(visitor, kavya, superuser):
    visitor.post("/reset", email=kavya.upper())
    paths = reset_links(superuser, kavya)
    assert len(paths) == 2 == mails_to(superuser, kavya, "reset_password")
    names = {re.search("New password for ([^<]+)<", visitor.get(path).text)[1] for path in paths}
    assert names == {"Nilgiri Facility Services LLP", "Kaveri Fitness Studio"}


def test_one_company_may_be_named(visitor, nilgiri, kavya, superuser):
    assert 'name="company"' in visitor.get("/reset?company=").text
    visitor.post("/reset", email=kavya, company=nilgiri.slug)
    assert len(reset_links(superuser, kavya)) == 1


def test_row_20_the_reply_does_not_say_whether_an_address_is_known(app, nilgiri, superuser):
    told = set()
    for email in (nilgiri.admin.email, filled_in()["email"]):
        reply = Visitor(app).post("/reset", email=email)
        headers = {name for name, _ in reply.headers}
        told.add((reply.status, frozenset(headers), NONCE.sub("", reply.text).replace(email, "")))
    assert len(told) == 1
    assert mails_to(superuser, nilgiri.admin.email, "reset_password") == 1


def test_row_28_twenty_askings_bring_three_mails_and_the_same_reply(app, nilgiri, superuser):
    told = set()
    for _ in range(20):
        reply = Visitor(app).post("/reset", email=nilgiri.admin.email)
        told.add((reply.status_code, NONCE.sub("", reply.text)))
        let_attempts_age(superuser, 60)
    assert [status for status, _ in told] == [200]
    assert mails_to(superuser, nilgiri.admin.email, "reset_password") == 3


def test_row_28_within_a_minute_one_mail_leaves(app, nilgiri, superuser):
    for _ in range(5):
        Visitor(app).post("/reset", email=nilgiri.admin.email)
    assert mails_to(superuser, nilgiri.admin.email, "reset_password") == 1


def test_who_was_removed_gets_no_link(visitor, nilgiri, superuser):
    superuser.execute("UPDATE users SET deleted_at = now() WHERE id = %s", (nilgiri.admin.id,))
    assert visitor.post("/reset", email=nilgiri.admin.email).status_code == 200
    assert reset_links(superuser, nilgiri.admin.email) == []


@pytest.mark.parametrize(
    ("typed", "sentence"), [("", "Enter your e-mail"), ("nobody", "Write the whole address")]
)
def test_what_is_no_address_is_refused_at_its_field(visitor, typed, sentence):
    reply = visitor.post("/reset", email=typed)
    assert reply.status_code == 422
    assert sentence in reply.text


# The page behind the link -------------------------------------------------------------------------


def test_row_25_opening_the_link_changes_nothing(visitor, link, nilgiri):
    before = stored(nilgiri)
    for _ in range(3):
        assert visitor.client.head(link, base_url="https://billing.test").status_code == 200
        page = visitor.get(link)
        assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")
        assert nilgiri.name in page.text
    assert stored(nilgiri) == before
    assert save(visitor, link).status_code == 303


def test_the_page_lists_the_devices_that_will_be_signed_out(app, visitor, link, nilgiri):
    Visitor(app, ip="192.0.2.77").sign_in(nilgiri.admin.email)
    page = visitor.get(link).text
    assert "Signed out when you save" in page
    assert "192.0.2.77" in page
    assert "This signs you out on 1 device." in page


def test_saving_changes_the_password_ends_every_session_and_signs_nobody_in(app, link, nilgiri, superuser):
    elsewhere, visitor = Visitor(app), Visitor(app)
    elsewhere.sign_in(nilgiri.admin.email)
    reply = save(visitor, link)
    assert (reply.status_code, reply.location) == (303, "/login")
    assert visitor.session_cookie is None
    assert elsewhere.get("/").location == "/login"
    page = visitor.get("/login").text
    assert "Your new password is saved" in page
    assert f'value="{nilgiri.admin.email}"' in page
    assert visitor.sign_in(nilgiri.admin.email, PASSWORD).status_code == 422
    assert visitor.sign_in(nilgiri.admin.email, NEW).status_code == 303
    assert mails_to(superuser, nilgiri.admin.email, "password_changed") == 1
    told = superuser.execute(
        "SELECT count(*), min(user_id::text) FROM audit_logs WHERE entity_id = %s AND action = %s",
        (nilgiri.admin.id, "password_reset"),
    ).fetchone()
    assert told == (1, str(nilgiri.admin.id))


def test_row_16_what_the_browser_was_before_is_forgotten(visitor, link, nilgiri):
    visitor.sign_in(nilgiri.admin.email)
    visitor.get(link)
    before = visitor.csrf
    save(visitor, link)
    visitor.get("/login")
    assert visitor.csrf != before
    assert visitor.post("/login", csrf_token=before, email="", password="").status_code == 400
    assert visitor.session_cookie is None


@pytest.mark.parametrize(
    ("password", "again", "sentence"),
    [
        (NEW, NEW + "!", "The two passwords differ"),
        (NEW, "", "The two passwords differ"),
        ("short", "short", "Use at least 12 characters"),
        ("", "", "Choose a password"),
        ("password1234", "password1234", "one of the first passwords"),
        ("nilgiri facility services llp", "nilgiri facility services llp", "first guess"),
    ],
)
def test_a_refused_password_leaves_the_link_open(visitor, link, nilgiri, password, again, sentence):
    before = stored(nilgiri)
    reply = save(visitor, link, password, again)
    assert reply.status_code == 422
    assert sentence in reply.text
    assert stored(nilgiri) == before
    assert save(visitor, link).status_code == 303


def test_htmx_gets_the_form_alone(visitor, link):
    reply = save(visitor, link, "short", hx=True)
    assert reply.status_code == 422
    assert reply.text.lstrip().startswith('<form class="form mt5" id="form"')


def test_a_used_link_says_so(visitor, link, nilgiri):
    save(visitor, link)
    before = stored(nilgiri)
    for reply in (visitor.get(link), save(visitor, link, "another walk at dusk")):
        assert reply.status_code == 200
        assert "This link has been used" in reply.text
    assert stored(nilgiri) == before


def test_a_newer_link_ends_the_older(visitor, link, nilgiri, superuser):
    let_attempts_age(superuser, 60)
    visitor.post("/reset", email=nilgiri.admin.email)
    for reply in (visitor.get(link), save(visitor, link)):
        assert reply.status_code == 410
        assert "A newer link replaced this one" in reply.text
    assert save(visitor, reset_links(superuser, nilgiri.admin.email)[0]).status_code == 303


def test_after_an_hour_it_has_run_out(visitor, link, nilgiri, superuser):
    superuser.execute(
        "UPDATE password_resets SET expires_at = now() WHERE email = %s", (nilgiri.admin.email,)
    )
    for reply in (visitor.get(link), save(visitor, link)):
        assert reply.status_code == 410
        assert "This link has run out" in reply.text


@pytest.mark.parametrize("spoil", ["shorter", "longer", "nonsense", "verify", "foreign"])
def test_a_garbled_link_has_its_own_page(visitor, link, nilgiri, sahyadri, spoil):
    token = link.removeprefix("/reset/")
    tenant, row, _ = token.split(".")
    garbled = {
        "shorter": token[:-1],
        "longer": token + "A",
        "nonsense": "nonsense",
        "verify": links.make("verify", UUID(tenant), UUID(row)).text,
        "foreign": links.make("reset", sahyadri.tenant_id, UUID(row)).text,
    }[spoil]
    before = stored(nilgiri)
    for reply in (visitor.get(f"/reset/{garbled}"), save(visitor, f"/reset/{garbled}")):
        assert reply.status_code == 404
        assert "This link is not complete" in reply.text
    assert stored(nilgiri) == before


def test_row_25_of_twenty_presses_at_once_one_wins(app, link, nilgiri, superuser, monkeypatch):
    """The queue for hashing is widened, so that all twenty reach the row."""
    monkeypatch.setattr(passwords, "_places", threading.BoundedSemaphore(20))
    replies, ready = [], threading.Barrier(20)

    def press(number: int) -> None:
        visitor = Visitor(app)
        visitor.get("/login")
        ready.wait()
        replies.append(save(visitor, link, f"{NEW} {number}").status_code)

    threads = [threading.Thread(target=press, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(replies).count(303) == 1
    assert set(replies) <= {200, 303, 503}, replies
    assert mails_to(superuser, nilgiri.admin.email, "password_changed") == 1


def test_an_unconfirmed_person_still_has_to_confirm(signed_up, app, superuser):
    _, email = signed_up
    visitor = Visitor(app)
    visitor.post("/reset", email=email)
    [path] = reset_links(superuser, email)
    assert save(visitor, path).status_code == 303
    assert mails_to(superuser, email, "verify_email") == 2
    reply = visitor.sign_in(email, NEW)
    assert (reply.location, visitor.session_cookie) == ("/signup/sent", None)


def test_row_22_a_reset_is_open_while_the_account_is_slowed_down(app, link, nilgiri):
    """And the browser on which the mail was read is not held up by what others try."""
    for _ in range(5):
        Visitor(app).sign_in(nilgiri.admin.email, "a guess by somebody else")
    owner = Visitor(app)
    assert owner.sign_in(nilgiri.admin.email, PASSWORD).status_code == 429
    assert save(owner, link).status_code == 303
    assert owner.sign_in(nilgiri.admin.email, NEW).status_code == 303


def test_what_is_done_after_the_reply_and_fails_is_logged(visitor, nilgiri, monkeypatch, caplog):
    def fail(*args, **kwargs):
        raise RuntimeError("the database is away")

    monkeypatch.setattr("rms.actions.attempts.seconds_until_mail", fail)
    assert visitor.post("/reset", email=nilgiri.admin.email).status_code == 200
    assert "work after a reply failed" in caplog.text
