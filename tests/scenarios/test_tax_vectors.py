"""Every worked case of tax.json (but T25, which mixes price modes) typed into the screens, issued, and read
back from the stored rows, the view, the list and the PDF: one figure everywhere, to the paisa.
"""

import html
import json
import re
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from rms.db.session import db
from rms.domain.money import group_indian
from rms.models import Company, GstSetting, Invoice, InvoiceLineItem, LutDeclaration, Tenant
from tests import cast, factories
from tests.documents.reading import copied_text
from tests.http import Browser

CASES = json.loads((Path(__file__).parents[1] / "vectors" / "tax.json").read_text())["cases"]
MIXED = "T25"
HEADS = ("cgst", "sgst", "igst", "cess")
WORDS = {"exempt": "exempt", "nil": "nil", "non_gst": "non-GST"}


@pytest.fixture(scope="module")
def sellers():
    """By registration: a company in Maharashtra each, with everything that its cases need."""
    return {}


def seller_of(app, sellers: dict, case: dict) -> Browser:
    kind = case["input"]["seller"]["registration"]
    if kind not in sellers:
        company = cast._company(
            "Sahyadri Traders", "sahyadri", {"admin": "Rohan"}, state_code="27", registration_type=kind
        )
        with company.scope():
            db().add_all(
                LutDeclaration(financial_year=year, arn="AD270426001234A") for year in ("2025-26", "2026-27")
            )
            db().scalars(select(Company)).one().upi_id = "sahyadri@okaxis"
        sellers[kind] = Browser(app, company, company.admin)
    return sellers[kind]


def buyer_in(company, case: dict) -> str:
    customer = case["input"]["customer"]
    kind, state = customer["registration"], customer["state"]
    abroad = kind == "overseas"
    columns = {
        "gst_treatment": kind,
        "state_code": None if abroad else state,
        "country_code": "US" if abroad else "IN",
        "shipping_state_code": customer.get("delivery_state"),
        "shipping_address_line1": "4 Depot Road" if customer.get("delivery_state") else None,
    }
    if kind not in ("unregistered", "overseas"):
        columns["gst_number"] = factories.gstin_of(state, "AALCM9032F")
    with company.scope():
        return str(factories.make_customer(case["title"][:60], **columns).id)


def set_up(company, case: dict) -> None:
    """What a company decides for itself: rounding, and here the customer's usual price mode."""
    document = case["input"]
    with company.scope():
        tenant = db().get(Tenant, company.tenant_id)
        tenant.settings = {**(tenant.settings or {}), "round_off": document.get("round_off", True)}
        gst = db().scalars(select(GstSetting)).one()
        gst.display_format = document.get("price_mode", "exclusive")


def cells_of(case: dict) -> list[dict[str, str]]:
    """As a person types them; goods have an HSN, services a SAC."""
    document = case["input"]
    code = "998311" if document.get("supply_kind") == "service" else "847130"
    return [
        {
            "name": f"Item {number}",
            "hsn_sac": code,
            "quantity": line.get("qty", "1"),
            "unit": "NOS",
            "rate": line.get("rate") or line["value"],
            "discount": typed_discount(line.get("discount")),
            "tax": typed_tax(line),
            "version": "1",
        }
        for number, line in enumerate(document["lines"], start=1)
    ]


def typed_discount(discount: dict | None) -> str:
    if not discount:
        return ""
    return ("₹" if discount["type"] == "amount" else "") + discount["value"]


def typed_tax(line: dict) -> str:
    treatment = line.get("treatment", "taxable")
    if treatment != "taxable":
        return WORDS[treatment]
    return line["gst_rate"] + (f"+{line['cess_rate']}" if line.get("cess_rate") else "")


def type_it_in(browser: Browser, case: dict) -> str:
    """New, head, lines one by one: every answer is one the screen goes on with."""
    document = case["input"]
    customer = buyer_in(browser.company, case)
    made = browser.post("invoices", customer=customer)
    draft = made.location.split("/")[-2]
    lines = cells_of(case)
    for number, cells in enumerate(lines):
        if number:
            assert browser.post(f"invoices/{draft}/lines", hx=True).status_code == 200
        line = line_ids(browser.company, draft)[number]
        head = head_of(browser.company, draft, document) if number == 0 else None
        if head:
            saved = browser.post(f"invoices/{draft}/head", head, hx=True)
            assert saved.status_code == 200, saved.text
        fields = {f"lines-{line}-{name}": text for name, text in cells.items()}
        saved = browser.post(f"invoices/{draft}/lines/{line}", fields, hx=True)
        assert saved.status_code == 200, saved.text
    discount = typed_discount(document.get("invoice_discount"))
    if discount:
        head = head_of(browser.company, draft, document) | {"discount": discount}
        saved = browser.post(f"invoices/{draft}/head", head, hx=True)
        assert saved.status_code == 200, saved.text
    return draft


def line_ids(company, draft: str) -> list:
    with company.scope():
        ids = select(InvoiceLineItem.id).where(InvoiceLineItem.invoice_id == draft)
        return list(db().scalars(ids.order_by(InvoiceLineItem.position)))


def head_of(company, draft: str, document: dict) -> dict[str, str]:
    with company.scope():
        invoice = db().get(Invoice, (company.tenant_id, draft))
        ticks = {
            "prices_include_tax": document.get("price_mode") == "inclusive",
            "reverse_charge": document.get("reverse_charge", False),
            "export_with_payment": document.get("export_with_payment", False),
        }
        return {
            "version": str(invoice.version),
            "customer_id": str(invoice.customer_id),
            "invoice_date": document["document_date"],
            "payment_terms": "30",
            "due_date": invoice.due_date.isoformat(),
            "place_of_supply": "",
            **{name: "y" for name, is_set in ticks.items() if is_set},
        }


def stored(company, draft: str) -> tuple[Invoice, list[InvoiceLineItem]]:
    with company.scope():
        lines = select(InvoiceLineItem).where(InvoiceLineItem.invoice_id == draft)
        found = list(db().scalars(lines.order_by(InvoiceLineItem.position)))
        return db().get(Invoice, (company.tenant_id, draft)), found


def text_of(reply) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", reply.get_data(as_text=True)))


def test_no_case_is_left_out():
    assert len(CASES) == 33
    assert [case["id"] for case in CASES if case["id"] == MIXED] == [MIXED]


@pytest.mark.parametrize(
    "case", [case for case in CASES if case["id"] != MIXED], ids=lambda case: f"{case['id']} {case['title']}"
)
def test_a_case_typed_in_and_issued_shows_one_figure_everywhere(app, sellers, case):
    browser, expected = seller_of(app, sellers, case), case["expected"]
    company, totals = browser.company, expected["totals"]
    set_up(company, case)
    draft = type_it_in(browser, case)
    editor = text_of(browser.get(f"invoices/{draft}/edit"))
    reply = browser.post(f"invoices/{draft}/issue", send="0")
    assert reply.status_code == 303, text_of(reply)[:2000]

    invoice, lines = stored(company, draft)
    decided = (invoice.place_of_supply, invoice.supply_type, invoice.tax_mode, invoice.kind)
    assert decided == tuple(
        expected[name] for name in ("place_of_supply", "supply_type", "tax_mode", "document_type")
    )
    for line, wanted in zip(lines, expected["lines"], strict=True):
        kept = {
            "gross": line.amount,
            "discount": line.discount_amount,
            "invoice_discount_share": line.invoice_discount_share,
            "taxable": line.taxable_amount,
            **{head: getattr(line, f"{head}_amount") for head in HEADS},
            "total": line.total,
        }
        assert kept == {name: Decimal(wanted[name]) for name in kept}
    kept = {
        "taxable": invoice.subtotal,
        **{head: getattr(invoice, f"{head}_total") for head in HEADS},
        "round_off": invoice.round_off,
        "grand_total": invoice.total,
    }
    assert kept == {name: Decimal(totals[name]) for name in kept}
    assert invoice.discount_total == Decimal(totals["line_discount"]) + Decimal(totals["invoice_discount"])

    figures = {group_indian(Decimal(totals[name])) for name in ("taxable", "grand_total")}
    figures |= {group_indian(Decimal(totals["cess"]))} if Decimal(totals["cess"]) else set()
    for row in expected["rate_summary"].values():  # each rate stands for itself, wherever it is shown
        figures |= {group_indian(Decimal(row[head])) for head in HEADS if Decimal(row[head])}
    paper = copied_text(browser.get(f"invoices/{draft}/invoice.pdf").get_data())
    shown = {
        "editor": editor,
        "view": text_of(browser.get(f"invoices/{draft}")),
        "pdf": paper,
    }
    for place, text in shown.items():
        for figure in figures:
            assert figure in text, f"{place} does not show {figure}"
    listed = text_of(browser.get(f"invoices?q={invoice.invoice_number}"))
    assert group_indian(invoice.total) in listed
