"""Security: the two switches of the company, and how long people stay signed in."""

from decimal import Decimal

from rms.queries.house_rules import HouseRules, house_rules
from rms.queries.write_offs import own_limit


def rules(company) -> HouseRules:
    with company.scope():
        return house_rules()


def test_sessions_are_said_as_they_are_configured(priya, app):
    text = priya.get("settings/security").text
    terms = app.config["RMS"]
    assert f"{terms.session_days} days" in text
    assert f"{terms.session_idle_hours} hours" in text
    assert f"{terms.remember_days} days" in text


def test_users_may_draft_from_the_next_click_on(priya, asha, nilgiri):
    assert asha.post("invoices").status_code == 403
    assert priya.post("settings/security", {"users_may_draft": "y", "version": "00"}).status_code == 303
    assert rules(nilgiri) == HouseRules(users_may_draft=True)
    assert asha.post("invoices").status_code == 303
    priya.post("settings/security", {"version": "10"})
    assert asha.post("invoices").status_code == 403


def test_what_set_up_remembers_is_kept(priya, nilgiri):
    priya.post("settings/security", {"users_may_draft": "y", "version": "00"})
    assert priya.get("setup").location.endswith("/setup/done")


def test_a_second_factor_is_asked_of_everybody(priya, imran, nilgiri):
    assert priya.post("settings/security", {"require_second_factor": "y", "version": "00"}).status_code == 303
    assert rules(nilgiri).require_second_factor
    assert imran.get("invoices").status_code != 200


def test_what_somebody_else_saved_is_shown(priya, nilgiri):
    priya.post("settings/security", {"users_may_draft": "y", "version": "00"})
    reply = priya.post("settings/security", {"version": "00"})
    assert reply.status_code == 409
    assert "Users may write drafts: stored now on, yours off" in reply.text
    assert rules(nilgiri).users_may_draft
    assert priya.post("settings/security", {"version": "10"}).status_code == 303
    assert not rules(nilgiri).users_may_draft


def test_how_much_managers_may_write_off(priya, imran, nilgiri):
    typed = {"write_off_limit": "2,500.50", "version": "00"}
    assert priya.post("settings/security", typed).status_code == 303
    assert rules(nilgiri) == HouseRules(write_off_limit=Decimal("2500.50"))
    page = priya.get("settings/security").text
    assert 'value="2,500.50"' in page and 'value="00:2500.50"' in page
    with nilgiri.scope(nilgiri.manager):
        assert own_limit() == Decimal("2500.50")
    with nilgiri.scope(nilgiri.admin):
        assert own_limit() is None
    stale = priya.post("settings/security", {"write_off_limit": "1", "version": "00"})
    assert stale.status_code == 409 and "stored now ₹2,500.50, yours ₹1.00" in stale.text
    for wrong in ("-5", "plenty", "1e15", "0.001"):
        refused = priya.post("settings/security", {"write_off_limit": wrong, "version": "00:2500.50"})
        assert refused.status_code == 422 and "write_off_limit-error" in refused.text, wrong
    assert (
        priya.post("settings/security", {"write_off_limit": "0", "version": "00:2500.50"}).status_code == 303
    )
    assert rules(nilgiri).write_off_limit == 0


def test_a_form_without_its_mark_changes_nothing(priya, nilgiri):
    assert priya.post("settings/security", {"users_may_draft": "y"}).status_code == 422
    assert rules(nilgiri) == HouseRules()


def test_the_password_is_asked_again(priya, nilgiri, superuser):
    superuser.execute(
        "UPDATE sessions SET authenticated_at = now() - interval '16 minutes' WHERE user_id = %s",
        (priya.person.id,),
    )
    assert priya.post("settings/security", {"users_may_draft": "y", "version": "00"}).status_code == 403
    assert rules(nilgiri) == HouseRules()


def test_nobody_else_changes_them(imran, rohan, nilgiri):
    assert imran.post("settings/security", {"users_may_draft": "y", "version": "00"}).status_code == 403
    path = f"/c/{nilgiri.slug}/settings/security"
    assert rohan.post(path, {"users_may_draft": "y", "version": "00"}).status_code == 404
    assert rules(nilgiri) == HouseRules()
