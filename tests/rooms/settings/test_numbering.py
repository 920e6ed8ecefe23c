"""Numbering: what comes next, never backwards, and ahead only knowingly."""

import pytest
from sqlalchemy import select

from rms.actions.numbers import take_number
from rms.db.session import db
from rms.models import NumberSeries
from tests.factories import TODAY, make_customer, make_invoice

SERIES = {"kind": "invoice", "prefix": "NFS", "year": "FY", "next_value": "1", "version": "1"}


def series(company, kind: str = "invoice") -> NumberSeries:
    with company.scope():
        return db().scalars(select(NumberSeries).where(NumberSeries.kind == kind)).one()


def use(company, count: int) -> None:
    """That many invoices with the next numbers."""
    with company.scope():
        for _ in range(count):
            taken = take_number("invoice", TODAY)
            make_invoice(make_customer(), invoice_number=taken.text, series_id=taken.series_id)


def test_the_next_three_and_the_first_of_april_are_shown(priya, nilgiri):
    prefix = series(nilgiri).prefix
    text = priya.get("settings/numbering").text
    for number in ("26-27/0001", "26-27/0002", "26-27/0003", "27-28/0001", "27-28/0002"):
        assert f"<b>{prefix}/{number}</b>" in text
    assert "First dated 1 Apr 2027" in text


def test_every_series_is_listed_and_has_its_own_page(priya, nilgiri):
    text = priya.get("settings/numbering").text
    for kind in ("bill_of_supply", "receipt", "credit_note"):
        assert f"settings/numbering?series={kind}" in text
        assert series(nilgiri, kind).name in priya.get(f"settings/numbering?series={kind}").text
    assert priya.get("settings/numbering?series=nonsense").status_code == 404


def test_it_is_saved(priya, nilgiri):
    assert (
        priya.post("settings/numbering", SERIES | {"prefix": "nfx/", "next_value": "150"}).status_code == 303
    )
    row = series(nilgiri)
    assert (row.prefix, row.version) == ("NFX", 2)
    assert "NFX/26-27/0150" in priya.get("settings/numbering").text


def test_receipts_are_numbered_apart(priya, nilgiri):
    assert priya.post("settings/numbering", SERIES | {"kind": "receipt", "prefix": "RCT"}).status_code == 303
    assert series(nilgiri, "receipt").prefix == "RCT"
    assert series(nilgiri).version == 1


def test_numbers_never_go_back(priya, nilgiri):
    use(nilgiri, 3)
    reply = priya.post("settings/numbering", SERIES | {"next_value": "2", "may_jump": "y"})
    assert reply.status_code == 422
    assert "The next one stays 4" in reply.text


def test_jumping_ahead_warns_first_and_is_done_only_knowingly(priya, nilgiri):
    use(nilgiri, 2)
    ahead = SERIES | {"next_value": "160", "prefix": "NFS"}
    asked = priya.post("settings/numbering", ahead)
    assert asked.status_code == 422
    assert "Jumping ahead leaves a gap." in asked.text
    assert "NFS/26-27/0003 to NFS/26-27/0159 are never used" in asked.text
    assert series(nilgiri).version == 1
    assert priya.post("settings/numbering", ahead | {"may_jump": "y"}).status_code == 303
    with nilgiri.scope():
        assert take_number("invoice", TODAY).text == "NFS/26-27/0160"


@pytest.mark.parametrize(
    ("field", "typed"),
    [("prefix", ""), ("prefix", "NILGIRIS"), ("prefix", "NF_S"), ("next_value", "0"), ("next_value", "x")],
)
def test_what_gst_does_not_allow_is_refused(priya, nilgiri, field, typed):
    year = "FYFY" if typed == "NILGIRIS" else "FY"
    reply = priya.post(
        "settings/numbering",
        SERIES
        | {field: typed, "year": year, "next_value": SERIES["next_value"] if field == "prefix" else typed},
    )
    assert reply.status_code == 422
    assert series(nilgiri).version == 1


def test_the_preview_follows_what_is_typed(priya):
    reply = priya.get("settings/numbering/preview?kind=invoice&prefix=ABC&year=none&next_value=7", hx=True)
    assert reply.text.startswith('<div class="outlook" id="outlook"')
    assert "<b>ABC/0007</b>" in reply.text
    assert "On 1 April it goes on counting" in reply.text


def test_an_older_version_shows_both(priya, nilgiri):
    priya.post("settings/numbering", SERIES | {"prefix": "NEW"})
    reply = priya.post("settings/numbering", SERIES | {"prefix": "MINE"})
    assert reply.status_code == 409
    assert "Starts with: stored now NEW, yours MINE" in reply.text
    assert series(nilgiri).prefix == "NEW"
