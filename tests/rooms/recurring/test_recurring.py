import datetime as dt
from uuid import uuid4

import pytest
from sqlalchemy import select

from rms.db.session import db
from rms.models import Invoice, RecurringSchedule
from tests import factories
from tests.inputs import inputs_of


@pytest.fixture
def customer(nilgiri):
    with nilgiri.scope():
        return factories.make_customer("Meridian Coworks", email="accounts@meridian.example")


@pytest.fixture
def fields(customer):
    """The form of a schedule that begins tomorrow, as the page sends it."""
    tomorrow = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=2)
    return {
        "customer_id": str(customer.id),
        "every": "1",
        "rhythm": "month",
        "starts_on": tomorrow.isoformat(),
        "ends": "never",
        "payment_terms": "15",
        "sends": "1",
        "notes": "For {month}",
        "lines-0-name": "Crew, {month}",
        "lines-0-hsn_sac": "998533",
        "lines-0-quantity": "6",
        "lines-0-rate": "14,500",
        "lines-0-tax": "18",
        "lines-1-name": "",
    }


@pytest.fixture
def schedule_id(nilgiri, priya, fields):
    priya.post("recurring", **fields)
    with nilgiri.scope():
        return db().scalars(select(RecurringSchedule.id)).one()


def stored(company, schedule_id) -> RecurringSchedule:
    with company.scope() as session:
        return session.get(RecurringSchedule, (company.tenant_id, schedule_id))


def test_a_schedule_is_saved_and_listed(priya, nilgiri, schedule_id):
    listed = priya.get("recurring").text
    assert "Meridian Coworks" in listed and "Every month" in listed and "Issues and sends" in listed
    shown = priya.get(f"recurring/{schedule_id}").text
    assert "1,02,660.00" in shown and "accounts@meridian.example" in shown
    assert inputs_of(shown)["lines-0-name"] == "Crew, {month}"
    row = stored(nilgiri, schedule_id)
    assert [line["rate"] for line in row.lines] == ["14,500"] and row.sends


def test_sent_twice_it_is_one(priya, nilgiri, fields):
    token = str(uuid4())
    assert [priya.post("recurring", form_token=token, **fields).status_code for _ in "ab"] == [303, 303]
    with nilgiri.scope():
        assert len(db().scalars(select(RecurringSchedule)).all()) == 1


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("customer_id", "", "Choose the customer."),
        ("every", "0", "Repeat every 1 to 60"),
        ("every", "many", "Enter a whole number"),
        ("starts_on", "30 Feb 2027", "February 2027"),
        ("starts_on", "1 Jan 9999", "2099"),
        ("payment_terms", "-1", "Enter a whole number"),
        ("lines-0-rate", "abc", "The rate must be a number"),
        ("lines-0-discount", "101", ""),
        ("lines-0-name", "{monat}", "{monat} is not known"),
        ("notes", "x" * 4_001, ""),
    ],
)
def test_bad_input_is_told_at_its_field_and_kept(priya, nilgiri, fields, field, typed, told):
    reply = priya.post("recurring", **fields | {field: typed})
    assert reply.status_code == 422 and told in reply.text
    assert 'aria-invalid="true"' in reply.text
    assert inputs_of(reply.text).get("lines-0-hsn_sac") == "998533"
    if field.startswith("lines"):
        assert inputs_of(reply.text)[field] == typed
    with nilgiri.scope():
        assert db().scalars(select(RecurringSchedule)).all() == []


def test_an_end_that_is_not_said_is_asked_for(priya, fields):
    reply = priya.post("recurring", **fields | {"ends": "after"})
    assert reply.status_code == 422 and "Say when it ends." in reply.text


def test_what_is_typed_shows_what_follows_and_stores_nothing(priya, nilgiri, fields):
    reply = priya.post("recurring/_/look", hx=True, **fields | {"rhythm": "week", "lines-0-rate": "100"})
    assert reply.status_code == 200 and reply.text.count("hx-partial hx-target") == 2
    assert "708.00" in reply.text, "6 x 100 and 18 %"
    with nilgiri.scope():
        assert db().scalars(select(RecurringSchedule)).all() == []


def test_lines_are_added_and_taken_away_without_a_script(priya, fields):
    added = priya.post("recurring/_/look?act=add", **fields | {"lines-1-name": "Two"}).text
    assert "lines-2-name" in inputs_of(added)
    dropped = priya.post("recurring/_/look?act=drop-0", **fields | {"lines-1-name": "Two"}).text
    assert inputs_of(dropped)["lines-0-name"] == "Two"


def test_garbage_is_looked_at_without_an_error(priya, fields):
    for wrong in ({"starts_on": "never"}, {"customer_id": "x"}, {"every": "99999999999"}, {"rhythm": "moon"}):
        assert priya.post("recurring/_/look", hx=True, **fields | wrong).status_code == 200


def test_a_change_is_stored_and_a_stale_one_shows_both(priya, nilgiri, schedule_id, fields):
    assert (
        priya.post(f"recurring/{schedule_id}/save", version="1", **fields | {"every": "2"}).status_code == 303
    )
    assert stored(nilgiri, schedule_id).every == 2
    reply = priya.post(f"recurring/{schedule_id}/save", version="1", **fields | {"every": "3"})
    assert reply.status_code == 409 and inputs_of(reply.text)["every"] == "3"
    assert "stored now 2" in reply.text and stored(nilgiri, schedule_id).every == 2
    again = priya.post(
        f"recurring/{schedule_id}/save",
        **fields | {"every": "3", "version": inputs_of(reply.text)["version"]},
    )
    assert again.status_code == 303 and stored(nilgiri, schedule_id).every == 3


def test_pause_resume_and_end(priya, nilgiri, schedule_id):
    for act, state in (("pause", "paused"), ("resume", "active"), ("end", "ended")):
        assert priya.post(f"recurring/{schedule_id}/{act}").status_code == 303
        assert stored(nilgiri, schedule_id).state == state
    assert priya.post(f"recurring/{schedule_id}/resume").status_code == 409
    assert "Ended" in priya.get(f"recurring/{schedule_id}").text


def test_run_now_issues_and_leads_to_the_invoice(priya, nilgiri, schedule_id):
    token = str(uuid4())
    replies = [priya.post(f"recurring/{schedule_id}/run", form_token=token) for _ in "ab"]
    assert [reply.status_code for reply in replies] == [303, 303]
    with nilgiri.scope():
        invoice = db().scalars(select(Invoice)).one()
        assert invoice.invoice_number and replies[0].location.endswith(f"/invoices/{invoice.id}")
    assert invoice.invoice_number in priya.get(f"recurring/{schedule_id}").text


def test_an_invoice_is_repeated_with_its_lines(priya, nilgiri, customer):
    with nilgiri.scope():
        invoice = factories.make_invoice(customer, "1000.00")
        name = invoice.lines[0].name
    shown = inputs_of(priya.get(f"recurring/new?invoice={invoice.id}").text)
    assert shown["lines-0-name"] == (name or "") and shown["lines-0-rate"] == "1,000.00"


def test_who_may_not_issue_reads_only(asha, imran, schedule_id, fields):
    assert asha.get("recurring").status_code == 200
    page = asha.get(f"recurring/{schedule_id}").text
    assert '<fieldset class="closed" disabled>' in page and "Run now" not in page
    for act in ("save", "pause", "resume", "end", "run"):
        assert asha.post(f"recurring/{schedule_id}/{act}", **fields).status_code == 403
    assert asha.post("recurring", **fields).status_code == 403
    assert imran.post(f"recurring/{schedule_id}/pause").status_code == 303


def test_another_company_gets_404(rohan, schedule_id, fields, customer):
    assert rohan.get(f"recurring/{schedule_id}").status_code == 404
    for act in ("save", "pause", "resume", "end", "run"):
        assert rohan.post(f"recurring/{schedule_id}/{act}", version="1", **fields).status_code == 404
    assert rohan.post("recurring", **fields).status_code in (404, 422)
    assert rohan.get(f"recurring/new?customer={customer.id}").status_code == 404
    assert "Meridian" not in rohan.get("recurring").text


def test_the_list_of_none_says_what_it_is_for(priya):
    assert "No invoice repeats yet" in priya.get("recurring").text
