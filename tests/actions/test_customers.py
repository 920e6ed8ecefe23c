import threading
from dataclasses import replace
from decimal import Decimal
from functools import partial
from uuid import uuid4

import pytest

from rms.actions import customers
from rms.actions.customers import CustomerDraft
from rms.domain.errors import Invalid, NotFound, StaleVersion
from rms.queries import customers as queries
from tests import factories
from tests.factories import NOW, TODAY, gstin_of

SCHOOL = CustomerDraft(name="Lotus Valley School", gst_treatment="regular", gst_number=gstin_of("33"))


def test_a_person_needs_only_a_name(nilgiri):
    with nilgiri.scope():
        customer = customers.add(CustomerDraft(name="  ஃபரிதா   பேகம் "), created_by=nilgiri.admin.id, now=NOW)
        assert (customer.name, customer.code, customer.state_code) == ("ஃபரிதா பேகம்", "C0001", None)
        assert (customer.gst_treatment, customer.payment_terms) == ("unregistered", 30)
        assert customer.created_by == nilgiri.admin.id and customer.client_type_id


def test_a_gstin_decides_state_and_pan(nilgiri):
    typed = f" {gstin_of('33').lower()[:5]} {gstin_of('33').lower()[5:]} "
    draft = CustomerDraft(name="S", gst_treatment="regular", gst_number=typed, pan_number=" aakfn 4821c ")
    with nilgiri.scope():
        customer = customers.add(draft, created_by=None, now=NOW)
        assert (customer.gst_number, customer.state_code) == (gstin_of("33"), "33")
        assert customer.pan_number == "AAKFN4821C"


def test_a_foreign_customer_has_a_country_and_no_state(nilgiri):
    draft = CustomerDraft(name="Wien", gst_treatment="overseas", country_code="AT", pin_code="A-1010")
    with nilgiri.scope():
        customer = customers.add(draft, created_by=None, now=NOW)
        assert (customer.state_code, customer.country_code, customer.pin_code) == ("96", "AT", "A-1010")


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"name": ""}, "name", "Enter the name that stands on the invoice"),
        ({"name": "x" * 10_000}, "name", "Use at most 255 characters. This has 10000"),
        ({"gst_number": None}, "gst_number", "Enter the GSTIN, or choose a kind of customer without one"),
        (
            {"gst_number": gstin_of("33")[:14] + "0"},
            "gst_number",
            "The last character does not match. Check for 0 and O",
        ),
        (
            {"gst_treatment": "unregistered"},
            "gst_number",
            "A customer of this kind has no GSTIN. Take it out, or choose a registered kind",
        ),
        (
            {"gst_treatment": "uin"},
            "gst_number",
            "This is an ordinary GSTIN and no UIN. Choose another kind of customer",
        ),
        ({"gst_treatment": "king"}, "gst_treatment", "Choose one from the list"),
        ({"pan_number": "12"}, "pan_number", "A PAN has 5 letters, 4 digits and a letter, like AAPFU0939F"),
        (
            {"pan_number": "ABCDE1234F"},
            "pan_number",
            "The PAN in the GSTIN is AAKFN4821C. Leave this empty, or correct the GSTIN",
        ),
        (
            {"state_code": "29"},
            "state_code",
            "The GSTIN is of Tamil Nadu (33). Choose that state, or correct the GSTIN",
        ),
        ({"pin_code": "012345"}, "pin_code", "No PIN code begins with 0"),
        ({"pin_code": "60001"}, "pin_code", "Enter all 6 digits"),
        ({"email": "a@b"}, "email", "An e-mail address looks like name@company.in"),
        ({"email": "a@b.in\nBcc: c@d.in"}, "email", "An e-mail address looks like name@company.in"),
        ({"phone": "call me"}, "phone", "A phone number has 6 to 20 digits, like +91 98450 12345"),
        ({"payment_terms": 3651}, "payment_terms", "Payment terms are 0 to 3,650 days"),
        (
            {"country_code": "AT"},
            "country_code",
            "Choose Outside India as the kind of customer, or India as the country",
        ),
        ({"gst_number": None, "gst_treatment": "overseas"}, "country_code", "Choose the country"),
        (
            {"gst_number": None, "gst_treatment": "unregistered", "state_code": "xx"},
            "state_code",
            "Choose the state from the list",
        ),
    ],
)
def test_what_does_not_fit_is_told_at_its_field(nilgiri, changed, field, sentence):
    draft = CustomerDraft(**{**SCHOOL.__dict__, **changed})
    with nilgiri.scope(), pytest.raises(Invalid) as refused:
        customers.add(draft, created_by=None, now=NOW)
    assert [str(one) for one in refused.value.errors[field]] == [sentence]


def test_every_mistake_is_told_at_once(nilgiri):
    with nilgiri.scope(), pytest.raises(Invalid) as refused:
        customers.add(
            CustomerDraft(name="", email="x", pin_code="1", payment_terms=-1), created_by=None, now=NOW
        )
    assert set(refused.value.errors) == {"name", "email", "pin_code", "payment_terms"}


def test_a_code_is_unique_within_the_company(nilgiri, sahyadri):
    with nilgiri.scope():
        customers.add(CustomerDraft(name="A", code="LV"), created_by=None, now=NOW)
        with pytest.raises(Invalid, match="Another customer has the code LV"):
            customers.add(CustomerDraft(name="B", code="LV"), created_by=None, now=NOW)
        assert customers.add(CustomerDraft(name="C"), created_by=None, now=NOW).code == "C0001"
    with sahyadri.scope():
        assert customers.add(CustomerDraft(name="A", code="LV"), created_by=None, now=NOW).code == "LV"


def test_codes_go_on_after_the_highest(nilgiri):
    with nilgiri.scope():
        customers.add(CustomerDraft(name="A", code="C0041"), created_by=None, now=NOW)
        customers.add(CustomerDraft(name="B", code="C-99"), created_by=None, now=NOW)
        assert customers.next_code() == "C0042"


def test_two_people_adding_at_once_get_two_codes(nilgiri):
    codes, start = [], threading.Barrier(2)

    def add(name: str) -> None:
        with nilgiri.scope():
            start.wait()
            codes.append(customers.add(CustomerDraft(name=name), created_by=None, now=NOW).code)

    both = [threading.Thread(target=add, args=(name,)) for name in ("A", "B")]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(codes) == ["C0001", "C0002"]


def test_an_older_version_is_not_written_over_a_newer_one(nilgiri):
    with nilgiri.scope():
        customer = customers.add(SCHOOL, created_by=None, now=NOW)
        changed = CustomerDraft(**{**SCHOOL.__dict__, "email": "bursar@lotusvalley.example.in"})
        assert customers.change(customer.id, changed, version=1).version == 2
        with pytest.raises(StaleVersion) as stale:
            customers.change(customer.id, SCHOOL, version=1)
        assert stale.value.theirs.email == "bursar@lotusvalley.example.in"


def test_another_gstin_brings_its_state_and_pan_when_nobody_touched_them(nilgiri):
    """Stored: 33 and AAKFN4821C. The form sends both back with a GSTIN of 27 and AAPFU0939F."""
    other = replace(SCHOOL, gst_number="27AAPFU0939F1ZV", state_code="33", pan_number="AAKFN4821C")
    with nilgiri.scope():
        customer = customers.add(SCHOOL, created_by=None, now=NOW)
        customers.change(customer.id, other, version=1)
        assert (customer.state_code, customer.pan_number) == ("27", "AAPFU0939F")
        for typed, field in (
            ({"state_code": "29"}, "state_code"),
            ({"pan_number": "ABCDE1234F"}, "pan_number"),
        ):
            with pytest.raises(Invalid) as refused:
                customers.change(customer.id, replace(other, **typed), version=2)
            assert set(refused.value.errors) >= {field}


def test_another_companys_customer_is_not_there(nilgiri, sahyadri):
    with nilgiri.scope():
        customer_id = customers.add(SCHOOL, created_by=None, now=NOW).id
    with sahyadri.scope():
        for verb in (customers.deactivate, partial(customers.activate, now=NOW)):
            with pytest.raises(NotFound):
                verb(customer_id)
        with pytest.raises(NotFound):
            customers.change(customer_id, SCHOOL, version=1)
        with pytest.raises(NotFound):
            queries.find_customer(customer_id)


def test_balances_are_those_of_issued_invoices(nilgiri):
    """Issued 1,180 due later and 2,360 due yesterday; a draft and a settled one count nothing."""
    with nilgiri.scope():
        customer = factories.make_customer()
        factories.make_invoice(customer, "1000.00")
        late = TODAY.replace(day=21)
        factories.make_invoice(customer, "2000.00", invoice_date=late, due_date=late)
        factories.make_draft(customer)
        paid = factories.make_invoice(customer, "500.00")
        receipt = factories.make_receipt(customer, "590.00")
        factories.make_allocation(receipt, paid, "590.00")
    with nilgiri.scope():
        owed = queries.owed_by(customer.id, TODAY)
        assert (owed.balance, owed.overdue) == (Decimal("3540.00"), Decimal("2360.00"))
        assert (owed.invoices, owed.overdue_invoices, owed.oldest) == (2, 1, late)
        assert [row.balance for row in queries.open_invoices_of(customer.id)] == [
            Decimal("2360.00"),
            Decimal("1180.00"),
        ]
        totals = queries.totals_of_customers(search="", today=TODAY)
        assert (totals.owe_count, totals.owe_balance, totals.overdue_overdue) == (
            1,
            Decimal("3540.00"),
            Decimal("2360.00"),
        )
        assert queries.owed_by(uuid4(), TODAY).balance == 0


@pytest.mark.parametrize("typed", ["lake", "LAKEVIEW", "T", "bengal", "29aak", "accounts@", "view res"])
def test_search_looks_in_every_place(nilgiri, typed):
    with nilgiri.scope():
        factories.make_customer(gst_number=gstin_of("29"))
        rows = queries.list_customers(view="all", search=typed, sort="name", after=None, limit=9, today=TODAY)
        assert len(rows) == 1


@pytest.mark.parametrize("typed", ["%", "_", "\\", "' or 1=1", "x" * 10_000])
def test_search_takes_what_is_typed_as_it_is(nilgiri, typed):
    with nilgiri.scope():
        factories.make_customer()
        rows = queries.list_customers(view="all", search=typed, sort="name", after=None, limit=9, today=TODAY)
        assert rows == []


def test_a_name_finds_its_customer_when_it_is_the_only_one(nilgiri):
    with nilgiri.scope():
        customer = factories.make_customer()
        assert queries.customer_by_name(" lakeview RESIDENCY ") == customer.id
        factories.make_customer()
        assert queries.customer_by_name("Lakeview Residency") is None
