"""Row 32, restated for typst: a paper reads no file, asks no network, and takes no markup from data.

The payloads go through every text that a company or its customer can type, and through the real typesetter.
What they would do is looked for from outside: a listener that would be asked, a file that would be read.
"""

import re
import socket
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select

from rms.actions import invoices as drafts
from rms.actions.issuing import issue
from rms.db.session import db
from rms.documents.drawings import picture_of
from rms.documents.invoice_pdf import picture_of_first_page, render_invoice
from rms.documents.of_invoice import paper_by_id
from rms.models import Company, Tenant
from tests.documents import papers
from tests.documents.reading import copied_text
from tests.factories import NOW, TODAY, make_customer
from tests.http import Browser
from tests.rooms.invoices.making import issued_in

SECRET = "root-of-all-evil-4711"


@pytest.fixture
def priya(app, nilgiri) -> Browser:
    return Browser(app, nilgiri, nilgiri.admin)


@pytest.fixture
def listener():
    """An address that nobody may ask."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        yield server


@pytest.fixture
def secret_file(tmp_path):
    path = tmp_path / "secret.txt"
    path.write_text(SECRET)
    return path


def payloads(port: int, path) -> list[str]:
    there = f"http://127.0.0.1:{port}/x.png"
    return [
        f'#read("{path}")',
        f'#read("../../../../..{path}")',
        f'#include "{path}"',
        f'#image("{there}")',
        f'#import "@preview/x{port}:1.0.0": *',
        f'#link("{there}")[click]',
        "$ sum_(i=0)^n x_i $",
        '*bold* _italic_ `raw` ```typ #panic("x")```',
        '#panic("out")',
        "<label> @reference // comment /* more",
        "\\ \\u{1F600} \\#escaped",
        "= Heading\n- list\n+ numbered\n/ term: x",
        '"], "brand": "red',
        "#set page(width: 1mm)",
        "#eval(\"read('x')\")",
        f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{there}"/></svg>',
        f'<img src="{there}">',
        "%(page)s %(pages)s",
        "#" * 40,
    ]


def flat(text: str) -> str:
    return re.sub(r"[\s\u200b]+", "", text)


def was_asked(server: socket.socket) -> bool:
    try:
        server.accept()[0].close()
    except TimeoutError:
        return False
    return True


def test_row_32_every_text_of_a_paper_stands_as_it_was_typed(listener, secret_file):
    for payload in payloads(listener.getsockname()[1], secret_file):
        first, *others = papers.across_states().lines
        line = replace(first, description=payload, details=payload, unit=payload[:8])
        hostile = papers.PaperParty(payload, (payload,), "29AAKFN4821C1ZC")
        paper = papers.across_states(
            lines=(line, *others),
            seller=hostile,
            buyer=hostile,
            ship_to=hostile,
            number=payload[:16],
            title=payload[:20],
            references=((payload, payload),),
            declarations=(payload,),
            notes=payload,
            footer=payload,
            bank_details=(payload,),
            upi_id=payload,
            upi_link=f"upi://pay?pa={payload}",
            signatory=payload,
            copy_marking=payload,
        )
        text = flat(copied_text(render_invoice(paper, translate=str)))
        assert text.count(flat(payload)) >= 10, payload
        assert SECRET not in text
        assert picture_of_first_page(paper, translate=str).startswith(b"\x89PNG")
    assert not was_asked(listener)


def test_row_32_the_same_through_what_is_stored(nilgiri, listener, secret_file):
    typed = payloads(listener.getsockname()[1], secret_file)
    with nilgiri.scope(nilgiri.admin):
        company = db().scalars(select(Company)).one()
        tenant = db().scalars(select(Tenant)).one()
        for payload in typed:
            company.trade_name = company.bank_name = payload[:90]
            company.signatory_name, company.bank_account_number = payload[:90], "001922004471"
            tenant.settings = {**tenant.settings, "foot_note": payload}
            customer = make_customer(payload, address_line1=payload)
            draft = drafts.create_draft(customer_id=customer.id, today=TODAY, created_by=None)
            draft.notes, draft.reference_number = payload, payload[:90]
            cells = {"name": payload, "description": payload, "hsn_sac": "998533", "rate": "10", "tax": "18"}
            drafts.add_line(draft.id, cells=cells)
            paper = paper_by_id(issue(draft.id, now=NOW, today=TODAY).id)
            text = flat(copied_text(render_invoice(paper, translate=str)))
            assert text.count(flat(payload)) >= 4, payload
            assert SECRET not in text
    assert not was_asked(listener)


@pytest.mark.parametrize("accent", ['red"); #panic("x', "#zzzzzz", "petrol", None])
def test_row_32_a_colour_from_the_database_is_one_of_ours(nilgiri, priya, accent):
    invoice_id = issued_in(nilgiri)
    with nilgiri.scope():
        tenant = db().scalars(select(Tenant)).one()
        tenant.settings = {**tenant.settings, "accent": accent, "template": '#read("/etc/passwd")'}
    assert priya.get(f"invoices/{invoice_id}/invoice.pdf").status_code == 200
    assert priya.get(f"invoices/{invoice_id}").status_code == 200


def test_row_32_a_picture_is_pixels_and_nothing_that_is_fetched(listener):
    kept = BytesIO()
    Image.new("RGB", (4, 2), "red").save(kept, "PNG")
    drawn = picture_of(kept.getvalue(), 'x" onload="y')
    assert "http:" not in drawn["svg"].replace("http://www.w3.org/2000/svg", "")
    for sent in (
        b"<svg/>",
        b"\xff\xd8\xff\xe0 JPEG",
        f"http://127.0.0.1:{listener.getsockname()[1]}/".encode(),
    ):
        with pytest.raises(ValueError):
            picture_of(sent, "x")
    assert not was_asked(listener)
