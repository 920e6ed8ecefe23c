"""How many statements each address sends, with few rows and with many: a fixed number, which may only fall.

Not counted: BEGIN, COMMIT, ROLLBACK and the call that binds the tenant. The figures are those of today.
Whoever needs one more says here what it is for.
"""

import pytest

from tests import cast
from tests.cast import Company
from tests.factories import (
    make_allocation,
    make_customer,
    make_invoice,
    make_line,
    make_receipt,
    make_service,
)
from tests.house import belongings
from tests.house.belongings import Belongings
from tests.house.forms import POSTS
from tests.house.routes import company_rules, method_of, path_of
from tests.http import Browser, counted_statements

MANY = 60  # more than a page of a list

# One is in every reply: who it is (session, user, company and plan). One more is in whole pages: the count in
# the navigation.
PAGES = {
    "account.devices": 3,
    "audit.index": 6,
    "audit.show": 5,
    "account.password": 1,
    "account.second_factor": 4,
    "account.show": 6,
    "credit_notes.cancel_form": 3,
    "credit_notes.edit": 10,
    "credit_notes.index": 4,
    "credit_notes.new": 8,
    "credit_notes.pdf": 5,  # once it was typeset
    "credit_notes.send_form": 8,
    "credit_notes.show": 7,
    "credit_notes.use_form": 4,
    "customers.edit": 5,
    "customers.edit_contact": 4,
    "customers.merge_form": 4,  # who looks the same
    "customers.index": 8,  # rows and totals, days to pay, what is on account, the lists of both filters
    "customers.new": 5,
    "customers.new_contact": 3,
    "customers.new_opening": 3,
    "customers.options": 2,
    "customers.statement": 12,
    "customers.statement_form": 11,  # the account, its wording, who gets it, when it was last sent
    "customers.statement_csv": 8,
    "customers.statement_pdf": 9,
    "customers.statement_xlsx": 8,
    "customers.show": 7,  # figures, how long they take, their TDS, what happened
    "home.dashboard": 6,
    "invoices.edit": 7,
    "invoices.index": 4,
    "invoices.line": 4,
    "invoices.party": 6,
    "invoices.pdf": 5,  # once it was typeset
    "invoices.notes": 3,
    "invoices.particulars": 4,
    "invoices.ready": 7,
    "invoices.cancel_form": 3,
    "invoices.answers": 3,
    "invoices.send_form": 8,  # the wording, when it was last sent, who looked, where answers go, Cc
    "invoices.share_panel": 4,
    "settings.mail": 5,
    "settings.wording": 5,
    "invoices.show": 14,
    "invoices.timeline": 8,  # what happened, mails, payments, who looked, what was answered
    "invoices.totals": 2,
    "invoices.explain": 6,
    "invoices.export_csv": 4,
    "invoices.export_xlsx": 4,
    "invoices.job": 4,
    "invoices.job_card": 3,
    "invoices.job_file": 5,
    "invoices.jobs": 3,
    "invoices.pay_form": 4,
    "reports.ageing_csv": 4,
    "reports.ageing_of": 7,
    "reports.ageing_report": 4,
    "reports.ageing_xlsx": 4,
    "reports.index": 2,
    "search.index": 2,
    "search.results": 1,
    "onboarding.done": 5,
    "onboarding.preview_number": 5,
    "onboarding.preview_totals": 5,
    "onboarding.resume": 3,
    "onboarding.step": 5,
    "people.index": 4,
    "people.new": 2,
    "quotes.edit": 5,
    "quotes.index": 4,
    "quotes.line": 4,
    "quotes.party": 4,
    "quotes.pdf": 4,
    "quotes.send_form": 6,  # the wording
    "quotes.show": 11,
    "receipts.allocate": 6,
    "receipts.drafts": 3,
    "receipts.index": 4,
    "receipts.new": 7,
    "receipts.match_line": 4,
    "receipts.open_invoices": 5,
    "receipts.bounce_form": 4,
    "receipts.cancel_form": 4,
    "receipts.clear_form": 3,
    "receipts.release_form": 4,
    "receipts.send_form": 9,
    "receipts.statement": 7,
    "receipts.statements": 3,
    "receipts.show": 7,
    "receipts.voucher": 6,
    "refunds.cancel_form": 3,
    "refunds.new": 3,
    "refunds.show": 3,
    "refunds.voucher": 4,
    "recurring.index": 3,
    "recurring.new": 5,
    "recurring.show": 6,
    "services.code_words": 1,
    "services.codes": 1,
    "services.edit_row": 5,  # one to count the drafts that keep its rate
    "services.index": 4,
    "services.new": 4,
    "services.options": 2,
    "services.row": 2,
    "services.show": 5,
    "settings.account_manager": 4,
    "settings.account_managers": 4,
    "settings.bank": 4,
    "settings.branding": 3,
    "settings.client_type": 3,
    "settings.client_types": 3,
    "settings.company": 4,
    "settings.gst": 5,
    "settings.index": 6,
    "settings.new_series": 4,
    "settings.numbering": 6,
    "settings.preview_numbering": 4,
    "settings.preview_series": 2,
    "settings.reminders": 6,
    "settings.sample_pdf": 4,  # the look, the invoice it is tried on, its lines
    "settings.sample_picture": 4,
    "settings.security": 4,
    "settings.tds_rate": 3,
    "settings.tds_rates": 4,
    "settings.try_look": 2,
}

# And of what is sent most, with what it takes to lock, to store and to add up.
SAVES = {
    "credit_notes.issue": 35,
    "credit_notes.preview_draft": 8,
    "credit_notes.save": 18,
    "credit_notes.use": 12,
    "invoices.add_line": 5,
    "invoices.change_line": 6,
    "invoices.delete_line": 6,
    "invoices.head": 8,
    "invoices.issue": 12,
    "invoices.restore_line": 7,
    "quotes.change_line": 6,
    "quotes.head": 6,
    "receipts.bounce": 8,
    "receipts.release": 10,
    "receipts.fill_use": 5,
    "receipts.preview_use": 5,
    "receipts.use": 14,
}

# Pages that show rows only when their address names some.
ASKED = {
    "credit_notes.new": "?invoice={0.credited}",
    "receipts.new": "?invoice={0.invoice}",
    "refunds.new": "?receipt={0.receipt}",
    "receipts.open_invoices": "?customer={0.customer}",
}


def priya(app, company: Company) -> Browser:
    return Browser(app, company, company.admin)


def pages(app):
    return [rule for rule in company_rules(app) if method_of(rule) == "GET"]


def fill(company: Company, own: Belongings) -> None:
    """Sixty more of everything, most of it of the same customer, on the same draft, from the same receipt."""
    with company.scope(company.admin):
        customer = belongings.customer_of(own)
        draft, receipt = belongings.draft_of(own), belongings.receipt_of(own)
        for number in range(MANY):
            make_service(f"Another service {number}")
            make_line(draft, "10.00", name=f"Another line {number}", position=number + 10)
            invoice = make_invoice(customer, "10.00")
            make_invoice(make_customer(f"Another customer {number}"))
            make_receipt(customer, "1.00")
            make_allocation(receipt, invoice, "1.00")
        belongings.add_bank_lines(own, MANY)


def cost_of(browser: Browser, path: str, fields: dict | None = None) -> int:
    """Statements of one request by htmx, which must come out well."""
    with counted_statements() as sent:
        reply = browser.get(path) if fields is None else browser.post(path, fields, hx=True)
    assert reply.status_code in (200, 204, 303), f"{path}: {reply.status}\n{reply.text[:1000]}"
    return len(sent)


def test_every_page_has_its_figure(app):
    assert {rule.endpoint for rule in pages(app)} == set(PAGES)


def test_a_page_sends_as_many_whatever_it_shows(app, nilgiri):
    own, browser = belongings.give(nilgiri), priya(app, nilgiri)
    paths = {
        rule.endpoint: path_of(app, rule, _values(rule, own, nilgiri))
        + ASKED.get(rule.endpoint, "").format(own)
        for rule in pages(app)
    }
    for endpoint in ("invoices.pdf", "credit_notes.pdf", "receipts.voucher"):
        browser.get(paths[endpoint])
    few = {endpoint: cost_of(browser, path) for endpoint, path in paths.items()}
    fill(nilgiri, own)
    many = {endpoint: cost_of(browser, path) for endpoint, path in paths.items()}
    assert many == few
    assert few == PAGES


def test_the_promises_are_kept():
    assert PAGES["invoices.index"] <= 5
    assert SAVES["invoices.change_line"] <= 8


@pytest.mark.parametrize("endpoint", sorted(SAVES))
def test_a_save_sends_as_many_whatever_is_beside_it(app, endpoint):
    costs = []
    for company, is_full in ((cast.nilgiri(), False), (cast.nilgiri(), True)):
        own = belongings.give(company)
        if is_full:
            fill(company, own)
        where, fields = POSTS[endpoint]
        values = own.values() | {name: getattr(own, kind) for name, kind in where.items()}
        rule = next(rule for rule in company_rules(app) if rule.endpoint == endpoint)
        path = path_of(app, rule, {**values, "slug": company.slug})
        costs.append(cost_of(priya(app, company), path, fields(own)))
    assert costs == [SAVES[endpoint]] * 2


def _values(rule, own: Belongings, company: Company) -> dict:
    """Pages of an issued invoice are asked for with the issued one."""
    papers = ("show", "timeline", "pdf", "send_form", "notes", "pay_form", "cancel_form")
    is_paper = rule.endpoint.partition(".")[2] in papers
    is_paper = is_paper and rule.endpoint.startswith("invoices.")
    values = own.values(invoice=own.invoice, line=own.issued_line) if is_paper else own.values()
    if rule.endpoint == "credit_notes.edit":
        values["credit_note_id"] = own.credit_draft
    if rule.endpoint == "receipts.clear_form":
        values["receipt_id"] = own.waiting_receipt
    if rule.endpoint == "receipts.voucher":
        values["receipt_id"] = own.used_receipt  # nothing else is laid there, so the kept paper holds
    if rule.endpoint == "receipts.release_form":
        values |= {"receipt_id": own.used_receipt, "invoice_id": own.invoice}
    if rule.endpoint in ("quotes.show", "quotes.pdf", "quotes.send_form"):
        values["quote_id"] = own.sent_quote
    return {**values, "slug": company.slug, "n": 5}
