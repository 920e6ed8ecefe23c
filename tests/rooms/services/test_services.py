from decimal import Decimal
from uuid import uuid4

import pytest

from rms.actions import services
from rms.actions.services import ServiceDraft
from rms.queries.services import find_service
from tests.factories import TODAY
from tests.inputs import inputs_of

CREW = {
    "name": "Housekeeping crew, monthly",
    "hsn_sac": "998533",
    "unit": "person",
    "default_rate": "₹14,500",
    "tax": "standard",
}


@pytest.fixture
def crew(nilgiri):
    """The id of a service of Nilgiri."""
    with nilgiri.scope():
        draft = ServiceDraft(name="Crew", hsn_sac="998533", default_rate=Decimal("14500"), tax="standard")
        return services.add(draft, today=TODAY).id


def test_a_service_is_added_and_listed(priya):
    assert priya.post("services", **CREW).status_code == 303
    text = priya.get("services").text
    assert "Housekeeping crew, monthly" in text and "14,500.00" in text and "18%" in text


def test_sending_the_form_twice_adds_one(priya):
    token = str(uuid4())
    assert priya.post("services", form_token=token, **CREW).status_code == 303
    assert priya.post("services", form_token=token, **CREW).status_code == 303
    assert priya.get("services", hx=True).text.count("Housekeeping crew, monthly</a>") == 1


def test_indic_digits_are_read(priya, nilgiri):
    priya.post("services", **CREW | {"default_rate": "१४,५००.५०", "hsn_sac": "९९८५३३"})
    assert "14,500.50" in priya.get("services").text


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("default_rate", "abc", "The rate must be a number, like 500 or 62.35"),
        ("default_rate", "-1", "The rate is too small"),
        ("default_rate", "1e9", "The rate must be a number, like 500 or 62.35"),
        ("default_rate", "NaN", "The rate must be a number, like 500 or 62.35"),
        ("hsn_sac", "9985", None),
        ("hsn_sac", "99853", "SAC or HSN has 4, 6 or 8 digits"),
        ("name", "", "Enter what customers know it as"),
        ("name", "x" * 10_000, "Use at most 255 characters"),
        ("unit", "x" * 10_000, "Use at most 20 characters"),
        ("description", "x" * 10_000, "Use at most 2000 characters"),
        ("tax", "gold", "Choose the GST from the list"),
    ],
)
def test_a_mistake_keeps_what_was_typed(priya, field, typed, sentence):
    reply = priya.post("services", **CREW | {field: typed})
    assert reply.status_code == (422 if sentence else 303)
    if sentence:
        assert reply.text.count(sentence) == 2
        assert field == "tax" or f'value="{typed}"' in reply.text


def test_another_tenant_gets_404(rohan, crew):
    for path in ("edit", "row"):
        assert rohan.get(f"services/{crew}/{path}").status_code == 404
    for verb in ("save", "archive", "restore"):
        assert rohan.post(f"services/{crew}/{verb}", version="1", **CREW).status_code == 404
    assert "Crew" not in rohan.get("services/_/options?q=crew", hx=True).text


def test_a_role_without_it_reads_and_gets_403_on_writing(asha, crew):
    assert "Crew" in asha.get("services").text
    assert "Edit" not in asha.get("services", hx=True).text
    assert asha.post("services", **CREW).status_code == 403
    for verb in ("save", "archive", "restore"):
        assert asha.post(f"services/{crew}/{verb}", version="1", **CREW).status_code == 403


def test_a_row_turns_into_a_form_and_back(priya, crew):
    row_id = f'id="svc-{crew}"'
    form = priya.get(f"services/{crew}/edit", hx=True).text
    assert form.lstrip().startswith("<tr") and row_id in form and 'value="14,500.00"' in form
    saved = priya.post(f"services/{crew}/save", hx=True, version="1", **CREW | {"default_rate": "15,000"})
    assert saved.status_code == 200 and row_id in saved.text and "15,000.00" in saved.text
    assert "is saved" in saved.headers["HX-Trigger"]
    assert row_id in priya.get(f"services/{crew}/row", hx=True).text


def test_a_plain_browser_edits_on_a_page(priya, crew, nilgiri):
    fields = inputs_of(priya.get(f"services/{crew}/edit").text)
    assert fields["version"] == "1"
    reply = priya.post(f"services/{crew}/save", version="1", **CREW)
    assert (reply.status_code, reply.location) == (303, priya.path("services"))
    with nilgiri.scope():
        assert find_service(crew).name == "Housekeeping crew, monthly"


def test_a_mistake_stays_in_the_row(priya, crew):
    reply = priya.post(f"services/{crew}/save", hx=True, version="1", **CREW | {"default_rate": "abc"})
    assert reply.status_code == 422
    assert f'id="svc-{crew}"' in reply.text and 'value="abc"' in reply.text
    assert "The rate must be a number" in reply.text


@pytest.mark.parametrize("hx", [True, False])
def test_a_stale_version_shows_both_values(priya, imran, crew, nilgiri, hx):
    imran.post(f"services/{crew}/save", version="1", **CREW | {"default_rate": "15,000"})
    mine = CREW | {"default_rate": "16,000"}
    reply = priya.post(f"services/{crew}/save", hx=hx, version="1", **mine)
    assert reply.status_code == 409
    assert "Imran saved this service" in reply.text
    assert "15,000.00" in reply.text and 'value="16,000"' in reply.text
    assert inputs_of(reply.text)["version"] == "2"
    assert priya.post(f"services/{crew}/save", hx=hx, version="2", **mine).status_code in (200, 303)
    with nilgiri.scope():
        assert find_service(crew).default_rate == Decimal(16000)


def test_an_archived_service_leaves_list_and_picker(priya, crew):
    assert priya.post(f"services/{crew}/archive").status_code == 303
    assert "Crew" not in priya.get("services", hx=True).text
    assert "Crew" in priya.get("services?view=archived", hx=True).text
    assert 'role="option"' not in priya.get("services/_/options?q=crew", hx=True).text
    priya.post(f"services/{crew}/restore")
    assert "Crew" in priya.get("services", hx=True).text


def test_the_picker_reads_the_field_of_its_line(priya, crew):
    line = uuid4()
    found = priya.get(f"services/_/options?line={line}&lines-{line}-name=cre", hx=True).text
    assert f'data-value="{crew}"' in found and "998533" in found and "GST 18%" in found
    assert 'role="option"' not in priya.get(f"services/_/options?q={'x' * 10_000}", hx=True).text


def test_services_without_a_code_have_a_view(priya, nilgiri):
    with nilgiri.scope():
        services.add(ServiceDraft(name="Duct sanitising", tax="exempt"), today=TODAY)
    text = priya.get("services?view=no_code", hx=True).text
    assert "Duct sanitising" in text and "No SAC" in text and "Exempt" in text
