"""Statements as banks of India give them out, and as people change them before they send them in."""

import datetime as dt
from decimal import Decimal

import pytest

from rms.domain import bank_statement
from rms.domain.bank_statement import BankLine, fingerprints, method_of
from rms.domain.errors import Invalid
from rms.domain.statement_dates import NotADay, Order, order_of, read_day

TODAY = dt.date(2026, 11, 23)
DAY = dt.date(2026, 11, 20)

SBI = ["Txn Date", "Value Date", "Description", "Ref No./Cheque No.", "        Debit", "Credit", "Balance"]
HDFC = ["Date", "Narration", "Chq./Ref.No.", "Value Dt", "Withdrawal Amt.", "Deposit Amt.", "Closing Balance"]
ICICI = [
    "S No.",
    "Value Date",
    "Transaction Date",
    "Cheque Number",
    "Transaction Remarks",
    "Withdrawal Amount (INR )",
    "Deposit Amount (INR )",
    "Balance (INR )",
]
AXIS = ["SRL NO", "Tran Date", "CHQNO", "PARTICULARS", "DR", "CR", "BAL", "SOL"]
KOTAK = [
    "Sl. No.",
    "Transaction Date",
    "Value Date",
    "Description",
    "Chq / Ref No.",
    "Amount",
    "Dr / Cr",
    "Balance",
    "Dr / Cr",
]
PNB = [
    "Txn No.",
    "Txn Date",
    "Description",
    "Branch Name",
    "Cheque No.",
    "Dr Amount",
    "Cr Amount",
    "Balance",
    "Remarks",
]
SIGNED = ["Date", "Details", "Amount (₹)", "Running balance"]

BANKS = {
    "sbi": (SBI, ["20 Nov 2026", "20 Nov 2026", "LOTUS", "R1", " ", "500.00", "9"]),
    "hdfc": (HDFC, ["20/11/26", "LOTUS", "R1", "21/11/26", "", "500.00", "9"]),
    "icici": (ICICI, ["1", "21/11/2026", "20/11/2026", "R1", "LOTUS", "0.0", "500", "9"]),
    "axis": (AXIS, ["1", "20-11-2026", "R1", "LOTUS", "", "500.00", "9", "12"]),
    "kotak": (KOTAK, ["1", "20-11-2026 10:22 AM", "", "LOTUS", "R1", "500.00", "CR", "9", "CR"]),
    "pnb": (PNB, ["T7", "20/11/2026", "LOTUS", "MG ROAD", "R1", "", "500.00", "9 Cr.", ""]),
    "signed": (SIGNED, ["2026-11-20", "LOTUS", "500.00 Cr", "9"]),
}


def read(*rows):
    return bank_statement.read(rows, today=TODAY)


def hdfc(day="20/11/26", words="LOTUS", reference="", out="", came="500.00"):
    return [day, words, reference, day, out, came, "9.00"]


@pytest.mark.parametrize("bank", BANKS)
def test_a_deposit_is_found_under_the_headings_of_each_bank(bank):
    headings, row = BANKS[bank]
    read_in = read(["Statement of account"], ["Name: Nilgiri", "", ""], headings, row)
    assert read_in.problems == []
    (line,) = read_in.lines
    assert (line.position, line.day, line.amount, line.description) == (4, DAY, Decimal("500.00"), "LOTUS")
    assert line.reference == ("" if bank == "signed" else "R1")


@pytest.mark.parametrize(
    ("headings", "row"),
    [
        (HDFC, hdfc(out="500.00", came="")),
        (HDFC, hdfc(out="500.00", came="0.00")),
        (KOTAK, ["1", "20-11-2026", "", "LOTUS", "R1", "500.00", "DR", "9", "CR"]),
        (SIGNED, ["2026-11-20", "LOTUS", "-500.00", "9"]),
        (SIGNED, ["2026-11-20", "LOTUS", "500.00 (Dr)", "9"]),
        (HDFC, ["*" * 8] * 7),
        (HDFC, HDFC),
        (HDFC, ["", "Opening Balance", "", "", "", "900.00", ""]),
        (HDFC, ["20/11/26", "Closing balance", "", "", "", "900.00", ""]),
        (HDFC, ["", "Grand total", "", "", "5.00", "900.00", ""]),
        (HDFC, ["", "B/F", "", "", "", "", "900.00"]),
        (HDFC, ["This is a computer generated statement", "", "", "", "", "", ""]),
    ],
)
def test_what_did_not_come_in_is_left_out(headings, row):
    read_in = read(headings, row)
    assert (read_in.lines, read_in.problems) == ([], [])


def test_amounts_are_read_as_people_and_banks_write_them():
    came = ["₹1,80,960.00", "1,00,000", "५००.५०", "500.00CR", "Rs. 500", "500.00 (Cr)"]
    lines = read(HDFC, *[hdfc(came=text) for text in came]).lines
    assert [str(line.amount) for line in lines] == [
        "180960.00",
        "100000.00",
        "500.50",
        "500.00",
        "500.00",
        "500.00",
    ]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (hdfc(came="five"), "must be a number"),
        (hdfc(came="1e15"), "must be a number"),
        (hdfc(came="1.005"), "at most 2 decimals"),
        (hdfc(came="99999999999999"), "too large"),
        (hdfc(came="-5"), "less than 0"),
        (hdfc(day="31/02/26"), "“31/02/26” is not a date"),
        (hdfc(day=""), "The date is missing"),
        (hdfc(day="24/11/26"), "has not come yet"),
        (hdfc(day="30/06/17"), "before 1 Jul 2017"),
    ],
)
def test_a_row_that_cannot_be_read_is_told_and_the_others_stay(row, told):
    read_in = read(HDFC, hdfc(), row, hdfc())
    assert [line.position for line in read_in.lines] == [2, 4]
    (problem,) = read_in.problems
    assert problem.position == 3 and told in str(problem.sentence)


def test_problems_are_told_of_fifty_rows_at_most():
    assert len(read(HDFC, *[hdfc(came="x")] * 80).problems) == 50


@pytest.mark.parametrize(
    ("headings", "told"),
    [
        (["a", "b", "c"], "No row of this names its columns"),
        (["Item", "Qty", "Rate"], "No row of this names its columns"),
        (["Narration", "Deposit"], "no column with the date"),
        (["Date", "Narration", "Balance"], "no column with the money that came in"),
        (["Date", "Deposit"], "no column that says from whom"),
    ],
)
def test_wrong_columns_are_refused_by_what_is_missing(headings, told):
    with pytest.raises(Invalid) as refused:
        read(headings, ["20/11/2026", "500", "x"])
    assert told in str(refused.value) and refused.value.field == "file"


def test_an_empty_table_is_refused():
    with pytest.raises(Invalid):
        read()


def test_a_narration_over_several_rows_is_put_together():
    rows = [
        hdfc(words="NEFT CR"),
        ["", "LOTUS VALLEY", "", "", "", "", ""],
        ["", "HDFCN26324871", "", "", "", "", ""],
    ]
    (line,) = read(HDFC, *rows).lines
    assert line.description == "NEFT CR LOTUS VALLEY HDFCN26324871"
    assert line.reference == "HDFCN26324871"


@pytest.mark.parametrize(
    ("column", "narration", "reference"),
    [
        ("0000413213213213", "x", "0000413213213213"),
        ("0000000000000000", "NEFT CR-HDFCN26324871-LOTUS", "HDFCN26324871"),
        ("-", "RTGS/SBINR52026112000012345/LOTUS", "SBINR52026112000012345"),
        ("", "UPI/632411223344/ram@okhdfc", "632411223344"),
        ("NA", "IMPS-632411223344-RAM", "632411223344"),
        ("", "BY CLG CHQ NO 004512 LOTUS", "004512"),
        ("", "BY TRANSFER HDFC0001234 LOTUS", ""),
    ],
)
def test_the_reference_is_the_banks_or_found_in_the_narration(column, narration, reference):
    (line,) = read(HDFC, hdfc(words=narration, reference=column)).lines
    assert line.reference == reference


@pytest.mark.parametrize(
    ("narration", "method"),
    [
        ("UPI/6324/ram", "upi"),
        ("CLG CHQ 12", "cheque"),
        ("BY CASH DEPOSIT", "cash"),
        ("NEFT CR", "bank_transfer"),
    ],
)
def test_how_the_money_came_is_told_by_the_narration(narration, method):
    assert method_of(narration) == method


# Days


@pytest.mark.parametrize(
    "text",
    [
        "20/11/2026",
        "20-11-26",
        "20.11.2026",
        "2026-11-20",
        "2026/11/20",
        "20Nov2026",
        "20-Nov-26",
        "46346",
        "46346.5",
        "२०/११/२०२६",
    ]
    + [
        "20 Nov 2026",
        "20 november 2026",
        "Nov 20, 2026",
        "20/11/2026 10:22:11 AM",
        "2026-11-20T10:22:00",
        "'20/11/2026",
    ],
)
def test_days_in_every_spelling(text):
    assert read_day(text) == DAY


@pytest.mark.parametrize(
    "text", ["20/13/2026", "32 Nov 2026", "20 Foo 2026", "2026-02-30", "soon", "12", "1/2"]
)
def test_what_is_no_day_is_said_so(text):
    with pytest.raises(NotADay):
        read_day(text)


def test_the_day_stands_first_unless_a_figure_says_otherwise():
    assert order_of(["03/04/2026", "04/05/2026"]) is Order.DAY
    assert order_of(["03/04/2026", "13/05/2026"]) is Order.DAY
    assert order_of(["03/04/2026", "05/13/2026"]) is Order.MONTH
    assert read_day("03/04/2026", Order.MONTH) == dt.date(2026, 3, 4)


def test_mixed_dates_are_refused_with_both_of_them():
    with pytest.raises(Invalid) as refused:
        read(HDFC, hdfc(day="13/11/2026"), hdfc(day="11/14/2026"))
    assert "In 13/11/2026 the day stands first and in 11/14/2026 the month" in str(refused.value)


def test_days_that_a_spreadsheet_half_converted_are_refused():
    with pytest.raises(Invalid) as refused:
        read(HDFC, hdfc(day="2026-03-04"), hdfc(day="13/04/2026"))
    assert "13/04/2026, as text" in str(refused.value)


def test_days_below_the_statement_do_not_decide():
    foot = ["11/22/2026", "printed", "", "", "", "", ""]
    assert read(HDFC, hdfc(day="13/11/2026"), foot).lines[0].day == dt.date(2026, 11, 13)


# Known again


def line(**other) -> BankLine:
    return BankLine(
        **{"position": 1, "day": DAY, "amount": Decimal("5.00"), "description": "Lotus", "reference": "R"}
        | other
    )


def test_a_line_is_known_again_wherever_it_stands_and_however_it_is_spaced():
    assert fingerprints([line()]) == fingerprints([line(position=9, description="LO TUS ", reference="r")])


@pytest.mark.parametrize(
    "other", [{"day": TODAY}, {"amount": Decimal("5.01")}, {"description": "Lily"}, {"reference": "S"}]
)
def test_another_line_is_not_the_same(other):
    assert fingerprints([line()]) != fingerprints([line(**other)])


def test_two_alike_in_one_file_are_two():
    first, second = fingerprints([line(), line(position=2)])
    assert first != second
    assert fingerprints([line(), line(position=2)]) == [first, second]
