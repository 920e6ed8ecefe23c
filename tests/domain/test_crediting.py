"""Crediting parts of an invoice, by sums worked by hand."""

import datetime as dt
from decimal import Decimal as D
from uuid import UUID

import pytest

from rms.domain.crediting import (
    Ask,
    Billed,
    BilledLine,
    Part,
    as_if_taxed,
    credit,
    everything_left,
    last_day_for_gst,
    problems,
    round_off,
    share_of,
    summed,
)
from rms.domain.errors import Invalid

ONE, TWO = UUID(int=1), UUID(int=2)
NOTHING = D("0.00")


def line(quantity, taxable, cgst="0.00", sgst="0.00", igst="0.00", cess="0.00", credited=(), key=ONE):
    billed = Part(D(quantity), D(taxable), D(cgst), D(sgst), D(igst), D(cess))
    return BilledLine(key, billed, summed(credited), "visit")


def in_steps(billed_line, asks):
    """The parts of one credit note after the other, each judged by what the ones before have left."""
    parts = []
    for ask in asks:
        now = BilledLine(billed_line.id, billed_line.billed, summed(parts), billed_line.unit)
        parts.append(credit([now], [ask])[billed_line.id])
    return parts


# The supply, and the last day on which its GST can be taken back (gst.md, 3.2).
@pytest.mark.parametrize(
    ("supply", "last"),
    [
        (dt.date(2026, 2, 14), dt.date(2026, 11, 30)),
        (dt.date(2026, 3, 31), dt.date(2026, 11, 30)),
        (dt.date(2026, 4, 1), dt.date(2027, 11, 30)),
        (dt.date(2026, 4, 5), dt.date(2027, 11, 30)),
        (dt.date(2026, 12, 31), dt.date(2027, 11, 30)),
    ],
)
def test_gst_is_taken_back_until_30_november_after_the_year(supply, last):
    assert last_day_for_gst(supply) == last


def test_a_quantity_takes_its_share_of_price_and_igst():
    # 4,200 sq ft at 5.85 = 24,570.00, IGST 18% = 4,422.60. 600 sq ft: 24,570 x 600 / 4,200 = 3,510.00;
    # 4,422.60 x 3,510 / 24,570 = 631.80.
    part = share_of(line("4200.000", "24570.00", igst="4422.60").left, Ask(ONE, quantity=D("600.000")))
    assert part == Part(D("600.000"), D("3510.00"), igst=D("631.80"))
    assert part.total == D("4141.80")


def test_an_amount_lowers_the_price_and_takes_back_no_quantity():
    # 2,000.00 of 50,400.00 with IGST 9,072.00: 9,072 x 2,000 / 50,400 = 360.00.
    part = share_of(line("3600.000", "50400.00", igst="9072.00").left, Ask(ONE, amount=D("2000.00")))
    assert part == Part(D("0.000"), D("2000.00"), igst=D("360.00"))


def test_three_part_credits_of_igst_add_up_to_the_paisa():
    # 3 of 33.35 after a discount of 0.05: taxable 100.00, IGST 18.00.
    # 1st: 100/3 = 33.333 -> 33.33; 18.00 x 33.33 / 100.00 = 5.9994 -> 6.00.
    # 2nd of the left 66.67 and 12.00: 33.335 -> 33.34; 12.00 x 33.34 / 66.67 = 6.0009 -> 6.00.
    # 3rd: the remainder, 33.33 and 6.00.
    parts = in_steps(line("3.000", "100.00", igst="18.00"), [Ask(ONE, quantity=D("1.000"))] * 3)
    assert [(part.taxable, part.igst) for part in parts] == [
        (D("33.33"), D("6.00")),
        (D("33.34"), D("6.00")),
        (D("33.33"), D("6.00")),
    ]
    assert summed(parts) == Part(D("3.000"), D("100.00"), igst=D("18.00"))


def test_three_part_credits_of_cgst_and_sgst_add_up_to_the_paisa():
    # 10.03 at 5%: CGST = SGST = 0.25075 -> 0.25. Amounts 3.34, 3.34, 3.35:
    # 1st 0.25 x 3.34 / 10.03 = 0.0832 -> 0.08; 2nd of 6.69 and 0.17: 0.0849 -> 0.08; 3rd the rest: 0.09.
    asks = [Ask(ONE, amount=D(one)) for one in ("3.34", "3.34", "3.35")]
    parts = in_steps(line("1.000", "10.03", "0.25", "0.25"), asks)
    assert [(part.cgst, part.sgst) for part in parts] == [
        (D("0.08"), D("0.08")),
        (D("0.08"), D("0.08")),
        (D("0.09"), D("0.09")),
    ]
    assert summed(parts) == Part(D("0.000"), D("10.03"), D("0.25"), D("0.25"))


def test_cess_is_shared_like_every_other_head():
    # 7 at 142.85 = 999.95; CGST = SGST 14% = 139.993 -> 139.99; cess 12% = 119.994 -> 119.99.
    # 2: 999.95 x 2 / 7 = 285.70; 139.99 x 285.70 / 999.95 = 39.9972 -> 40.00; 119.99 x ... = 34.2829 -> 34.28
    # 2 of the left 5: 714.25 x 2 / 5 = 285.70; 99.99 x 285.70 / 714.25 = 39.996 -> 40.00;
    # 85.71 x 2 / 5 = 34.284 -> 34.28. The last 3 are the rest: 428.55, 59.99, 51.43.
    asks = [Ask(ONE, quantity=D(one)) for one in ("2.000", "2.000", "3.000")]
    parts = in_steps(line("7.000", "999.95", "139.99", "139.99", cess="119.99"), asks)
    assert [(part.taxable, part.cgst, part.cess) for part in parts] == [
        (D("285.70"), D("40.00"), D("34.28")),
        (D("285.70"), D("40.00"), D("34.28")),
        (D("428.55"), D("59.99"), D("51.43")),
    ]
    assert summed(parts) == Part(D("7.000"), D("999.95"), D("139.99"), D("139.99"), NOTHING, D("119.99"))


def test_half_a_paisa_goes_up():
    # 0.10 with IGST 0.01 (5% of 0.10 = 0.005): half of it is 0.05, and 0.005 of tax goes up to 0.01.
    assert share_of(line("2.000", "0.10", igst="0.01").left, Ask(ONE, quantity=D("1.000"))).igst == D("0.01")


def test_after_a_lowered_price_a_quantity_is_worth_what_is_left_of_it():
    # 6 x 100.00, then 300.00 off: what is left is 6 at 50.00. 3 of them come to 150.00 and not to 300.00.
    lowered = line("6.000", "600.00", igst="108.00", credited=[Part(taxable=D("300.00"), igst=D("54.00"))])
    part = share_of(lowered.left, Ask(ONE, quantity=D("3.000")))
    assert (part.taxable, part.igst) == (D("150.00"), D("27.00"))


def test_reverse_charge_and_financial_credit_notes_take_back_no_tax():
    assert share_of(line("2.000", "500.00").left, Ask(ONE, quantity=D("1.000"))) == Part(
        D("1.000"), D("250.00")
    )
    financial = share_of(
        line("2.000", "500.00", igst="90.00").left, Ask(ONE, amount=D("100")), with_tax=False
    )
    assert (financial.taxable, financial.tax) == (D("100.00"), NOTHING)


def test_what_was_credited_without_gst_leaves_its_tax_with_the_government():
    # 100.00 + 18.00, of which 50.00 was credited without GST: 50.00 + 9.00 is left, not 50.00 + 18.00.
    billed = line("2.000", "100.00", igst="18.00").billed
    used = as_if_taxed(billed, Part(taxable=D("50.00")))
    assert (billed - used).igst == D("9.00")
    left = line("2.000", "100.00", igst="18.00", credited=[used]).left
    assert share_of(left, Ask(ONE, amount=D("25.00"))).igst == D("4.50")


def test_more_than_is_left_is_refused_with_what_fits():
    # 2 visits at 4,560.00, one of them credited already.
    one = Part(D("1.000"), D("4560.00"), igst=D("820.80"))
    pest = line("2.000", "9120.00", igst="1641.60", credited=[one])
    told = problems([pest], [Ask(ONE, quantity=D("2.000"))])
    assert str(told[str(ONE)][0]) == "1 visit (₹4,560.00) is left to credit on this line"
    told = problems([pest], [Ask(ONE, amount=D("4560.01"))])
    assert str(told[str(ONE)][0]) == "₹4,560.00 is left to credit on this line"
    assert problems([pest], [Ask(ONE, amount=D("4560.00"))]) == {}


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (Ask(TWO, quantity=D("1")), "This line is not one of the invoice"),
        (Ask(ONE), "Enter more than 0, or leave this line out"),
        (Ask(ONE, quantity=D("0")), "Enter more than 0, or leave this line out"),
        (Ask(ONE, amount=D("-1")), "Enter more than 0, or leave this line out"),
        (Ask(ONE, D("1"), D("1")), "Give a quantity or an amount, not both"),
    ],
)
def test_what_is_no_credit_is_refused(ask, words):
    with pytest.raises(Invalid) as refused:
        credit([line("1.000", "100.00")], [ask])
    assert [str(told[0]) for told in refused.value.errors.values()] == [words]


def test_a_line_is_credited_once_in_a_note_and_never_when_nothing_is_left():
    twice = problems([line("2.000", "100.00")], [Ask(ONE, quantity=D("1")), Ask(ONE, amount=D("1"))])
    assert str(twice[str(ONE)][0]) == "This line is in the list twice"
    empty = line("1.000", "100.00", credited=[Part(taxable=D("100.00"))])
    told = problems([empty], [Ask(ONE, quantity=D("1"))])
    assert str(told[str(ONE)][0]) == "Nothing is left to credit on this line"


def test_the_credit_of_the_picture_is_rounded_to_whole_rupees():
    # Invoice 2,03,590.00 + 18% 36,646.20 = 2,40,236.20 -> 2,40,236.00. Credited before: 4,560.00 + 820.80 =
    # 5,380.80 -> 5,381.00. Now 5,510.00 + 991.80 = 6,501.80; together 11,882.60 -> 11,883, less 5,381.
    billed = Billed(D("240236.20"), D("240236.00"), True, D("5380.80"), D("5381.00"))
    assert round_off([Part(taxable=D("5510.00"), igst=D("991.80"))], billed) == D("0.20")


def test_halves_are_not_rounded_up_each_by_itself():
    # 2.00 in four credits of 0.50: 1, 0, 1, 0. Each for itself would come to 4.00.
    totals, before, total = [], NOTHING, NOTHING
    for _ in range(4):
        part = Part(taxable=D("0.50"))
        totals.append(part.total + round_off([part], Billed(D("2.00"), D("2.00"), True, before, total)))
        before, total = before + part.total, total + totals[-1]
    assert totals == [D("1.00"), D("0.00"), D("1.00"), D("0.00")]


def test_an_invoice_with_paise_is_credited_with_paise():
    billed = Billed(D("118.37"), D("118.37"), False)
    assert round_off([Part(taxable=D("50.11"), igst=D("9.02"))], billed) == NOTHING


def test_full_credit_in_any_steps_is_exactly_the_total():
    # Two lines with a discount: 3 pcs taxable 94.97 at 18% (CGST = SGST = 8.5473 -> 8.55), 1 job 49.99 at 5%
    # (1.24975 -> 1.25). 94.97 + 17.10 + 49.99 + 2.50 = 164.56 -> 165.00, round off 0.44.
    lines = [line("3.000", "94.97", "8.55", "8.55"), line("1.000", "49.99", "1.25", "1.25", key=TWO)]
    first = {ONE: Ask(ONE, quantity=D("1.000")), TWO: Ask(TWO, amount=D("10.00"))}
    second = {ONE: Ask(ONE, amount=D("20.01"))}
    given = {ONE: Part(), TWO: Part()}
    before = total = NOTHING
    for step in (first, second, None):
        now = [BilledLine(one.id, one.billed, given[one.id]) for one in lines]
        parts = credit(now, list(step.values()) if step else everything_left(now))
        off = round_off(parts.values(), Billed(D("164.56"), D("165.00"), True, before, total))
        for key, part in parts.items():
            given[key] += part
        pre = sum((part.total for part in parts.values()), NOTHING)
        before, total = before + pre, total + pre + off
    assert (before, total) == (D("164.56"), D("165.00"))
    assert [given[one.id].total for one in lines] == [one.billed.total for one in lines]
