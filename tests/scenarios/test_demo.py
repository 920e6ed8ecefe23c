"""The demo firm: made once, complete, and by the same rules as everybody's."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from rms import demo
from rms.actions import sign_up
from rms.db.session import db, tenant_scope
from rms.demo import firm
from rms.domain import classification, quoting
from rms.models import Customer, EmailMessage, Invoice, Receipt, ServiceType
from rms.queries.invoice_lists import status_on
from rms.queries.quote_lists import Filter, list_quotes
from rms.queries.services import list_services

NOW = dt.datetime(2026, 11, 22, 6, 30, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def firm_id(app):
    with app.app_context():
        lines = demo.load(NOW)
        assert demo.load(NOW) == lines
    assert any(firm.PASSWORD in line for line in lines)
    return sign_up.tenant_id_of("demo", firm.EMAIL)


def test_it_is_a_believable_small_firm(firm_id):
    with tenant_scope(firm_id):
        counts = [db().scalar(select(func.count()).select_from(table)) for table in (Customer, ServiceType)]
        assert counts == [20, 15]
        issued = db().scalar(select(func.count()).where(Invoice.status != "draft"))
        assert issued == demo.INVOICES
        assert db().scalar(select(func.count()).select_from(Receipt)) >= 20


def test_its_codes_are_those_of_the_law_and_say_what_is_sold(firm_id):
    codes = {name: classification.codes().get(sac) for name, _, sac, *_ in firm.SERVICES}
    assert [name for name, code in codes.items() if code is None or not code.is_service] == []
    told = {name: code.description for name, code in codes.items()}
    assert told["Facade cleaning, rope access"] == "Exterior cleaning of buildings"
    assert told["Water tank cleaning"] == "Specialised cleaning for reservoirs and tanks"
    assert told["Air conditioner service"].startswith("Maintenance and repair of electrical household")


def test_every_service_says_when_it_was_sold_last(firm_id):
    with tenant_scope(firm_id):
        rows = list_services(view="active", search="", after=None, limit=50, since=NOW.date())
    assert [row.name for row in rows if not row.invoices or row.last_used is None] == []


def test_invoices_stand_in_every_state_and_none_is_stale(firm_id):
    today = NOW.date()
    with tenant_scope(firm_id):
        rows = db().execute(select(Invoice.status, status_on(today).label("shown"))).all()
        assert {row.status for row in rows} == {
            "draft",
            "pending",
            "partially_paid",
            "overdue",
            "paid",
            "cancelled",
        }
        assert [row for row in rows if row.status != row.shown] == []


def test_numbers_run_without_a_gap_in_the_order_of_the_dates(firm_id):
    with tenant_scope(firm_id):
        issued = select(Invoice.invoice_number).where(Invoice.invoice_number.is_not(None))
        numbers = list(db().scalars(issued.order_by(Invoice.invoice_date, Invoice.invoice_number)))
    values = [int(number.rpartition("/")[2]) for number in numbers]
    assert values == list(range(1, demo.INVOICES + 1))


def test_receipts_are_numbered_as_the_money_came(firm_id):
    with tenant_scope(firm_id):
        ordered = select(Receipt.receipt_date).order_by(Receipt.receipt_number)
        days = list(db().scalars(ordered))
    assert days == sorted(days)


def test_its_mails_are_history(firm_id):
    with tenant_scope(firm_id):
        states = set(db().scalars(select(EmailMessage.state)))
    assert states == {"sent"}


def test_quotes_stand_in_every_state(firm_id):
    with tenant_scope(firm_id):
        rows = list_quotes(Filter(), today=NOW.date(), after=None, limit=50)
        assert {row.status for row in rows} == {str(status) for status in quoting.Status}
