"""POST /logout."""


def test_it_works(visitor, nilgiri, superuser):
    visitor.sign_in(nilgiri.admin.email)
    token = visitor.session_cookie.value
    visitor.get("/login")
    reply = visitor.post("/logout")
    assert (reply.status_code, reply.location) == (303, "/login")
    assert visitor.session_cookie is None
    assert '"storage"' in reply.headers["Clear-Site-Data"]
    [(active, revoked)] = superuser.execute(
        "SELECT is_active, revoked_at FROM sessions WHERE user_id = %s", (nilgiri.admin.id,)
    ).fetchall()
    assert (active, revoked is not None) == (False, True)
    assert "You are signed out." in visitor.get("/login").text
    # A copy of the cookie that was kept elsewhere opens nothing any more.
    visitor.client.set_cookie("__Host-rms_rt", token, domain="billing.test", secure=True)
    assert visitor.get("/").location == "/login"


def test_with_htmx_it_leaves_by_a_full_page_load(visitor, nilgiri):
    visitor.sign_in(nilgiri.admin.email)
    visitor.get("/login")
    reply = visitor.post("/logout", hx=True)
    assert (reply.status_code, reply.headers["HX-Redirect"]) == (204, "/login")


def test_who_is_signed_out_already_is_led_to_sign_in(visitor):
    assert visitor.post("/logout").location == "/login"


def test_opening_the_address_signs_nobody_out(visitor, nilgiri):
    visitor.sign_in(nilgiri.admin.email)
    assert visitor.get("/logout").status_code == 405
    assert visitor.get("/").location == f"/c/{nilgiri.slug}/"


def test_other_browsers_of_the_same_person_stay_signed_in(app, visitor, nilgiri):
    other = type(visitor)(app)
    for browser in (visitor, other):
        browser.sign_in(nilgiri.admin.email)
    visitor.get("/login")
    visitor.post("/logout")
    assert other.get("/").location == f"/c/{nilgiri.slug}/"


def test_the_csrf_token_changes(visitor, nilgiri):
    visitor.sign_in(nilgiri.admin.email)
    visitor.get("/login")
    before = visitor.csrf
    visitor.post("/logout")
    visitor.get("/login")
    assert visitor.csrf != before
    assert visitor.post("/login", csrf_token=before, email="", password="").status_code == 400
