"""GET /signup/sent and POST /signup/resend."""

from tests.factories import PASSWORD
from tests.rooms.identity.visitor import Visitor, filled_in, let_attempts_age, newest_link


def let_time_pass(superuser, email: str, seconds: int) -> None:
    superuser.execute(
        "UPDATE email_verifications SET created_at = created_at - make_interval(secs => %(seconds)s),"
        " expires_at = expires_at - make_interval(secs => %(seconds)s) WHERE email = %(email)s",
        {"seconds": seconds, "email": email},
    )
    let_attempts_age(superuser, seconds)


def mails_to(superuser, email: str) -> int:
    return superuser.execute(
        "SELECT count(*) FROM email_messages WHERE to_address = %s", (email,)
    ).fetchone()[0]


def test_the_page_says_where_the_link_went_and_when_another_may_be_asked_for(signed_up):
    visitor, email = signed_up
    page = visitor.get("/signup/sent")
    assert page.status_code == 200
    assert email in page.text
    assert "Sent today at" in page.text or "Sent yesterday at" in page.text
    assert "no-reply@rmsbilling.example" in page.text
    assert "Possible in" in page.text
    assert 'aria-disabled="true"' in page.text


def test_who_has_not_signed_up_is_led_to_the_form(visitor):
    reply = visitor.get("/signup/sent")
    assert (reply.status_code, reply.location) == (303, "/signup")


def test_within_a_minute_no_other_link_is_sent(signed_up, superuser):
    visitor, email = signed_up
    reply = visitor.post("/signup/resend")
    assert reply.status_code == 429
    assert 1 <= int(reply.headers["Retry-After"]) <= 60
    assert f"Try again in {reply.headers['Retry-After']} seconds" in reply.text
    assert mails_to(superuser, email) == 1


def test_with_htmx_the_sentence_comes_as_the_piece_it_belongs_to(signed_up):
    reply = signed_up[0].post("/signup/resend", hx=True)
    assert reply.status_code == 429
    assert reply.headers["HX-Retarget"] == "#resend"
    assert 'id="resend"' in reply.text
    assert "<html" not in reply.text


def test_the_seconds_count_down_by_fetching_the_piece(signed_up):
    piece = signed_up[0].get("/signup/sent", hx=True)
    assert 'hx-trigger="load delay:10s"' in piece.text
    assert "<html" not in piece.text


def test_after_a_minute_a_new_link_is_sent_and_the_old_one_stops_working(signed_up, superuser):
    visitor, email = signed_up
    old = newest_link(superuser, email)
    let_time_pass(superuser, email, 61)
    assert 'aria-disabled="true"' not in visitor.get("/signup/sent").text
    reply = visitor.post("/signup/resend")
    assert (reply.status_code, reply.location) == (303, "/signup/sent")
    new = newest_link(superuser, email)
    assert (new != old, mails_to(superuser, email)) == (True, 2)
    assert visitor.get(old).status_code == 410
    assert visitor.get(new).status_code == 200


def test_a_confirmed_address_gets_no_more_links(signed_up, superuser):
    visitor, email = signed_up
    other = Visitor(visitor.client.application)
    other.post(newest_link(superuser, email))
    let_time_pass(superuser, email, 61)
    visitor.post("/signup/resend")
    assert mails_to(superuser, email) == 1
    assert visitor.get("/signup/sent").location == "/login"


def test_an_expired_link_brings_a_new_one_without_signing_in(signed_up, app, superuser):
    email = signed_up[1]
    old = newest_link(superuser, email)
    let_time_pass(superuser, email, 25 * 3600)
    elsewhere = Visitor(app)
    reply = elsewhere.post("/signup/resend", link=old.removeprefix("/verify/"))
    assert (reply.status_code, reply.location) == (303, "/signup/sent")
    assert email in elsewhere.get("/signup/sent").text
    assert mails_to(superuser, email) == 2


def test_a_garbled_link_brings_nothing(visitor):
    reply = visitor.post("/signup/resend", link="0.0.nonsense")
    assert (reply.status_code, reply.location) == (303, "/signup")


def test_the_address_alone_brings_a_new_link_when_it_waits_for_one(signed_up, app, superuser):
    email = signed_up[1]
    let_time_pass(superuser, email, 61)
    elsewhere = Visitor(app)
    assert elsewhere.post("/signup/resend", email=email).location == "/signup/sent"
    assert mails_to(superuser, email) == 2


def test_the_reply_does_not_say_whether_an_address_is_known(signed_up, app, nilgiri, superuser):
    told = set()
    for email in (signed_up[1], nilgiri.admin.email, filled_in()["email"]):
        elsewhere = Visitor(app)
        reply = elsewhere.post("/signup/resend", email=email)
        told.add(
            (
                reply.status_code,
                reply.location,
                elsewhere.get("/signup/sent").text.replace(email, "").count("If this address"),
            )
        )
    assert told == {(303, "/signup/sent", 1)}
    assert mails_to(superuser, nilgiri.admin.email) == 0


def test_a_typed_address_that_is_none_is_refused_at_its_field(visitor):
    reply = visitor.post("/signup/resend", email="nobody")
    assert reply.status_code == 422
    assert "Write the whole address" in reply.text
    assert 'value="nobody"' in reply.text


def test_who_signs_in_before_confirming_is_shown_this_page_and_gets_no_session(signed_up, app):
    email, elsewhere = signed_up[1], Visitor(app)
    reply = elsewhere.sign_in(email, PASSWORD)
    assert (reply.status_code, reply.location) == (303, "/signup/sent")
    assert elsewhere.session_cookie is None
    assert email in elsewhere.get("/signup/sent").text
