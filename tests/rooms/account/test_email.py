"""Changing one's address: row 29 (takeover) and row 25 (a link works once, and only by its button)."""

import threading
from uuid import uuid4

import pytest

from rms.crypto import passwords
from tests.factories import PASSWORD
from tests.http import HOST, Browser, headers


@pytest.fixture
def wanted() -> str:
    return f"priya.{uuid4().hex[:8]}@elsewhere.example.in"


def ask(browser, email, current=PASSWORD, **more):
    return browser.post("/account/email", {"email": email, "current": current, **more})


def address_of(superuser, person) -> str:
    return superuser.execute("SELECT email FROM users WHERE id = %s", (person.id,)).fetchone()[0]


def letters_to(superuser, email: str) -> list[str]:
    rows = superuser.execute(
        "SELECT kind FROM email_messages WHERE to_address = %s ORDER BY created_at, kind", (email,)
    )
    return [kind for (kind,) in rows]


def let_time_pass(superuser, person, interval: str) -> None:
    """The person's changes of address were asked for, and confirmed, so much earlier."""
    columns = ("created_at", "expires_at", "confirmed_at", "undo_until")
    moved = ", ".join(f"{column} = {column} - %(by)s::interval" for column in columns)
    superuser.execute(
        f"UPDATE email_changes SET {moved} WHERE user_id = %(who)s", {"by": interval, "who": person.id}
    )


def signs_in(app, company, person, email: str, password: str = PASSWORD) -> bool:
    client = app.test_client()
    page = client.get("/login", base_url=HOST, headers=headers(False)).text
    token = page.partition('name="csrf-token" content="')[2].partition('"')[0]
    fields = {"csrf_token": token, "email": email, "password": password}
    reply = client.post("/login", base_url=HOST, headers=headers(False), data=fields)
    return reply.status_code == 303 and client.get("/account", base_url=HOST).status_code == 200


# Row 29 -----------------------------------------------------------------------------------------------


def test_row_29_the_new_address_is_nothing_until_it_confirms(app, priya, superuser, nilgiri, wanted):
    old = nilgiri.admin.email
    reply = ask(priya, wanted)
    assert (reply.status_code, reply.location) == (303, "/account")
    assert address_of(superuser, nilgiri.admin) == old
    assert signs_in(app, nilgiri, nilgiri.admin, old)
    assert not signs_in(app, nilgiri, nilgiri.admin, wanted)
    page = priya.get("/account").text
    assert f"{wanted} waits for you" in page and "Call it off" in page


def test_row_29_the_old_address_hears_of_it_when_asked_and_when_done(
    priya, superuser, nilgiri, links_of, mailbox, wanted
):
    old = nilgiri.admin.email
    ask(priya, wanted)
    assert letters_to(superuser, old) == ["email_change_notice"]
    assert letters_to(superuser, wanted) == ["confirm_email_change"]
    mailbox.press(links_of(nilgiri.admin)[0])
    assert letters_to(superuser, old) == ["email_change_notice", "email_changed"]


def test_row_29_the_password_is_asked_for(priya, superuser, nilgiri, wanted):
    for current, sentence in (("", "Type the password"), ("not it at all", "That is not your password")):
        reply = ask(priya, wanted, current=current)
        assert reply.status_code == 422 and sentence in reply.text
        assert f'value="{wanted}"' in reply.text, "what was typed stays"
    assert letters_to(superuser, wanted) == [] and letters_to(superuser, nilgiri.admin.email) == []


def test_row_29_confirming_changes_it_and_signs_out_the_other_devices(
    app, priya, priya_too, superuser, nilgiri, links_of, wanted
):
    ask(priya, wanted)
    path = links_of(nilgiri.admin)[0]
    assert wanted in priya.get(path).text
    reply = priya.post(path)
    assert (reply.status_code, reply.location) == (303, "/account")
    assert address_of(superuser, nilgiri.admin) == wanted
    assert priya.get("/account").status_code == 200, "the browser that confirms stays"
    assert priya_too.get("/account").status_code == 303
    assert signs_in(app, nilgiri, nilgiri.admin, wanted)
    assert not signs_in(app, nilgiri, nilgiri.admin, nilgiri.admin.email)


def test_row_29_confirming_signs_nobody_in(priya, superuser, nilgiri, links_of, mailbox, wanted):
    ask(priya, wanted)
    reply = mailbox.press(links_of(nilgiri.admin)[0])
    assert (reply.status_code, reply.location) == (303, "/login")
    assert mailbox.get("/account").status_code == 303
    assert priya.get("/account").status_code == 303, "no session survives it but that of the browser itself"
    assert f'value="{wanted}"' in mailbox.get("/login").text


def test_row_29_the_old_address_takes_it_back(app, priya, superuser, nilgiri, links_of, mailbox, wanted):
    """Whoever did it knew the password: it stops working, every device goes, every link dies."""
    old = nilgiri.admin.email
    ask(priya, wanted)
    confirm, undo = links_of(nilgiri.admin)
    priya.post(confirm)
    superuser.execute(
        "INSERT INTO password_resets (tenant_id, id, user_id, email, token, expires_at) "
        "VALUES (%s, gen_random_uuid(), %s, %s, gen_random_uuid()::text, now() + interval '1 hour')",
        (nilgiri.tenant_id, nilgiri.admin.id, wanted),
    )
    assert "Undo the change" in mailbox.get(undo).text
    reply = mailbox.press(undo)
    assert (reply.status_code, reply.location) == (303, "/reset")
    assert address_of(superuser, nilgiri.admin) == old
    assert priya.get("/account").status_code == 303
    assert not signs_in(app, nilgiri, nilgiri.admin, old), "the password that was known no longer opens it"
    assert not signs_in(app, nilgiri, nilgiri.admin, wanted)
    open_resets = superuser.execute(
        "SELECT count(*) FROM password_resets WHERE user_id = %s AND superseded_at IS NULL",
        (nilgiri.admin.id,),
    ).fetchone()[0]
    assert open_resets == 0
    assert "Your address is back already" in mailbox.get(undo).text


def test_row_29_the_old_address_stops_it_before_it_is_confirmed(
    app, priya, superuser, nilgiri, links_of, mailbox, wanted
):
    ask(priya, wanted)
    confirm, undo = links_of(nilgiri.admin)
    assert "Stop the change" in mailbox.get(undo).text
    assert mailbox.press(undo).location == "/reset"
    assert priya.get("/account").status_code == 303
    assert mailbox.press(confirm).status_code == 410
    assert address_of(superuser, nilgiri.admin) == nilgiri.admin.email
    assert not signs_in(app, nilgiri, nilgiri.admin, nilgiri.admin.email)


def test_row_29_a_thief_cannot_bury_the_undo_under_later_changes(
    priya, superuser, nilgiri, links_of, mailbox, wanted
):
    """Changed on to a third address, the first owner still has it back; the second one's undo dies then."""
    ask(priya, wanted)
    confirm, first_undo = links_of(nilgiri.admin)
    priya.post(confirm)
    let_time_pass(superuser, nilgiri.admin, "2 hours")
    ask(priya, f"third.{wanted}")
    confirm, second_undo = links_of(nilgiri.admin)
    priya.post(confirm)
    assert address_of(superuser, nilgiri.admin) == f"third.{wanted}"
    assert mailbox.press(first_undo).location == "/reset"
    assert address_of(superuser, nilgiri.admin) == nilgiri.admin.email
    assert mailbox.press(second_undo).status_code == 200
    assert address_of(superuser, nilgiri.admin) == nilgiri.admin.email


def test_row_29_the_undo_lives_seven_days(priya, superuser, nilgiri, links_of, mailbox, wanted):
    ask(priya, wanted)
    confirm, undo = links_of(nilgiri.admin)
    priya.post(confirm)
    let_time_pass(superuser, nilgiri.admin, "6 days 23 hours")
    assert "Undo the change" in mailbox.get(undo).text
    let_time_pass(superuser, nilgiri.admin, "1 hour 1 minute")
    assert mailbox.get(undo).status_code == 410
    assert mailbox.press(undo).status_code == 410
    assert address_of(superuser, nilgiri.admin) == wanted


# Row 25 -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", [0, 1], ids=["confirm", "undo"])
def test_row_25_looking_at_a_link_changes_nothing(
    priya, superuser, nilgiri, links_of, mailbox, wanted, which
):
    ask(priya, wanted)
    paths = links_of(nilgiri.admin)
    if which == 1:
        priya.post(paths[0])
    for _ in range(3):
        assert mailbox.client.head(paths[which], base_url=HOST).status_code == 200
        assert mailbox.get(paths[which]).status_code == 200
    assert address_of(superuser, nilgiri.admin) == (nilgiri.admin.email, wanted)[which]
    assert mailbox.press(paths[which]).status_code == 303


@pytest.mark.parametrize("which", [0, 1], ids=["confirm", "undo"])
def test_row_25_of_twenty_presses_at_once_one_does_it(
    app, priya, superuser, nilgiri, links_of, wanted, which
):
    ask(priya, wanted)
    paths = links_of(nilgiri.admin)
    if which == 1:
        priya.post(paths[0])
    people = [_Presser(app) for _ in range(20)]
    start = threading.Barrier(20)
    replies = []

    def press(one) -> None:
        start.wait()
        replies.append(one.press(paths[which]))

    # One hash runs and one waits for each process; the twenty are about the link, not about that limit.
    with_room = threading.BoundedSemaphore(20)
    places, passwords._places = passwords._places, with_room
    try:
        threads = [threading.Thread(target=press, args=(one,)) for one in people]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        passwords._places = places
    assert sorted(replies) == [200] * 19 + [303]
    events = superuser.execute(
        "SELECT count(*) FROM audit_logs WHERE entity_id = %s AND action = %s",
        (nilgiri.admin.id, ("email_changed", "email_change_undone")[which]),
    ).fetchone()[0]
    assert events == 1


class _Presser:
    def __init__(self, app) -> None:
        self.client = app.test_client()
        page = self.client.get("/login", base_url=HOST, headers=headers(False)).text
        self.csrf = page.partition('name="csrf-token" content="')[2].partition('"')[0]

    def press(self, path: str) -> int:
        fields = {"csrf_token": self.csrf}
        return self.client.post(path, base_url=HOST, headers=headers(False), data=fields).status_code


def test_row_25_a_newer_link_ends_the_older_one(priya, superuser, nilgiri, links_of, mailbox, wanted):
    ask(priya, wanted)
    older = links_of(nilgiri.admin)[0]
    let_time_pass(superuser, nilgiri.admin, "2 minutes")
    ask(priya, f"newer.{wanted}")
    assert mailbox.press(older).status_code == 410
    assert "no longer counts" in mailbox.get(older).text
    assert mailbox.press(links_of(nilgiri.admin)[0]).status_code == 303
    assert address_of(superuser, nilgiri.admin) == f"newer.{wanted}"


def test_row_25_a_link_lives_a_day(priya, superuser, nilgiri, links_of, mailbox, wanted):
    ask(priya, wanted)
    path = links_of(nilgiri.admin)[0]
    let_time_pass(superuser, nilgiri.admin, "24 hours")
    assert "run out" in mailbox.get(path).text
    assert mailbox.press(path).status_code == 410
    assert address_of(superuser, nilgiri.admin) == nilgiri.admin.email


@pytest.mark.parametrize("page", ["email", "email-undo"])
def test_row_25_a_link_that_is_not_ours_is_told_apart_by_nothing(
    priya, nilgiri, links_of, mailbox, wanted, page
):
    ask(priya, wanted)
    ours = links_of(nilgiri.admin)[page == "email"].rpartition("/")[2]  # made for the other purpose
    for token in ("garbled", ours, ours[:-1], ours[:-2] + "AA"):
        assert mailbox.get(f"/account/{page}/{token}").status_code == 404
        assert mailbox.press(f"/account/{page}/{token}").status_code == 404


# The rest ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Enter your e-mail"),
        ("priya", "Write the whole address"),
        ("{own}", "This is your address already"),
        ("{OWN}", "This is your address already"),
        ("{colleague}", "Somebody of this company has this address"),
    ],
)
def test_an_address_that_cannot_be_is_refused(priya, superuser, nilgiri, typed, sentence):
    email = typed.format(
        own=nilgiri.admin.email, OWN=nilgiri.admin.email.upper(), colleague=nilgiri.manager.email
    )
    reply = ask(priya, email)
    assert reply.status_code == 422 and sentence in reply.text
    assert letters_to(superuser, nilgiri.admin.email) == []


def test_the_address_of_another_company_is_free(app, priya, superuser, nilgiri, sahyadri, links_of, mailbox):
    """Each company has its own people; one address may be in several."""
    ask(priya, sahyadri.admin.email)
    assert mailbox.press(links_of(nilgiri.admin)[0]).status_code == 303
    assert address_of(superuser, nilgiri.admin) == sahyadri.admin.email


def test_who_is_quicker_gets_an_address(priya, imran, superuser, nilgiri, links_of, mailbox, wanted):
    ask(priya, wanted)
    superuser.execute("DELETE FROM login_attempts")
    ask(imran, wanted)
    assert mailbox.press(links_of(nilgiri.manager)[0]).status_code == 303
    path = links_of(nilgiri.admin)[0]
    reply = mailbox.press(path)
    assert reply.status_code == 409 and "Somebody else has this address now" in reply.text
    assert address_of(superuser, nilgiri.admin) == nilgiri.admin.email
    assert priya.get("/account").status_code == 200, "nothing else happened either"


def test_it_can_be_called_off(priya, superuser, nilgiri, links_of, mailbox, wanted):
    ask(priya, wanted)
    reply = priya.post("/account/email/withdraw")
    assert (reply.status_code, reply.location) == (303, "/account")
    page = priya.get("/account").text
    assert "Called off" in page and "waits for you" not in page
    assert mailbox.press(links_of(nilgiri.admin)[0]).status_code == 410


def test_asking_again_has_its_limits(priya, superuser, nilgiri, wanted):
    """A minute between two, three an hour: each sends a mail to an address that nobody has proved."""
    assert ask(priya, wanted).status_code == 303
    again = ask(priya, f"2.{wanted}")
    assert again.status_code == 429 and int(again.headers["Retry-After"]) <= 60
    for number in (3, 4):
        let_time_pass(superuser, nilgiri.admin, "61 seconds")
        assert ask(priya, f"{number}.{wanted}").status_code == 303
    let_time_pass(superuser, nilgiri.admin, "61 seconds")
    fourth = ask(priya, f"5.{wanted}")
    assert fourth.status_code == 429 and "Try again in" in fourth.text
    assert len(letters_to(superuser, nilgiri.admin.email)) == 3


def test_one_mailbox_is_not_flooded_from_several_accounts(app, priya, imran, superuser, wanted):
    assert ask(priya, wanted).status_code == 303
    refused = ask(imran, wanted)
    assert refused.status_code == 429 and "Try again in 15 min" in refused.text
    assert letters_to(superuser, wanted) == ["confirm_email_change"]


def test_row_8_no_other_column_can_be_posted(priya, superuser, nilgiri, sahyadri, wanted):
    extra = {
        "user_id": str(nilgiri.manager.id),
        "tenant_id": str(sahyadri.tenant_id),
        "new_email": "mallory@example.com",
        "old_email": "mallory@example.com",
        "confirmed_at": "2026-01-01",
        "undo_until": "2099-01-01",
        "token": "x",
        "undo_token": "x",
        "email_verified": "true",
        "role": "user",
    }
    assert ask(priya, wanted, **extra).status_code == 303
    row = superuser.execute(
        "SELECT tenant_id, user_id, old_email, new_email, confirmed_at, undo_until, token = 'x' "
        "FROM email_changes WHERE new_email = %s",
        (wanted,),
    ).fetchone()
    assert row == (nilgiri.tenant_id, nilgiri.admin.id, nilgiri.admin.email, wanted, None, None, False)


def test_the_secret_is_nowhere_in_the_database(priya, superuser, nilgiri, links_of, wanted):
    ask(priya, wanted)
    secrets = [path.rpartition(".")[2] for path in links_of(nilgiri.admin)]
    for table in ("email_changes", "email_messages", "audit_logs", "idempotency_keys"):
        rows = superuser.execute(
            f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t WHERE tenant_id = %s",
            (nilgiri.tenant_id,),
        ).fetchone()[0]
        assert not any(secret in rows for secret in secrets), table


def test_the_person_is_signed_in_elsewhere_with_the_same_address(
    app, priya, nilgiri, links_of, mailbox, wanted
):
    """Another person's browser that presses the button keeps its own session and gains none."""
    ask(priya, wanted)
    imran = Browser(app, nilgiri, nilgiri.manager)
    reply = imran.post(links_of(nilgiri.admin)[0])
    assert (reply.status_code, reply.location) == (303, "/login")
    assert imran.get("/account").status_code == 200
    assert priya.get("/account").status_code == 303
