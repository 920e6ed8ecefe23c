"""Figures as coordinates, and the word for how much comes from one customer."""

from datetime import date
from decimal import Decimal

import pytest

from rms.queries.dashboard import Debtor, Month, Owed
from rms.rooms.home.drawing import chart_of
from rms.rooms.home.sentence import share_of_late
from rms.web.bars import ageing_bar


def money(*amounts):
    return [Decimal(amount) for amount in amounts]


@pytest.mark.parametrize(
    ("ages", "expected"),
    [
        (money(0, 0, 0, 0, 0), []),
        (money(10, 0, 0, 0, 0), [(0, 0, 1000)]),
        (money(50, 25, 0, 0, 25), [(0, 0, 500), (1, 500, 250), (4, 750, 250)]),
        (money(1, 2, 0, 0, 0), [(0, 0, 333), (1, 333, 667)]),
        (money(99999, 1, 0, 0, 0), [(0, 0, 999), (1, 999, 4)]),
    ],
)
def test_the_parts_of_the_bar_fill_it(ages, expected):
    assert [(part.age, part.x, part.width) for part in ageing_bar(ages)] == expected


@pytest.mark.parametrize(
    ("most", "labels", "height"),
    [
        (0, ["₹4", "₹3", "₹2", "₹1"], 0),
        (3, ["₹4", "₹3", "₹2", "₹1"], 150),
        (882000, ["₹10 L", "₹7.5 L", "₹5 L", "₹2.5 L"], 176),  # 882,000 / 10,00,000 x 200
        (1000000, ["₹10 L", "₹7.5 L", "₹5 L", "₹2.5 L"], 200),
        (1000001, ["₹20 L", "₹15 L", "₹10 L", "₹5 L"], 100),
    ],
)
def test_the_axis_is_round_and_the_largest_column_fits(most, labels, height):
    chart = chart_of([Month(date(2026, 11, 1), billed=Decimal(most))])
    assert chart.labels == labels
    assert (chart.columns[0].billed, chart.columns[0].received) == (height, 0)


@pytest.mark.parametrize(
    ("largest", "overdue", "word"),
    [
        (100, 100, "all"),
        (95, 100, "nearly all"),
        (60, 100, "most"),
        (53, 100, "half"),
        (33, 100, "third"),
        (20, 100, "spread"),
        (0, 0, ""),
    ],
)
def test_the_word_for_the_share_of_one_customer(largest, overdue, word):
    late = [Debtor(None, "Lotus", Decimal(largest), 1, Decimal(largest), 1, None)] if largest else []
    assert share_of_late(Owed(overdue=Decimal(overdue), late=late)) == word
