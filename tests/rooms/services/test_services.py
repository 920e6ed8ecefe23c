import datetime as dt
import re
from decimal import Decimal
from uuid import uuid4

import pytest

from rms.actions import services
from rms.actions.services import ServiceDraft
from rms.db.session import db
from rms.queries.services import find_row, find_service
from tests.factories import NOW, TODAY, make_customer, make_draft, make_line
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


def test_archiving_a_row_offers_undo_and_undo_brings_the_row_back(priya, crew, nilgiri):
    gone = priya.post(f"services/{crew}/archive", hx=True, view="active", q="cr")
    assert gone.status_code == 200 and f'<tr id="svc-{crew}" hidden>' in gone.text
    assert "Crew is archived" in gone.text and f"/services/{crew}/restore" in gone.text
    assert 'name="q" value="cr"' in gone.text and "Archived <span>1</span>" in gone.text
    back = priya.post(f"services/{crew}/restore", hx=True, undo="1", view="active", q="cr")
    assert f'<tr class="row" id="svc-{crew}">' in back.text and "Active <span>1</span>" in back.text
    assert 'id="toasts"' in back.text and "Undo" not in back.text
    with nilgiri.scope():
        assert find_service(crew).is_active


def test_restoring_from_the_archive_offers_undo(priya, crew, nilgiri):
    priya.post(f"services/{crew}/archive")
    gone = priya.post(f"services/{crew}/restore", hx=True, view="archived", q="")
    assert "Crew is offered again" in gone.text and f"/services/{crew}/archive" in gone.text
    back = priya.post(f"services/{crew}/archive", hx=True, undo="1", view="archived", q="")
    assert "Offer it again" in back.text
    with nilgiri.scope():
        assert not find_service(crew).is_active


def _bill(service_id, *, day, rate="1000.00", draft=False, **columns):
    """A line of the service, on an issued invoice or on a draft."""
    customer = make_customer("Lakeview")
    if draft:
        invoice = make_draft(customer, invoice_date=day)
        return make_line(invoice, rate, service_type_id=service_id)
    invoice = make_draft(customer, invoice_date=day, subtotal=Decimal(rate), total=Decimal(rate))
    make_line(invoice, rate, service_type_id=service_id)
    db().flush()
    invoice.invoice_number, invoice.issued_at, invoice.status = f"U/{day:%y%m%d}", NOW, "pending"
    for name, value in columns.items():
        setattr(invoice, name, value)
    db().flush()
    return invoice


def test_use_is_counted_on_issued_invoices_alone(priya, crew, nilgiri):
    year_ago = TODAY - dt.timedelta(days=400)
    with nilgiri.scope():
        _bill(crew, day=year_ago, rate="700.00")
        _bill(crew, day=TODAY, rate="14500.00")
        _bill(crew, day=TODAY - dt.timedelta(days=1), status="cancelled", cancelled_at=NOW)
        _bill(crew, day=TODAY, draft=True)
        row = find_row(crew, since=TODAY - dt.timedelta(days=365))
    assert (row.invoices, row.last_used, row.billed) == (2, TODAY, Decimal("14500.00"))
    listed = priya.get("services", hx=True).text
    assert "Crew: billed on 2 invoices" in listed and "14,500.00" in listed
    shown = priya.get(f"services/{crew}").text
    assert "2 invoices" in shown and "₹14,500" in shown and "Lakeview" in shown and "700.00" in shown
    assert "1,000.00" not in shown
    assert "1 draft uses it and keeps 14,500.00" in priya.get(f"services/{crew}/edit", hx=True).text


def test_a_service_nobody_billed_says_so(priya, crew):
    assert "Crew: never billed" in priya.get("services", hx=True).text
    assert "Not billed yet" in priya.get(f"services/{crew}").text


def test_its_page_tells_the_rates_it_had_and_who_set_them(priya, crew):
    priya.post(f"services/{crew}/save", version="1", **CREW | {"default_rate": "15,250"})
    priya.post(f"services/{crew}/save", version="2", **CREW | {"default_rate": "15,250", "unit": "month"})
    text = priya.get(f"services/{crew}").text
    rates = re.findall(r"<li>₹([0-9,.]+) since", text)
    assert rates == ["15,250.00", "14,500.00"]
    assert "Priya" in text and "General cleaning" in text


def test_another_company_sees_nothing_of_its_use(rohan, crew, nilgiri):
    with nilgiri.scope():
        _bill(crew, day=TODAY)
    assert rohan.get(f"services/{crew}").status_code == 404


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("hsn_sac=pest", "998531"),
        ("q=998533&line=x", None),
        ("hsn_sac=&name=Window+cleaning", "998532"),
        ("hsn_sac=9985&name=Window", "998511"),
        ("line=abc&lines-abc-hsn_sac=&lines-abc-name=guard", "998525"),
        ("hsn_sac=zzzz", None),
        ("", None),
    ],
)
def test_codes_are_offered_by_words_digits_and_name(priya, asked, code):
    text = priya.get(f"services/_/codes?{asked}", hx=True).text
    assert (f'data-value="{code}"' in text) if code else ('role="option"' not in text)


def test_a_code_is_put_in_words(priya, crew):
    told = priya.get(f"services/_/codes/words?of={crew}&hsn_sac=998531", hx=True).text
    assert "Disinfecting and exterminating" in told and f'id="code-words-{crew}"' in told
    assert ">" + "</p>" in priya.get("services/_/codes/words?hsn_sac=12", hx=True).text
    assert "General cleaning" in priya.get(f"services/{crew}/edit", hx=True).text


def test_a_new_name_may_become_a_service_where_the_page_can_make_one(priya, asha, crew):
    asked = "services/_/options?make=1&q="
    assert "Add “Duct &lt;b&gt;” as a new service" in priya.get(asked + "Duct <b>", hx=True).text
    assert "data-make" not in priya.get(asked + "CREW", hx=True).text
    assert "data-make" not in priya.get("services/_/options?q=Duct", hx=True).text
    assert "data-make" not in asha.get(asked + "Duct", hx=True).text


def test_what_it_cost_before_stands_beside_a_refused_rate(priya, crew):
    mine = CREW | {"default_rate": "15,000", "hsn_sac": "12"}
    reply = priya.post(f"services/{crew}/save", hx=True, version="1", **mine)
    assert reply.status_code == 422 and "was 14,500.00" in reply.text


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
