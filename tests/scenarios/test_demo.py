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
from rms.domain.periods import add_months
from rms.models import (
    CreditNote,
    CreditNoteApplication,
    Customer,
    CustomerContact,
    DocumentView,
    EmailMessage,
    Invoice,
    PayerAnswer,
    Receipt,
    ReceiptAllocation,
    Refund,
    Reminder,
    ServiceType,
    Tenant,
)
from rms.queries.invoice_lists import status_on
from rms.queries.invoices import find_invoice
from rms.queries.ledger_check import first_differences
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
        # By hand, an export and one for the zone, three months and two quarters of the schedules; a debit
        # note and an old balance.
        assert counts == [40, 25] and demo.INVOICES + 2 + 3 + 2 == 300
        assert issued == 300 + 1 + 1
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
        issued = select(Invoice.invoice_number).where(
            Invoice.kind == "tax_invoice", Invoice.series_id.is_not(None)
        )
        numbers = list(db().scalars(issued.order_by(Invoice.invoice_date, Invoice.invoice_number)))
    by_year = {}
    for number in numbers:
        year, _, value = number.rpartition("/")
        by_year.setdefault(year, []).append(int(value))
    assert list(by_year) == ["NFS/25-26", "NFS/26-27"] and len(numbers) == 300
    assert all(values == list(range(1, len(values) + 1)) for values in by_year.values())


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


def test_its_books_are_right(firm_id):
    with tenant_scope(firm_id):
        assert first_differences(NOW.date()) == []


def test_fourteen_months_and_every_age(firm_id):
    with tenant_scope(firm_id):
        oldest = db().scalar(select(func.min(Invoice.invoice_date)).where(Invoice.kind == "tax_invoice"))
        ages = (
            db()
            .scalars(
                select(NOW.date() - Invoice.due_date).where(Invoice.balance > 0, Invoice.status == "overdue")
            )
            .all()
        )
    assert add_months(NOW.date(), -14) <= oldest <= add_months(NOW.date(), -13)
    for least, most in ((1, 30), (31, 60), (61, 90), (91, 10_000)):
        assert any(least <= age <= most for age in ages), (least, most)


def test_money_came_in_every_way_that_there_is(firm_id):
    with tenant_scope(firm_id):
        states = dict(db().execute(select(Receipt.status, func.count()).group_by(Receipt.status)).all())
        laid = db().scalars(select(ReceiptAllocation)).all()
        advances = db().scalar(select(func.count()).where(Receipt.unallocated_amount > 0))
        charged = db().scalar(select(func.count()).where(Receipt.bank_charges > 0))
        refunds = db().scalar(select(func.count()).select_from(Refund))
    assert set(states) == {"pending", "cleared", "bounced", "cancelled"} and states["bounced"] == 3
    sections = {row.tds_section for row in laid if row.tds_amount}
    assert sections == {"194C", "393(1)-6i"}  # those of the two Acts, by the day the money came
    assert any(row.write_off_amount for row in laid) and any(row.released_on for row in laid)
    several = [sum(row.receipt_id == one.receipt_id for row in laid) for one in laid]
    assert max(several) >= 2
    assert (advances >= 3, charged >= 3, refunds) == (True, True, 2)


def test_credit_notes_stand_in_every_state_and_one_invoice_was_raised(firm_id):
    with tenant_scope(firm_id):
        states = set(db().scalars(select(CreditNote.status)))
        used = db().scalar(select(func.count(CreditNoteApplication.invoice_id.distinct())))
        note = db().scalars(select(Invoice).where(Invoice.kind == "debit_note")).one()
        old = db().scalars(select(Invoice).where(Invoice.kind == "opening")).one()
    assert states == {"draft", "issued", "applied", "cancelled"} and used >= 5
    assert note.against_invoice_id and (note.subtotal, note.tax_total) == (
        Decimal("966.67"),
        Decimal("174.00"),
    )
    assert old.balance == Decimal("18750.00")


def test_customers_have_types_people_and_limits(firm_id):
    with tenant_scope(firm_id):
        rows = db().scalars(select(Customer)).all()
        people = db().scalars(select(CustomerContact)).all()
    assert len({row.client_type_id for row in rows}) == 4
    assert len({row.account_manager_id for row in rows} - {None}) == 2
    assert sum(row.credit_limit is not None for row in rows) == 3
    assert any(one.gets_statements for one in people) and any(one.gets_invoices for one in people)
