"""Branding: choices beside an A4 that changes along, and two pictures that are drawn anew."""

import struct
import time
import zlib
from io import BytesIO

import pytest
from PIL import Image
from pypdf import PdfReader
from sqlalchemy import func, select

from rms.db.session import db
from rms.models import File
from rms.queries.branding import branding, pictures
from tests.rooms.invoices.making import issued_in

CHOSEN = {
    "template": "band",
    "accent": "leaf",
    "copies": "all",
    "foot_note": "Thank you.\nPlease pay in time.",
    "prints_upi": "y",
}


def png(width=600, height=300, mode="RGB", **saved) -> bytes:
    kept = BytesIO()
    Image.new(mode, (width, height), "red" if mode == "RGB" else 1).save(kept, "PNG", **saved)
    return kept.getvalue()


def bomb(side: int) -> bytes:
    """A PNG of few bytes that says, and truly holds, side x side pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    packed = zlib.compressobj(9)
    row = b"\x00" * (side // 8 + 1)
    data = b"".join(packed.compress(row) for _ in range(side)) + packed.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def send(browser, kind: str, content: bytes, name: str = "mark.png"):
    return browser.post("settings/branding/picture", {kind: (BytesIO(content), name)})


def stored(company):
    with company.scope():
        return branding()


def mark_in(browser) -> str:
    return browser.get("settings/branding").text.partition('name="version" value="')[2].partition('"')[0]


def test_it_is_stored_and_every_paper_follows(priya, nilgiri):
    invoice_id = issued_in(nilgiri)
    assert priya.post("settings/branding", CHOSEN | {"version": mark_in(priya)}).status_code == 303
    kept = stored(nilgiri)
    assert (kept.template, kept.accent, kept.copies) == ("band", "leaf", "all")
    assert kept.foot_note == "Thank you.\nPlease pay in time."
    assert kept.prints_upi and not kept.prints_summary and not kept.prints_empty_discounts
    pages = PdfReader(BytesIO(priya.get(f"invoices/{invoice_id}/invoice.pdf").data)).pages
    texts = [page.extract_text() for page in pages]
    assert ["Original for recipient" in text for text in texts] == [True, False]
    assert "Duplicate for supplier" in texts[1] and all("Please pay in time." in text for text in texts)
    assert "Tax by SAC" not in texts[0]


@pytest.mark.parametrize(
    ("field", "typed"), [("template", "papyrus"), ("accent", "#ff0000"), ("copies", "ninety")]
)
def test_what_is_no_choice_is_refused(priya, nilgiri, field, typed):
    before = stored(nilgiri)
    reply = priya.post("settings/branding", CHOSEN | {"version": mark_in(priya), field: typed})
    assert reply.status_code == 422
    assert "Thank you." in reply.text, "what was typed is kept"
    assert stored(nilgiri) == before


def test_a_note_that_would_fill_the_foot_is_refused_beside_it(priya, nilgiri):
    note = "x" * 501
    reply = priya.post("settings/branding", CHOSEN | {"version": mark_in(priya), "foot_note": note})
    assert reply.status_code == 422
    assert 'id="foot_note-error"' in reply.text and note in reply.text
    assert priya.get(f"settings/branding/sample.png?template=band&foot_note={note}").status_code == 422


def test_two_who_save_at_once_see_both_versions(priya, nilgiri):
    mark = mark_in(priya)
    assert priya.post("settings/branding", CHOSEN | {"version": mark}).status_code == 303
    late = priya.post("settings/branding", CHOSEN | {"version": mark, "accent": "clay"})
    assert late.status_code == 409
    assert "stored now Leaf, yours Clay" in late.text
    assert stored(nilgiri).accent == "leaf"


def test_the_a4_changes_along(priya, nilgiri):
    piece = priya.get("settings/branding/look?template=band&accent=clay&copies=original", hx=True)
    assert piece.status_code == 200 and "template=band&amp;accent=clay" in piece.text
    seen = set()
    for layout in ("ledger", "letterhead", "band"):
        picture = priya.get(f"settings/branding/sample.png?template={layout}&accent=clay&copies=original")
        assert picture.mimetype == "image/png"
        shown = Image.open(BytesIO(picture.data))
        assert shown.height / shown.width == pytest.approx(297 / 210, abs=0.01)
        seen.add(picture.data)
    assert len(seen) == 3, "three layouts that differ"
    assert stored(nilgiri).template == "ledger", "trying stores nothing"


def test_the_sample_shows_the_newest_invoice_or_an_invented_one(priya, nilgiri):
    def text() -> str:
        return PdfReader(BytesIO(priya.get("settings/branding/sample.pdf").data)).pages[0].extract_text()

    assert "A service of yours" in text() and nilgiri.name in text()
    issued_in(nilgiri, "4711")
    assert "4,711.00" in text() and "A service of yours" not in text()


@pytest.mark.parametrize("kind", ["logo", "signature"])
def test_a_picture_is_drawn_anew(priya, nilgiri, kind):
    sent = BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "made at home, 12.97 N 77.59 E"
    Image.new("RGB", (1200, 900), "navy").save(sent, "JPEG", exif=exif, comment=b"secret")
    assert send(priya, kind, sent.getvalue(), "scan.jpg").status_code == 303
    with nilgiri.scope():
        [content] = pictures(getattr(branding(), kind))
    kept = Image.open(BytesIO(content))
    assert kept.format == "PNG" and kept.width <= 640 and kept.height <= 320
    assert b"secret" not in content and b"12.97" not in content and not kept.getexif()
    assert "data:image/png;base64," in priya.get("settings/branding").text


def test_a_photo_stays_small_enough_to_stand_in_a_page(priya, nilgiri):
    sent = BytesIO()
    Image.effect_noise((1600, 900), 90).convert("RGB").save(sent, "JPEG", quality=60)
    assert send(priya, "logo", sent.getvalue()).status_code == 303
    with nilgiri.scope():
        assert len(pictures(branding().logo)[0]) < 230_000


def test_removing_and_replacing_leave_no_logo_behind(priya, nilgiri):
    def count() -> int:
        with nilgiri.scope():
            return db().scalar(select(func.count()).select_from(File))

    send(priya, "logo", png())
    send(priya, "logo", png(300, 300))
    assert count() == 1
    for _ in range(2):
        assert priya.post("settings/branding/picture/remove", kind="logo").status_code == 303
        assert count() == 0 and stored(nilgiri).logo is None


def test_a_signature_that_was_used_stays_with_what_was_signed(priya, nilgiri):
    send(priya, "signature", png(200, 80))
    first = stored(nilgiri).signature
    issued_in(nilgiri)
    send(priya, "signature", png(210, 80))
    with nilgiri.scope():
        assert pictures(first)[0].startswith(b"\x89PNG")


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
BROKEN = {
    "nothing": b"",
    "text": b"hello",
    "svg": SVG,
    "html": b"<html><body>x</body></html>",
    "gif": b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
    "pdf": b"%PDF-1.7",
    "header alone": b"\x89PNG\r\n\x1a\n",
    "cut off": png()[:60],
    "wrong checksum": png()[:-20] + b"\x00" * 20,
    "no width": bomb(8)[:16] + b"\x00" * 8 + bomb(8)[24:],
    "large": b"\x89PNG\r\n\x1a\n" + b"\x00" * 1_000_001,
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_row_36_what_is_no_picture_is_refused_at_its_field(priya, nilgiri, content):
    reply = send(priya, "logo", content, "logo.png")
    assert reply.status_code == 422
    assert 'id="logo-error"' in reply.text
    with nilgiri.scope():
        assert db().scalar(select(func.count()).select_from(File)) == 0


@pytest.mark.parametrize(("side", "most"), [(12_000, 20_000), (20_000, 60_000)], ids=["17 kB", "48 kB"])
def test_row_36_a_bomb_is_refused_before_it_is_unpacked(priya, nilgiri, side, most):
    content = bomb(side)
    assert 10_000 < len(content) < most
    before = time.process_time()
    reply = send(priya, "logo", content)
    assert time.process_time() - before < 0.2
    assert reply.status_code == 422 and "4 megapixels" in reply.text


def test_row_36_only_an_admin_may_send_one_and_only_of_two_kinds(priya, imran, rohan, nilgiri):
    assert send(imran, "logo", png()).status_code == 403
    assert send(priya, "favicon", png()).status_code == 422
    assert priya.post("settings/branding/picture/remove", kind="favicon").status_code == 422
    send(rohan, "logo", png())
    assert stored(nilgiri).logo is None
