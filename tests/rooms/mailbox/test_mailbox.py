"""`/dev/mail`, over mails that went through a real catcher."""

import smtplib
import subprocess
import sys
import time
from dataclasses import replace
from email.message import EmailMessage

import pytest

from rms import create_app
from rms.local.ports import LOOPBACK, listen

PAPER = b"%PDF-1.7 paper"


@pytest.fixture
def folder(tmp_path):
    return tmp_path


@pytest.fixture
def smtp(folder):
    """The catcher as `./dev up` starts it, delivering into the folder."""
    listener = listen(0)
    port = listener.getsockname()[1]
    command = [sys.executable, "-m", "rms.local.mailcatcher", "--fd", str(listener.fileno())]
    catcher = subprocess.Popen([*command, "--folder", str(folder)], pass_fds=[listener.fileno()])
    yield lambda letter: _send(port, letter)
    catcher.terminate()
    catcher.wait()
    listener.close()


def _send(port: int, letter: EmailMessage) -> None:
    with smtplib.SMTP(LOOPBACK, port, timeout=20) as server:
        server.send_message(letter)


@pytest.fixture
def browser(connected, folder):
    """A signed-out visitor of a machine under development."""
    settings = replace(
        connected, environment="development", public_base_url="http://localhost", mailbox=folder
    )
    return create_app(settings).test_client()


def letter(subject: str = "Confirm your e-mail", **headers) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"] = "no-reply@rmsbilling.example", "priya@nilgirifs.example"
    made["Subject"] = subject
    for name, value in headers.items():
        made[name] = value
    made.set_content("Follow https://billing.test/verify/abc.def_-x. Help: https://billing.test/help")
    made.add_alternative(
        '<html><head></head><body style="margin:0"><p>Hello</p></body></html>', subtype="html"
    )
    made.add_attachment(PAPER, maintype="application", subtype="pdf", filename="NFS-26-27-0147.pdf")
    return made


def names(folder) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.eml"))


def test_it_works(browser, smtp, folder):
    smtp(letter())
    page = browser.get("/dev/mail").text
    (name,) = names(folder)
    assert 'href="https://billing.test/verify/abc.def_-x"' in page
    assert f'href="/dev/mail/{name}/NFS-26-27-0147.pdf"' in page
    assert "priya@nilgirifs.example" in page


def test_the_newest_comes_first(browser, smtp):
    smtp(letter("The first"))
    time.sleep(0.01)
    smtp(letter("The second"))
    page = browser.get("/dev/mail").text
    assert page.index("The second") < page.index("The first")


def test_an_empty_box_says_so(browser):
    assert "No mail yet" in browser.get("/dev/mail").text


def test_a_mail_is_shown_in_a_frame_that_runs_nothing(browser, smtp, folder):
    smtp(letter())
    (name,) = names(folder)
    page = browser.get(f"/dev/mail/{name}")
    assert f'src="/dev/mail/{name}/html"' in page.text and "sandbox=" in page.text
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    shown = browser.get(f"/dev/mail/{name}/html")
    assert "<p>Hello</p>" in shown.text and '<base target="_blank">' in shown.text
    rules = shown.headers["Content-Security-Policy"]
    assert "default-src 'none'" in rules and "sandbox" in rules and "script" not in rules


def test_an_attachment_comes_as_it_was_sent(browser, smtp, folder):
    smtp(letter())
    (name,) = names(folder)
    reply = browser.get(f"/dev/mail/{name}/NFS-26-27-0147.pdf")
    assert reply.data == PAPER and reply.mimetype == "application/pdf"
    assert reply.headers["Content-Disposition"].startswith("attachment")


def test_markup_in_a_subject_is_text(browser, smtp):
    smtp(letter("<script>alert(1)</script>"))
    assert "<script>alert" not in browser.get("/dev/mail").text


@pytest.mark.parametrize("name", ["../../etc/passwd", "nothing", "0" * 20 + "-deadbeef", "%2e%2e", "x.eml"])
def test_it_rejects_bad_input(browser, smtp, folder, name):
    (folder / "x.eml").write_text("From: a\n\nsecret")
    assert browser.get(f"/dev/mail/{name}").status_code == 404
    assert browser.get(f"/dev/mail/{name}/a.pdf").status_code == 404


def test_an_attachment_that_is_not_there_is_404(browser, smtp, folder):
    smtp(letter())
    (name,) = names(folder)
    assert browser.get(f"/dev/mail/{name}/other.pdf").status_code == 404


def test_without_a_mailbox_there_is_no_such_page(connected):
    visitor = create_app(connected).test_client()
    assert visitor.get("/dev/mail", base_url=connected.public_base_url).status_code == 404
