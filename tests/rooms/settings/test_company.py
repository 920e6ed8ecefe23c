"""Settings: the list, and the company's name and address."""

import pytest
from sqlalchemy import select

from rms.db.session import db
from rms.models import Company, NumberSeries
from tests.factories import gstin_of

NAMES = {
    "version": "1",
    "registration": "regular",
    "gst_number": gstin_of("29"),
    "name": "Nilgiri Facility Services LLP",
    "trade_name": "Nilgiri",
    "address_line1": "2nd floor, 41/2 Residency Cross Road",
    "city": "Bengaluru",
    "pin_code": "560025",
    "contact_email": "accounts@nilgirifs.example",
    "contact_phone": "+91 80 5550 1482",
}


def stored(company) -> Company:
    with company.scope():
        return db().scalars(select(Company)).one()


def test_the_list_names_what_there_is_and_how_it_stands(priya, nilgiri):
    text = priya.get("settings").text
    for path in ("company", "numbering", "bank", "security"):
        assert f'href="/c/{nilgiri.slug}/settings/{path}"' in text
    assert f'href="/c/{nilgiri.slug}/users"' in text
    assert "Bengaluru" in text
    with nilgiri.scope():
        prefix = db().scalars(select(NumberSeries.prefix).where(NumberSeries.kind == "invoice")).one()
    assert f"{prefix}/26-27/0001 is next" in text
    assert "3 people" in text


def test_every_page_leads_to_settings_the_own_account_and_other_companies(priya, asha, nilgiri):
    text = priya.get("invoices").text
    assert text.count(f'href="/c/{nilgiri.slug}/settings"') == 2
    assert text.count('href="/account"') == 2
    assert text.count('href="/companies"') == 2
    assert "/settings" not in asha.get("invoices").text


def test_the_company_is_saved_with_how_to_reach_it(priya, nilgiri):
    reply = priya.post("settings/company", NAMES)
    assert (reply.status_code, reply.location) == (303, f"/c/{nilgiri.slug}/settings/company")
    row = stored(nilgiri)
    assert (row.trade_name, row.pin_code) == ("Nilgiri", "560025")
    assert (row.contact_email, row.contact_phone) == ("accounts@nilgirifs.example", "+91 80 5550 1482")
    assert "accounts@nilgirifs.example" in priya.get("settings/company").text


def test_set_up_leaves_alone_how_to_reach_the_company(priya, nilgiri):
    priya.post("settings/company", NAMES)
    priya.post("setup/1", NAMES | {"version": "2", "contact_email": "", "contact_phone": ""})
    assert stored(nilgiri).contact_email == "accounts@nilgirifs.example"


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("name", "", "Enter the name of the business"),
        ("gst_number", "29AAKFN4821C1ZX", "GSTIN"),
        ("pin_code", "5600", "PIN"),
        ("contact_email", "accounts", "e-mail"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(priya, nilgiri, field, typed, told):
    reply = priya.post("settings/company", NAMES | {field: typed})
    assert reply.status_code == 422
    assert f'id="{field}-error"' in reply.text
    assert told in reply.text
    assert stored(nilgiri).version == 1


def test_an_older_version_shows_both(priya, nilgiri):
    priya.post("settings/company", NAMES)
    reply = priya.post("settings/company", NAMES | {"trade_name": "Blue Hills"})
    assert reply.status_code == 409
    assert "Trade name, if different: stored now Nilgiri, yours Blue Hills" in reply.text
    assert 'name="version" value="2"' in reply.text
    assert stored(nilgiri).trade_name == "Nilgiri"


def test_a_gstin_is_judged_while_it_is_typed(priya):
    reply = priya.post("settings/company/gstin", NAMES | {"gst_number": gstin_of("33")}, hx=True)
    assert "33 Tamil Nadu" in reply.text


@pytest.mark.parametrize("path", ["", "/company", "/numbering", "/numbering/preview", "/bank", "/security"])
def test_only_admins_of_this_company_get_in(imran, asha, rohan, nilgiri, path):
    assert imran.get(f"settings{path}").status_code == 403
    assert asha.get(f"settings{path}").status_code == 403
    assert rohan.get(f"/c/{nilgiri.slug}/settings{path}").status_code == 404
