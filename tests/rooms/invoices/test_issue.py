"""Issuing by its dialog: what blocks, what is worth a look, and where each is mended."""

import datetime as dt
import html
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from rms.actions import invoices as drafts
from rms.actions import undertakings
from rms.db.session import db
from rms.models import Company, Invoice, LutDeclaration, NumberCounter
from tests.factories import TODAY, make_customer
from tests.http import Browser
from tests.rooms.invoices.making import drafted_in, issued_in

CREW = {"name": "Crew", "hsn_sac": "998533", "quantity": "6", "rate": "14500", "tax": "18"}
REAL_TODAY = dt.datetime.now(ZoneInfo("Asia/Kolkata")).date()
NOW_YEAR = undertakings.years_offered(REAL_TODAY)[0]


def draft_in(company, *, cells=CREW, **customer) -> str:
    """Dated today by the real clock, which the screens ask."""
    with company.scope(company.admin):
        buyer = make_customer(**customer)
        draft = drafts.create_draft(customer_id=buyer.id, today=REAL_TODAY, created_by=company.admin.id)
        drafts.add_line(draft.id, cells=cells)
        return str(draft.id)


def text_of(reply) -> str:
    return html.unescape(reply.get_data(as_text=True))


def pay_by_bank(company) -> None:
    with company.scope():
        db().scalars(select(Company)).one().upi_id = "nilgiri@okaxis"


def test_a_draft_that_is_ready_shows_its_number_and_one_button(nilgiri, priya: Browser):
    pay_by_bank(nilgiri)
    draft = draft_in(nilgiri)
    text = text_of(priya.get(f"invoices/{draft}/_/ready?send=0", hx=True))
    assert "Ready to issue as " in text and "/0001" in text
    assert "₹1,02,660.00 to Lakeview Residency" in text  # 6 x 14,500 = 87,000.00 + 18 %
    assert "20 checks passed" in text and "CGST Rule 46(b)" in text
    assert "autofocus>Issue</button>" in text
    assert "<html" not in text


def test_without_a_script_it_is_a_page_with_the_same_contents(nilgiri, priya: Browser):
    draft = draft_in(nilgiri, cells={**CREW, "hsn_sac": ""})
    page, piece = (text_of(priya.get(f"invoices/{draft}/_/ready?send=1", hx=hx)) for hx in (False, True))
    assert "<html" in page
    for words in ("1 thing to fix before this can be issued", "Line 1 has no SAC or HSN.", "Worth a look"):
        assert words in page and words in piece
    assert "Issue and send</button>" not in page + piece


def test_each_finding_leads_to_what_mends_it(nilgiri, priya: Browser):
    draft = draft_in(nilgiri, cells={**CREW, "hsn_sac": ""}, gst_treatment="sez", email=None)
    text = text_of(priya.get(f"invoices/{draft}/_/ready?send=1", hx=True))
    with nilgiri.scope():
        line = drafts.lines_of(draft)[1].id  # the first is blank and will be dropped
    assert f'href="/c/{nilgiri.slug}/invoices/{draft}/edit#lines-{line}-hsn_sac"' in text
    assert f'data-goto="#lines-{line}-hsn_sac"' in text
    assert f'href="/c/{nilgiri.slug}/settings/gst"' in text
    assert '/edit"' in text.split("has no e-mail address")[1]


def test_looking_takes_no_number_and_changes_nothing(nilgiri, priya: Browser):
    draft = draft_in(nilgiri)
    with nilgiri.scope():
        before = db().execute(select(Invoice.version, Invoice.totals_seq, Invoice.updated_at)).all()
    for send in (0, 1):
        priya.get(f"invoices/{draft}/_/ready?send={send}")
    with nilgiri.scope():
        assert db().scalar(select(func.count()).select_from(NumberCounter)) == 0
        assert db().execute(select(Invoice.version, Invoice.totals_seq, Invoice.updated_at)).all() == before


def test_issuing_answers_with_the_same_sentences(nilgiri, priya: Browser):
    draft = draft_in(nilgiri, gst_treatment="overseas", country_code="US", state_code=None, gst_number=None)
    reply = priya.post(f"invoices/{draft}/issue", send="0")
    assert reply.status_code == 422
    assert f"There is no letter of undertaking for {NOW_YEAR}." in text_of(reply)
    assert f'href="/c/{nilgiri.slug}/settings/gst"' in text_of(reply)


def test_with_the_letter_of_its_year_an_export_goes_without_tax_and_names_it(nilgiri, priya: Browser):
    draft = draft_in(nilgiri, gst_treatment="overseas", country_code="US", state_code=None, gst_number=None)
    saved = priya.post("settings/gst/undertaking", year=NOW_YEAR, arn="ad 2904 2600 1234 a", version="0")
    assert saved.status_code == 303
    assert priya.post(f"invoices/{draft}/issue", send="0").status_code == 303
    with nilgiri.scope():
        invoice = db().get(Invoice, (nilgiri.tenant_id, draft))
        assert (invoice.tax_mode, invoice.tax_total, invoice.total) == ("IGST_ZERO_RATED_LUT", 0, 87_000)
        assert invoice.seller_snapshot["lut_arn"] == "AD290426001234A"
        assert invoice.buyer_snapshot["country_code"] == "US"


@pytest.mark.parametrize("arn", ["", "12345", "AD29042600123", "1D290426001234A", "AD290426001234Ä"])
def test_an_arn_that_is_none_is_refused_at_its_field(nilgiri, priya: Browser, arn):
    reply = priya.post("settings/gst/undertaking", year=NOW_YEAR, arn=arn, version="0")
    assert reply.status_code == 422
    assert 'id="arn-error"' in text_of(reply)
    with nilgiri.scope():
        assert db().scalar(select(func.count()).select_from(LutDeclaration)) == 0


def test_a_letter_for_another_century_is_refused(priya: Browser):
    reply = priya.post("settings/gst/undertaking", year="1999-00", arn="AD290426001234A", version="0")
    assert (reply.status_code, "Choose the financial year" in text_of(reply)) == (422, True)


def test_two_people_entering_the_letter_of_a_year_see_each_other(nilgiri, priya: Browser):
    form = {"year": NOW_YEAR, "arn": "AD290426001234A", "version": "0"}
    assert priya.post("settings/gst/undertaking", form).status_code == 303
    reply = priya.post("settings/gst/undertaking", form | {"arn": "AD290426009999Z"})
    assert reply.status_code == 409
    assert "AD290426009999Z" in text_of(reply) and "AD290426001234A" in text_of(reply)
    again = form | {"arn": "AD290426009999Z", "version": "1"}
    assert priya.post("settings/gst/undertaking", again).status_code == 303
    with nilgiri.scope():
        assert db().scalars(select(LutDeclaration.arn)).all() == ["AD290426009999Z"]


def test_above_five_crore_four_digits_do_not_do(nilgiri, priya: Browser):
    draft = draft_in(nilgiri, cells={**CREW, "hsn_sac": "9985"})
    assert "fewer than 6 digits" not in text_of(priya.get(f"invoices/{draft}/_/ready"))
    assert priya.post("settings/gst/turnover", large_turnover="y").status_code == 303
    assert "The code of line 1 has fewer than 6 digits." in text_of(priya.get(f"invoices/{draft}/_/ready"))
    assert '<input checked class="check" id="large_turnover"' in text_of(priya.get("settings/gst"))


def test_the_same_again_is_worth_a_look(nilgiri, priya: Browser):
    draft = draft_in(nilgiri)
    assert priya.post(f"invoices/{draft}/issue", send="0").status_code == 303
    with nilgiri.scope():
        first = db().get(Invoice, (nilgiri.tenant_id, draft))
        customer, number = first.customer_id, first.invoice_number
        again = drafts.create_draft(
            customer_id=customer, today=first.invoice_date, created_by=nilgiri.admin.id
        )
        drafts.add_line(again.id, cells=CREW)
        again_id = again.id
    text = text_of(priya.get(f"invoices/{again_id}/_/ready"))
    assert f"{number} looks the same" in text


def test_an_earlier_date_than_the_last_number_is_worth_a_look(nilgiri, priya: Browser):
    issued_in(nilgiri)  # dated TODAY
    with nilgiri.scope():
        earlier = TODAY - dt.timedelta(days=3)
        draft = drafts.create_draft(
            customer_id=make_customer().id, today=earlier, created_by=nilgiri.admin.id
        )
        drafts.add_line(draft.id, cells=CREW)
        draft_id = draft.id
    assert "is dated 22 Nov 2026, after this invoice" in text_of(priya.get(f"invoices/{draft_id}/_/ready"))


def test_what_is_issued_already_is_not_examined(nilgiri, priya: Browser):
    assert priya.get(f"invoices/{issued_in(nilgiri)}/_/ready").status_code == 409


def test_a_rival_and_a_reader_see_none_of_it(nilgiri, rohan: Browser, asha: Browser):
    draft = drafted_in(nilgiri)
    assert rohan.get(f"invoices/{draft}/_/ready").status_code == 404
    assert asha.get(f"invoices/{draft}/_/ready").status_code == 403
