"""Rows out of Excel and out of CSV files, as people really copy them."""

import pytest

from rms.domain import pasted


def test_without_headings_the_order_is_item_quantity_rate_discount():
    rows = pasted.read("Housekeeping\t6\t₹14,500.00 \t5\r\nPest control\t2\t4800\t\r\n\r\n")
    assert rows == [
        {"name": "Housekeeping", "quantity": "6", "rate": "₹14,500.00", "discount": "5"},
        {"name": "Pest control", "quantity": "2", "rate": "4800", "discount": ""},
    ]


def test_headings_name_the_columns_in_any_order():
    text = "Sr No\tRate ₹\tParticulars\tQty.\tHSN/SAC\tGST %\tAmount\n1\t100\tGuards\t3\t998525\t18\t300"
    assert pasted.read(text) == [
        {"rate": "100", "name": "Guards", "quantity": "3", "hsn_sac": "998525", "tax": "18"}
    ]


def test_what_no_column_is_for_goes_to_the_description():
    assert pasted.read("Guards\t3\t100\t\tNight shift\tGate 2") == [
        {
            "name": "Guards",
            "quantity": "3",
            "rate": "100",
            "discount": "",
            "description": "Night shift, Gate 2",
        }
    ]
    by_heading = pasted.read("Item\tQty\tSite\nGuards\t3\tGate 2")
    assert by_heading == [{"name": "Guards", "quantity": "3", "description": "Gate 2"}]


def test_a_quoted_cell_may_hold_lines_and_a_single_quote_is_a_character():
    assert pasted.read('"Guards\nnight shift"\t3\t100')[0] == {
        "name": "Guards",
        "description": "night shift",
        "quantity": "3",
        "rate": "100",
    }
    assert [row["name"] for row in pasted.read('"6 pipe\t1\t20\nElbow\t2\t5')] == ['"6 pipe', "Elbow"]


@pytest.mark.parametrize(
    "text",
    [
        'Item,Qty,Rate\nGuards,3,"1,200"',
        "Item;Qty;Rate\nGuards;3;1,200",
        '\ufeffItem,Qty,Rate\rGuards,3,"1,200"',
    ],
)
def test_a_csv_file_is_the_same(text):
    assert pasted.read(text) == [{"name": "Guards", "quantity": "3", "rate": "1,200"}]


def test_a_plain_list_is_one_line_each():
    assert pasted.read("Guards, night shift\nHousekeeping") == [
        {"name": "Guards, night shift"},
        {"name": "Housekeeping"},
    ]


@pytest.mark.parametrize("text", ["", "\n\n", "\t\t\n", "Item\tQty\tRate", "\x00"])
def test_nothing_is_no_row(text):
    assert pasted.read(text) == []
