"""The statement of account by mail: proposed, read beforehand, and with the paper of its days."""

import html
import re
from email import message_from_bytes, policy

import pytest

from rms import mail
from rms.actions import contacts
from rms.actions.contacts import ContactDraft
from rms.db.session import db
from rms.models import EmailMessage
from tests.documents.reading import copied_text
from tests.factories import NOW
from tests.http import Browser
from tests.rooms.customers.test_statement import lotus, on_22_november  # noqa: F401

DAYS = "from=2026-04-01&to=2026-11-10"


@pytest.fixture
def known(nilgiri, lotus):  # noqa: F811
    """With an address of its own, and an auditor who gets the statements."""
    with nilgiri.scope():
        auditor = ContactDraft(name="R. Auditor", email="auditor@lotus.example", gets_statements=True)
        contacts.add_contact(lotus, auditor)
    return lotus


def test_it_is_proposed_to_them_and_copied_to_who_gets_it(priya: Browser, known):
    form = priya.get(f"customers/{known}/statement/send?{DAYS}")
    shown = html.unescape(form.text)
    assert form.status_code == 200 and 'value="auditor@lotus.example"' in shown
    assert "up to 10 Nov 2026 is attached. ₹3,040.00 is to pay" in shown
    letter = priya.post(f"customers/{known}/statement/_/letter?{DAYS}", {"subject": "Books"}, hx=True)
    assert letter.status_code == 200 and "Books" in letter.text


def test_the_mail_brings_the_paper_of_its_days(priya: Browser, nilgiri, known):
    fields = {"to_address": "pay@lotus.example", "cc": "auditor@lotus.example"}
    sent_to = priya.post(f"customers/{known}/statement/send?{DAYS}", fields)
    assert sent_to.status_code == 303 and "from=2026-04-01" in sent_to.location
    with nilgiri.scope():
        row = db().query(EmailMessage).filter_by(kind="statement").one()
        sent = message_from_bytes(mail.render(row, NOW).as_bytes(), policy=policy.default)
    assert sent["Subject"].startswith("Statement of account from Nilgiri")
    assert (sent["To"], sent["Cc"]) == ("pay@lotus.example", "auditor@lotus.example")
    for kind in ("plain", "html"):
        said = html.unescape(re.sub(r"\s+", " ", sent.get_body((kind,)).get_content()))
        # opening 1,180.00; billed 2,360.00; received 500.00
        for words in ("Opening balance, 1 Apr 2026", "1,180.00", "2,360.00", "500.00", "₹3,040.00"):
            assert words in said, (kind, words)
    [paper] = sent.iter_attachments()
    assert paper.get_filename().startswith("statement-") and paper.get_filename().endswith("20261110.pdf")
    assert "L/2" in copied_text(paper.get_content())
    activity = html.unescape(priya.get(f"customers/{known}").text)
    assert "pay@lotus.example" in activity


def test_when_nothing_is_owed_the_letter_asks_for_nothing(priya: Browser, known):
    shown = html.unescape(priya.get(f"customers/{known}/statement/send?from=2026-01-01&to=2026-02-01").text)
    assert "Nothing is to pay: thank you." in shown


def test_what_is_wrong_stands_at_its_field_and_nothing_is_lost(priya: Browser, nilgiri, known):
    at = f"customers/{known}/statement/send?{DAYS}"
    bad = priya.post(at, {"to_address": "nobody", "message": "Kept words"})
    assert bad.status_code == 422 and "Kept words" in bad.text and "to_address-error" in bad.text
    with nilgiri.scope():
        assert db().query(EmailMessage).count() == 0


def test_who_may(asha: Browser, rohan: Browser, known):
    assert asha.get(f"customers/{known}/statement/send").status_code == 403
    assert rohan.get(f"customers/{known}/statement/send").status_code == 404
    assert rohan.post(f"customers/{known}/statement/send", {"to_address": "a@b.in"}).status_code == 404
