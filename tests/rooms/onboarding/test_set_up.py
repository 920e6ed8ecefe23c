from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import select

from rms.actions import companies
from rms.db.numbering import peek
from rms.db.session import db
from rms.models import Customer, Invoice, NumberSeries, ServiceType
from rms.queries.companies import company_with_gst, set_up
from rms.queries.invoices import lines_of
from rms.queries.series import default_series
from tests.factories import gstin_of
from tests.inputs import inputs_of

BUSINESS = {
    "registration": "regular",
    "gst_number": gstin_of("29"),
    "name": "Nilgiri Facility Services LLP",
    "trade_name": "Nilgiri",
    "address_line1": "2nd floor, 41/2 Residency Cross Road",
    "city": "Bengaluru",
    "pin_code": "560025",
}
LOOK = {"prefix": "nil ", "year": "FY", "next_value": "0148", "upi_id": "nilgiri@examplebank"}
SERVICE = {"name": "Housekeeping crew", "hsn_sac": "998533", "default_rate": "14,500", "tax": "standard"}
CUSTOMER = {
    "gst_treatment": "regular",
    "gst_number": gstin_of("33"),
    "name": "Sundaram Tools",
    "address_line1": "Plot 18",
    "payment_terms": "30",
}


def versions(page) -> dict[str, str]:
    """The versions of the rows that this page was drawn from."""
    fields = inputs_of(page.text)
    return {name: fields[name] for name in ("version", "series_version") if name in fields}


def send(member, number: int, **fields):
    return member.post(f"setup/{number}", **versions(member.get(f"setup/{number}")) | fields)


def test_from_the_business_to_the_first_invoice(priya, nilgiri):
    """4 x 14,500.00 = 58,000.00; IGST 18% = 10,440.00; together 68,440.00."""
    for number, fields in enumerate((BUSINESS, LOOK, SERVICE, CUSTOMER), start=1):
        reply = send(priya, number, **fields)
        assert (reply.status_code, reply.location) == (303, priya.path(f"setup/{number + 1}"))
    page = priya.get("setup/5").text
    assert "NIL/26-27/0148" in page and "Sundaram Tools" in page and "IGST, Karnataka to Tamil Nadu" in page
    reply = send(priya, 5, quantity="4")
    with nilgiri.scope():
        invoice = db().scalars(select(Invoice)).one()
        assert (invoice.subtotal, invoice.total) == (Decimal("58000.00"), Decimal("68440.00"))
        assert [line.quantity for line in lines_of(invoice.id)] == [Decimal(4)]
        assert set_up().is_complete
    assert reply.location == priya.path(f"invoices/{invoice.id}/edit")
    done = priya.get("setup/done").text
    assert "All five steps are done" in done
    assert "10,440.00" in done and done.count("₹68,440.00") == 3  # the door, the preview, its fold for phones


def test_going_back_changes_what_was_made_and_adds_nothing(priya, nilgiri):
    for fields in (SERVICE, SERVICE | {"default_rate": "15,000"}):
        assert send(priya, 3, **fields).status_code == 303
    for fields in (CUSTOMER, CUSTOMER | {"name": "Sundaram Precision Tools"}):
        assert send(priya, 4, **fields).status_code == 303
    first, second = send(priya, 5, quantity="1"), send(priya, 5, quantity="2")
    assert first.location == second.location
    with nilgiri.scope():
        assert db().scalars(select(ServiceType.default_rate)).all() == [Decimal(15000)]
        assert db().scalars(select(Customer.name)).all() == ["Sundaram Precision Tools"]


def test_sending_a_step_twice_makes_one(priya, nilgiri):
    token = str(uuid4())
    fields = versions(priya.get("setup/3")) | SERVICE
    for _ in range(2):
        assert priya.post("setup/3", form_token=token, **fields).status_code == 303
    with nilgiri.scope():
        assert len(db().scalars(select(ServiceType)).all()) == 1


@pytest.fixture
def unstarted(nilgiri):
    """A company whose set-up was never opened."""
    from rms.models import Tenant

    with nilgiri.scope():
        db().get(Tenant, nilgiri.tenant_id).settings = {}
    return nilgiri


def test_set_up_goes_on_at_the_first_unfinished_step(unstarted, priya):
    assert priya.get("setup").location == priya.path("setup/1")
    assert priya.post("setup/1/skip").location == priya.path("setup/2")
    assert priya.get("setup").location == priya.path("setup/2")
    for number in (2, 3, 4):
        priya.post(f"setup/{number}/skip")
    assert priya.post("setup/5/skip").location == priya.path("setup/done")
    assert priya.get("setup").location == priya.path("setup/done")
    done = priya.get("setup/done").text
    assert "5 steps are left for later" in done and "Left for later" in done


def test_an_empty_first_invoice_is_possible(unstarted, priya, nilgiri):
    assert "Make your first invoice" in priya.get("setup/5").text
    assert send(priya, 5).status_code == 303
    with nilgiri.scope():
        assert db().scalars(select(Invoice)).one().customer_id is None


def test_only_those_who_may_change_settings_see_it(imran, asha):
    for member in (imran, asha):
        for path in ("", "/1", "/5", "/done", "/_/number", "/_/totals"):
            assert member.get(f"setup{path}").status_code == 403
        for path in ("1", "2", "3", "4", "5", "1/skip", "_/gstin"):
            assert member.post(f"setup/{path}").status_code == 403


def test_another_companys_set_up_is_not_there(rohan, nilgiri):
    assert rohan.get(f"/c/{nilgiri.slug}/setup/1").status_code == 404
    assert rohan.post(f"/c/{nilgiri.slug}/setup/1", **BUSINESS).status_code == 404


@pytest.mark.parametrize("path", ["/setup/0", "/setup/6", "/setup/x"])
def test_there_are_five_steps(priya, path):
    assert priya.get(path).status_code == 404


@pytest.mark.parametrize(
    ("number", "fields", "name", "typed", "sentence"),
    [
        (1, BUSINESS, "gst_number", gstin_of("29")[:14], "This GSTIN has 14 characters. It needs 15."),
        (1, BUSINESS, "pin_code", "56002", "Enter all 6 digits"),
        (1, BUSINESS, "name", "x" * 10_000, "Use at most 255 characters"),
        (2, LOOK, "prefix", "NFSBL", "A GST invoice number has at most 16"),
        (2, LOOK, "prefix", "NFR", "could come out the same"),
        (2, LOOK, "next_value", "abc", "The next number is a whole number from 1 to 99,999"),
        (2, LOOK, "bank_account_number", "123456789", "Enter the IFSC of this account"),
        (3, SERVICE, "default_rate", "abc", "The rate must be a number"),
        (4, CUSTOMER, "name", "", "Enter the name that stands on the invoice"),
        (4, CUSTOMER, "payment_terms", "soon", "Payment terms are 0 to 3,650 days"),
        (5, {}, "quantity", "-1", "Quantity must be more than 0"),
    ],
)
def test_a_mistake_keeps_what_was_typed(priya, number, fields, name, typed, sentence):
    if number == 5:
        send(priya, 3, **SERVICE)
    reply = send(priya, number, **fields | {name: typed})
    assert reply.status_code == 422
    assert sentence in reply.text and "<title>Error:" in reply.text
    assert f'value="{typed}"' in reply.text
    assert "Tamil Nadu" in reply.text or number != 4


def test_the_number_is_shown_before_it_is_saved(priya, nilgiri):
    shown = priya.get("setup/_/number?prefix=nil&year=FYFY&next_value=7", hx=True).text
    assert 'aria-label="NIL/2627/0007"' in shown and 'aria-label="NIL/2627/99999"' in shown
    assert "13 of 16 characters" in shown and "NIL/2728/0001" in shown
    assert "has 17 characters" in priya.get("setup/_/number?prefix=NFSBL&year=FY", hx=True).text
    assert "Enter a few letters" in priya.get("setup/_/number", hx=True).text
    with nilgiri.scope():
        assert default_series("invoice").prefix == "NFS"


def test_a_composition_dealer_numbers_bills_of_supply(priya, nilgiri):
    send(priya, 1, **BUSINESS | {"registration": "composition"})
    send(priya, 2, **LOOK)
    with nilgiri.scope():
        assert company_with_gst()[1].registration_type == "composition"
        prefixes = dict(db().execute(select(NumberSeries.kind, NumberSeries.prefix)).all())
        assert (prefixes["bill_of_supply"], prefixes["invoice"]) == ("NIL", "NFS")
        assert peek(default_series("bill_of_supply").id, "2026-27") == 148


def test_a_gstin_fills_the_state_and_the_letterhead(priya):
    reply = priya.post("setup/_/gstin", hx=True, **BUSINESS | {"gst_number": gstin_of("33"), "name": "<b>"})
    assert "Valid format. Tamil Nadu (33), PAN AAKFN4821C" in reply.text
    assert 'hx-target="#f-state_code"' in reply.text and 'hx-target="#look"' in reply.text
    assert f"GSTIN {gstin_of('33')}" in reply.text and "<b><b>" not in reply.text


def test_the_totals_follow_the_quantity(priya):
    """3 x 14,500.00 = 43,500.00; what cannot be read counts as one."""
    send(priya, 3, **SERVICE)
    assert "43,500.00" in priya.get("setup/_/totals?quantity=3", hx=True).text
    for typed in ("abc", "-1", "1e9", "NaN", ""):
        assert "14,500.00" in priya.get(f"setup/_/totals?quantity={typed}", hx=True).text


def test_a_stale_version_shows_both_values(priya, nilgiri):
    page = versions(priya.get("setup/1"))
    with nilgiri.scope():
        draft = companies.BusinessDraft(
            registration="regular", gst_number=gstin_of("29"), name="Nilgiri", address_line1="1 New Road"
        )
        companies.describe(draft, version=int(page["version"]))
    reply = priya.post("setup/1", **page | BUSINESS)
    assert reply.status_code == 409
    assert "1 New Road" in reply.text and f'value="{BUSINESS["address_line1"]}"' in reply.text
    assert priya.post("setup/1", **versions(reply) | BUSINESS).status_code == 303
