"""What leaves the house about a change of address and a copied session, read as a mail program reads it."""

import datetime as dt
from dataclasses import replace
from email import message_from_bytes, policy

import pytest

from rms import mail
from rms.actions import email_changes, mails
from rms.crypto import links
from rms.db.session import db
from rms.mail.kind import Unsendable
from rms.models import EmailChange, EmailMessage

NOW = dt.datetime(2026, 11, 22, 5, 1, tzinfo=dt.UTC)  # 10:31 in India
FIREFOX = "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"


@pytest.fixture(autouse=True)
def configured(connected):
    mail.configure(replace(connected, public_base_url="https://rmsbilling.example"))
    yield
    mail.configure(connected)


def parts_of(row: EmailMessage) -> tuple[str, str]:
    letter = message_from_bytes(mail.render(row, NOW).as_bytes(), policy=policy.default)
    return tuple(letter.get_body((kind,)).get_content() for kind in ("plain", "html"))


def change_of(company, **more) -> EmailChange:
    change = email_changes.ask(company.admin.id, f"new.{company.admin.email}", now=NOW)
    for name, value in more.items():
        setattr(change, name, value)
    db().flush()
    return change


def letter(kind: str, change: EmailChange, company, **params) -> EmailMessage:
    known = {
        "first_name": "Priya",
        "company_name": company.name,
        "old_email": change.old_email,
        "new_email": change.new_email,
        "device": FIREFOX,
        "ip": "203.0.113.7",
    }
    about = ("email_changes", change.id)
    return mails.post(
        kind, to_address=change.old_email, params=known | params, about=about, now=NOW, born_sent=True
    )


def test_the_new_address_gets_the_link_that_confirms(nilgiri):
    with nilgiri.scope():
        change = change_of(nilgiri)
        told = parts_of(letter("confirm_email_change", change, nilgiri))
    link = f"https://rmsbilling.example/account/email/{links.make('email', change.tenant_id, change.id).text}"
    for part in told:
        assert link in part and "until 23 Nov 2026, 10:31 IST" in part
        assert change.new_email in part and change.old_email in part


@pytest.mark.parametrize(
    "state",
    [{"confirmed_at": NOW}, {"superseded_at": NOW}, {"expires_at": NOW}],
    ids=lambda one: next(iter(one)),
)
def test_a_link_that_opens_nothing_is_not_sent(nilgiri, state):
    with nilgiri.scope():
        row = letter("confirm_email_change", change_of(nilgiri, **state), nilgiri)
        with pytest.raises(Unsendable):
            mail.render(row, NOW)


@pytest.mark.parametrize("state", [{}, {"superseded_at": NOW}], ids=["open", "called off"])
def test_the_old_address_is_warned_whatever_became_of_it(nilgiri, state):
    with nilgiri.scope():
        change = change_of(nilgiri, **state)
        told = parts_of(letter("email_change_notice", change, nilgiri))
    undo = links.make("email-undo", change.tenant_id, change.id).text
    for part in told:
        assert f"https://rmsbilling.example/account/email-undo/{undo}" in part
        assert "Firefox on Linux" in part and "203.0.113.7" in part and "22 Nov 2026, 10:31 IST" in part
        assert "Was it not you?" in part and change.new_email in part


def test_the_old_address_may_undo_it_for_seven_days(nilgiri):
    with nilgiri.scope():
        change = change_of(nilgiri, confirmed_at=NOW, undo_until=NOW + email_changes.UNDO_LIVES)
        told = parts_of(letter("email_changed", change, nilgiri))
    undo = links.make("email-undo", change.tenant_id, change.id).text
    for part in told:
        assert f"/account/email-undo/{undo}" in part and "until 29 Nov 2026, 10:31 IST" in part


def test_neither_warning_carries_the_link_that_confirms(nilgiri):
    """The old mailbox must not be able to confirm for the new one."""
    with nilgiri.scope():
        change = change_of(nilgiri)
        told = parts_of(letter("email_change_notice", change, nilgiri))
    assert not any("/account/email/" in part for part in told)


def test_a_name_cannot_bring_markup_along(nilgiri):
    with nilgiri.scope():
        row = letter(
            "email_changed", change_of(nilgiri), nilgiri, first_name="<img src=x>", device="<b>x</b>"
        )
        plain, html = parts_of(row)
    assert "<img" not in html and "&lt;img src=x&gt;" in html and "<b>x" not in html


def test_a_copied_session_is_told_with_its_device(nilgiri):
    with nilgiri.scope():
        row = mails.post(
            "session_reuse",
            to_address="priya@nilgirifs.example",
            params={
                "first_name": "Priya",
                "company_name": nilgiri.name,
                "device": FIREFOX,
                "when": NOW.isoformat(),
            },
            about=("users", nilgiri.admin.id),
            now=NOW,
            born_sent=True,
        )
        told = parts_of(row)
    for part in told:
        assert "Firefox on Linux" in part and "22 Nov 2026, 10:31 IST" in part
        assert "https://rmsbilling.example/account/sessions" in part
