"""Row by row of CGST Rule 46: what stands against issuing, and what is only worth a look."""

import dataclasses
import datetime as dt
from decimal import Decimal

import pytest

from rms.domain import readiness
from rms.domain.place_of_supply import Customer, Registration, Seller, SupplyKind, decide
from rms.domain.readiness import Document, History, Line, Them, Us, examine
from rms.domain.tax import Treatment

DAY = dt.date(2026, 11, 22)
LINE = Line(id="7", name="Crew", hsn_sac="998533", rate=Decimal(100), tax_rate=Decimal(18))
US = Us(seller=Seller("29"), gstin="29AAKFN4821C1ZC")
THEM = Them(buyer=Customer("29", Registration.REGULAR), name="Lotus", email="a@lotus.example.in")


def document(**changed) -> Document:
    us, them = changed.get("us", US), changed.get("them", THEM)
    kind = changed.pop("supply_kind", SupplyKind.SERVICE)
    chosen = {"chosen_place": changed.pop("place", None), "export_with_payment": changed.pop("pays", False)}
    supply = decide(us.seller, them.buyer if them else Customer(), kind, **chosen)
    facts = {
        "us": us,
        "them": them,
        "date": DAY,
        "due_date": DAY + dt.timedelta(days=30),
        "today": DAY,
        "lines": (LINE,),
        "supply": supply,
        "supply_kind": kind,
        "subtotal": Decimal(100),
        "total": Decimal(118),
        "number": "NFS/26-27/0001",
    }
    return Document(**{**facts, **changed})


def told(findings) -> list[tuple[str, str]]:
    return [(one.place, str(one.told)) for one in findings]


def test_an_ordinary_invoice_is_ready_and_says_what_was_looked_at():
    report = examine(document())
    assert report.is_ready and not report.advisory
    assert len(report.passed) == len(readiness.CHECKS) == 20
    assert {check.source for check in report.passed if check.blocks} >= {
        f"CGST Rule 46({letter})" for letter in "abghjln"
    }


def us(**changed) -> Us:
    return dataclasses.replace(US, **changed)


def them(registration=Registration.REGULAR, state="29", **changed) -> Them:
    return dataclasses.replace(THEM, buyer=Customer(state, registration), **changed)


def line(**changed) -> tuple[Line, ...]:
    return (dataclasses.replace(LINE, **changed),)


COMPOSITION = us(seller=Seller("29", Registration.COMPOSITION))
ABROAD = them(Registration.OVERSEAS, None, country="US")

BLOCKING = [
    ("no address of ours", {"us": us(has_address=False)}, "company", "Your company has no address yet"),
    ("no GSTIN", {"us": us(gstin=None)}, "company", "Your company has no GSTIN yet"),
    ("nobody to bill", {"them": None}, "customer_id", "Choose the customer."),
    ("registered without address", {"them": them(has_address=False)}, "customer_id", "Lotus has no address"),
    (
        "B2C of 50,000 without address",
        {"them": them(Registration.UNREGISTERED, has_address=False), "subtotal": Decimal(50_000)},
        "customer_id",
        "From ₹50,000.00 on, the invoice needs the address and state of Lotus.",
    ),
    (
        "export without address",
        {"them": dataclasses.replace(ABROAD, has_address=False), "lut_arn": "AD290426001234A"},
        "customer_id",
        "Lotus has no address yet. An export invoice must carry it.",
    ),
    (
        "export to nowhere",
        {"them": dataclasses.replace(ABROAD, country="IN"), "lut_arn": "AD290426001234A"},
        "destination_country",
        "An export invoice names the country of destination.",
    ),
    ("export without LUT", {"them": ABROAD}, "undertaking", "There is no letter of undertaking for 2026-27."),
    ("SEZ without LUT", {"them": them(Registration.SEZ)}, "undertaking", "There is no letter"),
    (
        "to be sent to no address",
        {"them": dataclasses.replace(THEM, email=None), "is_to_be_sent": True},
        "customer",
        "Lotus has no e-mail address",
    ),
    ("no lines", {"lines": ()}, "lines", "Add at least one line."),
    ("unreadable", {"lines": line(is_valid=False)}, "lines-7-name", "Line 1 has something that cannot be"),
    ("nameless", {"lines": line(name=None)}, "lines-7-name", "Line 1 does not say what it is for."),
    ("no SAC", {"lines": line(hsn_sac=None)}, "lines-7-hsn_sac", "Line 1 has no SAC or HSN."),
    (
        "four digits above five crore",
        {"lines": line(hsn_sac="9985"), "us": us(needs_six_digits=True)},
        "lines-7-hsn_sac",
        "The code of line 1 has fewer than 6 digits.",
    ),
    ("12 % in 2026", {"lines": line(tax_rate=Decimal(12))}, "lines-7-tax", "Line 1 has a GST rate that did"),
    ("nothing to pay", {"total": Decimal(0)}, "lines", "The total is zero."),
    (
        "composition to another state",
        {
            "us": us(seller=Seller("29", Registration.COMPOSITION)),
            "place": "33",
            "supply_kind": SupplyKind.GOODS,
        },
        "place_of_supply",
        "A business under the composition scheme cannot sell goods to another state",
    ),
    ("17 characters", {"number": "NILGIRI/26-27/001"}, "numbering", "NILGIRI/26-27/001 has 17 characters"),
    ("a wrong character", {"number": "NFS.26-27.01"}, "numbering", "A number may hold only letters"),
]


@pytest.mark.parametrize(("why", "facts", "place", "sentence"), BLOCKING, ids=[row[0] for row in BLOCKING])
def test_what_stands_against_issuing(why, facts, place, sentence):
    found = told(examine(document(**facts)).blocking)
    assert [(where, words[: len(sentence)]) for where, words in found] == [(place, sentence)]


ADVISORY = [
    (
        "dated before the last number",
        {"history": History(last_number="NFS/26-27/0140", last_date=dt.date(2026, 11, 25))},
        "invoice_date",
        "NFS/26-27/0140 is dated 25 Nov 2026, after this invoice",
    ),
    ("to come", {"date": dt.date(2026, 12, 1)}, "invoice_date", "The invoice is dated 1 Dec 2026, which is"),
    (
        "last year's",
        {"date": dt.date(2026, 3, 31)},
        "invoice_date",
        "The invoice is dated in the financial year 2025-26",
    ),
    (
        "overdue at once",
        {"due_date": dt.date(2026, 11, 21)},
        "due_date",
        "It would be overdue at once: due 21 Nov",
    ),
    (
        "another place",
        {"place": "33"},
        "place_of_supply",
        "The place of supply is Tamil Nadu and not Karnataka",
    ),
    ("twice", {"history": History(same_as="NFS/26-27/0141")}, "lines", "NFS/26-27/0141 looks the same"),
    ("free", {"lines": line(rate=Decimal(0))}, "lines-7-rate", "Line 1 costs nothing"),
    ("no bank", {"us": us(is_paid_somehow=False)}, "bank", "This invoice does not say how to pay"),
]


@pytest.mark.parametrize(("why", "facts", "place", "sentence"), ADVISORY, ids=[row[0] for row in ADVISORY])
def test_what_is_worth_a_look_stands_against_nothing(why, facts, place, sentence):
    report = examine(document(**facts))
    found = [(where, words[: len(sentence)]) for where, words in told(report.advisory)]
    assert (report.is_ready, found) == (True, [(place, sentence)])


@pytest.mark.parametrize(
    "facts",
    [
        {"them": them(Registration.UNREGISTERED, has_address=False), "subtotal": Decimal("49999.99")},
        {"them": ABROAD, "lut_arn": "AD290426001234A", "subtotal": Decimal(900_000)},
        {"them": ABROAD, "pays": True},
        {"them": them(Registration.SEZ), "pays": True},
        {"us": us(seller=Seller("29", Registration.UNREGISTERED), gstin=None), "lines": line(hsn_sac=None)},
        {"lines": line(tax_rate=Decimal(0), treatment=Treatment.EXEMPT)},
        {"them": dataclasses.replace(THEM, email=None)},
    ],
    ids=[
        "B2C below 50,000",
        "export under LUT",
        "export with IGST",
        "SEZ with IGST",
        "unregistered",
        "exempt",
        "not sent",
    ],
)
def test_what_the_law_allows_is_ready(facts):
    assert told(examine(document(**facts)).blocking) == []


def test_the_rates_are_those_of_the_invoice_date():
    old = document(date=dt.date(2025, 9, 21), lines=line(tax_rate=Decimal(12)))
    assert examine(old).is_ready
