"""One mail and one mail server: every way it can go, and what is written down."""

import datetime as dt
import threading

import pytest
from sqlalchemy import text

from rms.actions import invoices, issuing, mails, sending
from rms.db.session import tenant_scope
from rms.domain.errors import Invalid
from rms.models import EmailVerification
from tests.factories import TODAY, make_customer, make_tenant

NOW = dt.datetime.now(dt.UTC)


def deliver(firm, mail_id, now=NOW) -> None:
    with tenant_scope(firm.tenant_id):
        mails.deliver(mail_id, now)


def test_it_works(firm, postbox):
    mail_id = firm.post(now=NOW)
    deliver(firm, mail_id)
    mail = firm.mail(mail_id)
    assert (mail.state, mail.sent_at, mail.attempts, mail.last_error) == ("sent", NOW, 1, None)
    assert postbox.recipients == [["priya@nilgirifs.example"]]


def test_another_tenant_cannot_deliver_it(firm, postbox):
    mail_id = firm.post()
    with tenant_scope(make_tenant("Sahyadri Traders")):
        mails.deliver(mail_id, NOW)
    assert postbox.letters == [] and firm.mail(mail_id).state == "queued"


def test_a_sent_mail_is_not_sent_again(firm, postbox):
    mail_id = firm.post()
    deliver(firm, mail_id)
    deliver(firm, mail_id)
    assert len(postbox.letters) == 1


def test_two_workers_at_once_send_it_once(firm, postbox):
    postbox.stall_at_recipient = 1
    mail_id = firm.post()
    first = threading.Thread(target=deliver, args=(firm, mail_id))
    first.start()
    assert postbox.reached.wait(10)
    deliver(firm, mail_id)  # returns at once: the row is locked
    postbox.go_on.set()
    first.join(10)
    assert len(postbox.letters) == 1 and firm.mail(mail_id).attempts == 1


def test_a_refused_recipient_fails_for_good_with_the_servers_sentence(firm, postbox):
    postbox.refusals["gone@nilgirifs.example"] = "550 5.1.1 No such person here"
    mail_id = firm.post("gone@nilgirifs.example")
    deliver(firm, mail_id)
    mail = firm.mail(mail_id)
    assert (mail.state, mail.last_error) == ("failed", "550 5.1.1 No such person here")
    assert postbox.letters == []


def test_a_refused_text_fails_for_good(firm, postbox):
    postbox.reply_to_data = "554 5.7.1 Looks like spam"
    mail_id = firm.post()
    deliver(firm, mail_id)
    assert (firm.mail(mail_id).state, firm.mail(mail_id).last_error) == (
        "failed",
        "554 5.7.1 Looks like spam",
    )


def test_not_now_is_tried_again_later(firm, postbox):
    postbox.refusals["priya@nilgirifs.example"] = "451 4.7.1 Greylisted, come back"
    mail_id = firm.post()
    deliver(firm, mail_id)
    mail = firm.mail(mail_id)
    assert (mail.state, mail.attempts) == ("queued", 1)
    assert "Greylisted" in mail.last_error
    assert mail.next_attempt_at == NOW + dt.timedelta(seconds=30)

    postbox.refusals.clear()
    deliver(firm, mail_id, NOW + dt.timedelta(seconds=29))
    assert postbox.letters == []  # too early
    deliver(firm, mail_id, NOW + dt.timedelta(seconds=30))
    assert (firm.mail(mail_id).state, firm.mail(mail_id).last_error) == ("sent", None)


def test_a_server_that_is_down_and_comes_back_gets_the_mail(firm, postbox):
    postbox.close()
    mail_id = firm.post()
    deliver(firm, mail_id)
    assert "ConnectionRefused" in firm.mail(mail_id).last_error
    postbox.open()
    deliver(firm, mail_id, NOW + dt.timedelta(minutes=1))
    assert firm.mail(mail_id).state == "sent" and len(postbox.letters) == 1


def test_after_two_days_it_gives_up(firm, postbox):
    postbox.close()
    mail_id, now = firm.post(), NOW
    with tenant_scope(firm.tenant_id) as session:
        session.execute(text("UPDATE email_verifications SET expires_at = now() + interval '9 days'"))
    for pause in (*mails.PAUSES, 0):
        assert firm.mail(mail_id).state == "queued"
        deliver(firm, mail_id, now)
        now += dt.timedelta(seconds=pause)
    mail = firm.mail(mail_id)
    assert (mail.state, mail.attempts) == ("failed", len(mails.PAUSES) + 1)
    assert dt.timedelta(hours=36) < now - NOW < dt.timedelta(hours=60)
    postbox.open()


def test_a_refused_copy_does_not_stop_the_mail(firm, postbox):
    postbox.refusals["gone@lakeview.example"] = "550 5.1.1 No such person here"
    mail_id = firm.post(cc="gone@lakeview.example, accounts@lakeview.example")
    deliver(firm, mail_id)
    assert firm.mail(mail_id).state == "sent"
    assert firm.mail(mail_id).last_error == "gone@lakeview.example: 550 5.1.1 No such person here"
    assert postbox.recipients == [["priya@nilgirifs.example", "accounts@lakeview.example"]]


def test_a_link_that_expired_or_was_replaced_is_not_mailed(firm, postbox):
    for change in ({"expires_at": NOW - dt.timedelta(minutes=1)}, {"superseded_at": NOW}):
        mail_id = firm.post()
        with tenant_scope(firm.tenant_id) as session:
            row = session.get(EmailVerification, (firm.tenant_id, firm.mail(mail_id).entity_id))
            for column, value in change.items():
                setattr(row, column, value)
        deliver(firm, mail_id)
        assert firm.mail(mail_id).state == "failed"
    assert postbox.letters == []


def test_a_template_that_breaks_is_noted_and_tried_again(firm, postbox, caplog):
    mail_id = firm.post(params={"first_name": "Priya", "company_name": "Nilgiri"})
    with tenant_scope(firm.tenant_id):
        firm_mail = mails.found.find_due_mail(mail_id)
        firm_mail.params = {"first_name": "Priya"}
    deliver(firm, mail_id)
    mail = firm.mail(mail_id)
    assert (mail.state, mail.attempts) == ("queued", 1)
    assert "company_name" in mail.last_error
    assert "could not be written" in caplog.text


def test_history_is_not_sent(firm, postbox, redis):
    mail_id = firm.post(born_sent=True, now=NOW)
    deliver(firm, mail_id)
    assert (firm.mail(mail_id).state, firm.mail(mail_id).sent_at) == ("sent", NOW)
    assert postbox.letters == [] and redis.keys("rq:job:*") == []


@pytest.mark.parametrize(
    "address",
    [
        "priya@nilgirifs.example\r\nBcc: everybody@elsewhere.example",
        "priya@nilgirifs.example\nRCPT TO:<everybody@elsewhere.example>",
        "priya@nilgirifs.example, everybody@elsewhere.example",
        "Priya <priya@nilgirifs.example>",
        "priya@nilgirifs.example>",
        "<priya@nilgirifs.example",
        '"a b"@nilgirifs.example',
        "priya@nilgirifs.example\u2028",
        "priya\u200b@nilgirifs.example",
        "priya@@nilgirifs.example",
        "priya..p@nilgirifs.example",
        "priya",
        "",
        "@nilgirifs.example",
        "p" * 250 + "@nilgirifs.example",
    ],
)
def test_an_address_that_is_not_exactly_one_is_refused(firm, address, redis):
    with pytest.raises(Invalid) as refused:
        firm.post(address)
    assert refused.value.field == "to_address"
    assert firm.states() == []


def test_a_missing_parameter_is_our_mistake_and_told_at_once(firm):
    with pytest.raises(ValueError, match="company_name"):
        firm.post(params={"first_name": "Priya"})


def test_the_outbox_holds_no_link_that_works(firm, postbox, redis):
    mail_id = firm.post()
    deliver(firm, mail_id)
    body = postbox.letters[0].get_body(("plain",)).get_content()
    secret = body.split("/verify/")[1].split()[0].rpartition(".")[2]
    mail = firm.mail(mail_id)
    assert len(secret) > 40
    held = [str(getattr(mail, column.key)) for column in mail.__table__.columns]
    assert not any(secret in value for value in held)


def become(firm, status: str) -> None:
    with firm.scope() as session:
        session.execute(text("UPDATE tenants SET subscription_status = :status"), {"status": status})


@pytest.mark.parametrize("status", ["trial", "active", "expired", "cancelled", "suspended"])
def test_a_letter_that_waits_while_the_company_is_closed_fails_and_says_why(firm, postbox, status):
    """`expired` is the free tier here, which still sends its invoices."""
    with firm.scope():
        draft = invoices.create_draft(customer_id=make_customer().id, today=TODAY, created_by=None)
        cells = {"name": "Tea", "hsn_sac": "998533", "rate": "100", "tax": "18"}
        invoices.add_line(draft.id, cells=cells)
    with firm.scope():
        invoice = issuing.issue(draft.id, now=NOW, today=TODAY)
        mail_id = sending.send(invoice, to_address="a@example.in", now=NOW, sender="Priya").id
    become(firm, status)
    deliver(firm, mail_id)
    mail = firm.mail(mail_id)
    if status in ("cancelled", "suspended"):
        assert mail.state == "failed" and postbox.letters == []
        assert ("suspended" if status == "suspended" else "plan has ended") in mail.last_error
    else:
        assert mail.state == "sent" and postbox.recipients == [["a@example.in"]]


@pytest.mark.parametrize("status", ["expired", "cancelled", "suspended"])
def test_mail_about_an_account_always_leaves(firm, postbox, status):
    become(firm, status)
    mail_id = firm.post(now=NOW)
    deliver(firm, mail_id)
    assert firm.mail(mail_id).state == "sent" and len(postbox.letters) == 1
