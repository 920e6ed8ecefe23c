"""Everything a page can be sent: whatever it is, the answer is a sentence and never a fault of ours."""

import base64
import json
from urllib.parse import quote
from uuid import uuid4

import pytest
from sqlalchemy import select

from rms.actions import invoices, issuing
from rms.db.session import db
from rms.models import Company, NumberSeries
from tests import factories
from tests.factories import NOW, TODAY
from tests.http import Browser

DAY = TODAY.isoformat()

# A form decodes what is no UTF-8 with U+FFFD, so surrogates reach us only in JSON (see the cursors below).
NASTY = (
    "",
    " ",
    "NaN",
    "Infinity",
    "-1",
    "0",
    "1e99",
    "1e999999999",
    "999999999.999",
    "99999999999.9999",
    "9999999999999.99",
    "99999999999999999999999999999999",
    "१२",
    "１２.５",
    "²",
    "\x00",
    "a\x00b",
    "\ufffd",
    "\u202eevil\u202c",
    "🧾" * 90,
    "a\r\nBcc: all@example.in",
    "x" * 10_000,
    "{FY}{NNNN}%(x)s{{7*7}}%s",
    "2026-02-30",
    "0001-01-01",
    "9999-12-31",
    "+9999",
    "31/13/99999",
    "../../etc/passwd",
    "00000000-0000-0000-0000-000000000000",
    "urn:uuid:00000000-0000-0000-0000-00000000000z",
    "null",
    "[]",
)
# All texts in all fields are some ten thousand requests, so each field gets every sixth.
EVERY = 6


class Firm:
    """A company with one of each thing, and for every address a form that is right."""

    def __init__(self, company) -> None:
        self.company = company
        with company.scope(company.admin):
            self.customer = factories.make_customer()
            self.service = factories.make_service()
            self.draft, self.line = self._drafted()
            self.invoice, _ = self._drafted()
            issuing.issue(self.invoice.id, now=NOW, today=TODAY)
            self.receipt = factories.make_receipt(self.customer)

    def _drafted(self):
        draft = invoices.create_draft(
            customer_id=self.customer.id, today=TODAY, created_by=self.company.admin.id
        )
        cells = {"name": "Tea", "hsn_sac": "998533", "rate": "1000", "tax": "18"}
        return draft, invoices.add_line(draft.id, cells=cells)[1]

    def version_of(self, path: str, name: str) -> str | None:
        """What the form must say now, for it to be read and not refused as stale."""
        if not name.endswith("version"):
            return None
        row = {"customers": self.customer, "services": self.service}.get(path.partition("/")[0])
        if path.startswith("invoices"):
            row = self.line if "/lines/" in path else self.draft
        with self.company.scope():
            if row is not None:
                return str(db().scalar(select(type(row).version).where(type(row).id == row.id)))
            model = NumberSeries if name == "series_version" else Company
            found = select(model.version)
            if model is NumberSeries:
                found = found.where(NumberSeries.kind == "invoice", NumberSeries.is_default)
            return str(db().scalar(found))

    def fresh(self, path: str, form: dict[str, str]) -> dict[str, str]:
        return {name: self.version_of(path, name) or text for name, text in form.items()}

    def forms(self) -> dict[str, dict[str, str]]:
        draft, invoice, receipt = f"invoices/{self.draft.id}", f"invoices/{self.invoice.id}", self.receipt.id
        return {
            "customers": CUSTOMER,
            f"customers/{self.customer.id}/save": CUSTOMER,
            "customers/_/gstin": CUSTOMER,
            "services": SERVICE,
            f"services/{self.service.id}/save": SERVICE,
            "invoices": {"customer": str(self.customer.id)},
            f"{draft}/head": self._head(),
            f"{draft}/lines": {},
            f"{draft}/lines/{self.line.id}": self._line(),
            f"{draft}/lines/{self.line.id}/delete": {},
            f"{draft}/lines/{self.line.id}/restore": {},
            f"{invoice}/send": {"to_address": "a@example.in", "message": "Dear all"},
            f"{invoice}/cancel": {"reason": ""},
            "receipts": self._receipt(),
            "receipts/_/preview": self._receipt(),
            "receipts/_/fill": {**self._receipt(), "mode": "oldest"},
            f"receipts/{receipt}/_/preview": {f"alloc-{self.invoice.id}": "1.00"},
            f"receipts/{receipt}/_/fill": {"mode": "oldest"},
            f"receipts/{receipt}/allocate": {f"alloc-{self.invoice.id}": "1.00"},
            "setup/1": BUSINESS,
            "setup/_/gstin": BUSINESS,
            "setup/2": LOOK,
            "setup/3": SERVICE,
            "setup/4": CUSTOMER,
            "setup/5": {"quantity": "1"},
            f"{draft}/issue": {"totals_seq": "", "send": "1"},
            "/signup": SIGN_UP,
            "/signup/_/check?field=company": SIGN_UP,
            "/signup/resend": {"email": "nobody@example.in"},
        }

    def queries(self) -> dict[str, tuple[str, ...]]:
        """The arguments of every address that is read with some."""
        return {
            "customers": ("view", "sort", "q", "after"),
            "customers/_/options": ("q", "customer"),
            "services": ("view", "q", "after"),
            "services/_/options": ("q", "line"),
            "invoices": ("view", "q", "customer", "from", "to", "after", "before", "totals"),
            "invoices/_/totals": ("view", "q", "customer", "from", "to"),
            f"invoices/{self.invoice.id}/invoice.pdf": ("download",),
            "receipts": ("view", "q", "from", "to", "after"),
            "receipts/new": ("customer", "invoice"),
            "receipts/_/open": ("customer", "customer_id", "amount", "receipt_date"),
            "setup/_/number": ("prefix", "year", "next_value"),
            "setup/_/totals": ("quantity",),
            "/login": ("next",),
        }

    def _head(self) -> dict[str, str]:
        return {
            "version": "1",
            "customer_id": str(self.customer.id),
            "customer": "",
            "invoice_date": DAY,
            "payment_terms": "30",
            "due_date": DAY,
            "place_of_supply": "29",
            "reference_number": "",
            "notes": "",
        }

    def _line(self) -> dict[str, str]:
        cells = {"name": "Tea", "description": "", "hsn_sac": "998533", "quantity": "1", "unit": "MON"}
        cells |= {"rate": "1.00", "discount": "", "tax": "18", "version": "1", "service": ""}
        return {f"lines-{self.line.id}-{cell}": text for cell, text in cells.items()}

    def _receipt(self) -> dict[str, str]:
        return {
            "customer_id": str(self.customer.id),
            "customer": "",
            "amount": "100.00",
            "receipt_date": DAY,
            "payment_method": "upi",
            "reference": "",
            "notes": "",
            f"alloc-{self.invoice.id}": "1.00",
        }


CUSTOMER = {
    "name": "Lakeview",
    "code": "",
    "gst_treatment": "regular",
    "gst_number": factories.gstin_of("29", "AALCM9032F"),
    "pan_number": "",
    "address_line1": "1 MG Road",
    "address_line2": "",
    "city": "Bengaluru",
    "pin_code": "560001",
    "state_code": "29",
    "country_code": "IN",
    "contact_person": "",
    "email": "",
    "phone": "",
    "whatsapp": "",
    "payment_terms": "30",
    "notes": "",
    "version": "1",
}
SERVICE = {
    "name": "Tea",
    "code": "",
    "description": "",
    "hsn_sac": "998533",
    "unit": "MON",
    "default_rate": "100.00",
    "tax": "standard",
    "version": "1",
}
BUSINESS = {
    "registration": "regular",
    "gst_number": factories.gstin_of("29"),
    "name": "Nilgiri",
    "trade_name": "",
    "address_line1": "1 MG Road",
    "address_line2": "",
    "city": "Bengaluru",
    "pin_code": "560001",
    "state_code": "29",
    "version": "1",
}
LOOK = {
    "prefix": "NFS",
    "year": "FY",
    "next_value": "1",
    "bank_name": "",
    "bank_account_number": "",
    "bank_ifsc": "",
    "upi_id": "",
    "version": "1",
    "series_version": "1",
}
SIGN_UP = {
    "company": "Nilgiri",
    "name": "Priya",
    "email": "priya@example.in",
    "password": "short",
}


@pytest.fixture
def firm(nilgiri) -> Firm:
    return Firm(nilgiri)


@pytest.fixture
def priya(app, nilgiri) -> Browser:
    return Browser(app, nilgiri, nilgiri.admin)


def test_no_form_breaks_whatever_is_typed(priya, firm):
    """Each field of each form in turn, with the rest as it should be; neighbours get different texts."""
    broken = []
    for path, right in firm.forms().items():
        for place, name in enumerate([*right, "unknown_field"]):
            for text in NASTY[place % EVERY :: EVERY]:
                reply = priya.post(path, {**firm.fresh(path, right), name: text}, hx=True)
                if reply.status_code >= 500:
                    broken.append((path, name, text[:30], reply.status_code))
    assert not broken, "\n".join(map(str, broken))


def test_no_form_breaks_when_fields_are_missing_or_come_twice(priya, firm):
    broken = []
    for path, right in firm.forms().items():
        replies = [priya.post(path, {}), priya.post(path, {}, hx=True)]
        replies += [priya.post(path, dict(list(right.items())[:half])) for half in range(len(right))]
        replies.append(priya.post(path, {name: [text, "x"] for name, text in right.items()}))
        broken += [(path, reply.status_code) for reply in replies if reply.status_code >= 500]
    assert not broken


@pytest.mark.parametrize("blank", [" ", "\x00", "\u00a0"])
def test_a_needed_field_of_nothing_but_blanks_is_empty(priya, firm, blank):
    forms = firm.forms()
    for name, told in {"amount": "Enter the amount that arrived.", "receipt_date": "Enter the day"}.items():
        reply = priya.post("receipts", {**forms["receipts"], name: blank})
        assert reply.status_code == 422 and told in reply.text
    head = f"invoices/{firm.draft.id}/head"
    for name in ("invoice_date", "due_date"):
        reply = priya.post(head, {**firm.fresh(head, forms[head]), name: blank}, hx=True)
        assert reply.status_code == 422 and "Give the date" in reply.text


@pytest.mark.parametrize("text", ["", "sez", "x" * 30])
def test_a_business_stands_to_gst_in_one_of_three_ways(priya, text):
    reply = priya.post("setup/1", {**BUSINESS, "registration": text})
    assert reply.status_code == 422 and "Choose how the business stands to GST" in reply.text


def test_no_address_breaks_whatever_it_asks_for(priya, firm):
    broken = []
    for path, names in firm.queries().items():
        for name in names:
            for text in (*NASTY, *CURSORS):
                asked = f"{path}?{name}={quote(text[:3_000])}"
                broken += [(asked[:90], r.status_code) for r in [priya.get(asked)] if r.status_code >= 500]
    assert not broken, "\n".join(map(str, broken))


def _cursor(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


CURSORS = tuple(
    map(
        _cursor,
        (
            "[" * 900,
            "[" * 2_000,
            '{"a":1}',
            '["a"]',
            '["a","b"]',
            '["a","b","c"]',
            json.dumps(["\ud800", str(uuid4())]),
            json.dumps(["a\x00b", str(uuid4())]),
            json.dumps(["1e999999", str(uuid4())]),
            json.dumps(["-1e-999999", str(uuid4())]),
            json.dumps(["NaN", str(uuid4())]),
            json.dumps(["sNaN", str(uuid4())]),
            json.dumps(["0001-01-01", "\ud800", str(uuid4())]),
            json.dumps(["9999-12-31", "a", str(uuid4())]),
            json.dumps(["9999-12-31", str(uuid4())]),
            json.dumps([1, 2, 3]),
        ),
    )
)


def test_a_sorted_list_refuses_a_cursor_that_is_none(priya):
    for cursor in CURSORS:
        reply = priya.get(f"customers?sort=-balance&after={cursor}")
        assert reply.status_code < 500, cursor
