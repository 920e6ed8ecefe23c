"""Which invoices a bank credit pays to the paisa. Figures are worked out by hand beside the cases."""

from decimal import Decimal
from itertools import product
from time import process_time
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rms.domain.exact_match import BEST, Candidate, find


def invoice(number, balance, tds="0") -> Candidate:
    return Candidate(UUID(int=number), Decimal(balance), Decimal(tds))


def told(amount, invoices) -> list[list[tuple[int, str, str]]]:
    solutions = find(Decimal(amount), invoices)
    for parts in solutions:
        assert sum(part.cash for part in parts) == Decimal(amount)
    return [
        [(part.invoice_id.int, f"{part.cash:.2f}", f"{part.tds:.2f}") for part in parts]
        for parts in solutions
    ]


def numbers(amount, invoices) -> list[list[int]]:
    return [[part[0] for part in parts] for parts in told(amount, invoices)]


# 1,18,000 and 59,000 with 18 % GST: bases 1,00,000 and 50,000, so 10 % TDS is 10,000 and 5,000.
PAIR = [invoice(1, "118000.00", "10000.00"), invoice(2, "59000.00", "5000.00")]


@pytest.mark.parametrize(
    ("amount", "parts"),
    [
        ("118000.00", [(1, "118000.00", "0.00")]),
        ("108000.00", [(1, "108000.00", "10000.00")]),
        ("54000.00", [(2, "54000.00", "5000.00")]),
        ("177000.00", [(1, "118000.00", "0.00"), (2, "59000.00", "0.00")]),
        ("162000.00", [(1, "108000.00", "10000.00"), (2, "54000.00", "5000.00")]),
        ("172000.00", [(1, "118000.00", "0.00"), (2, "54000.00", "5000.00")]),
        ("167000.00", [(1, "108000.00", "10000.00"), (2, "59000.00", "0.00")]),
    ],
)
def test_every_way_to_pay_two_invoices_is_found(amount, parts):
    assert told(amount, PAIR) == [parts]


@pytest.mark.parametrize("amount", ["0", "-118000.00", "118000.01", "1.00", "177000.01"])
def test_what_no_invoices_sum_to_is_not_answered(amount):
    assert told(amount, PAIR) == []


def test_without_invoices_there_is_no_answer():
    assert find(Decimal("100.00"), []) == []


def test_one_invoice_goes_before_several_older_ones():
    assert numbers("300", [invoice(1, "100"), invoice(2, "200"), invoice(3, "300")]) == [[3], [1, 2]]


def test_of_invoices_alike_the_oldest_is_meant():
    assert numbers("100", [invoice(number, "100") for number in range(1, 6)]) == [[1], [2], [3]]


def test_the_oldest_without_a_gap_go_before_fewer():
    rows = [invoice(1, "100"), invoice(2, "200"), invoice(3, "300"), invoice(4, "50"), invoice(5, "550")]
    assert numbers("600", rows) == [[1, 2, 3], [4, 5]]


def test_fewer_invoices_go_before_more():
    rows = [invoice(1, "1000"), invoice(2, "100"), invoice(3, "150"), invoice(4, "250"), invoice(5, "400")]
    assert numbers("500", rows) == [[2, 5], [2, 3, 4]]  # 100 + 400, 100 + 150 + 250; the first is too large


def test_all_with_tds_goes_before_a_mixture_of_older_ones():
    # 108 + 216 = 324 both less TDS; 118 + 206 = 324 would be one in full and one less.
    rows = [
        invoice(1, "118", "10"),
        invoice(2, "226", "20"),
        invoice(3, "118", "10"),
        invoice(4, "236", "20"),
    ]
    assert told("324", rows)[0] == [(1, "108.00", "10.00"), (4, "216.00", "20.00")]
    assert [[part[0] for part in parts] for parts in told("324", rows)][1:] == [[3, 4], [1, 2]]


def test_an_invoice_without_tds_makes_no_mixture():
    # A reimbursement carries none: 108 + 50 is "all with TDS"; 40 + 118 would be too, in full.
    rows = [invoice(1, "118", "10"), invoice(2, "40"), invoice(3, "50")]
    assert told("158", rows) == [
        [(1, "118.00", "0.00"), (2, "40.00", "0.00")],
        [(1, "108.00", "10.00"), (3, "50.00", "0.00")],
    ]


@pytest.mark.parametrize("tds", ["118", "200", "-5"])
def test_tds_that_leaves_no_cash_is_not_offered(tds):
    assert told("118", [invoice(1, "118", tds)]) == [[(1, "118.00", "0.00")]]
    assert told("123", [invoice(1, "118", tds)]) == []


def test_what_is_paid_already_is_left_out():
    assert numbers("100", [invoice(1, "0"), invoice(2, "-100"), invoice(3, "100")]) == [[3]]


def test_a_run_of_the_oldest_and_a_single_one_are_found_among_hundreds():
    rows = [invoice(number, f"{1000 + number * 7}.13") for number in range(1, 401)]
    assert numbers("3800.13", rows)[0] == [400]  # 1,000 + 2,800
    total = sum(row.balance for row in rows[:60])
    assert numbers(str(total), rows)[0] == list(range(1, 61))


PAISE = st.integers(1, 40)


@given(
    st.lists(st.tuples(PAISE, st.integers(0, 12)), max_size=6),
    st.integers(1, 120),
)
def test_it_finds_what_trying_everything_finds(rows, wanted):
    invoices = [
        invoice(number, Decimal(balance) / 100, Decimal(tds) / 100)
        for number, (balance, tds) in enumerate(rows)
    ]
    found = [
        [(part.invoice_id.int, part.tds > 0) for part in parts]
        for parts in find(Decimal(wanted) / 100, invoices)
    ]
    assert found == by_trying_everything(rows, wanted)


def by_trying_everything(rows, wanted):
    """All 3^n choices, sorted by the preferences as they are written in words."""
    ways = [(None, False, True) if 0 < tds < balance else (None, False) for balance, tds in rows]
    solutions = []
    for choice in product(*ways):
        chosen = [(number, cut) for number, cut in enumerate(choice) if cut is not None]
        if sum(rows[number][0] - (rows[number][1] if cut else 0) for number, cut in chosen) == wanted:
            solutions.append(chosen)

    def preference(chosen):
        places = [number for number, _ in chosen]
        mixed = len({cut for number, cut in chosen if len(ways[number]) == 3}) == 2
        oldest = places == list(range(len(chosen)))
        return len(chosen) > 1, mixed, not mixed and not oldest, len(chosen), places, [c for _, c in chosen]

    return sorted(solutions, key=preference)[:BEST]


def worst_cases():
    doubling = [invoice(number, 2 ** (number // 2)) for number in range(30)]
    yield "every sum of one half has its like in the other", "8191", doubling
    yield "all alike", "1500", [invoice(number, "100", "10") for number in range(500)]
    yield "all alike, never", "1500.01", [invoice(number, "100", "10") for number in range(500)]
    uneven = [invoice(number, f"{(number * 7919) % 9973}.{number:02}", "7.77") for number in range(1, 60)]
    yield "all different", "123456.78", uneven
    yield "round amounts", "250000", [invoice(n, 5000 * (n % 7 + 1), 500 * (n % 7 + 1)) for n in range(60)]


@pytest.mark.parametrize(("name", "amount", "invoices"), [*worst_cases()], ids=lambda value: str(value)[:20])
def test_the_worst_cases_are_answered_while_a_person_types(name, amount, invoices):
    def once():
        began = process_time()
        find(Decimal(amount), invoices)
        return process_time() - began

    assert min(once() for _ in range(5)) < 0.05, name
