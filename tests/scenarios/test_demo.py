"""The demo firm: made once, complete, and by the same rules as everybody's."""

import datetime as dt
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from rms import demo
from rms.actions import sign_up
from rms.db.session import db, tenant_scope
from rms.demo import firm
from rms.domain import classification, quoting
from rms.domain.branding import Layout, branding_in
from rms.models import (
    Customer,
    DocumentView,
    EmailMessage,
    Invoice,
    PayerAnswer,
    Receipt,
    Reminder,
    ServiceType,
    Tenant,
)
from rms.queries.invoice_lists import status_on
from rms.queries.invoices import find_invoice
from rms.queries.quote_lists import Filter, list_quotes
from rms.queries.recurring import list_schedules, runs_of
from rms.queries.reminders import coming, reminder_rules
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
        assert counts == [len(firm.BUYERS) + 2, len(firm.SERVICES)]
        issued = db().scalar(select(func.count()).where(Invoice.status != "draft"))
        # By hand, an export and one for the zone, three months and two quarters of the schedules.
        assert issued == demo.INVOICES + 2 + 3 + 2
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
    assert len(values) >= demo.INVOICES
    assert values == list(range(1, len(values) + 1))


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


def test_reminders_went_before_on_and_after_the_due_date_while_money_was_owed(firm_id):
    with tenant_scope(firm_id):
        rules = reminder_rules()
        statement = select(Reminder, EmailMessage, Invoice).where(
            EmailMessage.id == Reminder.mail_id, Invoice.id == Reminder.invoice_id
        )
        sent = db().execute(statement).all()
        upcoming = coming(rules, NOW.date(), demo.HOME)
    assert rules.is_on and upcoming
    assert {"-3", "+0", "+7"} <= {row.Reminder.step for row in sent}
    for row in sent:
        late = row.EmailMessage.sent_at.astimezone(demo.HOME).date() - row.Invoice.due_date
        assert 0 <= late.days - int(row.Reminder.step) <= 3
        assert row.Reminder.created_at == row.EmailMessage.created_at <= NOW
        assert Decimal(row.EmailMessage.params["amount"]) > 0


def test_two_schedules_have_run_and_will_run(firm_id):
    with tenant_scope(firm_id):
        schedules = {schedule.rhythm: schedule for schedule in list_schedules()}
        made = {rhythm: runs_of(schedule.id) for rhythm, schedule in schedules.items()}
    assert {rhythm: one.sends for rhythm, one in schedules.items()} == {"month": False, "quarter": True}
    assert not any(one.problem for one in schedules.values())
    assert all(one.next_run > NOW.date() for one in schedules.values())
    assert [run.status == "draft" for run in made["month"]] == [True, False, False, False]
    assert [run.invoice_number is None for run in made["quarter"]] == [False, False]
    assert all(run.problem is None and run.invoice_date == run.period for run in made["quarter"])


def test_its_papers_have_a_look_of_their_own(firm_id):
    with tenant_scope(firm_id):
        look = branding_in(db().scalar(select(Tenant.settings).where(Tenant.id == firm_id)))
    assert (look.template, look.accent) == (Layout.LETTERHEAD, "leaf")
    assert look.foot_note


def test_two_links_were_opened_and_one_payer_answered(firm_id):
    with tenant_scope(firm_id):
        views = db().execute(select(DocumentView.link_id, DocumentView.device, DocumentView.last_at)).all()
        answer = db().scalars(select(PayerAnswer)).one()
        invoice = find_invoice(answer.invoice_id)
    assert len({view.link_id for view in views}) == 2
    assert all(view.device and view.last_at < NOW for view in views)
    assert (answer.kind, answer.handled_at) == ("will_pay", None)
    assert answer.on_date > answer.created_at.date()
    assert answer.link_id in {view.link_id for view in views}
    assert invoice.status == "overdue"
    assert invoice.balance == invoice.total


def test_an_export_and_a_supply_to_a_zone_are_without_tax_under_the_letter_of_their_year(firm_id):
    with tenant_scope(firm_id):
        zero_rated = list(db().scalars(select(Invoice).where(Invoice.tax_mode == "IGST_ZERO_RATED_LUT")))
    assert {invoice.buyer_snapshot["name"] for invoice in zero_rated} == {firm.ABROAD.name, firm.ZONE.name}
    assert all((invoice.total, invoice.tax_total) == (invoice.subtotal, 0) for invoice in zero_rated)
    assert all(invoice.seller_snapshot["lut_arn"] == firm.ARN for invoice in zero_rated)
