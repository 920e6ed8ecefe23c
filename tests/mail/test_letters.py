"""What leaves the house, read as a mail program reads it."""

import datetime as dt
import re
import secrets
from dataclasses import replace
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from io import BytesIO

import pypdf
import pytest
from sqlalchemy import select

from rms import mail
from rms.actions import mails
from rms.crypto import links
from rms.db.session import db
from rms.models import Company, EmailMessage, EmailVerification, GstSetting, Invoice
from rms.queries.snapshots import snapshot_of_buyer, snapshot_of_seller
from tests import factories

NOW = dt.datetime(2026, 11, 22, 5, 1, tzinfo=dt.UTC)  # 10:31 in India


@pytest.fixture(autouse=True)
def configured(connected):
    mail.configure(replace(connected, public_base_url="https://rmsbilling.example"))
    yield
    mail.configure(connected)


def read(row: EmailMessage):
    """Over the wire and back, as bytes."""
    return message_from_bytes(mail.render(row, NOW).as_bytes(), policy=policy.default)


def text_of(letter) -> str:
    return letter.get_body(("plain",)).get_content()


def html_of(letter) -> str:
    return letter.get_body(("html",)).get_content()


def verification(company, **params) -> EmailMessage:
    row = EmailVerification(
        user_id=company.admin.id,
        email=company.admin.email,
        token=secrets.token_hex(32),
        expires_at=NOW + dt.timedelta(hours=24),
    )
    db().add(row)
    db().flush()
    return mails.post(
        "verify_email",
        to_address="priya@nilgirifs.example",
        params={"first_name": "Priya", "company_name": "Nilgiri Facility Services"} | params,
        about=("email_verifications", row.id),
        now=NOW,
        born_sent=True,
    )


def issued_invoice(lines: int = 1, **customer) -> Invoice:
    company = db().scalars(select(Company)).one()
    company.trade_name, company.upi_id = "Nilgiri Facility Services", "nilgirifs@examplebank"
    company.bank_account_number, company.bank_ifsc = "001922004471", "EXMP0000192"
    buyer = factories.make_customer(**customer)
    return factories.make_invoice(
        buyer,
        more_lines=lines - 1,
        seller_snapshot=snapshot_of_seller(company, db().scalars(select(GstSetting)).one()),
        buyer_snapshot=snapshot_of_buyer(buyer),
    )


def letter_for(invoice: Invoice, **changes) -> EmailMessage:
    params = {
        "number": invoice.invoice_number,
        "amount": "1180.00",
        "due_date": "2026-12-22",
        "company_name": "Nilgiri Facility Services",
        "message": "Hello,\n\nhere is our invoice.\nThank you.",
    }
    return mails.post(
        "invoice",
        to_address="accounts@lakeview.example",
        params=params | changes.pop("params", {}),
        about=("invoices", invoice.id),
        reply_to="accounts@nilgirifs.example",
        now=NOW,
        born_sent=True,
        **changes,
    )


# The verification mail


def test_the_verification_mail_carries_a_link_of_the_row(nilgiri):
    with nilgiri.scope():
        row = verification(nilgiri)
        letter = read(row)
        link = (
            f"https://rmsbilling.example/verify/{links.make('verify', nilgiri.tenant_id, row.entity_id).text}"
        )
    assert link in text_of(letter) and f'href="{link}"' in html_of(letter)
    for part in (text_of(letter), html_of(letter)):
        assert "Hello Priya, the account for Nilgiri Facility Services is ready" in part
        assert "until 23 Nov 2026, 10:31 IST." in part


def test_both_parts_say_the_same_and_ask_nothing_from_the_network(nilgiri):
    with nilgiri.scope():
        letter = read(verification(nilgiri))
    assert [part.get_content_type() for part in letter.iter_parts()] == ["text/plain", "text/html"]
    assert not re.search(r"<(img|script|link|iframe|style)\b|url\(", html_of(letter))


def test_the_headers_are_those_of_an_automatic_mail(nilgiri):
    with nilgiri.scope():
        row = verification(nilgiri)
        letter = read(row)
    assert letter["From"] == "RMS Billing <no-reply@rmsbilling.example>"
    assert letter["To"] == "priya@nilgirifs.example"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Message-ID"] == row.message_id == f"<{row.id.hex}@rmsbilling.example>"
    assert letter["Date"].datetime == NOW
    assert len(letter.keys()) == len(set(letter.keys()))


def test_what_people_typed_is_text_and_never_markup(nilgiri):
    with nilgiri.scope():
        letter = read(verification(nilgiri, company_name="<b>Acme & Sons</b>"))
    assert "&lt;b&gt;Acme &amp; Sons&lt;/b&gt;" in html_of(letter)
    assert "<b>Acme & Sons</b>" in text_of(letter)


# The invoice


def test_the_invoice_comes_with_its_paper(nilgiri):
    with nilgiri.scope():
        invoice = issued_invoice()
        letter = read(letter_for(invoice))
    (paper,) = letter.iter_attachments()
    assert paper.get_filename() == invoice.invoice_number.replace("/", "-") + ".pdf"
    assert paper.get_content_type() == "application/pdf"
    printed = pypdf.PdfReader(BytesIO(paper.get_content())).pages[0].extract_text()
    assert invoice.invoice_number in printed and "1,180.00" in printed


def test_the_invoice_letter_repeats_the_paper(nilgiri):
    with nilgiri.scope():
        letter = read(letter_for(issued_invoice()))
    for part in (text_of(letter), html_of(letter)):
        for words in (
            "₹1,180.00",
            "22 Dec 2026",
            "Housekeeping",
            "1,000.00",
            "CGST 9%",
            "SGST 9%",
            "90.00",
            "nilgirifs@examplebank",
            "001922004471",
            "EXMP0000192",
            "29AAKFN4821C1ZC",
            "Nilgiri Facility Services LLP, 14 Residency Road, Bengaluru 560001",
            "Replies to this mail reach accounts@nilgirifs.example",
        ):
            assert words in part
    assert "here is our invoice.<br>Thank you." in html_of(letter)


def test_it_is_sent_in_the_companys_name_from_our_address(nilgiri):
    with nilgiri.scope():
        letter = read(letter_for(issued_invoice()))
    sender = letter["From"].addresses[0]
    assert (sender.display_name, sender.addr_spec) == (
        "Nilgiri Facility Services",
        "no-reply@rmsbilling.example",
    )
    assert letter["Reply-To"] == "accounts@nilgirifs.example"


def test_a_paid_invoice_asks_for_nothing(nilgiri):
    with nilgiri.scope():
        letter = read(letter_for(issued_invoice(), params={"amount": "0.00"}))
    for part in (text_of(letter), html_of(letter)):
        assert "Amount to pay" not in part and "nilgirifs@examplebank" not in part


def test_a_long_invoice_makes_a_short_letter(nilgiri):
    with nilgiri.scope():
        letter = read(letter_for(issued_invoice(lines=200)))
    assert "and 188 more lines, see the PDF" in text_of(letter)
    assert len(html_of(letter)) < 30_000


def test_a_cancelled_invoice_is_not_mailed(nilgiri):
    with nilgiri.scope():
        invoice = issued_invoice()
        row = letter_for(invoice)
        invoice.status, invoice.cancelled_at = "cancelled", NOW
        db().flush()
        with pytest.raises(mail.Unsendable, match="cancelled"):
            mail.render(row, NOW)


def test_the_whole_mail_is_small(nilgiri):
    with nilgiri.scope():
        verifying = len(mail.render(verification(nilgiri), NOW).as_bytes())
        invoicing = len(mail.render(letter_for(issued_invoice()), NOW).as_bytes())
    assert verifying < 12_000
    assert invoicing < 200_000


# Headers under attack, and every script


@pytest.mark.parametrize("break_", ["\r\n", "\n", "\r", "\u2028", "\u0085", "\x0b", "\x00"])
def test_a_line_break_in_a_name_adds_no_header(nilgiri, break_):
    name = f"Acme{break_}Bcc: everybody@elsewhere.example"
    with nilgiri.scope():
        # PostgreSQL takes no NUL in JSON, so this row is looked at and never stored.
        with db().no_autoflush:
            row = letter_for(issued_invoice(), params={"company_name": name})
            db().expunge(row)
        raw = mail.render(row, NOW).as_bytes()
    letter = message_from_bytes(raw, policy=policy.default)
    assert letter["Bcc"] is None
    assert letter["Subject"].endswith("from Acme Bcc: everybody@elsewhere.example")
    assert letter["From"].addresses[0].addr_spec == "no-reply@rmsbilling.example"
    head = raw.partition(b"\r\n\r\n")[0]
    assert not any(line.startswith(b"Bcc") for line in head.split(b"\r\n"))


@pytest.mark.parametrize(
    "name",
    ["ગુજરાત ક્લીનિંગ સર્વિસિસ", "नीलगिरि सेवाएँ", "நீலகிரி சேவைகள்", "নীলগিরি সেবা", "Nilgiri 🏔 “Quoted”, Ltd; <x>"],
)
def test_names_in_every_script_arrive_whole(nilgiri, name):
    with nilgiri.scope():
        raw = mail.render(letter_for(issued_invoice(), params={"company_name": name}), NOW).as_bytes()
    letter = message_from_bytes(raw, policy=policy.default)
    assert letter["From"].addresses[0].display_name == name
    assert letter["Subject"].endswith(f"from {name}")
    assert all(byte < 128 for byte in raw)
    assert max(map(len, raw.split(b"\r\n"))) <= 998  # RFC 5322 §2.1.1


def test_a_very_long_name_is_cut_in_headers(nilgiri):
    with nilgiri.scope():
        row = letter_for(issued_invoice(), params={"company_name": "ગુ" * 2_000})
        raw = mail.render(row, NOW).as_bytes()
    assert len(row.subject) == 255 and row.subject.endswith("…")
    # Read by RFC 2047 §6.2, which drops the space between two encoded words; the newer parser keeps it.
    sender = str(make_header(decode_header(message_from_bytes(raw)["From"])))
    assert sender == "ગુ" * 59 + "ગ… <no-reply@rmsbilling.example>"


def test_an_address_with_an_indian_domain_is_written_for_every_server(nilgiri):
    with nilgiri.scope():
        row = verification(nilgiri)
        row.to_address = "priya@उदाहरण.भारत"
        assert read(row)["To"].addresses[0].addr_spec == "priya@xn--p1b6ci4b4b3a.xn--h2brj9c"
        row.to_address = "priya@nilgirifs.example"


@pytest.mark.parametrize("text", ["  priya@nilgirifs.example  ", "प्रिया@उदाहरण.भारत", "a+b.c-d'e@x.co.in"])
def test_plain_addresses_of_every_kind_are_taken(text):
    assert mail.addresses.one_address(text) == text.strip()


def test_every_kind_has_both_templates_and_says_what_it_needs():
    mail.warm_up()
    for kind in mail.KINDS.values():
        wanted = set(re.findall(r"%\((\w+)\)s", kind.subject))
        assert wanted <= kind.needs
