"""The list of quotes, the editor, the view and what is done with a quote."""

import datetime as dt
import html
from uuid import uuid4

import pytest
from sqlalchemy import select

from rms.db.session import db
from rms.mail import render
from rms.models import EmailMessage, QuoteInvoice
from rms.queries.public_links import link_of, secret_of
from rms.queries.quotes import find_quote, lines_of
from tests.http import Browser
from tests.rooms.quotes.making import answered_in, drafted_in, sent_in, today


def text_of(reply) -> str:
    return html.unescape(reply.get_data(as_text=True))


def fields_of(company, quote_id) -> dict:
    with company.scope():
        quote = find_quote(quote_id)
        return {
            "version": quote.version,
            "customer_id": str(quote.customer_id),
            "customer": quote.customer.name,
            "quote_date": quote.quote_date.isoformat(),
            "valid_until": quote.valid_until.isoformat(),
            "payment_words": "Half before, rest in 15 days",
            "place_of_supply": "29",
            "notes": "Machines are included.",
        }


def line_of(company, quote_id):
    with company.scope():
        return lines_of(quote_id)[0]


def cells(line, **typed) -> dict:
    return {f"lines-{line.id}-version": line.version} | {f"lines-{line.id}-{k}": v for k, v in typed.items()}


def test_the_list_shows_each_state_with_its_note(nilgiri, priya: Browser):
    drafted_in(nilgiri, name="Coorg Roastery")
    sent_in(nilgiri, name="Vidyut Switchgear")
    answered_in(nilgiri, accepted=True)
    answered_in(nilgiri, accepted=False, name="Cauvery Pack")
    sent_in(nilgiri, name="Malnad Homestays", day=today() - dt.timedelta(days=30))
    page = text_of(priya.get("quotes"))
    for words in ("Draft", "Sent", "Accepted", "Declined", "Expired", "by R. Hegde", "The price"):
        assert words in page
    assert "1 quote is with its customer" in page
    assert "14,750.00" in page


@pytest.mark.parametrize(
    ("view", "shown"),
    [
        ("draft", "Coorg Roastery"),
        ("waiting", "Vidyut Switchgear"),
        ("accepted", "Hoysala Convention Hall"),
        ("declined", "Cauvery Pack"),
        ("expired", "Malnad Homestays"),
    ],
)
def test_each_view_holds_its_own(nilgiri, priya: Browser, view, shown):
    drafted_in(nilgiri, name="Coorg Roastery")
    sent_in(nilgiri, name="Vidyut Switchgear")
    answered_in(nilgiri, accepted=True)
    answered_in(nilgiri, accepted=False, name="Cauvery Pack")
    sent_in(nilgiri, name="Malnad Homestays", day=today() - dt.timedelta(days=30))
    names = (
        "Coorg Roastery",
        "Vidyut Switchgear",
        "Hoysala Convention Hall",
        "Cauvery Pack",
        "Malnad Homestays",
    )
    page = text_of(priya.get(f"quotes?view={view}"))
    assert [name for name in names if name in page] == [shown]


@pytest.mark.parametrize("typed", ["hoysala", "14,750", "/0001"])
def test_search_finds_customer_amount_and_number(nilgiri, priya: Browser, typed):
    sent_in(nilgiri)
    assert "Hoysala Convention Hall" in text_of(priya.get(f"quotes?q={typed}"))


def test_search_that_finds_nothing_says_so(nilgiri, priya: Browser):
    sent_in(nilgiri)
    assert "No quote matches “zzz”" in text_of(priya.get("quotes?q=zzz"))


def test_a_garbled_cursor_is_refused_and_an_unknown_customer_is_not_there(priya: Browser):
    assert priya.get("quotes?after=abc").status_code == 422
    assert priya.get(f"quotes?customer={uuid4()}").status_code == 404


def test_a_new_quote_opens_in_its_editor(nilgiri, priya: Browser):
    reply = priya.post("quotes")
    assert reply.status_code == 303
    page = text_of(priya.get(reply.location))
    assert "New quote" in page
    assert page.count("data-line ") == 1


def test_the_head_is_saved_and_answered_with_its_fragment(nilgiri, priya: Browser):
    quote_id = drafted_in(nilgiri)
    reply = priya.post(f"quotes/{quote_id}/head", hx=True, **fields_of(nilgiri, quote_id))
    assert reply.status_code == 200
    assert text_of(reply).lstrip().startswith("<form")
    with nilgiri.scope():
        assert find_quote(quote_id).payment_words == "Half before, rest in 15 days"


def test_a_head_that_ends_before_it_begins_is_refused_at_its_field(nilgiri, priya: Browser):
    quote_id = drafted_in(nilgiri)
    fields = fields_of(nilgiri, quote_id) | {"valid_until": "1 Apr 2026"}
    reply = priya.post(f"quotes/{quote_id}/head", hx=True, **fields)
    assert reply.status_code == 422
    assert "The quote would end before its date." in text_of(reply)
    assert 'value="1 Apr 2026"' in text_of(reply)


def test_a_stale_head_shows_both(nilgiri, priya: Browser, imran: Browser):
    quote_id = drafted_in(nilgiri)
    fields = fields_of(nilgiri, quote_id)
    imran.post(f"quotes/{quote_id}/head", hx=True, **fields | {"notes": "From Imran"})
    reply = priya.post(f"quotes/{quote_id}/head", hx=True, **fields | {"payment_words": "Mine"})
    assert reply.status_code == 409
    assert "From Imran" in text_of(reply)
    assert 'value="Mine"' in text_of(reply)


def test_a_line_is_saved_with_the_totals(nilgiri, priya: Browser):
    quote_id = drafted_in(nilgiri)
    line = line_of(nilgiri, quote_id)
    typed = cells(line, name="Crew", hsn_sac="998533", quantity="2", rate="1000", tax="18")
    reply = priya.post(f"quotes/{quote_id}/lines/{line.id}", hx=True, **typed)
    assert reply.status_code == 200
    assert "2,360.00" in text_of(reply)
    assert len(reply.get_data()) < 9_000


def test_a_line_that_cannot_be_read_is_kept(nilgiri, priya: Browser):
    quote_id = drafted_in(nilgiri)
    line = line_of(nilgiri, quote_id)
    reply = priya.post(f"quotes/{quote_id}/lines/{line.id}", hx=True, **cells(line, name="Crew", rate="ten"))
    assert reply.status_code == 422
    assert 'value="ten"' in text_of(reply)
    assert 'value="ten"' in text_of(priya.get(f"quotes/{quote_id}/edit"))


def test_a_stale_line_shows_both(nilgiri, priya: Browser, imran: Browser):
    quote_id = drafted_in(nilgiri)
    line = line_of(nilgiri, quote_id)
    imran.post(f"quotes/{quote_id}/lines/{line.id}", hx=True, **cells(line, name="Imran’s", rate="5"))
    reply = priya.post(f"quotes/{quote_id}/lines/{line.id}", hx=True, **cells(line, name="Priya’s", rate="7"))
    assert reply.status_code == 409
    assert "Imran’s" in text_of(reply)
    assert "Priya’s" in text_of(reply)


def test_a_deleted_line_can_be_put_back(nilgiri, priya: Browser):
    quote_id = drafted_in(nilgiri)
    line = line_of(nilgiri, quote_id)
    gone = priya.post(f"quotes/{quote_id}/lines/{line.id}/delete", hx=True)
    assert "Undo" in text_of(gone)
    back = priya.post(f"quotes/{quote_id}/lines/{line.id}/restore", hx=True)
    assert "Event cleaning crew" in text_of(back)


def test_what_is_not_ready_is_listed_with_links_to_its_fields(nilgiri, priya: Browser):
    made = priya.post("quotes").location.rsplit("/", 2)[1]
    reply = priya.post(f"quotes/{made}/give-out", send="1")
    assert reply.status_code == 422
    assert "Choose who this quote is for." in text_of(reply)
    assert 'href="#customer"' in text_of(reply)


def test_a_quote_is_numbered_sent_and_shown(nilgiri, priya: Browser):
    quote_id = drafted_in(nilgiri)
    to_letter = priya.post(f"quotes/{quote_id}/give-out", send="1")
    assert to_letter.location.endswith(f"/quotes/{quote_id}/send")
    letter = text_of(priya.get(to_letter.location))
    assert 'value="events@hoysala.example.in"' in letter
    assert "over ₹14,750.00" in letter
    sent = priya.post(f"quotes/{quote_id}/send", to_address="events@hoysala.example.in", message="")
    page = text_of(priya.get(sent.location))
    assert "On its way to events@hoysala.example.in" in page
    assert "E-mail to events@hoysala.example.in" in page
    assert "Numbered" in page
    with nilgiri.scope():
        (mail,) = db().scalars(select(EmailMessage).where(EmailMessage.kind == "quote"))
        secret = secret_of(link_of("quotes", quote_id))
        assert secret not in str(mail.params)


def test_a_quote_goes_out_in_the_companys_own_words(nilgiri, priya: Browser):
    fields = {"subject": "Offer {number}", "body": "Good day {customer}, {amount} until {due date}:\n{link}"}
    priya.post("settings/mail/letter", {"kind": "quote", "version": "0", **fields})
    quote_id = sent_in(nilgiri)
    letter = text_of(priya.get(f"quotes/{quote_id}/send"))
    assert "Good day" in letter and "₹14,750.00 until" in letter
    priya.post(f"quotes/{quote_id}/send", to_address="events@hoysala.example.in", message="")
    with nilgiri.scope():
        (mail,) = db().scalars(select(EmailMessage).where(EmailMessage.kind == "quote"))
        plain = render(mail, mail.created_at).get_body(("plain",)).get_content()
    assert mail.subject.startswith("Offer ")
    assert "Good day" in plain and "{link}" not in plain and plain.count("/q/") == 2


def test_a_wrong_address_is_refused_at_its_field(nilgiri, priya: Browser):
    reply = priya.post(f"quotes/{sent_in(nilgiri)}/send", to_address="nobody", message="Hello")
    assert reply.status_code == 422
    assert "Hello" in text_of(reply)


def test_a_link_can_be_made_and_copied(nilgiri, priya: Browser):
    quote_id = sent_in(nilgiri)
    assert "/q/" not in text_of(priya.get(f"quotes/{quote_id}"))
    priya.post(f"quotes/{quote_id}/share")
    assert "/q/" in text_of(priya.get(f"quotes/{quote_id}"))


def test_an_accepted_quote_says_who_and_what(nilgiri, priya: Browser):
    page = text_of(priya.get(f"quotes/{answered_in(nilgiri, accepted=True)}"))
    assert "R. Hegde accepted it from the link" in page
    assert "Please bill half now." in page
    assert "Make the invoice" in page


def test_a_declined_quote_offers_a_new_version(nilgiri, priya: Browser):
    quote_id = answered_in(nilgiri, accepted=False)
    page = text_of(priya.get(f"quotes/{quote_id}"))
    assert "Reason given: The price." in page
    reply = priya.post(f"quotes/{quote_id}/copy", replaces="1")
    assert "/edit" in reply.location
    assert "Replaced by" in text_of(priya.get(f"quotes/{quote_id}"))


def test_one_click_makes_the_invoice_and_a_second_finds_it(nilgiri, priya: Browser):
    quote_id = answered_in(nilgiri, accepted=True)
    first = priya.post(f"quotes/{quote_id}/invoice")
    second = priya.post(f"quotes/{quote_id}/invoice")
    assert first.location == second.location
    with nilgiri.scope():
        assert len(list(db().scalars(select(QuoteInvoice)))) == 1
    assert "Event cleaning crew" in text_of(priya.get(priya.get(first.location).location))
    assert "Open the draft invoice" in text_of(priya.get(f"quotes/{quote_id}"))


def test_an_answer_that_was_heard_is_recorded(nilgiri, priya: Browser):
    quote_id = sent_in(nilgiri)
    refused = priya.post(f"quotes/{quote_id}/answer", name="R. Hegde")
    assert refused.status_code == 422
    assert "Choose an answer." in text_of(refused)
    priya.post(f"quotes/{quote_id}/answer", answer="accepted", name="R. Hegde")
    assert "Recorded as accepted" in text_of(priya.get(f"quotes/{quote_id}"))


def test_a_closed_quote_is_put_away_and_brought_back(nilgiri, priya: Browser):
    quote_id = answered_in(nilgiri, accepted=False)
    priya.post(f"quotes/{quote_id}/archive")
    assert str(quote_id) not in text_of(priya.get("quotes"))
    assert str(quote_id) in text_of(priya.get("quotes?view=archived"))
    priya.post(f"quotes/{quote_id}/bring-back")
    assert str(quote_id) in text_of(priya.get("quotes"))


def test_a_waiting_quote_is_not_put_away(nilgiri, priya: Browser):
    assert priya.post(f"quotes/{sent_in(nilgiri)}/archive").status_code == 409


def test_a_draft_is_deleted_and_a_sent_quote_is_not(nilgiri, priya: Browser):
    draft_id, sent_id = drafted_in(nilgiri), sent_in(nilgiri)
    assert priya.post(f"quotes/{draft_id}/delete").location.endswith("/quotes")
    assert priya.get(f"quotes/{draft_id}").status_code == 404
    assert priya.post(f"quotes/{sent_id}/delete").status_code == 409


def test_the_pdf_is_one_and_named_after_the_number(nilgiri, priya: Browser):
    reply = priya.get(f"quotes/{sent_in(nilgiri)}/quote.pdf?download=1")
    assert reply.get_data().startswith(b"%PDF-")
    assert "-26-27-0001.pdf" in reply.headers["Content-Disposition"]


def test_readers_may_look_and_not_act(nilgiri, asha: Browser):
    quote_id = sent_in(nilgiri)
    assert asha.get(f"quotes/{quote_id}").status_code == 200
    assert asha.post("quotes").status_code == 403
    assert asha.post(f"quotes/{quote_id}/invoice").status_code == 403


def test_another_company_finds_nothing(nilgiri, rohan: Browser):
    quote_id = sent_in(nilgiri)
    for path in ("", "/edit", "/quote.pdf", "/send"):
        assert rohan.get(f"quotes/{quote_id}{path}").status_code == 404
    for act in ("give-out", "invoice", "copy", "share", "archive", "delete"):
        assert rohan.post(f"quotes/{quote_id}/{act}").status_code == 404
