"""Row 13 and an invoice's own page: what a link opens, what it does not, and who is said to have looked."""

import datetime as dt
import itertools
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from rms.actions import public_links
from rms.actions.issuing import cancel
from rms.db.session import db
from rms.models import Company, DocumentView, Invoice, PublicLink, Tenant
from rms.queries.public_links import link_of
from tests.factories import NOW
from tests.http import Browser, counted_statements
from tests.rooms.invoices.making import drafted_in, issued_in, pay
from tests.rooms.public.visiting import DESK, PHONE, Visitor, shared, text_of

NUMBERS = itertools.count(1)


@pytest.fixture
def visitor(app) -> Visitor:
    """At an address of its own: misses are counted by address, and tests share a database."""
    number = next(NUMBERS)
    return Visitor(app, ip=f"203.0.{number // 250}.{number % 250 + 1}")


def views_of(company) -> list[DocumentView]:
    with company.scope():
        return list(db().scalars(select(DocumentView)))


def test_a_link_opens_the_invoice_with_amount_due_day_and_ways_to_pay(nilgiri, visitor):
    token = shared(nilgiri, issued_in(nilgiri))
    reply = visitor.get(f"/i/{token}")
    page = text_of(reply)
    assert reply.status_code == 200
    assert "₹1,180.00 to pay by 22 Dec 2026" in page
    assert "Lakeview Residency" in page
    assert "I have paid" in page
    assert "Housekeeping" in page


def test_the_upi_link_holds_the_balance_and_not_the_total(nilgiri, visitor):
    with nilgiri.scope():
        db().scalars(select(Company)).one().upi_id = "nilgiri@examplebank"
    invoice_id = issued_in(nilgiri)
    with nilgiri.scope():
        pay(db().get(Invoice, (nilgiri.tenant_id, invoice_id)), "1000.00")
    page = text_of(visitor.get(f"/i/{shared(nilgiri, invoice_id)}"))
    assert "upi://pay?pa=nilgiri@examplebank" in page
    assert "am=180.00" in page
    assert "am=1180.00" not in page
    assert "₹180.00 to pay by" in page
    assert "₹1,000.00 of ₹1,180.00 reached us" in page


def test_a_paid_invoice_asks_for_no_money(nilgiri, visitor):
    invoice_id = issued_in(nilgiri)
    with nilgiri.scope():
        pay(db().get(Invoice, (nilgiri.tenant_id, invoice_id)), "1180.00")
    page = text_of(visitor.get(f"/i/{shared(nilgiri, invoice_id)}"))
    assert "Paid. Thank you" in page
    assert "upi://" not in page
    assert "I have paid" not in page
    assert "There is a mistake" in page


def test_a_cancelled_invoice_says_so(nilgiri, visitor):
    invoice_id = issued_in(nilgiri)
    token = shared(nilgiri, invoice_id)
    with nilgiri.scope(nilgiri.admin):
        cancel(invoice_id, reason="Twice", now=NOW, today=NOW.date())
    page = text_of(visitor.get(f"/i/{token}"))
    assert "This invoice was cancelled" in page
    assert "upi://" not in page


def test_the_pdf_is_the_invoices_own(nilgiri, visitor):
    reply = visitor.get(f"/i/{shared(nilgiri, issued_in(nilgiri))}/invoice.pdf")
    assert reply.status_code == 200
    assert reply.data.startswith(b"%PDF")
    assert reply.headers["Cache-Control"] == "no-store"


def test_pages_keep_their_address_to_themselves_and_set_no_cookie(nilgiri, visitor):
    token = shared(nilgiri, issued_in(nilgiri))
    for path in (f"/i/{token}", f"/i/{token}/invoice.pdf", "/i/nothing"):
        reply = visitor.get(path)
        assert "noindex" in reply.headers["X-Robots-Tag"]
        assert reply.headers["Referrer-Policy"] == "no-referrer"
        assert reply.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in reply.headers


def test_ids_in_place_of_the_secret_open_nothing(nilgiri, visitor):
    """Row 13: neither the invoice's id, nor the link's, nor its number, nor the stored hash is a key."""
    invoice_id = issued_in(nilgiri)
    shared(nilgiri, invoice_id)
    with nilgiri.scope():
        link = link_of("invoices", invoice_id)
        number = db().get(Invoice, (nilgiri.tenant_id, invoice_id)).invoice_number
    for guess in (
        invoice_id,
        invoice_id.hex,
        link.id,
        link.token,
        link.token[:43],
        "1",
        uuid4(),
        number[-4:],
    ):
        assert visitor.get(f"/i/{guess}").status_code == 404, guess


def test_unknown_ended_expired_and_foreign_links_look_alike(nilgiri, visitor):
    """Row 13: one body for all of them."""
    ended, over = issued_in(nilgiri), issued_in(nilgiri)
    tokens = {"unknown": "A" * 43, "garbled": "x.y", "quote": shared(nilgiri, uuid4(), kind="quotes")}
    tokens |= {"ended": shared(nilgiri, ended), "over": shared(nilgiri, over), "draft": ""}
    tokens["draft"] = shared(nilgiri, drafted_in(nilgiri))
    with nilgiri.scope(nilgiri.admin):
        public_links.revoke(link_of("invoices", ended).id, now=NOW)
        link_of("invoices", over).expires_on = dt.date(2026, 1, 1)
    replies = {kind: visitor.get(f"/i/{token}") for kind, token in tokens.items()}
    assert {reply.status_code for reply in replies.values()} == {404}
    assert len({reply.data for reply in replies.values()}) == 1
    for path in ("invoice.pdf",):
        assert visitor.get(f"/i/{tokens['ended']}/{path}").data == replies["unknown"].data


def test_a_link_opens_through_its_last_day(nilgiri, visitor):
    today = dt.datetime.now(dt.UTC).astimezone(dt.timezone(dt.timedelta(hours=5.5))).date()
    token = shared(nilgiri, issued_in(nilgiri), expires_on=today)
    assert visitor.get(f"/i/{token}").status_code == 200


def test_sixty_misses_in_a_minute_are_enough(app, nilgiri):
    """Row 13: from then on nothing opens from there, and from elsewhere everything does."""
    guesser, reader = Visitor(app, ip="198.51.100.60"), Visitor(app, ip="198.51.100.61")
    token = shared(nilgiri, issued_in(nilgiri))
    statuses = [guesser.get(f"/i/{number:043d}").status_code for number in range(60)]
    assert statuses == [404] * 60
    refused = guesser.get(f"/i/{'B' * 43}")
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert guesser.get(f"/i/{token}").status_code == 429
    assert reader.get(f"/i/{token}").status_code == 200


@pytest.mark.parametrize(
    ("status", "expected"), [("trial", 200), ("active", 200), ("expired", 200), ("suspended", 403)]
)
def test_a_plan_opens_and_closes_links(nilgiri, visitor, status, expected):
    """Row 12: reading stays open after a plan has ended; a suspended company's documents are closed."""
    token = shared(nilgiri, issued_in(nilgiri))
    with nilgiri.scope():
        db().execute(update(Tenant).values(subscription_status=status).where(Tenant.id == nilgiri.tenant_id))
    for path in (f"/i/{token}", f"/i/{token}/invoice.pdf"):
        reply = visitor.get(path)
        assert reply.status_code == expected
        if expected == 403:
            assert "Not available at the moment" in text_of(reply)
            assert nilgiri.name not in text_of(reply)
            assert "plan" not in text_of(reply).lower()


def test_looking_is_noted_once_for_a_visit(app, nilgiri):
    token = shared(nilgiri, issued_in(nilgiri))
    first, second = Visitor(app, ip="192.0.2.10"), Visitor(app, ip="192.0.2.11", agent=PHONE)
    for _ in range(3):
        first.get(f"/i/{token}")
    second.get(f"/i/{token}")
    views = views_of(nilgiri)
    assert sorted((view.device, view.count) for view in views) == [
        ("Chrome on Android", 1),
        ("Firefox on Windows", 1),
    ]
    assert not any("192.0.2" in view.visitor for view in views)


@pytest.mark.parametrize(
    "agent",
    [
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        "facebookexternalhit/1.1",
        "WhatsApp/2.23.20",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/126.0 Safari/537.36",
        "python-requests/2.32",
        "",
    ],
)
def test_programs_do_not_count(app, nilgiri, agent):
    token = shared(nilgiri, issued_in(nilgiri))
    assert Visitor(app, agent=agent).get(f"/i/{token}").status_code == 200
    assert views_of(nilgiri) == []


def test_heads_early_fetches_and_pdfs_do_not_count(app, nilgiri):
    token = shared(nilgiri, issued_in(nilgiri))
    visitor = Visitor(app)
    assert visitor.ask("HEAD", f"/i/{token}").status_code == 200
    visitor.get(f"/i/{token}", headers={"Sec-Purpose": "prefetch;prerender"})
    visitor.get(f"/i/{token}/invoice.pdf")
    assert views_of(nilgiri) == []


def test_ones_own_people_do_not_count_and_are_not_signed_in_by_looking(
    app, nilgiri, sahyadri, priya: Browser
):
    token = shared(nilgiri, issued_in(nilgiri))
    agent = {"User-Agent": DESK, "Sec-Fetch-Site": "none"}
    page = priya.client.get(f"/i/{token}", base_url="https://billing.test", headers=agent)
    assert page.status_code == 200
    assert "Sign out" not in page.text
    assert views_of(nilgiri) == []
    rival = Browser(app, sahyadri, sahyadri.admin)
    rival.client.get(f"/i/{token}", base_url="https://billing.test", headers=agent)
    assert [view.count for view in views_of(nilgiri)] == [1]


def test_nothing_of_another_company_stands_on_the_page(nilgiri, sahyadri, visitor):
    token = shared(nilgiri, issued_in(nilgiri))
    theirs = issued_in(sahyadri, name="Canary Mills of the rival")
    shared(sahyadri, theirs)
    page = text_of(visitor.get(f"/i/{token}"))
    assert "Canary" not in page
    assert sahyadri.name not in page


def test_the_database_holds_no_secret(nilgiri):
    invoice_id = issued_in(nilgiri)
    token = shared(nilgiri, invoice_id)
    with nilgiri.scope():
        link = db().scalars(select(PublicLink).where(PublicLink.entity_id == invoice_id)).one()
        kept = [str(getattr(link, column.key)) for column in PublicLink.__table__.columns]
        assert token not in "".join(kept)
    assert len(token) == 43


def test_statements_do_not_grow_with_the_lines(nilgiri, visitor):
    few, many = issued_in(nilgiri), issued_in(nilgiri)
    tokens = [shared(nilgiri, few), shared(nilgiri, many)]
    counts = []
    for token in tokens:
        with counted_statements() as sent:
            visitor.get(f"/i/{token}")
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 14
