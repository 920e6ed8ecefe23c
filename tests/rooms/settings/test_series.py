"""Several number series of one kind: added, used by default, not offered any more."""

import html
from uuid import uuid4

import pytest
from sqlalchemy import select

from rms.db.session import db
from rms.models import NumberSeries
from tests.http import Browser

NEW = {"kind": "invoice", "name": "Exports", "prefix": "NFX", "year": "FY", "next_value": "1"}


def text_of(reply) -> str:
    return html.unescape(reply.get_data(as_text=True))


def rows(company, **columns) -> list[NumberSeries]:
    with company.scope():
        return list(db().scalars(select(NumberSeries).filter_by(**columns).order_by(NumberSeries.name)))


def test_a_series_is_added_and_listed_with_its_next_number(nilgiri, priya: Browser):
    reply = priya.post("settings/numbering/new", NEW | {"next_value": "8"})
    assert reply.status_code == 303
    text = text_of(priya.get(reply.location))
    assert "Exports can be chosen on drafts now" in text
    for number in ("NFX/26-27/0008", "NFX/26-27/0009", "NFX/26-27/0010", "NFX/27-28/0001"):
        assert number in text
    [made] = rows(nilgiri, name="Exports")
    assert (made.is_default, made.kind, made.resets_yearly) == (False, "invoice", True)


def test_what_it_will_print_is_shown_while_it_is_typed(nilgiri, priya: Browser):
    assert 'hx-get="' in text_of(priya.get("settings/numbering/new"))
    typed = "prefix=nfx&year=FY&next_value=8&pattern="
    piece = text_of(priya.get(f"settings/numbering/new/preview?{typed}", hx=True))
    for words in ('aria-label="NFX/26-27/0008"', 'aria-label="NFX/26-27/99999"', "15 of 16 characters"):
        assert words in piece, words
    [invoices] = rows(nilgiri, kind="invoice")
    taken = text_of(priya.get(f"settings/numbering/new/preview?prefix={invoices.prefix}&year=FY", hx=True))
    assert "could come out the same" in taken
    assert len(rows(nilgiri, kind="invoice")) == 1


@pytest.mark.parametrize(
    ("pattern", "printed"),
    [
        ("{prefix}-{fyyyy}-{n:4}", "NFX-2026-27-0001"),
        ("{PREFIX}{FYFY}/{NNNNN}", "NFX2627/00001"),
        ("{fy}/{prefix}/{nn}", "26-27/NFX/01"),
    ],
)
def test_a_pattern_of_ones_own(nilgiri, priya: Browser, pattern, printed):
    reply = priya.post("settings/numbering/new", NEW | {"pattern": pattern})
    if len(printed) > 15:  # the 99,999th would have 17 characters
        assert reply.status_code == 422 and "has 17 characters" in text_of(reply)
        return
    assert reply.status_code == 303
    assert printed in text_of(priya.get(reply.location))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "Invoices"}, "name"),
        ({"kind": "nonsense"}, "kind"),
        ({"prefix": ""}, "prefix"),
        ({"prefix": "NF.X"}, "prefix"),
        ({"pattern": "{PREFIX}/{FY}"}, "pattern"),
        ({"pattern": "{PREFIX}/{MONTH}/{NNNN}"}, "pattern"),
        ({"pattern": "{PREFIX}/INVOICES/{FY}/{NNNN}"}, "pattern"),
        ({"pattern": "{" * 61}, "pattern"),
        ({"next_value": "0"}, "next_value"),
    ],
)
def test_what_gst_or_another_series_forbids_is_told_at_its_field(nilgiri, priya: Browser, change, field):
    reply = priya.post("settings/numbering/new", NEW | change)
    assert reply.status_code == 422
    assert f'id="{field}-error"' in text_of(reply)
    assert len(rows(nilgiri, name="Exports")) == 0


def test_two_series_never_print_the_same_number(nilgiri, priya: Browser):
    taken = rows(nilgiri, kind="invoice")[0].prefix
    reply = priya.post("settings/numbering/new", NEW | {"prefix": taken})
    assert reply.status_code == 422
    assert "could come out the same" in text_of(reply)


def test_another_series_becomes_the_default_and_the_old_one_may_go(nilgiri, priya: Browser):
    old = rows(nilgiri, kind="invoice")[0]
    priya.post("settings/numbering/new", NEW)
    [new] = rows(nilgiri, name="Exports")
    assert priya.post(f"settings/numbering/{old.id}/retire", version="1").status_code == 422
    assert priya.post(f"settings/numbering/{new.id}/default", version="1").status_code == 303
    assert [row.is_default for row in rows(nilgiri, kind="invoice")] == [True, False]
    assert "NFX/26-27/0001" in text_of(priya.get("settings/numbering"))
    assert priya.post(f"settings/numbering/{old.id}/retire", version="1").status_code == 303
    assert [row.is_active for row in rows(nilgiri, kind="invoice")] == [True, False]
    assert f"{old.prefix}/26-27" not in text_of(priya.get("settings/numbering"))
    assert priya.post(f"settings/numbering/{old.id}/default", version="2").status_code == 422
    assert priya.post(f"settings/numbering/{new.id}/retire", version="1").status_code == 409


def test_a_strangers_series_is_not_there(nilgiri, priya: Browser, rohan: Browser):
    [row] = rows(nilgiri, kind="invoice")
    for act in ("default", "retire"):
        assert rohan.post(f"settings/numbering/{row.id}/{act}", version="1").status_code == 404
        assert priya.post(f"settings/numbering/{uuid4()}/{act}", version="1").status_code == 404
