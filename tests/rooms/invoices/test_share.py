"""The link of an invoice on its page: made, limited, ended; and answers that were given through it."""

import datetime as dt
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from rms.db.session import db
from rms.models import PayerAnswer, PublicLink
from rms.queries.public_links import link_of
from tests.http import Browser
from tests.rooms.invoices.making import drafted_in, issued_in
from tests.rooms.public.visiting import Visitor, shared, text_of

ADDRESS = re.compile(r"https://billing\.test/i/([A-Za-z0-9_-]{43})")


def link_in(company, invoice_id) -> PublicLink | None:
    with company.scope():
        return link_of("invoices", invoice_id)


def test_a_link_is_made_shown_and_opens(app, nilgiri, priya: Browser):
    invoice_id = issued_in(nilgiri)
    assert "Make a link" in priya.get(f"invoices/{invoice_id}").text
    assert priya.post(f"invoices/{invoice_id}/link").status_code == 303
    page = text_of(priya.get(f"invoices/{invoice_id}"))
    token = ADDRESS.search(page)[1]
    assert Visitor(app, ip="192.0.2.50").get(f"/i/{token}").status_code == 200
    assert "Turn link off" in page


def test_the_panel_comes_alone_to_htmx(nilgiri, priya: Browser):
    reply = priya.post(f"invoices/{issued_in(nilgiri)}/link", hx=True)
    assert reply.status_code == 200
    assert reply.text.lstrip().startswith('<section class="panel" id="share"')


def test_the_whatsapp_link_holds_greeting_amount_day_and_address(nilgiri, priya: Browser):
    invoice_id = issued_in(nilgiri)
    priya.post(f"invoices/{invoice_id}/link")
    page = text_of(priya.get(f"invoices/{invoice_id}"))
    href = re.search(r'href="(https://wa\.me/[^"]+)"', page)[1]
    (said,) = parse_qs(urlsplit(href).query)["text"]
    assert said.startswith("Hello Lakeview Residency, ₹1,180.00 of invoice ")
    assert "is due on 22 Dec 2026" in said
    assert ADDRESS.search(said)


def test_turned_off_it_opens_nothing_and_the_next_is_another(app, nilgiri, priya: Browser):
    invoice_id = issued_in(nilgiri)
    token = shared(nilgiri, invoice_id)
    assert priya.post(f"invoices/{invoice_id}/link/revoke").status_code == 303
    assert Visitor(app, ip="192.0.2.51").get(f"/i/{token}").status_code == 404
    priya.post(f"invoices/{invoice_id}/link")
    assert ADDRESS.search(text_of(priya.get(f"invoices/{invoice_id}")))[1] != token
    with nilgiri.scope():
        ended = db().scalars(select(PublicLink).where(PublicLink.revoked_at.is_not(None))).one()
        assert ended.revoked_by == nilgiri.admin.id


def test_its_last_day_is_set_and_taken_away(nilgiri, priya: Browser):
    invoice_id = issued_in(nilgiri)
    priya.post(f"invoices/{invoice_id}/link", expires_on="31 Dec 2030")
    assert link_in(nilgiri, invoice_id).expires_on == dt.date(2030, 12, 31)
    priya.post(f"invoices/{invoice_id}/link", expires_on="")
    assert link_in(nilgiri, invoice_id).expires_on is None


@pytest.mark.parametrize(
    ("day", "told"), [("1 Jan 2020", "Choose today or a later day"), ("30 Feb 2031", "Feb")]
)
def test_a_day_that_will_not_do_is_said_at_its_field(nilgiri, priya: Browser, day, told):
    invoice_id = issued_in(nilgiri)
    reply = priya.post(f"invoices/{invoice_id}/link", expires_on=day, hx=True)
    assert reply.status_code == 422
    assert told in text_of(reply)
    assert day in text_of(reply)
    assert link_in(nilgiri, invoice_id) is None


def test_a_draft_has_no_link(nilgiri, priya: Browser):
    invoice_id = drafted_in(nilgiri)
    assert priya.post(f"invoices/{invoice_id}/link").status_code == 409
    assert link_in(nilgiri, invoice_id) is None


def test_who_may_not_issue_sees_and_makes_none(nilgiri, asha: Browser, rohan: Browser):
    invoice_id = issued_in(nilgiri)
    assert asha.post(f"invoices/{invoice_id}/link").status_code == 403
    assert asha.post(f"invoices/{invoice_id}/link/revoke").status_code == 403
    assert rohan.post(f"/c/{rohan.company.slug}/invoices/{invoice_id}/link").status_code == 404
    assert link_in(nilgiri, invoice_id) is None


def test_looks_and_answers_stand_in_what_happened(app, nilgiri, priya: Browser):
    invoice_id = issued_in(nilgiri)
    token = shared(nilgiri, invoice_id)
    customer = Visitor(app, ip="192.0.2.52")
    customer.get(f"/i/{token}")
    customer.answer(token, "paid", reference="EXMPN26334012", amount="1180", on_date="20 Nov 2026")
    customer.answer(token, "mistake", note="<b>5 and not 6</b>")
    page = text_of(priya.get(f"invoices/{invoice_id}"))
    assert "Viewed 1 time by the customer" in page
    assert "Says ₹1,180.00 was paid on 20 Nov 2026, reference EXMPN26334012" in page
    assert "&lt;b&gt;5 and not 6" in priya.get(f"invoices/{invoice_id}").text


def test_an_answer_waits_until_somebody_has_dealt_with_it(app, nilgiri, priya: Browser, asha: Browser):
    invoice_id = issued_in(nilgiri)
    Visitor(app, ip="192.0.2.53").answer(shared(nilgiri, invoice_id), "mistake", note="Wrong rate")
    assert "Wrong rate" in priya.get("invoices/answers").text
    assert "1 answer of a customer" in text_of(priya.get(""))
    with nilgiri.scope():
        answer_id = db().scalars(select(PayerAnswer.id)).one()
    path = f"invoices/{invoice_id}/answers/{answer_id}/done"
    assert asha.post(path).status_code == 403
    assert priya.post(path).status_code == 303
    assert "Wrong rate" not in priya.get("invoices/answers").text
    assert "Done by Priya" in text_of(priya.get(f"invoices/{invoice_id}"))
    with nilgiri.scope():
        assert db().scalars(select(PayerAnswer)).one().handled_by == nilgiri.admin.id


def test_an_answer_is_dealt_with_under_its_own_invoice_alone(
    app, nilgiri, sahyadri, priya: Browser, rohan: Browser
):
    invoice_id, other = issued_in(nilgiri), issued_in(nilgiri)
    Visitor(app, ip="192.0.2.54").answer(shared(nilgiri, invoice_id), "mistake", note="Wrong rate")
    with nilgiri.scope():
        answer_id = db().scalars(select(PayerAnswer.id)).one()
    assert priya.post(f"invoices/{other}/answers/{answer_id}/done").status_code == 404
    theirs = issued_in(sahyadri)
    assert (
        rohan.post(f"/c/{rohan.company.slug}/invoices/{theirs}/answers/{answer_id}/done").status_code == 404
    )
    assert "Wrong rate" not in rohan.get("invoices/answers").text
    with nilgiri.scope():
        assert db().scalars(select(PayerAnswer)).one().handled_at is None
