"""Types of customers and account managers in settings."""

import html

import pytest

from rms.actions import client_types as actions
from rms.queries import client_types as queries
from tests.http import Browser

TYPE = {"name": "Housing society", "code": "", "payment_terms": "45", "description": "", "offered": "yes"}
MANAGER = {"name": "Meera Iyer", "email": "meera@partner.example", "user_id": "", "offered": "yes"}
PLACES = {"client-types": TYPE, "account-managers": MANAGER}


def text_of(reply) -> str:
    return html.unescape(reply.get_data(as_text=True))


def kept(company, place: str) -> dict[str, tuple]:
    """(id, stamp) by name."""
    with company.scope():
        if place == "client-types":
            rows = [queries.find_client_type(one.id) for one in queries.client_types()]
        else:
            rows = [queries.find_account_manager(one.id) for one in queries.account_managers()]
        return {row.name: (row.id, actions.stamp(row)) for row in rows}


def add(company, priya, place: str):
    assert priya.post(f"settings/{place}", PLACES[place]).status_code == 303
    return kept(company, place)[PLACES[place]["name"]]


@pytest.mark.parametrize("place", PLACES)
def test_one_is_added_listed_and_renamed(nilgiri, priya: Browser, place):
    row_id, stamp = add(nilgiri, priya, place)
    text = text_of(priya.get(f"settings/{place}"))
    assert PLACES[place]["name"] in text and "can be chosen on customers now" in text
    assert f"settings/{place}" in text_of(priya.get("settings"))
    assert f'value="{stamp}"' in text_of(priya.get(f"settings/{place}/{row_id}"))
    changed = PLACES[place] | {"name": "Another name", "offered": "no", "version": str(stamp)}
    assert priya.post(f"settings/{place}/{row_id}", changed).status_code == 303
    text = text_of(priya.get(f"settings/{place}"))
    assert "Another name" in text and "not offered" in text


@pytest.mark.parametrize("place", PLACES)
def test_two_who_change_one_see_both_values(nilgiri, priya: Browser, place):
    row_id, stamp = add(nilgiri, priya, place)
    priya.post(f"settings/{place}/{row_id}", PLACES[place] | {"name": "Theirs", "version": str(stamp)})
    reply = priya.post(f"settings/{place}/{row_id}", PLACES[place] | {"name": "Mine", "version": str(stamp)})
    text = text_of(reply)
    assert reply.status_code == 409 and "stored now Theirs, yours Mine" in text
    _, newer = kept(nilgiri, place)["Theirs"]
    assert f'name="version" value="{newer}"' in text
    mine = PLACES[place] | {"name": "Mine", "version": str(newer)}
    assert priya.post(f"settings/{place}/{row_id}", mine).status_code == 303
    assert "Mine" in kept(nilgiri, place)


@pytest.mark.parametrize(
    ("place", "changed", "field"),
    [
        ("client-types", {"name": ""}, "name"),
        ("client-types", {"code": "REGULAR"}, "code"),
        ("client-types", {"payment_terms": ""}, "payment_terms"),
        ("client-types", {"payment_terms": "soon"}, "payment_terms"),
        ("client-types", {"payment_terms": "3651"}, "payment_terms"),
        ("account-managers", {"name": ""}, "name"),
        ("account-managers", {"email": "meera"}, "email"),
        ("account-managers", {"user_id": "garbled"}, "user_id"),
        ("account-managers", {"user_id": "00000000-0000-4000-8000-000000000000"}, "user_id"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(nilgiri, priya: Browser, place, changed, field):
    before = kept(nilgiri, place)
    reply = priya.post(f"settings/{place}", PLACES[place] | changed)
    assert reply.status_code == 422 and f'id="{field}-error"' in text_of(reply)
    assert kept(nilgiri, place) == before
    row_id, stamp = add(nilgiri, priya, place)
    wrong = PLACES[place] | changed | {"version": str(stamp)}
    reply = priya.post(f"settings/{place}/{row_id}", wrong)
    assert reply.status_code == 422 and f'id="{field}-error"' in text_of(reply)
    assert kept(nilgiri, place)[PLACES[place]["name"]] == (row_id, stamp)


def test_the_only_type_cannot_be_taken_off_the_list(nilgiri, priya: Browser):
    [(row_id, stamp)] = kept(nilgiri, "client-types").values()
    reply = priya.post(f"settings/client-types/{row_id}", TYPE | {"offered": "no", "version": str(stamp)})
    assert reply.status_code == 422 and 'id="offered-error"' in text_of(reply)


def test_a_colleague_brings_name_and_address(nilgiri, priya: Browser):
    chosen = {"name": "", "email": "", "user_id": str(nilgiri.manager.id)}
    assert "Imran" in text_of(priya.get("settings/account-managers"))
    assert priya.post("settings/account-managers", chosen).status_code == 303
    text = text_of(priya.get("settings/account-managers"))
    assert nilgiri.manager.email in text and "colleague" in text


@pytest.mark.parametrize("place", PLACES)
def test_typed_markup_stays_text(nilgiri, priya: Browser, place):
    priya.post(f"settings/{place}", PLACES[place] | {"name": "<script>x</script>"})
    page = priya.get(f"settings/{place}").get_data(as_text=True)
    assert "<script>x" not in page and "&lt;script&gt;x" in page


@pytest.mark.parametrize("place", PLACES)
def test_a_rival_and_other_roles_have_no_part_in_it(nilgiri, priya, imran, asha, rohan, place):
    row_id, stamp = add(nilgiri, priya, place)
    changed = PLACES[place] | {"name": "Taken", "version": str(stamp)}
    assert rohan.get(f"settings/{place}/{row_id}").status_code == 404
    assert rohan.post(f"settings/{place}/{row_id}", changed).status_code == 404
    assert PLACES[place]["name"] not in text_of(rohan.get(f"settings/{place}"))
    for other in (imran, asha):
        assert other.get(f"settings/{place}").status_code == 403
        assert other.post(f"settings/{place}", PLACES[place]).status_code == 403
        assert other.post(f"settings/{place}/{row_id}", changed).status_code == 403
    assert "Taken" not in kept(nilgiri, place)


def test_a_strangers_colleague_is_refused(nilgiri, sahyadri, priya: Browser):
    reply = priya.post("settings/account-managers", MANAGER | {"user_id": str(sahyadri.admin.id)})
    assert reply.status_code == 422 and "Choose one of your people" in text_of(reply)
    assert kept(nilgiri, "account-managers") == {}
