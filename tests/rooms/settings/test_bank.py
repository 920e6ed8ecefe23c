"""Bank and UPI: typed twice, sealed, told to every admin, with the trail of changes below."""

import pytest
from sqlalchemy import select

from rms.crypto.fields import is_sealed
from rms.db.session import db
from rms.models import Company, EmailMessage
from rms.queries.bank import account_number_of
from tests.factories import PASSWORD, make_user

NUMBER = "001922004471"
BANK = {
    "version": "1",
    "bank_account_name": "Nilgiri Facility Services LLP",
    "bank_account_number": "0019 2200 4471",
    "account_again": NUMBER,
    "bank_ifsc": "exmp0000192",
    "bank_name": "Example Bank, Richmond Town",
    "upi_id": "nilgirifs@examplebank",
}


def stored(company) -> Company:
    with company.scope():
        return db().scalars(select(Company)).one()


def letters(company) -> list[EmailMessage]:
    with company.scope():
        kind = EmailMessage.kind == "bank_changed"
        return list(db().scalars(select(EmailMessage).where(kind).order_by(EmailMessage.to_address)))


def test_it_is_stored_sealed_and_shown_in_the_clear(priya, nilgiri):
    assert priya.post("settings/bank", BANK).status_code == 303
    row = stored(nilgiri)
    assert is_sealed(row.bank_account_number)
    assert (account_number_of(row), row.bank_account_last4) == (NUMBER, "4471")
    assert (row.bank_ifsc, row.upi_id) == ("EXMP0000192", "nilgirifs@examplebank")
    text = priya.get("settings/bank").text
    assert text.count(f'value="{NUMBER}"') == 2
    assert "<svg" in text and "style=" not in text


def test_two_different_numbers_are_refused(priya, nilgiri):
    reply = priya.post("settings/bank", BANK | {"account_again": "001922004472"})
    assert reply.status_code == 422
    assert "The two account numbers are not the same" in reply.text
    assert stored(nilgiri).bank_account_number is None


@pytest.mark.parametrize(
    ("field", "typed"), [("bank_ifsc", ""), ("bank_ifsc", "EXMP1000192"), ("upi_id", "nilgiri")]
)
def test_what_is_wrong_is_said_at_its_field(priya, nilgiri, field, typed):
    reply = priya.post("settings/bank", BANK | {field: typed})
    assert reply.status_code == 422
    assert f'id="{field}-error"' in reply.text
    assert letters(nilgiri) == []


def test_every_admin_is_told_and_no_letter_holds_the_number(priya, nilgiri):
    with nilgiri.scope():
        make_user("Devika", "admin", email="devika@nilgirifs.example")
    priya.post("settings/bank", BANK)
    told = letters(nilgiri)
    assert [one.to_address for one in told] == sorted([priya.person.email, "devika@nilgirifs.example"])
    assert told[0].params["after"] == {
        "account": "4471",
        "ifsc": "EXMP0000192",
        "upi_id": "nilgirifs@examplebank",
    }
    assert told[0].params["before"] == {"account": "", "ifsc": "", "upi_id": ""}
    assert NUMBER not in str([one.params for one in told])


def test_saving_the_same_again_tells_nobody(priya, nilgiri):
    priya.post("settings/bank", BANK)
    sealed = stored(nilgiri).bank_account_number
    assert priya.post("settings/bank", BANK | {"version": "2"}).status_code == 303
    assert len(letters(nilgiri)) == 1
    assert stored(nilgiri).bank_account_number == sealed


def test_set_up_tells_when_it_changes_what_was_there(priya, nilgiri):
    """Else whoever wants to hide a new account would go through set-up."""
    look = {"prefix": "NFS", "year": "FY", "next_value": "1", "series_version": "1"}
    first = {name: BANK[name] for name in ("bank_account_number", "bank_ifsc", "bank_name", "upi_id")}
    assert priya.post("setup/2", look | first | {"version": "1"}).status_code == 303
    assert letters(nilgiri) == []
    second = look | first | {"upi_id": "other@examplebank", "version": "2", "series_version": "2"}
    assert priya.post("setup/2", second).status_code == 303
    assert [one.params["after"]["upi_id"] for one in letters(nilgiri)] == ["other@examplebank"]


@pytest.mark.parametrize("path", ["settings/bank", "setup/2"])
def test_the_password_is_asked_again_and_nothing_typed_is_lost(priya, nilgiri, superuser, path):
    superuser.execute(
        "UPDATE sessions SET authenticated_at = now() - interval '16 minutes' WHERE user_id = %s",
        (priya.person.id,),
    )
    asked = priya.post(path, BANK)
    assert asked.status_code == 403
    assert 'name="bank_account_number" value="0019 2200 4471"' in asked.text
    assert stored(nilgiri).bank_account_number is None


def test_with_the_password_it_is_saved(priya, nilgiri, superuser):
    superuser.execute(
        "UPDATE sessions SET authenticated_at = now() - interval '16 minutes' WHERE user_id = %s",
        (priya.person.id,),
    )
    assert priya.post("settings/bank", BANK | {"step_up_password": PASSWORD}).status_code == 303
    assert account_number_of(stored(nilgiri)) == NUMBER


def test_changes_are_listed_without_the_number(priya, nilgiri):
    priya.post("settings/bank", BANK)
    priya.post("settings/bank", BANK | {"version": "2", "upi_id": "new@examplebank"})
    text = priya.get("settings/bank").text
    changes = text[text.index('id="changes-title"') :]
    assert "UPI ID: nilgirifs@examplebank became new@examplebank" in changes
    assert "Account ending in: 4471 added" in changes
    assert "Priya" in changes
    assert NUMBER not in changes and "v1:" not in changes


def test_an_older_version_shows_both(priya, nilgiri):
    priya.post("settings/bank", BANK)
    reply = priya.post("settings/bank", BANK | {"upi_id": "mine@examplebank"})
    assert reply.status_code == 409
    assert "UPI ID: stored now nilgirifs@examplebank, yours mine@examplebank" in reply.text
    assert stored(nilgiri).upi_id == "nilgirifs@examplebank"


def test_all_of_it_can_be_taken_away(priya, nilgiri):
    priya.post("settings/bank", BANK)
    assert priya.post("settings/bank", {"version": "2"}).status_code == 303
    row = stored(nilgiri)
    assert (row.bank_account_number, row.bank_account_last4, row.upi_id) == (None, None, None)


def test_the_rival_changes_nothing(rohan, nilgiri):
    assert rohan.post(f"/c/{nilgiri.slug}/settings/bank", BANK).status_code == 404
    assert stored(nilgiri).bank_account_number is None


def test_a_manager_changes_nothing(imran, nilgiri):
    assert imran.post("settings/bank", BANK).status_code == 403
    assert stored(nilgiri).bank_account_number is None
