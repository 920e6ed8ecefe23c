"""Customers are reminded once for each step, of the balance, and of nothing that is settled."""

import datetime as dt
import threading
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from rms import mail as letters
from rms.actions import invoices as drafts
from rms.actions import mail_templates, reminders
from rms.actions.issuing import issue
from rms.actions.sending import send
from rms.db.locks import begin_another_act
from rms.db.session import db
from rms.domain.errors import IllegalMove, Invalid, NotFound, StaleVersion
from rms.domain.letters import LetterKind, Wording
from rms.domain.reminding import Rules, Step
from rms.domain.reminding import Wording as Tone
from rms.jobs.reminders import remind_all
from rms.models import AuditLog, EmailMessage, Invoice, Reminder, Tenant
from rms.queries.invoices import find_invoice
from rms.queries.reminders import coming, reminder_rules
from tests import factories

pytestmark = pytest.mark.usefixtures("app")

DUE = dt.date(2026, 11, 20)  # a Friday
ISSUED = dt.datetime(2026, 10, 20, 6, 0, tzinfo=dt.UTC)
SWITCHED_ON = dt.date(2026, 10, 1)


def at(days: int, hour: int = 6) -> dt.datetime:
    """So many days after the due date, at 11:30 in India unless said."""
    return dt.datetime.combine(DUE + dt.timedelta(days=days), dt.time(hour), tzinfo=dt.UTC)


def issued(customer, due: dt.date, at: dt.datetime = ISSUED) -> Invoice:
    """1,180.00, issued long before it is due."""
    line = {"name": "Cleaning", "hsn_sac": "998533", "rate": "1000", "tax": "18"}
    draft = drafts.create_draft(customer_id=customer.id, today=at.date(), created_by=None, lines=[line])
    draft.due_date, draft.payment_terms = due, (due - at.date()).days
    paper = issue(draft.id, now=at, today=at.date())
    begin_another_act()
    return paper


def switch_on(**changed) -> None:
    rules = Rules(is_on=True, **changed)
    reminders.set_rules(rules, seen=reminder_rules(), today=SWITCHED_ON)
    begin_another_act()


@pytest.fixture
def customer(nilgiri):
    with nilgiri.scope():
        return factories.make_customer("Kaveri Fitness", email="pay@kaveri.example")


@pytest.fixture
def invoice_id(nilgiri, customer):
    """1,180.00, due on 20 November, with reminders on since long ago."""
    with nilgiri.scope():
        switch_on()
        return issued(customer, DUE).id


def sent(company) -> list[EmailMessage]:
    with company.scope():
        statement = select(EmailMessage).where(EmailMessage.kind == "reminder")
        return list(db().scalars(statement.order_by(EmailMessage.created_at)))


def pay(invoice_id, amount: str) -> None:
    invoice = db().scalars(select(Invoice).where(Invoice.id == invoice_id)).one()
    receipt = factories.make_receipt(invoice.customer, amount)
    factories.make_allocation(receipt, invoice, amount)
    db().refresh(invoice)
    invoice.restate(DUE)


def test_each_step_is_sent_once_on_its_day(nilgiri, invoice_id):
    days = [day for day in range(-5, 30) for _ in range(2) if remind_all(nilgiri.tenant_id, at(day))]
    # 20 November is a Friday: the day after is a Saturday, and none of these days is a Sunday.
    assert days == [-3, 1, 7, 21]
    assert [mail.to_address for mail in sent(nilgiri)] == ["pay@kaveri.example"] * 4


def test_a_sunday_moves_it_to_monday(nilgiri, customer):
    with nilgiri.scope():
        switch_on()
        issued(customer, DUE + dt.timedelta(days=1))
    assert [day for day in range(2, 5) if remind_all(nilgiri.tenant_id, at(day))] == [3]


def test_two_at_once_send_one(nilgiri, invoice_id):
    gate, posted = threading.Barrier(4), []

    def work():
        gate.wait()
        posted.append(remind_all(nilgiri.tenant_id, at(1)))

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(posted) == 1 and len(sent(nilgiri)) == 1


def test_the_database_itself_refuses_the_same_step_twice(nilgiri, invoice_id):
    remind_all(nilgiri.tenant_id, at(1))
    with pytest.raises(DBAPIError), nilgiri.scope():
        db().add(Reminder(invoice_id=invoice_id, step="+1", is_skipped=True))
        db().flush()


def test_part_paid_asks_for_the_balance_and_paid_for_nothing(nilgiri, invoice_id):
    with nilgiri.scope():
        pay(invoice_id, "1000.00")
    assert remind_all(nilgiri.tenant_id, at(1)) == 1
    mail = sent(nilgiri)[0]
    assert mail.params["amount"] == "180.00" and "₹180.00" in mail.params["message"]
    with nilgiri.scope():
        pay(invoice_id, "180.00")
    assert remind_all(nilgiri.tenant_id, at(7)) == 0


def test_a_letter_that_waited_does_not_leave_once_it_is_paid(nilgiri, invoice_id):
    remind_all(nilgiri.tenant_id, at(1))
    with nilgiri.scope():
        pay(invoice_id, "1180.00")
        mail = db().scalars(select(EmailMessage)).one()
        with pytest.raises(letters.Unsendable):
            letters.render(mail, at(1))


def test_the_letter_says_balance_lateness_and_where_to_pay(nilgiri, invoice_id):
    remind_all(nilgiri.tenant_id, at(7))
    with nilgiri.scope():
        mail = db().scalars(select(EmailMessage)).one()
        letter = letters.render(mail, at(7))
    plain = letter.get_body(("plain",)).get_content()
    assert "₹1,180.00" in plain and "7 days" in plain and "/i/" in plain
    assert letter.get_body(("html",)).get_content().count("/i/") == 1
    assert [part.get_content_type() for part in letter.iter_attachments()] == ["application/pdf"]


def test_the_companys_own_words_are_used_for_every_step(nilgiri, sahyadri, invoice_id):
    with nilgiri.scope():
        own = Wording("Open: {amount}", "Dear {customer}, {number} of {company} waits here:\n{link}")
        mail_templates.save(LetterKind.REMINDER, own, version=0)
    for day in (1, 21):
        assert remind_all(nilgiri.tenant_id, at(day)) == 1
    with nilgiri.scope():
        first, last = sent(nilgiri)
        letter = letters.render(last, at(21))
    assert first.subject == last.subject == "Open: ₹1,180.00"
    assert first.params["message"].startswith("Dear Kaveri Fitness, NFS/26-27/0001 of ")
    plain = letter.get_body(("plain",)).get_content()
    assert "{link}" not in plain and plain.count("/i/") == 2


def test_without_own_words_it_grows_firmer(nilgiri, invoice_id):
    with nilgiri.scope():
        steps = tuple(Step(days, tone) for days, tone in zip((1, 7, 21), Tone, strict=True))
        switch_on(steps=steps)
    for day in (1, 7, 21):
        remind_all(nilgiri.tenant_id, at(day))
    texts = [mail.params["message"] for mail in sent(nilgiri)]
    for text, words in zip(texts, ("a note about", "tell us what keeps you", "MSMED Act"), strict=True):
        assert words in text and "₹1,180.00" in text and "20 Nov 2026" in text


def failed_reminder(nilgiri, day: int = 7) -> EmailMessage:
    remind_all(nilgiri.tenant_id, at(day))
    with nilgiri.scope():
        mail = db().scalars(select(EmailMessage)).one()
        mail.state, mail.last_error = "failed", "550 no such user"
        return mail


def test_a_failed_reminder_goes_again_as_a_reminder_and_its_step_stays_one(nilgiri, invoice_id):
    failed = failed_reminder(nilgiri)
    with nilgiri.scope():
        pay(invoice_id, "1000.00")
        again = {"invoice": db().scalars(select(Invoice)).one(), "now": at(8), "today": at(8).date()}
        mail = reminders.send_again(failed.id, **again)
        assert (mail.kind, mail.to_address, mail.params["tone"]) == ("reminder", failed.to_address, "firm")
        assert "₹180.00 is still open" in mail.params["message"] and mail.params["days"] == 8
        assert [row.step for row in db().scalars(select(Reminder))] == ["+7"]
        with pytest.raises(IllegalMove, match="A later letter about this invoice went to the same address"):
            reminders.send_again(failed.id, **again)
        with pytest.raises(IllegalMove, match="has not failed"):
            reminders.send_again(mail.id, **again)
    assert remind_all(nilgiri.tenant_id, at(8)) == 0


@pytest.mark.parametrize(
    ("about", "to_address", "goes"),
    [("other", None, True), ("same", "else@example.in", True), ("same", None, False)],
)
def test_only_a_later_letter_of_the_same_invoice_to_the_same_address_stands_against_it(
    nilgiri, invoice_id, customer, about, to_address, goes
):
    failed = failed_reminder(nilgiri)
    with nilgiri.scope():
        other = issued(customer, DUE).id
        later = find_invoice(other if about == "other" else invoice_id)
        send(later, to_address=to_address or failed.to_address, sender="", now=at(8))
    with nilgiri.scope():
        invoice = find_invoice(invoice_id)
        again = {"invoice": invoice, "now": at(8), "today": at(8).date()}
        if goes:
            assert reminders.send_again(failed.id, **again).to_address == failed.to_address
        else:
            with pytest.raises(IllegalMove, match="later letter"):
                reminders.send_again(failed.id, **again)


@pytest.mark.parametrize("standing", ["paid", "stopped"])
def test_a_failed_reminder_does_not_go_again_when(nilgiri, invoice_id, standing):
    failed = failed_reminder(nilgiri)
    with nilgiri.scope():
        if standing == "paid":
            pay(invoice_id, "1180.00")
        else:
            reminders.stop_invoice(invoice_id)
        invoice = db().scalars(select(Invoice)).one()
        with pytest.raises(IllegalMove):
            reminders.send_again(failed.id, invoice=invoice, now=at(8), today=at(8).date())
    assert len(sent(nilgiri)) == 1


@pytest.mark.parametrize(
    "standing", ["hour", "night", "off", "least", "customer", "invoice", "no address", "cancelled"]
)
def test_nobody_is_reminded_when(nilgiri, invoice_id, customer, standing):
    with nilgiri.scope() as session:
        invoice = session.get(Invoice, (nilgiri.tenant_id, invoice_id))
        if standing == "off":
            reminders.set_rules(Rules(), seen=reminder_rules(), today=SWITCHED_ON)
        elif standing == "least":
            reminders.set_rules(Rules(is_on=True, least=Decimal("1180.01")), seen=reminder_rules(), today=DUE)
        elif standing == "customer":
            reminders.set_customer(customer.id, is_on=False)
        elif standing == "invoice":
            reminders.stop_invoice(invoice_id)
        elif standing == "no address":
            session.merge(customer).email = None
        elif standing == "cancelled":
            invoice.cancelled_at, invoice.cancel_reason = ISSUED, "wrong"
            invoice.restate(DUE)
    assert remind_all(nilgiri.tenant_id, at(1, hour={"hour": 4, "night": 0}.get(standing, 6))) == 0


def test_switched_on_again_they_go_on(nilgiri, invoice_id, customer):
    with nilgiri.scope():
        reminders.stop_invoice(invoice_id)
        reminders.stop_invoice(invoice_id)
        reminders.set_customer(customer.id, is_on=False)
    with nilgiri.scope():
        reminders.resume_invoice(invoice_id)
        reminders.set_customer(customer.id, is_on=True)
    assert remind_all(nilgiri.tenant_id, at(1)) == 1


def test_nothing_old_goes_out_when_they_are_switched_on(nilgiri, customer):
    with nilgiri.scope():
        for late in range(1, 60, 4):
            due = DUE - dt.timedelta(days=late)
            issued(customer, due, ISSUED - dt.timedelta(days=90))
        reminders.set_rules(Rules(is_on=True), seen=reminder_rules(), today=DUE)
    assert remind_all(nilgiri.tenant_id, at(0)) == 2, "of fifteen those that are 1 and 21 days late"


# row 12
@pytest.mark.parametrize(
    ("status", "posted"), [("trial", 1), ("active", 1), ("expired", 1), ("cancelled", 0), ("suspended", 0)]
)
def test_row_12_a_closed_company_reminds_nobody(nilgiri, invoice_id, status, posted):
    with nilgiri.scope() as session:
        session.get(Tenant, nilgiri.tenant_id).subscription_status = status
    assert remind_all(nilgiri.tenant_id, at(1)) == posted
    assert len(sent(nilgiri)) == posted


def test_by_hand_once_a_day_and_then_not_by_itself_that_day(nilgiri, invoice_id):
    today = DUE + dt.timedelta(days=1)
    with nilgiri.scope():
        reminders.remind_now(invoice_id, now=at(1), today=today)
        with pytest.raises(IllegalMove):
            reminders.remind_now(invoice_id, now=at(1), today=today)
    assert remind_all(nilgiri.tenant_id, at(1)) == 0
    with nilgiri.scope():
        reminders.remind_now(invoice_id, now=at(2), today=today + dt.timedelta(days=1))
    assert len(sent(nilgiri)) == 2


def test_by_hand_not_of_what_is_stopped_paid_or_without_address(nilgiri, invoice_id, customer):
    with nilgiri.scope():
        reminders.stop_invoice(invoice_id)
        with pytest.raises(IllegalMove):
            reminders.remind_now(invoice_id, now=at(1), today=DUE)
        reminders.resume_invoice(invoice_id)
        db().merge(customer).email = None
        db().flush()
        with pytest.raises(Invalid):
            reminders.remind_now(invoice_id, now=at(1), today=DUE)
        pay(invoice_id, "1180.00")
        with pytest.raises(IllegalMove):
            reminders.remind_now(invoice_id, now=at(1), today=DUE)


def test_a_skipped_step_is_left_out_and_the_next_one_goes(nilgiri, invoice_id):
    with nilgiri.scope():
        for _ in range(2):
            reminders.skip(invoice_id, "+1", today=DUE)
        with pytest.raises(Invalid):
            reminders.skip(invoice_id, "+2", today=DUE)
    assert [day for day in range(1, 9) if remind_all(nilgiri.tenant_id, at(day))] == [7]


def test_what_goes_out_next_is_told(nilgiri, invoice_id):
    with nilgiri.scope():
        zone = dt.timezone(dt.timedelta(hours=5, minutes=30))
        ahead = coming(reminder_rules(), DUE, zone)
        assert [(one.day, one.step.key) for one in ahead] == [(DUE, "-3")]
        reminders.skip(invoice_id, "-3", today=DUE)
        ahead = coming(reminder_rules(), DUE, zone)
        assert [(one.day, one.step.key) for one in ahead] == [(DUE + dt.timedelta(days=1), "+1")]


def test_rules_that_somebody_changed_meanwhile_are_not_overwritten(nilgiri, invoice_id):
    with nilgiri.scope(), pytest.raises(StaleVersion) as caught:
        reminders.set_rules(Rules(), seen=Rules(), today=DUE)
    assert caught.value.theirs.is_on


def test_another_company_finds_nothing(nilgiri, sahyadri, invoice_id, customer):
    with sahyadri.scope():
        for attempt in (
            lambda: reminders.remind_now(invoice_id, now=at(1), today=DUE),
            lambda: reminders.stop_invoice(invoice_id),
            lambda: reminders.skip(invoice_id, "+1", today=DUE),
            lambda: reminders.set_customer(customer.id, is_on=False),
        ):
            with pytest.raises(NotFound):
                attempt()
    assert remind_all(sahyadri.tenant_id, at(1)) == 0


def test_the_trail_names_each_reminder(nilgiri, invoice_id):
    remind_all(nilgiri.tenant_id, at(1))
    with nilgiri.scope():
        entry = db().scalars(select(AuditLog).where(AuditLog.entity_type == "reminders")).one()
        assert (entry.new_values["step"], entry.reason) == ("+1", "reminder")
