"""A bank's statement, from the file that is sent in to receipts, line by line."""

import io
import re
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import select

from rms.actions import bank_imports
from rms.db.session import db
from rms.domain import bank_statement
from rms.models import BankLine, ImportBatch, Invoice, Receipt
from rms.queries.files import bytes_of
from rms.web import clock
from tests.factories import NOW, TODAY, make_customer, make_invoice, make_receipt
from tests.http import HOST, Browser, headers

HEADINGS = [
    "Date",
    "Narration",
    "Chq./Ref.No.",
    "Value Dt",
    "Withdrawal Amt.",
    "Deposit Amt.",
    "Closing Balance",
]


@pytest.fixture(autouse=True)
def on_22_november(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture(autouse=True)
def queued(monkeypatch):
    """What would be queued: (job, tenant, batch)."""
    found = []
    monkeypatch.setattr(bank_imports.queue, "enqueue", lambda *args: found.append(args))
    return found


def row(words, came, reference="", day="20/11/2026"):
    return [day, words, reference, day, "", came, "0"]


class Statement:
    """Lotus owes 1,180.00 and 2,360.00, Aster 590.00; the file has a deposit of Lotus and one of nobody."""

    def __init__(self, company, *rows):
        self.company = company
        with company.scope():
            self.lotus, self.aster = make_customer("Lotus Valley School"), make_customer("Aster Clinics")
            first, second = make_invoice(self.lotus), make_invoice(self.lotus, "2000.00")
            theirs = make_invoice(self.aster, "500.00")
            self.numbers = first.invoice_number, second.invoice_number, theirs.invoice_number
            self.invoices = first.id, second.id, theirs.id
        rows = rows or (
            row("NEFT CR-LOTUS VALLEY SCH-NOV", "3,540.00", "HDFCN26324871"),
            row("BY TRANSFER", "77.00"),
        )
        self.batch = self.add(*rows)

    def add(self, *rows):
        with self.company.scope(self.company.admin):
            batch = bank_imports.begin("november.csv", b"x", created_by=self.company.admin.id)
            read = bank_statement.read([HEADINGS, *rows], today=TODAY)
            bank_imports.fill(batch.id, read)
            return batch.id

    def lines(self, batch=None):
        with self.company.scope():
            wanted = (
                select(BankLine).where(BankLine.batch_id == (batch or self.batch)).order_by(BankLine.position)
            )
            return list(db().scalars(wanted))

    def receipts(self):
        with self.company.scope():
            return list(db().scalars(select(Receipt).order_by(Receipt.receipt_number)))


@pytest.fixture
def sent_in(nilgiri):
    return Statement(nilgiri)


def token():
    return {"form_token": str(uuid4())}


def seen_on(page: str, line) -> str:
    part = page[page.index(f'id="bl-{line.id}"') :]
    return re.search(r'name="seen" value="([^"]*)"', part)[1]


def recording(line, customer, **more):
    return {"customer_id": str(customer.id), "customer": customer.name, "way": "suggested", **token(), **more}


def batches_of(company):
    with company.scope():
        return list(db().scalars(select(ImportBatch)))


def upload(browser: Browser, content: bytes, name="statement.csv", **fields):
    return browser.client.post(
        browser.path("receipts/statement"),
        base_url=HOST,
        headers=headers(False),
        data={"csrf_token": browser.csrf, **token(), "file": (io.BytesIO(content), name), **fields},
        content_type="multipart/form-data",
    )


def test_a_file_is_kept_and_its_reading_queued(priya: Browser, nilgiri, queued):
    reply = upload(priya, b"Date,Narration,Deposit\n", name="../../etc/November 2026.csv")
    assert reply.status_code == 303
    (batch,) = batches_of(nilgiri)
    assert reply.location.endswith(f"/receipts/statement/{batch.id}")
    assert (batch.state, batch.name, batch.created_by) == (
        "waiting",
        "etc_November_2026.csv",
        nilgiri.admin.id,
    )
    assert queued == [("read_statement", nilgiri.tenant_id, batch.id)]
    with nilgiri.scope():
        assert bytes_of(batch.file_id) == b"Date,Narration,Deposit\n"
    assert "is being read" in priya.get(f"receipts/statement/{batch.id}").text
    assert "etc_November_2026.csv" in priya.get("receipts/statement").text


def test_pasted_rows_are_kept_as_a_file(priya: Browser, nilgiri):
    reply = priya.post("receipts/statement", {"pasted": "Date\tNarration\tDeposit\n₹", **token()})
    assert reply.status_code == 303
    (batch,) = batches_of(nilgiri)
    with nilgiri.scope():
        assert bytes_of(batch.file_id).decode() == "Date\tNarration\tDeposit\n₹"


def test_nothing_sent_is_said_at_the_field(priya: Browser, nilgiri, queued):
    reply = priya.post("receipts/statement", {"pasted": "  ", **token()})
    assert reply.status_code == 422 and "Choose the file of the statement, or paste its rows" in reply.text
    assert batches_of(nilgiri) == [] and queued == []


def test_a_file_that_could_not_be_read_says_why(priya: Browser, nilgiri):
    with nilgiri.scope():
        batch = bank_imports.begin("x.csv", b"x", created_by=nilgiri.admin.id)
        bank_imports.fail(batch.id, bank_statement.Sentence("The file is empty"))
        batch_id = batch.id
    page = priya.get(f"receipts/statement/{batch_id}").text
    assert "could not be read" in page and "The file is empty" in page


def test_a_line_shows_what_fits_and_why(priya: Browser, sent_in):
    page = priya.get(f"receipts/statement/{sent_in.batch}").text
    for words in (
        "₹3,540.00",
        "Lotus Valley School",
        *sent_in.numbers[:2],
        "2 invoices make this amount",
        "HDFCN26324871",
    ):
        assert words in page, words
    assert sent_in.numbers[2] not in page


def test_recording_a_line_makes_a_receipt_that_pays_what_was_shown(priya: Browser, sent_in):
    first = sent_in.lines()[0]
    seen = seen_on(priya.get(f"receipts/statement/{sent_in.batch}").text, first)
    reply = priya.post(f"receipts/statement/lines/{first.id}", recording(first, sent_in.lotus, seen=seen))
    assert reply.status_code == 303, reply.text[:2000]
    (receipt,) = sent_in.receipts()
    assert (receipt.amount, receipt.reference, receipt.payment_method) == (
        Decimal("3540.00"),
        "HDFCN26324871",
        "bank_transfer",
    )
    assert receipt.receipt_date == first.day and receipt.unallocated_amount == 0
    assert receipt.notes == "NEFT CR-LOTUS VALLEY SCH-NOV"
    line = sent_in.lines()[0]
    assert (line.state, line.receipt_id, line.customer_id) == ("recorded", receipt.id, sent_in.lotus.id)
    page = priya.get(f"receipts/statement/{sent_in.batch}?view=recorded").text
    assert receipt.receipt_number in page
    with sent_in.company.scope():
        assert set(db().scalars(select(Invoice.status).where(Invoice.id.in_(sent_in.invoices[:2])))) == {
            "paid"
        }


def test_sent_twice_it_is_recorded_once(priya: Browser, sent_in):
    first = sent_in.lines()[0]
    fields = recording(first, sent_in.lotus, way="account")
    for _ in range(2):
        assert priya.post(f"receipts/statement/lines/{first.id}", fields).status_code == 303
    assert len(sent_in.receipts()) == 1
    assert priya.post(f"receipts/statement/lines/{first.id}", fields | token()).status_code == 409
    assert len(sent_in.receipts()) == 1


def test_the_longest_due_first_and_on_account(priya: Browser, sent_in):
    first, second = sent_in.lines()
    priya.post(f"receipts/statement/lines/{second.id}", recording(second, sent_in.aster, way="oldest"))
    priya.post(f"receipts/statement/lines/{first.id}", recording(first, sent_in.lotus, way="account"))
    left = {receipt.customer_id: receipt.unallocated_amount for receipt in sent_in.receipts()}
    assert left == {sent_in.aster.id: 0, sent_in.lotus.id: Decimal("3540.00")}


def test_for_another_customer_it_shows_what_fits_them_before_it_records(priya: Browser, nilgiri):
    sent_in = Statement(nilgiri, row("BY TRANSFER LOTUS VALLEY", "590.00"))
    (line,) = sent_in.lines()
    stale = recording(line, sent_in.aster, seen="")
    reply = priya.post(f"receipts/statement/lines/{line.id}", stale)
    assert reply.status_code == 422 and sent_in.receipts() == []
    assert sent_in.numbers[2] in reply.text and "Look at it, and record again" in reply.text
    seen = seen_on(reply.text, line)
    reply = priya.post(f"receipts/statement/lines/{line.id}", recording(line, sent_in.aster, seen=seen))
    assert reply.status_code == 303
    (receipt,) = sent_in.receipts()
    assert receipt.customer_id == sent_in.aster.id and receipt.unallocated_amount == 0


def test_picking_another_customer_shows_what_fits_them(priya: Browser, nilgiri):
    sent_in = Statement(nilgiri, row("BY TRANSFER LOTUS VALLEY", "590.00"))
    (line,) = sent_in.lines()
    reply = priya.get(f"receipts/statement/lines/{line.id}/match?customer_id={sent_in.aster.id}", hx=True)
    assert reply.status_code == 200 and sent_in.numbers[2] in reply.text
    assert reply.text.lstrip().startswith("<li") and "<html" not in reply.text
    assert sent_in.lines()[0].customer_id == sent_in.lotus.id, "nothing is stored"


def test_what_was_paid_in_the_meantime_is_not_suggested_any_more(priya: Browser, sent_in):
    first = sent_in.lines()[0]
    seen = seen_on(priya.get(f"receipts/statement/{sent_in.batch}").text, first)
    again = sent_in.add(row("BY TRANSFER LOTUS VALLEY", "1,180.00", "OTHER1"))
    (other,) = sent_in.lines(again)
    other_seen = seen_on(priya.get(f"receipts/statement/{again}").text, other)
    assert (
        priya.post(
            f"receipts/statement/lines/{other.id}", recording(other, sent_in.lotus, seen=other_seen)
        ).status_code
        == 303
    )
    assert "paid in the meantime" in priya.get(f"receipts/statement/{sent_in.batch}").text
    reply = priya.post(f"receipts/statement/lines/{first.id}", recording(first, sent_in.lotus, seen=seen))
    assert reply.status_code == 422
    assert len(sent_in.receipts()) == 1


def test_the_same_line_of_another_file_is_marked_and_refused(priya: Browser, sent_in):
    again = sent_in.add(row("NEFT CR-LOTUS VALLEY SCH-NOV", "3,540.00", "HDFCN26324871"))
    first, (twin,) = sent_in.lines()[0], sent_in.lines(again)
    priya.post(f"receipts/statement/lines/{first.id}", recording(first, sent_in.lotus, way="account"))
    (receipt,) = sent_in.receipts()
    page = priya.get(f"receipts/statement/{again}").text
    assert "This looks recorded already" in page and receipt.receipt_number in page
    reply = priya.post(f"receipts/statement/lines/{twin.id}", recording(twin, sent_in.lotus, way="account"))
    assert reply.status_code == 409 and receipt.receipt_number in reply.text
    assert len(sent_in.receipts()) == 1


def test_a_receipt_that_was_typed_in_is_noticed_by_amount_and_reference(priya: Browser, sent_in):
    with sent_in.company.scope():
        typed = make_receipt(sent_in.lotus, "3540.00", reference="hdfcn26324871").receipt_number
    page = priya.get(f"receipts/statement/{sent_in.batch}").text
    assert "This looks recorded already" in page and typed in page


def test_a_cheque_of_a_statement_is_cleared_on_its_day(priya: Browser, nilgiri):
    sent_in = Statement(nilgiri, row("BY CLG CHQ 004512 LOTUS VALLEY", "100.00"))
    (line,) = sent_in.lines()
    priya.post(f"receipts/statement/lines/{line.id}", recording(line, sent_in.lotus, way="account"))
    (receipt,) = sent_in.receipts()
    assert (receipt.payment_method, receipt.status, receipt.cleared_on) == ("cheque", "cleared", line.day)
    assert receipt.reference == "004512"


def test_a_line_is_skipped_and_taken_back(priya: Browser, sent_in):
    _, second = sent_in.lines()
    where = f"receipts/statement/lines/{second.id}"
    assert priya.post(f"{where}/skip").status_code == 303
    assert sent_in.lines()[1].state == "skipped"
    assert priya.post(where, recording(second, sent_in.aster, way="account")).status_code == 409
    assert "₹77.00" in priya.get(f"receipts/statement/{sent_in.batch}?view=skipped").text
    assert "₹77.00" not in priya.get(f"receipts/statement/{sent_in.batch}").text
    assert priya.post(f"{where}/take-back").status_code == 303
    assert sent_in.lines()[1].state == "new"
    assert priya.post(f"{where}/take-back").status_code == 409


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"customer_id": "", "customer": ""}, "Choose whose money this is"),
        ({"customer_id": "", "customer": "Nobody we know"}, "Choose whose money this is"),
        ({"way": "burn"}, "Choose what the money is for"),
    ],
)
def test_bad_input_is_said_at_the_line_and_nothing_typed_is_lost(priya: Browser, sent_in, fields, told):
    _, second = sent_in.lines()
    reply = priya.post(f"receipts/statement/lines/{second.id}", recording(second, sent_in.aster) | fields)
    assert reply.status_code == 422 and told in reply.text
    assert fields.get("customer", "Aster Clinics") in reply.text
    assert sent_in.receipts() == []


def test_lines_are_shown_by_the_page(priya: Browser, nilgiri):
    sent_in = Statement(nilgiri, *[row("BY TRANSFER", f"{number}.00") for number in range(1, 31)])
    first = priya.get(f"receipts/statement/{sent_in.batch}").text
    assert "₹25.00" in first and "₹26.00" not in first and "More lines" in first
    position = sent_in.lines()[24].position
    rest = priya.get(f"receipts/statement/{sent_in.batch}?after={position}").text
    assert "₹26.00" in rest and "₹25.00" not in rest and "More lines" not in rest


def test_rows_that_could_not_be_read_are_told(priya: Browser, nilgiri):
    sent_in = Statement(nilgiri, row("A", "5.00"), row("B", "five"))
    page = priya.get(f"receipts/statement/{sent_in.batch}").text
    assert "1 row could not be read" in page and "Row 3: The amount must be a number" in page


def test_another_company_finds_nothing(rohan: Browser, sent_in):
    first = sent_in.lines()[0]
    assert rohan.get(f"receipts/statement/{sent_in.batch}").status_code == 404
    assert rohan.get(f"receipts/statement/lines/{first.id}/match").status_code == 404
    for path in ("", "/skip", "/take-back"):
        reply = rohan.post(f"receipts/statement/lines/{first.id}{path}", recording(first, sent_in.lotus))
        assert reply.status_code == 404, path


def test_who_may_not_record_may_not_read_statements_in(asha: Browser, sent_in):
    first = sent_in.lines()[0]
    assert asha.get("receipts/statement").status_code == 403
    assert asha.get(f"receipts/statement/{sent_in.batch}").status_code == 403
    assert asha.post("receipts/statement", {"pasted": "x", **token()}).status_code == 403
    assert (
        asha.post(f"receipts/statement/lines/{first.id}", recording(first, sent_in.lotus)).status_code == 403
    )
