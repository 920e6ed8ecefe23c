"""Schedules make their invoices: each period once, in words of its own, and what fails is told."""

import datetime as dt
import threading
from decimal import Decimal

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from rms.actions import recurring, recurring_runs
from rms.actions.recurring import ScheduleDraft
from rms.db.session import db
from rms.domain.errors import IllegalMove, Invalid, NotFound, StaleVersion
from rms.domain.recurrence import Plan, Rhythm
from rms.jobs.recurring import run_due
from rms.models import (
    AuditLog,
    Customer,
    EmailMessage,
    Invoice,
    InvoiceLineItem,
    RecurringInvoice,
    RecurringRun,
    RecurringSchedule,
    Tenant,
)
from rms.queries import recurring as found
from tests import factories
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.usefixtures("app")

LINE = {
    "name": "Housekeeping crew, {month}",
    "description": "FY {fy}",
    "hsn_sac": "998533",
    "quantity": "6",
    "unit": "person",
    "rate": "14,500",
    "tax": "18",
}


def plan(**more) -> Plan:
    return Plan(**({"rhythm": Rhythm.MONTH, "every": 1, "starts_on": TODAY} | more))


def drafted(customer, **more) -> ScheduleDraft:
    usual = {
        "customer_id": customer.id,
        "plan": plan(),
        "payment_terms": 15,
        "sends": False,
        "reference_number": "PO 7",
        "notes": "For {month}",
        "lines": [LINE, {}],
    }
    return ScheduleDraft(**(usual | more))


def make(nilgiri, **more) -> RecurringSchedule:
    customer = factories.make_customer("Meridian Coworks", email="accounts@meridian.example")
    return recurring.add(drafted(customer, **more), today=TODAY, created_by=nilgiri.admin.id)


@pytest.fixture
def scheduled(nilgiri):
    """The id of a schedule with the given parts, saved and committed."""

    def build(**more):
        with nilgiri.scope():
            return make(nilgiri, **more).id

    return build


def at(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(6, 0), tzinfo=dt.UTC)


def invoices_of(schedule_id) -> list[Invoice]:
    statement = (
        select(Invoice)
        .join(RecurringInvoice, RecurringInvoice.invoice_id == Invoice.id)
        .join(RecurringRun, RecurringRun.id == RecurringInvoice.run_id)
        .where(RecurringRun.schedule_id == schedule_id)
        .order_by(RecurringRun.period)
    )
    return list(db().scalars(statement))


def test_a_run_makes_the_draft_that_the_schedule_says(nilgiri, scheduled):
    schedule_id = scheduled()
    assert run_due(nilgiri.tenant_id, NOW) == 1
    with nilgiri.scope():
        (invoice,) = invoices_of(schedule_id)
        line = db().scalars(select(InvoiceLineItem).where(InvoiceLineItem.invoice_id == invoice.id)).one()
        schedule = found.find_schedule(schedule_id)
        assert (line.name, line.description) == ("Housekeeping crew, November 2026", "FY 2026-27")
        assert (invoice.status, invoice.invoice_date, invoice.total) == ("draft", TODAY, Decimal("102660.00"))
        assert (invoice.due_date - TODAY).days == 15
        assert (invoice.reference_number, invoice.notes) == ("PO 7", "For November 2026")
        assert (schedule.next_run, schedule.next_number) == (dt.date(2026, 12, 22), 1)


def test_issue_and_send_gives_it_a_number_and_a_mail(nilgiri, scheduled):
    schedule_id = scheduled(sends=True)
    run_due(nilgiri.tenant_id, NOW)
    with nilgiri.scope():
        (invoice,) = invoices_of(schedule_id)
        mail = db().scalars(select(EmailMessage).where(EmailMessage.entity_id == invoice.id)).one()
        assert invoice.invoice_number and invoice.status == "pending"
        assert (mail.kind, mail.to_address, mail.state) == ("invoice", "accounts@meridian.example", "queued")
        assert found.runs_of(schedule_id)[0].problem is None


def test_the_same_period_is_never_made_twice(nilgiri, scheduled):
    scheduled()
    assert [run_due(nilgiri.tenant_id, NOW) for _ in range(3)] == [1, 0, 0]


def test_the_database_itself_refuses_a_second_run_of_a_period(nilgiri, scheduled):
    schedule_id = scheduled()
    run_due(nilgiri.tenant_id, NOW)
    with pytest.raises(DBAPIError), nilgiri.scope():
        db().add(RecurringRun(schedule_id=schedule_id, period=TODAY))
        db().flush()


def test_two_schedulers_at_once_make_each_period_once(nilgiri, scheduled):
    ids = [scheduled(sends=True, plan=plan(rhythm=Rhythm.WEEK)) for _ in range(3)]
    later = at(TODAY + dt.timedelta(days=7))
    gate, made = threading.Barrier(4), []

    def work():
        gate.wait()
        made.append(run_due(nilgiri.tenant_id, later))

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(made) == 6
    with nilgiri.scope():
        numbers = [invoice.invoice_number for one in ids for invoice in invoices_of(one)]
        assert len(numbers) == len(set(numbers)) == 6 and None not in numbers


def test_a_run_that_dies_before_its_commit_leaves_nothing_and_is_made_again(nilgiri, scheduled):
    schedule_id = scheduled(sends=True)
    with pytest.raises(RuntimeError), nilgiri.scope():
        recurring_runs.run_if_due(schedule_id, now=NOW, today=TODAY)
        raise RuntimeError("killed")
    with nilgiri.scope():
        counts = [
            db().scalar(select(func.count()).select_from(one))
            for one in (RecurringRun, Invoice, EmailMessage)
        ]
        assert counts == [0, 0, 0]
    assert run_due(nilgiri.tenant_id, NOW) == 1


def test_after_a_week_of_downtime_every_missed_period_is_made_and_dated_today(nilgiri, scheduled):
    schedule_id = scheduled(
        sends=True, plan=plan(rhythm=Rhythm.WEEK), lines=[{**LINE, "name": "Week {period}"}]
    )
    back = TODAY + dt.timedelta(days=8)
    assert run_due(nilgiri.tenant_id, at(back)) == 2
    with nilgiri.scope():
        made = invoices_of(schedule_id)
        names = [invoice.lines[0].name for invoice in made]
        assert names == ["Week 22 Nov 2026 to 28 Nov 2026", "Week 29 Nov 2026 to 5 Dec 2026"]
        assert [invoice.invoice_date for invoice in made] == [back, back]
        assert [invoice.status for invoice in made] == ["pending", "pending"]


def test_what_is_very_late_is_made_and_waits_as_a_draft(nilgiri, scheduled):
    schedule_id = scheduled(sends=True)
    back = dt.date(2027, 1, 25)
    assert run_due(nilgiri.tenant_id, at(back)) == 0, "the trial is over by then"
    with nilgiri.scope() as session:
        session.get(Tenant, nilgiri.tenant_id).subscription_status = "active"
    assert run_due(nilgiri.tenant_id, at(back)) == 3
    with nilgiri.scope():
        assert [invoice.status for invoice in invoices_of(schedule_id)] == ["draft", "draft", "pending"]
        assert "late by 64 days" in str(found.runs_of(schedule_id)[-1].problem["message"]) % {"days": "64"}


def test_a_missing_code_leaves_a_draft_and_tells_the_owner(nilgiri, scheduled):
    schedule_id = scheduled(sends=True, lines=[{**LINE, "hsn_sac": ""}])
    run_due(nilgiri.tenant_id, NOW)
    with nilgiri.scope():
        (invoice,) = invoices_of(schedule_id)
        run = found.runs_of(schedule_id)[0]
        mail = db().scalars(select(EmailMessage).where(EmailMessage.kind == "recurring_problem")).one()
        assert (invoice.status, invoice.invoice_number) == ("draft", None)
        assert run.problem["message"] and mail.to_address == nilgiri.admin.email
        assert mail.params["problem"] == run.problem and mail.params["is_draft"]
        assert found.find_schedule(schedule_id).next_run == dt.date(2026, 12, 22), "the coming runs go on"


def test_a_customer_without_address_leaves_a_draft_without_number(nilgiri):
    with nilgiri.scope():
        customer = factories.make_customer("No mail", email=None)
        schedule_id = recurring.add(
            drafted(customer, sends=True), today=TODAY, created_by=nilgiri.admin.id
        ).id
    run_due(nilgiri.tenant_id, NOW)
    with nilgiri.scope():
        (invoice,) = invoices_of(schedule_id)
        assert (invoice.status, invoice.invoice_number) == ("draft", None)
        assert "e-mail" in found.runs_of(schedule_id)[0].problem["message"]


def test_an_archived_customer_stops_it_with_one_mail_until_it_is_mended(nilgiri, scheduled):
    schedule_id = scheduled()
    with nilgiri.scope():
        customer = db().scalars(select(Customer)).one()
        customer.is_active = False
    assert [run_due(nilgiri.tenant_id, NOW) for _ in range(3)] == [0, 0, 0]
    with nilgiri.scope():
        schedule = found.find_schedule(schedule_id)
        assert "archived" in schedule.problem["message"] and schedule.next_run == TODAY
        mails = db().scalars(select(EmailMessage)).all()
        assert [mail.kind for mail in mails] == ["recurring_problem"], "told once, tried three times"
        db().scalars(select(Customer)).one().is_active = True
    assert run_due(nilgiri.tenant_id, NOW) == 1
    with nilgiri.scope():
        assert found.find_schedule(schedule_id).problem is None


@pytest.mark.parametrize(
    ("status", "made"), [("trial", 1), ("active", 1), ("expired", 0), ("cancelled", 0), ("suspended", 0)]
)
def test_only_a_live_plan_repeats_invoices(nilgiri, scheduled, status, made):
    schedule_id = scheduled()
    with nilgiri.scope() as session:
        session.get(Tenant, nilgiri.tenant_id).subscription_status = status
    assert run_due(nilgiri.tenant_id, NOW) == made
    with nilgiri.scope():
        assert (found.find_schedule(schedule_id).problem is None) == bool(made)


def test_it_ends_after_its_last_run(nilgiri, scheduled):
    schedule_id = scheduled(plan=plan(rhythm=Rhythm.WEEK, most_runs=2))
    assert run_due(nilgiri.tenant_id, at(TODAY + dt.timedelta(days=13))) == 2
    with nilgiri.scope():
        schedule = found.find_schedule(schedule_id)
        assert (schedule.state, schedule.next_run) == ("ended", None)
        with pytest.raises(IllegalMove):
            recurring_runs.run_now(schedule_id, now=NOW, today=TODAY)


def test_a_pause_leaves_out_what_falls_into_it(nilgiri, scheduled):
    schedule_id = scheduled()
    with nilgiri.scope():
        recurring.pause(schedule_id)
    later = dt.date(2027, 1, 5)
    assert run_due(nilgiri.tenant_id, at(later)) == 0
    with nilgiri.scope():
        schedule = recurring.resume(schedule_id, today=later)
        assert (schedule.state, schedule.next_run) == ("active", dt.date(2027, 1, 22))


def test_run_now_takes_the_next_period_forward(nilgiri, scheduled):
    schedule_id = scheduled(plan=plan(starts_on=dt.date(2026, 12, 31)))
    with nilgiri.scope():
        recurring_runs.run_now(schedule_id, now=NOW, today=TODAY)
        schedule = found.find_schedule(schedule_id)
        (invoice,) = invoices_of(schedule_id)
        assert schedule.next_run == dt.date(2027, 1, 31)
        assert invoice.invoice_date == TODAY and "December 2026" in invoice.lines[0].name


def test_a_draft_that_is_thrown_away_is_not_made_again(nilgiri, scheduled):
    from rms.actions.invoices import delete_draft

    schedule_id = scheduled()
    run_due(nilgiri.tenant_id, NOW)
    with nilgiri.scope():
        delete_draft(invoices_of(schedule_id)[0].id, now=NOW)
    assert run_due(nilgiri.tenant_id, NOW) == 0
    with nilgiri.scope():
        assert [run.invoice_id for run in found.runs_of(schedule_id)] == [None]


def test_a_changed_plan_goes_on_behind_the_last_run(nilgiri, scheduled):
    schedule_id = scheduled()
    run_due(nilgiri.tenant_id, NOW)
    with nilgiri.scope():
        schedule = found.find_schedule(schedule_id)
        weekly = drafted(schedule.customer, plan=plan(rhythm=Rhythm.WEEK))
        changed = recurring.change(schedule_id, weekly, version=schedule.version, today=TODAY)
        assert changed.next_run == TODAY + dt.timedelta(days=7)


def test_a_stale_version_shows_what_is_stored(nilgiri, scheduled):
    schedule_id = scheduled()
    with nilgiri.scope():
        stored = found.find_schedule(schedule_id)
        draft = drafted(stored.customer, payment_terms=30)
        recurring.change(schedule_id, draft, version=1, today=TODAY)
        with pytest.raises(StaleVersion) as caught:
            recurring.change(schedule_id, draft, version=1, today=TODAY)
        assert caught.value.theirs.payment_terms == 30


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"customer_id": None}, "customer_id"),
        ({"lines": [{}]}, "lines-0-name"),
        ({"lines": [{**LINE, "rate": "abc"}]}, "lines-0-rate"),
        ({"lines": [LINE, {**LINE, "name": "For {monat}"}]}, "lines-1-name"),
        ({"payment_terms": -1}, "payment_terms"),
        ({"plan": plan(every=0)}, "every"),
        ({"plan": plan(starts_on=dt.date(2026, 1, 1), ends_on=dt.date(2026, 2, 1))}, "starts_on"),
        ({"notes": "x" * 4_001}, "notes"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(nilgiri, wrong, field):
    with nilgiri.scope(), pytest.raises(Invalid) as caught:
        make(nilgiri, **wrong)
    assert field in caught.value.errors


def test_another_company_finds_nothing(nilgiri, sahyadri, scheduled):
    schedule_id = scheduled()
    with sahyadri.scope():
        for attempt in (recurring.pause, recurring.end, found.find_schedule):
            with pytest.raises(NotFound):
                attempt(schedule_id)
        assert found.due_schedules(TODAY) == [] and found.list_schedules() == []
        theirs = factories.make_customer("Theirs")
    with nilgiri.scope(), pytest.raises(NotFound):
        recurring.add(drafted(theirs), today=TODAY, created_by=nilgiri.admin.id)


def test_the_trail_says_that_it_was_the_schedule(nilgiri, scheduled):
    schedule_id = scheduled()
    run_due(nilgiri.tenant_id, NOW)
    with nilgiri.scope():
        invoice_id = invoices_of(schedule_id)[0].id
        entry = (
            db()
            .scalars(select(AuditLog).where(AuditLog.entity_id == invoice_id, AuditLog.action == "create"))
            .one()
        )
        assert (entry.reason, entry.user_id) == ("schedule", None)


def test_each_time_is_priced_as_the_invoice_will_be(nilgiri, scheduled):
    from rms.queries.invoices import terms_for

    schedule_id = scheduled()
    run_due(nilgiri.tenant_id, NOW)
    with nilgiri.scope():
        schedule = found.find_schedule(schedule_id)
        lines = found.read_lines(schedule.lines, TODAY)
        priced = found.price_lines(lines, terms_for(schedule.customer_id))
        assert priced.totals.total == invoices_of(schedule_id)[0].total
        assert db().execute(text("SELECT count(*) FROM recurring_schedules")).scalar() == 1
