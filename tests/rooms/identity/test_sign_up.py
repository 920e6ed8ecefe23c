"""GET and POST /signup."""

import re
import threading

import pytest
from sqlalchemy import text

from rms.actions import verification
from rms.db.session import tenant_scope
from tests.rooms.identity.visitor import FORM_TOKEN, Visitor, filled_in


def accounts_of(superuser, email: str) -> list:
    return superuser.execute(
        "SELECT t.id, t.slug, t.name, t.subscription_status, t.trial_end_date, t.is_trial_used, u.role,"
        " u.first_name, u.last_name, u.email_verified, u.password_hash"
        " FROM users u JOIN tenants t ON t.id = u.tenant_id WHERE u.email = %s",
        (email,),
    ).fetchall()


def test_the_page_asks_for_four_things(visitor):
    page = visitor.get("/signup")
    assert page.status_code == 200
    inputs = [tag for tag in re.findall("<input [^>]+>", page.text) if 'type="hidden"' not in tag]
    asked = [re.search('name="([^"]+)"', tag)[1] for tag in inputs]
    assert asked == ["company", "name", "email", "password"]
    assert "14 days with everything" in page.text


def test_it_works(visitor, superuser):
    email = filled_in()["email"]
    reply = visitor.sign_up(email=email)
    assert (reply.status_code, reply.location) == (303, "/signup/sent")
    [account] = accounts_of(superuser, email)
    tenant_id, slug, name, status, trial_end, trial_used, role, first, last, verified, hashed = account
    assert slug.startswith("kaveri-fitness-studio")
    assert (name, role, first, last, verified) == ("Kaveri Fitness Studio", "admin", "Kavya", "Raman", False)
    # The trial is only promised: it counts from the confirmation.
    assert (status, trial_end, trial_used) == ("trial", None, False)
    assert hashed.startswith("t1$$2b$04$")
    assert visitor.session_cookie is None
    counts = {
        table: superuser.execute(
            f"SELECT count(*) FROM {table} WHERE tenant_id = %s", (tenant_id,)
        ).fetchone()[0]
        for table in ("subscriptions", "companies", "gst_settings", "email_verifications")
    }
    assert set(counts.values()) == {1}
    mail = superuser.execute(
        "SELECT kind, to_address, params FROM email_messages WHERE tenant_id = %s", (tenant_id,)
    ).fetchall()
    assert mail == [("verify_email", email, {"first_name": "Kavya", "company_name": "Kaveri Fitness Studio"})]


def test_with_htmx_it_leaves_by_a_full_page_load(visitor):
    reply = visitor.sign_up(hx=True)
    assert (reply.status_code, reply.headers["HX-Redirect"], reply.text) == (204, "/signup/sent", "")


def test_it_rejects_bad_input(visitor, superuser):
    reply = visitor.sign_up(company=" ", name="9", email="kavya@", password="short")
    assert reply.status_code == 422
    for sentence in (
        "4 things to fix",
        "Enter the name of your business",
        "Enter your name",
        "Write the whole address, like priya@example.com",
        "Use at least 12 characters",
    ):
        assert sentence in reply.text
    assert "<title>Error: Start a trial" in reply.text
    assert accounts_of(superuser, "kavya@") == []


def test_what_was_typed_is_kept_but_never_the_password(visitor):
    reply = visitor.sign_up(company='Rao & "Sons"', email="nobody", password="a long and wrong secret")
    assert 'value="Rao &amp; &#34;Sons&#34;"' in reply.text
    assert 'value="Kavya Raman"' in reply.text
    assert 'value="nobody"' in reply.text
    assert "a long and wrong secret" not in reply.text


def test_htmx_gets_the_form_alone(visitor):
    reply = visitor.sign_up(hx=True, email="nobody")
    assert reply.status_code == 422
    assert reply.text.lstrip().startswith('<form class="form mt5" id="form"')
    assert "<html" not in reply.text


@pytest.mark.parametrize("field", ["company", "name", "email", "password"])
def test_ten_thousand_characters_are_refused_in_a_sentence(visitor, field):
    reply = visitor.sign_up(**{field: "k" * 10_000 + ("@example.in" if field == "email" else "")})
    assert reply.status_code == 422
    assert "1 thing to fix" in reply.text


def test_a_form_without_any_field_is_refused(visitor):
    page = visitor.get("/signup")
    reply = visitor.post("/signup", form_token=FORM_TOKEN.search(page.text)[1])
    assert reply.status_code == 422
    assert "4 things to fix" in reply.text


def test_names_in_tamil_stay_and_give_a_readable_address(visitor, superuser):
    email = filled_in()["email"]
    visitor.sign_up(company="காவேரி உடற்பயிற்சி நிலையம்", name="கவிதா இராமன்", email=email)
    [account] = accounts_of(superuser, email)
    assert account[2] == "காவேரி உடற்பயிற்சி நிலையம்"
    assert account[7:9] == ("கவிதா", "இராமன்")
    assert re.fullmatch(r"kaveri-[a-z0-9-]+", account[1])


def test_markup_in_a_name_is_shown_as_text(visitor):
    reply = visitor.sign_up(company="<script>alert(1)</script>", email="nobody")
    assert "<script>alert" not in reply.text
    assert "&lt;script&gt;" in reply.text


def test_sending_the_form_twice_opens_one_account(visitor, superuser):
    page, fields = visitor.get("/signup"), filled_in()
    fields["form_token"] = FORM_TOKEN.search(page.text)[1]
    replies = [visitor.post("/signup", **fields) for _ in range(2)]
    assert [(reply.status_code, reply.location) for reply in replies] == [(303, "/signup/sent")] * 2
    assert len(accounts_of(superuser, fields["email"])) == 1
    mails = "SELECT count(*) FROM email_messages WHERE to_address = %s"
    assert superuser.execute(mails, (fields["email"],)).fetchone() == (1,)


def test_sending_the_form_twice_at_once_opens_one_account(app, visitor, superuser):
    page, fields, replies = visitor.get("/signup"), filled_in(), []
    fields["form_token"] = FORM_TOKEN.search(page.text)[1]

    def send() -> None:
        replies.append(Visitor(app).post("/signup", **fields).status_code)

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert replies == [303, 303]
    assert len(accounts_of(superuser, fields["email"])) == 1


def test_going_back_to_correct_the_address_opens_an_account_under_the_right_one(visitor, superuser):
    page, fields, right = visitor.get("/signup"), filled_in(), filled_in()["email"]
    fields["form_token"] = FORM_TOKEN.search(page.text)[1]
    visitor.post("/signup", **fields)
    visitor.post("/signup", **{**fields, "email": right})
    assert right in visitor.get("/signup/sent").text
    assert len(accounts_of(superuser, right)) == 1


def test_the_same_address_may_open_another_company(app, superuser):
    email = filled_in()["email"]
    for company in ("Kaveri Fitness Studio", "Kaveri Sports"):
        assert Visitor(app).sign_up(email=email, company=company).status_code == 303
    assert len(accounts_of(superuser, email)) == 2


def test_two_companies_of_one_name_get_different_addresses(app, superuser):
    emails = [filled_in()["email"] for _ in range(2)]
    for email in emails:
        Visitor(app).sign_up(email=email, company="Same Name Traders")
    slugs = {accounts_of(superuser, email)[0][1] for email in emails}
    assert len(slugs) == 2


def test_a_lost_form_token_says_what_to_do(visitor):
    reply = visitor.post("/signup", **filled_in(), form_token="not-a-token")
    assert reply.status_code == 422
    assert "This form lost its token" in reply.text


def test_a_lost_csrf_token_is_refused(visitor, superuser):
    fields = filled_in()
    reply = visitor.post("/signup", **fields, csrf_token="")
    assert reply.status_code == 400
    assert accounts_of(superuser, fields["email"]) == []


def test_another_site_cannot_send_the_form(visitor):
    visitor.get("/signup")
    reply = visitor.client.post(
        "/signup",
        base_url="https://billing.test",
        data={"csrf_token": visitor.csrf, **filled_in()},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert reply.status_code == 403


def test_nothing_is_left_when_it_fails_half_way(visitor, superuser, monkeypatch):
    def fail(*arguments, **options):
        raise RuntimeError("the outbox is full")

    monkeypatch.setattr(verification, "post_link", fail)
    email = filled_in()["email"]
    assert visitor.sign_up(email=email).status_code == 500
    assert accounts_of(superuser, email) == []


def test_the_new_account_is_seen_by_nobody_else(signed_up, superuser, nilgiri):
    [account] = accounts_of(superuser, signed_up[1])
    with tenant_scope(nilgiri.tenant_id) as db:
        seen = db.execute(
            text("SELECT count(*) FROM users WHERE email = :email"), {"email": signed_up[1]}
        ).scalar()
    assert (seen, account[0] != nilgiri.tenant_id) == (0, True)
