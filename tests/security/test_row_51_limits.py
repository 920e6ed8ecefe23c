"""Row 51: nobody makes the product work for long by asking for much: sizes, lengths and dates are bounded."""

import contextlib
import datetime as dt
import html
import re
import time
from uuid import uuid4

import psycopg
import pytest

from rms.domain import (
    accounts,
    contacts,
    devices,
    gstin,
    money,
    numbering,
    periods,
    slugs,
    states,
    typed_line,
    weak_passwords,
)
from rms.domain.errors import DomainError
from rms.web.listing import PAGE_SIZE, decode
from tests.factories import make_customer
from tests.house.belongings import give
from tests.http import HOST, Browser, headers

LENGTH = 50_000
PIECES = (
    "a",
    "A",
    "0",
    " ",
    "-",
    ".",
    "@",
    "a@",
    "a.",
    "1,",
    "/",
    "9 ",
    "{",
    "{x}",
    "\n",
    "é",
    "\u0915",
    "%",
    "'",
)
TODAY = dt.date(2026, 7, 15)
LISTS = ("invoices", "customers", "services", "receipts")

VALIDATORS = {
    "accounts.check_business_name": accounts.check_business_name,
    "accounts.check_person_name": accounts.check_person_name,
    "accounts.check_email": accounts.check_email,
    "accounts.check_password": lambda text: accounts.check_password(text, email="a@b.in", company="Nilgiri"),
    "accounts.check_password of a long company": lambda text: accounts.check_password(
        "correct horse battery", email=text, company=text
    ),
    "accounts.names_of": accounts.names_of,
    "contacts.one_line": lambda text: contacts.one_line(text, 255),
    "contacts.several_lines": lambda text: contacts.several_lines(text, 2000),
    "contacts.pin_code": contacts.pin_code,
    "contacts.postal_code": contacts.postal_code,
    "contacts.phone": contacts.phone,
    "contacts.email": contacts.email,
    "contacts.ifsc": contacts.ifsc,
    "contacts.account_number": contacts.account_number,
    "contacts.upi_id": contacts.upi_id,
    "devices.device_of": devices.device_of,
    "gstin.judge": gstin.judge,
    "gstin.is_pan": gstin.is_pan,
    "money.parse_money": money.parse_money,
    "money.parse_quantity": money.parse_quantity,
    "money.parse_percent": money.parse_percent,
    "numbering.check_pattern": lambda text: numbering.check_pattern(
        numbering.Series(pattern=text, prefix=text)
    ),
    "periods.parse_date": lambda text: periods.parse_date(text, TODAY),
    "slugs.slugify": slugs.slugify,
    "slugs.check_slug": slugs.check_slug,
    "states.code_of": states.code_of,
    "typed_line.read": lambda text: typed_line.read(
        dict.fromkeys(
            ("name", "description", "hsn_sac", "unit", "quantity", "rate", "discount", "tax"), text
        ),
        TODAY,
    ),
    "weak_passwords.is_common": weak_passwords.is_common,
    "weak_passwords.is_made_of": lambda text: weak_passwords.is_made_of(text, ["nilgiri", "priya"]),
    "listing.decode": lambda text: decode(text, 2),
}


def milliseconds(judge, text: str) -> float:
    """Of this thread alone, the best of three: another process may have the machine for a while."""
    best = float("inf")
    for _ in range(3):
        began = time.thread_time()
        with contextlib.suppress(DomainError, KeyError):
            judge(text)
        best = min(best, (time.thread_time() - began) * 1000)
        if best < 50:
            break
    return best


@pytest.mark.parametrize("name", VALIDATORS)
def test_row_51_no_text_of_50_kilobytes_is_thought_about_for_long(name):
    weak_passwords.common()
    for piece in PIECES:
        text = (piece * LENGTH)[:LENGTH]
        for tried in (text, text[:-1] + "!", "a" + text):
            assert milliseconds(VALIDATORS[name], tried) < 50, repr(piece)


@pytest.mark.parametrize("text", ["01/01/0001", "31/12/9999", "1/1/1", "99/99/99999", "1e9", "+999999999"])
def test_row_51_a_date_far_away_is_refused_in_a_sentence(text):
    with pytest.raises(DomainError):
        periods.parse_date(text, TODAY)


@pytest.mark.parametrize("text", ["9" * 40, "1e9999999", "0x10", "NaN", "Infinity", "1" + "0" * 4000])
def test_row_51_a_number_beyond_all_bounds_is_refused_in_a_sentence(text):
    for parse in (money.parse_money, money.parse_quantity, money.parse_rate, money.parse_percent):
        with pytest.raises(DomainError):
            parse(text)


# Over HTTP -----------------------------------------------------------------------------------------


@pytest.fixture
def priya(app, nilgiri) -> Browser:
    return Browser(app, nilgiri, nilgiri.admin)


def rows_shown(text: str) -> int:
    return len(set(re.findall(r"/customers/([0-9a-f]{8}-[0-9a-f-]{27})", text)))


def test_row_51_a_page_has_fifty_rows_however_many_are_asked_for(priya, nilgiri):
    with nilgiri.scope(nilgiri.admin):
        for number in range(PAGE_SIZE + 12):
            make_customer(f"Customer {number:03}")
    for asked in (
        "",
        *(f"?{name}=1000000000" for name in ("per_page", "limit", "size", "page_size", "page", "n")),
    ):
        reply = priya.get(f"customers{asked}")
        assert reply.status_code == 200
        assert rows_shown(reply.text) == PAGE_SIZE, asked


@pytest.mark.parametrize("where", LISTS)
@pytest.mark.parametrize(
    "after",
    [
        "x",
        "'",
        "%00",
        "-1",
        "W10",
        "WyJ4Il0",
        "WyJ4IiwieCJd",
        "W1tbW1tb",
        "a" * 3000,
        "%F0%9F%92%A9",
        "9e999",
    ],
)
def test_row_51_a_garbled_cursor_is_refused_in_a_sentence(priya, where, after):
    reply = priya.get(f"{where}?after={after}")
    assert reply.status_code in (200, 400, 422), reply.status_code
    if reply.status_code != 200:
        assert "Start again from the first page" in html.unescape(reply.text)


@pytest.mark.parametrize(
    "span",
    [
        ("0001-01-01", "9999-12-31"),
        ("9999-12-31", "0001-01-01"),
        ("0000-00-00", "99999-99-99"),
        ("1e9", "-1"),
        ("2026-02-30", "2026-13-01"),
        ("", "9999-12-31"),
    ],
)
def test_row_51_the_widest_span_of_days_is_answered(priya, nilgiri, span):
    give(nilgiri)
    began = time.perf_counter()
    for where in ("invoices", "receipts"):
        for names in (("from", "to"), ("date_from", "date_to"), ("start", "end")):
            query = f"{names[0]}={span[0]}&{names[1]}={span[1]}"
            assert priya.get(f"{where}?period=custom&{query}").status_code in (200, 422), (where, names)
    assert time.perf_counter() - began < 10


@pytest.mark.parametrize("where", LISTS)
def test_row_51_a_search_for_much_text_is_answered(priya, where):
    for text in ("a" * 3000, "%25" * 900, "_" * 3000, "%5C" * 900):
        assert priya.get(f"{where}?q={text}").status_code in (200, 422), text[:3]


def posted(priya: Browser, **sent):
    return priya.client.post(priya.path("customers"), base_url=HOST, headers=headers(False), **sent)


def test_row_51_a_body_that_is_too_large_gets_413_and_the_page_that_says_so(priya, app):
    most = app.config["MAX_CONTENT_LENGTH"]
    assert most <= 2 * 1024 * 1024
    reply = posted(priya, data={"csrf_token": priya.csrf, "name": "a" * (most + 1)})
    assert reply.status_code == 413
    assert "too large" in reply.text and reply.headers["X-Request-Id"]


def test_row_51_a_form_of_very_many_parts_gets_413(priya, app):
    boundary = uuid4().hex
    parts = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="f{number}"\r\n\r\n\r\n'
        for number in range(app.config["MAX_FORM_PARTS"] + 1)
    )
    body = f"{parts}--{boundary}--\r\n".encode()
    assert len(body) < app.config["MAX_CONTENT_LENGTH"]
    reply = posted(priya, data=body, content_type=f"multipart/form-data; boundary={boundary}")
    assert reply.status_code == 413


def test_row_51_one_text_in_a_form_of_parts_is_bounded_too(app):
    assert app.config["MAX_FORM_MEMORY_SIZE"] <= app.config["MAX_CONTENT_LENGTH"]


def test_row_51_the_database_ends_what_takes_too_long(settings):
    """By the role itself: a pooler between would drop what a connection asks for."""
    with psycopg.connect(settings.database_url) as connection:
        found = dict(
            connection.execute(
                "SELECT name, setting::int / 1000 FROM pg_settings WHERE unit = 'ms' AND name IN "
                "('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout')"
            ).fetchall()
        )
        assert found == {
            "statement_timeout": 15,
            "lock_timeout": 3,
            "idle_in_transaction_session_timeout": 60,
        }
        connection.execute("SET LOCAL statement_timeout = 50")
        with pytest.raises(psycopg.errors.QueryCanceled):
            connection.execute("SELECT pg_sleep(5)")
