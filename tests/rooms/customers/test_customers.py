import json
from base64 import urlsafe_b64encode
from uuid import uuid4

import pytest

from rms.actions import customers
from rms.actions.customers import CustomerDraft
from rms.queries.customers import find_customer
from tests import factories
from tests.factories import NOW, gstin_of
from tests.http import counted_statements
from tests.inputs import inputs_of

SCHOOL = {
    "name": "Lotus Valley School",
    "gst_treatment": "regular",
    "gst_number": gstin_of("33"),
    "country_code": "IN",
    "payment_terms": "15",
    "email": "bursar@lotusvalley.example.in",
}


@pytest.fixture
def school(nilgiri):
    """The id of a customer of Nilgiri."""
    with nilgiri.scope():
        return customers.add(
            CustomerDraft(name="Lotus Valley School", gst_treatment="regular", gst_number=gstin_of("33")),
            created_by=nilgiri.admin.id,
            now=NOW,
        ).id


def test_a_customer_is_added_and_shown(priya):
    reply = priya.post("customers", **SCHOOL)
    assert reply.status_code == 303
    shown = priya.get(f"{reply.location}?tab=details")
    assert "Lotus Valley School" in shown.text and "Tamil Nadu" in shown.text and "AAKFN4821C" in shown.text
    assert "Lotus Valley School" in priya.get("customers").text


def test_sending_the_form_twice_adds_one(priya):
    token = str(uuid4())
    first = priya.post("customers", form_token=token, **SCHOOL)
    second = priya.post("customers", form_token=token, **SCHOOL)
    assert first.location == second.location
    assert "1 customer<" in priya.get("customers").text


def test_a_mistake_keeps_what_was_typed(priya):
    reply = priya.post("customers", **SCHOOL | {"gst_number": gstin_of("33")[:14], "name": "பள்ளி <b>"})
    assert reply.status_code == 422
    assert reply.text.count("This GSTIN has 14 characters. It needs 15.") == 2  # the summary and the field
    assert "பள்ளி &lt;b&gt;" in reply.text and f'value="{gstin_of("33")[:14]}"' in reply.text
    assert "<title>Error:" in reply.text
    assert "No customers yet" in priya.get("customers").text


@pytest.mark.parametrize("name", [*SCHOOL, "address_line1", "city", "pin_code", "phone", "code", "notes"])
def test_ten_thousand_characters_are_refused_in_words(priya, name):
    reply = priya.post("customers", **SCHOOL | {name: "x" * 10_000})
    assert reply.status_code == 422
    assert 'id="problem"' in reply.text


def test_a_state_that_is_none_is_refused_where_no_gstin_decides_it(priya):
    reply = priya.post("customers", name="Asha", gst_treatment="unregistered", state_code="x" * 10_000)
    assert reply.status_code == 422 and "Choose the state from the list" in reply.text


def test_nul_bytes_are_dropped(priya):
    assert (
        priya.post("customers", **SCHOOL | {"name": "Lotus\x00 Valley", "notes": "a\x00b"}).status_code == 303
    )


def test_another_tenant_gets_404(rohan, school):
    for path in ("", "/edit"):
        assert rohan.get(f"customers/{school}{path}").status_code == 404
    for verb in ("save", "deactivate", "activate"):
        assert rohan.post(f"customers/{school}/{verb}", version="1", **SCHOOL).status_code == 404
    assert "Lotus" not in rohan.get("customers/_/options?q=lotus", hx=True).text


def test_a_role_without_it_reads_and_gets_403_on_writing(asha, school):
    assert asha.get("customers").status_code == 200
    shown = asha.get(f"customers/{school}").text
    assert "New customer" not in asha.get("customers").text and "/edit" not in shown
    assert asha.post("customers", **SCHOOL).status_code == 403
    for verb in ("save", "deactivate", "activate"):
        assert asha.post(f"customers/{school}/{verb}", version="1", **SCHOOL).status_code == 403


def test_the_form_shows_what_is_stored_and_saves_it(imran, school, nilgiri):
    fields = inputs_of(imran.get(f"customers/{school}/edit").text)
    assert (fields["name"], fields["gst_number"], fields["version"]) == (
        "Lotus Valley School",
        gstin_of("33"),
        "1",
    )
    reply = imran.post(f"customers/{school}/save", **SCHOOL | {"version": "1", "city": "Hosur"})
    assert reply.status_code == 303
    with nilgiri.scope():
        assert (find_customer(school).city, find_customer(school).version) == ("Hosur", 2)


def test_a_stale_version_shows_both_values_and_saves_the_choice(priya, imran, school, nilgiri):
    imran.post(f"customers/{school}/save", **SCHOOL | {"version": "1", "email": "ap@lotus.example.in"})
    reply = priya.post(f"customers/{school}/save", **SCHOOL | {"version": "1", "city": "Hosur"})
    assert reply.status_code == 409
    assert "Imran saved this customer" in reply.text
    assert 'value="ap@lotus.example.in"' in reply.text and f'value="{SCHOOL["email"]}" checked' in reply.text
    kept = inputs_of(reply.text) | {"email": "ap@lotus.example.in", "city": "Hosur"}
    assert kept["version"] == "2"
    kept.pop("form_token", None)
    assert priya.post(f"customers/{school}/save", **kept).status_code == 303
    with nilgiri.scope():
        customer = find_customer(school)
        assert (customer.email, customer.city, customer.payment_terms) == ("ap@lotus.example.in", "Hosur", 15)


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 50])
def test_a_form_without_its_version_is_refused(priya, school, version):
    reply = priya.post(f"customers/{school}/save", **SCHOOL | {"version": version})
    assert reply.status_code == 422
    assert "This form is not complete" in reply.text


def test_an_archived_customer_leaves_list_and_picker(priya, school):
    priya.post(f"customers/{school}/deactivate")
    assert "Lotus" not in priya.get("customers", hx=True).text
    assert "Lotus" in priya.get("customers?view=archived", hx=True).text
    assert "Lotus" not in priya.get("customers/_/options?q=lotus", hx=True).text
    priya.post(f"customers/{school}/activate")
    assert "Lotus" in priya.get("customers/_/options?customer=lotus", hx=True).text


def test_the_picker_says_when_nothing_matches(priya, school):
    found = priya.get("customers/_/options?q=lot", hx=True).text
    assert f'data-value="{school}"' in found and 'role="listbox"' in found
    assert "No customer matches" in priya.get("customers/_/options?q=%00zzz", hx=True).text


def test_a_gstin_is_judged_while_it_is_typed(priya):
    def told(typed: str) -> str:
        return priya.post("customers/_/gstin", hx=True, gst_number=typed).text

    good = told(gstin_of("33"))
    assert "Valid format. Tamil Nadu (33), PAN AAKFN4821C" in good
    assert 'hx-target="#f-state_code"' in good and "33 Tamil Nadu" in good
    half = told(gstin_of("33")[:9])
    assert "This GSTIN has 9 characters. It needs 15." in half and "aria-invalid" not in half
    wrong = told(gstin_of("33")[:14] + "0")
    assert "The last character does not match" in wrong and 'aria-invalid="true"' in wrong
    assert "aria-invalid" not in told("")


def test_pages_go_on_after_the_last_row(priya, nilgiri):
    with nilgiri.scope():
        for number in range(60):
            customers.add(CustomerDraft(name=f"Customer {number:02d}"), created_by=None, now=NOW)
    for sort in ("", "&sort=-balance"):
        first = priya.get(f"customers?view=all{sort}").text
        older = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
        second = priya.get(older).text
        names = [f"Customer {number:02d}<" for number in range(60)]
        assert sum(name in first for name in names) == 50
        assert sum(name in second for name in names) == 10
        assert not any(name in first and name in second for name in names)


@pytest.mark.parametrize(
    "values", [["a", "not-an-id"], ["x", str(uuid4())], ["NaN", str(uuid4())], ["a"], "text"]
)
def test_a_shortened_address_is_refused_in_words(priya, values):
    cursor = urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")
    assert priya.get(f"customers?sort=-balance&after={cursor}").status_code == 422


def test_the_list_takes_few_statements_however_long_it_is(priya, nilgiri):
    with counted_statements() as short:
        priya.get("customers")
    with nilgiri.scope():
        for number in range(40):
            factories.make_invoice(factories.make_customer(f"Customer {number}"))
    with counted_statements() as long:
        priya.get("customers")
    assert len(long) == len(short) <= 9


def test_the_list_adds_up(priya, nilgiri):
    """1,180.00 + 2,360.00 = 3,540.00, with GST at 18%."""
    with nilgiri.scope():
        for rate in ("1000.00", "2000.00"):
            factories.make_invoice(factories.make_customer(f"Owes {rate}"), rate)
    text = priya.get("customers?view=owe&sort=-balance").text
    assert "2 customers" in text and "3,540.00" in text
    assert text.index("Owes 2000.00") < text.index("Owes 1000.00")
