"""Letters about getting in: a link to choose a password, notices of what happened to an account."""

import datetime as dt
from dataclasses import replace

import pytest

from rms import mail
from rms.actions import mails, password_resets, passwords
from rms.crypto import links
from rms.db.session import db
from rms.mail import Unsendable
from rms.models import EmailMessage, PasswordReset
from tests.factories import password_hash
from tests.mail.test_letters import NOW, html_of, read, text_of

UBUNTU = "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture(autouse=True)
def configured(connected):
    mail.configure(replace(connected, public_base_url="https://rmsbilling.example"))
    yield
    mail.configure(connected)


def asked(company) -> tuple[EmailMessage, PasswordReset]:
    password_resets.ask(company.admin.id, now=NOW)
    db().flush()
    row = db().query(PasswordReset).filter_by(superseded_at=None).one()
    return db().query(EmailMessage).filter_by(entity_id=row.id).one(), row


def notice(company, kind: str, **more) -> EmailMessage:
    params = {
        "first_name": "Priya",
        "company_name": company.name,
        "when": NOW.isoformat(),
        "device": UBUNTU,
        "ip": "192.0.2.7",
    }
    about = ("users", company.admin.id)
    return mails.post(kind, to_address=company.admin.email, params={**params, **more}, about=about, now=NOW)


def test_the_reset_letter_carries_the_link_of_its_row(nilgiri):
    with nilgiri.scope():
        posted, row = asked(nilgiri)
        link = f"https://rmsbilling.example/reset/{links.make('reset', nilgiri.tenant_id, row.id).text}"
        letter = read(posted)
    assert letter["Subject"] == f"Choose a new password for {nilgiri.name}"
    for part in (text_of(letter), html_of(letter)):
        assert link in part
        assert "The link works once, until 22 Nov 2026, 11:31 IST" in part


def test_a_link_that_a_newer_one_replaced_is_not_mailed(nilgiri):
    with nilgiri.scope():
        first, row = asked(nilgiri)
        asked(nilgiri)
        db().refresh(row)
        with pytest.raises(Unsendable, match="replaced"):
            mail.render(first, NOW)


def test_a_link_that_is_over_is_not_mailed(nilgiri):
    with nilgiri.scope():
        posted, _ = asked(nilgiri)
        with pytest.raises(Unsendable, match="expired"):
            mail.render(posted, NOW + dt.timedelta(minutes=60))


def test_a_link_dies_with_any_other_change_of_the_password(nilgiri):
    with nilgiri.scope():
        posted, row = asked(nilgiri)
        passwords.change(nilgiri.admin.id, password_hash(), because="password", now=NOW, but=None)
        db().refresh(row)
        with pytest.raises(Unsendable):
            mail.render(posted, NOW)


@pytest.mark.parametrize(("with_code", "word"), [(True, "used"), (False, "not used")])
def test_a_new_device_is_named_as_it_names_itself_and_no_secret_is_sent(nilgiri, with_code, word):
    with nilgiri.scope():
        letter = read(notice(nilgiri, "new_device", with_second_factor=with_code))
    assert letter["Subject"] == f"New sign-in to {nilgiri.name}"
    for part in (text_of(letter), html_of(letter)):
        assert "Firefox on Linux" in part
        assert "192.0.2.7" in part
        assert "22 Nov 2026, 10:31 IST" in part
        assert part.count("https://") == 1
        assert "https://rmsbilling.example/account/sessions" in part
    assert f"Second factor: {word}" in text_of(letter).splitlines()


@pytest.mark.parametrize(
    ("because", "told"), [("reset", "by a link that we mailed"), ("password", "knew the old one")]
)
def test_a_changed_password_is_told_with_how_it_was_changed(nilgiri, because, told):
    with nilgiri.scope():
        letter = read(notice(nilgiri, "password_changed", because=because))
    for part in (text_of(letter), html_of(letter)):
        assert told in part
        assert "https://rmsbilling.example/reset" in part
