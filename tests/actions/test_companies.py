import datetime as dt
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import select

from rms.actions import companies, series
from rms.actions.bank import PaymentDraft, take_payments
from rms.actions.companies import BusinessDraft
from rms.db.session import db, tenant_scope
from rms.domain import numbering
from rms.domain.errors import Invalid, StaleVersion
from rms.domain.numbering import Series
from rms.models import ClientType, Company, GstSetting, NumberSeries, TaxRate, Tenant
from rms.queries.bank import account_number_of
from rms.queries.companies import company_with_gst, set_up
from rms.queries.tax_rates import tax_rates_on
from tests.factories import NOW, TODAY, gstin_of

BUSINESS = BusinessDraft(
    registration="regular",
    gst_number=gstin_of("29"),
    name="Nilgiri Facility Services LLP",
    address_line1="14 Residency Road",
    city="Bengaluru",
    pin_code="560 001",
)


@pytest.fixture
def founded(connected):
    """The scope of a company that has just been founded and described nowhere."""
    tenant_id = uuid4()
    with tenant_scope(tenant_id):
        db().add(Tenant(id=tenant_id, name="Nilgiri", slug=f"n-{tenant_id.hex}", email="a@example.in"))
        db().flush()
        companies.establish(name="Nilgiri Facility Services LLP", created_by=None, now=NOW)
    return tenant_id


def test_a_new_company_has_all_it_needs(founded):
    with tenant_scope(founded):
        company, gst = company_with_gst()
        assert (company.name, company.financial_year_start) == (
            "Nilgiri Facility Services LLP",
            dt.date(2026, 4, 1),
        )
        assert (gst.registration_type, gst.is_gst_applicable, gst.gst_number) == ("unregistered", False, None)
        assert db().scalars(select(ClientType.payment_terms)).all() == [30]
        kinds = dict(db().execute(select(NumberSeries.kind, NumberSeries.prefix)).all())
        assert kinds == {"invoice": "NFS", "bill_of_supply": "NFB", "receipt": "NFR", "credit_note": "NFC"}


def test_the_day_of_founding_is_the_day_in_india(connected):
    """31 Mar 2026, 20:00 in London is 1 Apr in India: the new financial year."""
    tenant_id = uuid4()
    with tenant_scope(tenant_id):
        db().add(Tenant(id=tenant_id, name="A", slug=f"a-{tenant_id.hex}", email="a@example.in"))
        db().flush()
        moment = dt.datetime(2026, 3, 31, 20, 0, tzinfo=dt.UTC)
        company = companies.establish(name="A", created_by=None, now=moment)
        assert company.financial_year_start == dt.date(2026, 4, 1)


def test_every_rate_in_force_is_seeded_from_its_own_day(founded):
    with tenant_scope(founded):
        seeded = dict(db().execute(select(TaxRate.category, TaxRate.effective_from)).all())
        rates = {one.category: one.rate for one in tax_rates_on(TODAY)}
    assert (
        rates["standard"] == Decimal(18) and rates["merit"] == Decimal(5) and rates["demerit"] == Decimal(40)
    )
    assert Decimal(12) not in rates.values() and Decimal(28) not in rates.values()
    assert seeded["standard"] == dt.date(2017, 7, 1)
    assert seeded["demerit"] == dt.date(2025, 9, 22)


def test_a_later_rate_of_a_category_counts_from_its_day(founded):
    with tenant_scope(founded):
        db().add(TaxRate(category="standard", rate=Decimal(20), effective_from=dt.date(2027, 4, 1)))
        db().flush()
        before = {one.category: one.rate for one in tax_rates_on(dt.date(2027, 3, 31))}
        after = {one.category: one.rate for one in tax_rates_on(dt.date(2027, 4, 1))}
    assert (before["standard"], after["standard"]) == (Decimal(18), Decimal(20))


NAMES = [
    "Nilgiri Facility Services LLP",
    "North Fabric Research",
    "NF Bakery",
    "A",
    "शर्मा ट्रेडर्स",
    "மீனாட்சி",
    "3M",
    "R",
    "B",
    "!!!",
    "Inv Co",
]


@pytest.mark.parametrize("name", NAMES)
def test_no_two_series_can_print_the_same_number(connected, name):
    tenant_id = uuid4()
    with tenant_scope(tenant_id):
        db().add(Tenant(id=tenant_id, name=name, slug=f"s-{tenant_id.hex}", email="a@example.in"))
        db().flush()
        rows = [Series(row.pattern, row.prefix) for row in series.start(name)]
    for number, one in enumerate(rows):
        assert numbering.preview(one, "2026-27").problems == ()
        assert not any(numbering.may_collide(one, other) for other in rows[number + 1 :])


def test_state_and_pan_follow_from_the_gstin(founded):
    with tenant_scope(founded):
        companies.describe(BUSINESS, version=1)
    with tenant_scope(founded):
        company, gst = company_with_gst()
        assert (company.state_code, company.pin_code, company.tax_id) == ("29", "560001", "AAKFN4821C")
        assert company.address == "14 Residency Road\nBengaluru 560001, Karnataka"
        assert company.gst_number == gst.gst_number == gstin_of("29")
        assert (gst.is_gst_applicable, gst.default_rate, company.version) == (True, Decimal(18), 2)


def test_giving_up_registration_takes_the_gstin_away(founded):
    with tenant_scope(founded):
        companies.describe(BUSINESS, version=1)
        companies.describe(
            BusinessDraft(registration="unregistered", name="N", address_line1="1", state_code="29"),
            version=2,
        )
        company, gst = company_with_gst()
        assert (company.gst_number, gst.gst_number, gst.is_gst_applicable) == (None, None, False)


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"gst_number": gstin_of("29")[:14]}, "gst_number", "This GSTIN has 14 characters. It needs 15."),
        ({"gst_number": None}, "gst_number", "Enter the GSTIN, 15 characters like 27AAPFU0939F1ZV"),
        ({"name": " "}, "name", "Enter the name of the business"),
        ({"name": "x" * 10_000}, "name", "Use at most 255 characters. This has 10000"),
        ({"pin_code": "56002"}, "pin_code", "Enter all 6 digits"),
        ({"address_line1": ""}, "address_line1", "Enter the address. GST wants it on every invoice"),
        (
            {"registration": "unregistered", "state_code": None},
            "state_code",
            "Choose the state. It decides the tax",
        ),
        (
            {"registration": "unregistered", "state_code": "98"},
            "state_code",
            "Choose the state from the list",
        ),
    ],
)
def test_what_does_not_fit_is_told_at_its_field(founded, changed, field, sentence):
    draft = BusinessDraft(**{**BUSINESS.__dict__, **changed})
    with tenant_scope(founded), pytest.raises(Invalid) as refused:
        companies.describe(draft, version=1)
    assert [str(one) for one in refused.value.errors[field]] == [sentence]


def test_an_older_version_is_not_written_over_a_newer_one(founded):
    with tenant_scope(founded):
        companies.describe(BUSINESS, version=1)
        with pytest.raises(StaleVersion) as stale:
            companies.describe(BUSINESS, version=1)
        assert stale.value.theirs.name == "Nilgiri Facility Services LLP"


def test_bank_details_are_kept_as_banks_want_them(founded):
    draft = PaymentDraft(
        bank_account_number="००१९ 2200-4471", bank_ifsc="exmp0000192", upi_id="nilgirifs@examplebank"
    )
    with tenant_scope(founded):
        company = take_payments(draft, version=1, now=NOW)
        assert (account_number_of(company), company.bank_ifsc) == ("001922004471", "EXMP0000192")
        assert company.bank_account_number.startswith("v1:")
        assert company.bank_account_last4 == "4471"


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (PaymentDraft(bank_account_number="123456789"), "bank_ifsc"),
        (PaymentDraft(bank_ifsc="EXMP0000192"), "bank_account_number"),
        (PaymentDraft(bank_account_number="12 34", bank_ifsc="EXMP0000192"), "bank_account_number"),
        (PaymentDraft(bank_account_number="123456789", bank_ifsc="EXMP1000192"), "bank_ifsc"),
        (PaymentDraft(upi_id="nilgiri"), "upi_id"),
        (PaymentDraft(bank_name="x" * 10_000), "bank_name"),
    ],
)
def test_half_of_the_bank_details_is_refused(founded, draft, field):
    with tenant_scope(founded), pytest.raises(Invalid) as refused:
        take_payments(draft, version=1, now=NOW)
    assert list(refused.value.errors) == [field]


def test_set_up_remembers_what_is_done_and_what_waits(founded):
    service_id = uuid4()
    with tenant_scope(founded):
        assert set_up().first_unfinished == 1
        companies.finish_step(1)
        companies.skip_step(2)
        companies.finish_step(3, service=service_id)
        companies.skip_step(3)  # done stays done
    with tenant_scope(founded):
        progress = set_up()
        assert (progress.done, progress.skipped) == ({1, 3}, {2})
        assert (progress.first_unfinished, progress.made) == (4, {"service": service_id})
        companies.finish_step(2)
        assert set_up().skipped == frozenset()


def test_nothing_of_it_is_seen_by_another_company(founded, sahyadri):
    with tenant_scope(sahyadri.tenant_id):
        assert db().scalars(select(Company.name)).all() == ["Sahyadri Traders"]
        assert len(db().scalars(select(GstSetting)).all()) == 1
