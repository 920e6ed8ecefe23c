"""A statement through the real queue: what was sent in becomes lines, or a sentence that says why not."""

import datetime as dt
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from rms import queue
from rms.actions import bank_imports
from rms.db.session import db
from rms.jobs.bank_imports import read_statement
from rms.models import BankLine, File, FileChunk, ImportBatch
from tests.documents.test_tables import with_sheet, workbook
from tests.factories import make_customer, make_invoice
from tests.jobs.test_queue import work

HEADINGS = ["Txn Date", "Description", "Ref No./Cheque No.", "Debit", "Credit", "Balance"]


def send_in(firm, content: bytes):
    with firm.scope():
        return bank_imports.begin("statement.xlsx", content, created_by=firm.user_id).id


def read(firm, batch_id) -> tuple[ImportBatch, list[BankLine]]:
    with firm.scope():
        batch = db().scalars(select(ImportBatch).where(ImportBatch.id == batch_id)).one()
        return batch, list(db().scalars(select(BankLine).order_by(BankLine.position)))


def test_a_spreadsheet_becomes_lines_with_what_fits(ours, firm):
    with firm.scope():
        customer = make_customer("Lotus Valley School")
        invoice = make_invoice(customer)
        customer_id, invoice_id, balance = customer.id, invoice.id, invoice.balance
    day = dt.date(2026, 11, 2)
    batch_id = send_in(
        firm,
        workbook(
            ["State Bank of India"],
            HEADINGS,
            [day, "BY TRANSFER-NEFT*LOTUS VALLEY SCHOOL", "HDFCN26324871", None, float(balance), 9],
            [day, "TO RENT", "", 500, None, 8],
            [day, "BY CASH", "", None, "five", 8],
        ),
    )
    assert len(queue.queued_ids()) == 1
    work(ours)
    batch, lines = read(firm, batch_id)
    assert (batch.state, batch.problem) == ("read", None)
    assert [problem["position"] for problem in batch.problems] == [5]
    (line,) = lines
    assert (line.position, line.day, line.amount, line.reference) == (3, day, balance, "HDFCN26324871")
    assert line.customer_id == customer_id and line.state == "new"
    assert [part["invoice_id"] for part in line.suggestion["parts"]] == [str(invoice_id)]
    assert Decimal(line.suggestion["parts"][0]["cash"]) == balance


def test_read_twice_it_is_there_once(ours, firm):
    batch_id = send_in(firm, b"Date,Narration,Deposit\n02/11/2026,A,5.00\n")
    for _ in range(2):
        read_statement(str(firm.tenant_id), str(batch_id))
    assert len(read(firm, batch_id)[1]) == 1


@pytest.mark.parametrize(
    "content", [b"Date,Narration,Deposit\n02/11/2026,A,5.00\n", b"Item,Qty\nSoap,2\n"], ids=["read", "failed"]
)
def test_the_file_is_not_kept_once_it_was_read(ours, firm, content):
    batch_id = send_in(firm, content)
    with firm.scope():
        assert db().scalar(select(func.count()).select_from(FileChunk)) == 1
    work(ours)
    batch, _ = read(firm, batch_id)
    assert batch.state != "waiting" and batch.file_id is None
    with firm.scope():
        assert [db().scalar(select(func.count()).select_from(table)) for table in (File, FileChunk)] == [0, 0]


def test_wrong_columns_are_told(ours, firm):
    batch_id = send_in(firm, b"Item,Qty,Rate\nSoap,2,5\n")
    work(ours)
    batch, lines = read(firm, batch_id)
    assert batch.state == "failed" and "No row of this names its columns" in batch.problem
    assert lines == []


def test_a_statement_without_deposits_says_so(ours, firm):
    batch_id = send_in(firm, b"Date,Narration,Deposit,Withdrawal\n02/11/2026,A,,5.00\n")
    work(ours)
    batch, _ = read(firm, batch_id)
    assert (batch.state, batch.problem) == ("failed", "There is no deposit in this statement")


def test_row_37_a_bomb_that_is_uploaded_leaves_a_sentence_and_nothing_else(ours, firm):
    batch_id = send_in(firm, with_sheet(b"0" * 300_000_000))
    work(ours)
    batch, lines = read(firm, batch_id)
    assert batch.state == "failed" and "far more than a statement" in batch.problem
    assert lines == []
