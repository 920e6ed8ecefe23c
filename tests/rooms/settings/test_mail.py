"""How customers get their mail: one's own server, a test of it, and the words of each letter."""

import threading

import pytest
from sqlalchemy import select

from rms.crypto.fields import is_sealed
from rms.db.session import db
from rms.domain.errors import Invalid
from rms.mail import outgoing
from rms.models import AuditLog, MailServer, MailTemplate
from rms.queries.mail_servers import password_of
from tests.http import Browser
from tests.jobs.postbox import Postbox
from tests.rooms.invoices.making import issued_in
from tests.rooms.public.visiting import text_of

SERVER = {
    "who": "own",
    "from_address": "bills@nilgirifs.example",
    "host": "smtp.nilgirifs.example",
    "port": "587",
    "security": "starttls",
    "username": "bills",
    "password": "a rose is a rose",
    "version": "0",
}


@pytest.fixture
def postbox():
    box = Postbox().open()
    yield box
    box.close()


def server_of(company) -> MailServer | None:
    with company.scope():
        return db().scalars(select(MailServer)).first()


def own_server(postbox, **changed) -> dict:
    host, _, port = postbox.url.removeprefix("smtp://").partition(":")
    here = {"host": host, "port": port, "security": "none", "username": "", "password": ""}
    return {**SERVER, **here, **changed}


def test_a_server_is_kept_with_its_password_sealed(nilgiri, priya: Browser):
    assert priya.post("settings/mail", SERVER).status_code == 303
    server = server_of(nilgiri)
    assert (server.host, server.port, server.is_on) == ("smtp.nilgirifs.example", 587, True)
    assert is_sealed(server.password) and "rose" not in server.password
    with nilgiri.scope():
        assert password_of(db().merge(server)) == "a rose is a rose"
        trail = db().scalars(select(AuditLog).where(AuditLog.entity_type == "mail_servers")).one()
    assert trail.new_values["password"] == "(hidden)"
    page = text_of(priya.get("settings/mail"))
    assert "rose" not in page
    assert "Kept. Type to replace" in page


def test_an_empty_password_leaves_the_kept_one_for_the_same_host_and_user_alone(nilgiri, priya: Browser):
    """A password that somebody else typed must not be sent to a host of one's own."""
    priya.post("settings/mail", SERVER)
    again = {**SERVER, "password": "", "port": "465", "security": "tls", "version": "1"}
    assert priya.post("settings/mail", again).status_code == 303
    assert server_of(nilgiri).port == 465
    elsewhere = {**again, "host": "smtp.evil.example", "version": "2"}
    reply = priya.post("settings/mail", elsewhere)
    assert reply.status_code == 422
    assert "Enter the password of this user" in text_of(reply)
    assert server_of(nilgiri).host == "smtp.nilgirifs.example"


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("host", "", "smtp.example.com"),
        ("host", "user@host", "smtp.example.com"),
        ("port", "", "usually 587"),
        ("port", "99999", "usually 587"),
        ("from_address", "not an address", "This is not an e-mail address"),
        ("from_address", "a@b.example\r\nBcc: x@y.example", "This is not an e-mail address"),
        ("security", "none", "A password is not sent without TLS"),
        ("security", "rot13", "Choose how the connection is kept private"),
        ("password", "", "Enter the password of this user"),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_is_stored(nilgiri, priya: Browser, field, typed, told):
    reply = priya.post("settings/mail", {**SERVER, field: typed})
    assert reply.status_code == 422
    assert told in text_of(reply)
    assert server_of(nilgiri) is None


def test_two_who_save_at_once_are_told(nilgiri, priya: Browser):
    priya.post("settings/mail", SERVER)
    reply = priya.post("settings/mail", {**SERVER, "host": "smtp2.nilgirifs.example"})
    assert reply.status_code == 409
    assert "smtp2.nilgirifs.example" in text_of(reply)
    assert server_of(nilgiri).host == "smtp.nilgirifs.example"


def test_switching_to_ours_takes_the_password_away(nilgiri, priya: Browser):
    priya.post("settings/mail", SERVER)
    assert priya.post("settings/mail", who="ours", version="1").status_code == 303
    assert server_of(nilgiri) is None


def test_only_an_admin_may(nilgiri, imran: Browser, rohan: Browser):
    for path in ("settings/mail", "settings/mail/letter"):
        assert imran.get(path).status_code == 403
    assert imran.post("settings/mail", SERVER).status_code == 403
    assert server_of(nilgiri) is None


# The test -------------------------------------------------------------------------------------------


def test_a_test_mail_is_taken(nilgiri, priya: Browser, postbox):
    priya.post("settings/mail", own_server(postbox))
    assert priya.post("settings/mail/test").status_code == 303
    assert postbox.recipients == [[nilgiri.admin.email]]
    server = server_of(nilgiri)
    assert server.tested_at is not None and server.test_error is None
    assert "A test mail was taken" in text_of(priya.get("settings/mail"))


def test_the_servers_own_answer_is_shown(nilgiri, priya: Browser, postbox):
    postbox.refusals[nilgiri.admin.email] = "550 5.7.1 Relaying denied"
    priya.post("settings/mail", own_server(postbox))
    priya.post("settings/mail/test")
    assert server_of(nilgiri).test_error == "The mail server answered: 550 5.7.1 Relaying denied"
    assert "550 5.7.1 Relaying denied" in text_of(priya.get("settings/mail"))


def test_a_port_where_nobody_listens_is_said(nilgiri, priya: Browser, postbox):
    fields = own_server(postbox)
    postbox.close()
    priya.post("settings/mail", fields)
    priya.post("settings/mail/test")
    assert server_of(nilgiri).test_error == "Nothing answers at this host and port."
    postbox.open()


def test_a_server_that_stalls_is_left_after_ten_seconds(nilgiri, priya: Browser, postbox, monkeypatch):
    monkeypatch.setattr("rms.mail.trying_out.SECONDS", 1)
    postbox.stall_at_recipient = 1
    priya.post("settings/mail", own_server(postbox))
    timer = threading.Timer(6, postbox.go_on.set)
    timer.start()
    priya.post("settings/mail/test")
    assert not postbox.go_on.is_set(), "it waited for the server"
    postbox.go_on.set()
    timer.cancel()
    assert server_of(nilgiri).test_error == "The mail server did not answer in time."


# Where a server may be ------------------------------------------------------------------------------


@pytest.fixture
def in_production(monkeypatch):
    monkeypatch.setattr(outgoing, "_is_open", lambda: False)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.1.1",
        "172.16.0.9",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "::1",
        "fe80::1",
        "fd00::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "224.0.0.1",
    ],
)
def test_private_addresses_are_never_spoken_to(in_production, host):
    with pytest.raises(Invalid, match="is not a public address"):
        outgoing.check(host, 587)


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f.0.0.1"])
def test_nor_names_and_spellings_that_lead_there(in_production, host):
    with pytest.raises(Invalid, match="is not a public address"):
        outgoing._places(host, 587)


@pytest.mark.parametrize("port", [22, 80, 443, 3306, 5432, 6379, 11211])
def test_other_ports_are_never_spoken_to(in_production, port):
    with pytest.raises(Invalid, match="Mail servers listen on port"):
        outgoing.check("smtp.nilgirifs.example", port)


def test_a_private_host_is_refused_at_its_field(nilgiri, priya: Browser, in_production):
    reply = priya.post("settings/mail", {**SERVER, "host": "10.0.0.8"})
    assert reply.status_code == 422
    assert "10.0.0.8 is not a public address" in text_of(reply)


# The words ------------------------------------------------------------------------------------------


def test_the_words_of_a_letter_are_changed_and_put_back(nilgiri, priya: Browser):
    fields = {
        "kind": "invoice",
        "subject": "Bill {number}",
        "body": "Pay {amount} by {Due Date}",
        "version": "0",
    }
    assert priya.post("settings/mail/letter", fields).status_code == 303
    page = text_of(priya.get("settings/mail/letter?kind=invoice"))
    assert "Bill INV/26-27/0149" in page
    assert "Your own words" in text_of(priya.get("settings/mail"))
    priya.post("settings/mail/letter/restore", kind="invoice")
    with nilgiri.scope():
        assert db().scalars(select(MailTemplate)).all() == []


def test_an_unknown_placeholder_is_refused_in_a_sentence(nilgiri, priya: Browser):
    fields = {"kind": "reminder", "subject": "Hello", "body": "Pay {amuont} here {link}", "version": "0"}
    reply = priya.post("settings/mail/letter", fields)
    assert reply.status_code == 422
    assert "{amuont} is no placeholder here." in text_of(reply)
    assert "Pay {amuont} here {link}" in text_of(reply)
    with nilgiri.scope():
        assert db().scalars(select(MailTemplate)).all() == []


def test_seeing_how_it_reads_stores_nothing(nilgiri, priya: Browser):
    fields = {"kind": "invoice", "subject": "<i>{company}</i>", "body": "x", "version": "0", "try": "1"}
    reply = priya.post("settings/mail/letter", fields)
    assert reply.status_code == 200
    assert f"&lt;i&gt;{nilgiri.name}&lt;/i&gt;" in reply.text
    with nilgiri.scope():
        assert db().scalars(select(MailTemplate)).all() == []


def test_a_stale_wording_is_refused_and_both_are_shown(nilgiri, priya: Browser):
    first = {"kind": "invoice", "subject": "One", "body": "First", "version": "0"}
    priya.post("settings/mail/letter", first)
    reply = priya.post("settings/mail/letter", {**first, "body": "Second"})
    assert reply.status_code == 409
    assert "First" in text_of(reply) and "Second" in text_of(reply)


def test_an_unknown_kind_is_not_there(priya: Browser):
    for kind in ("password", "verify_email"):
        assert priya.get(f"settings/mail/letter?kind={kind}").status_code == 404


def test_the_words_are_used_and_stay_in_their_company(nilgiri, sahyadri, priya: Browser, rohan: Browser):
    fields = {"kind": "invoice", "subject": "Nilgiri {number}", "body": "Dear {customer}", "version": "0"}
    priya.post("settings/mail/letter", fields)
    assert "Dear Lakeview Residency" in text_of(priya.get(f"invoices/{issued_in(nilgiri)}/send"))
    assert "Nilgiri NFS" in text_of(priya.get(f"invoices/{issued_in(nilgiri)}/send"))
    theirs = text_of(rohan.get(f"invoices/{issued_in(sahyadri)}/send"))
    assert "is attached. Please pay" in theirs
