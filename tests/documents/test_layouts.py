"""The three layouts: each complete, each an archive document, none with its totals alone on a page."""

import io
from dataclasses import replace
from io import BytesIO

import pikepdf
import pytest
import typst
from PIL import Image
from pypdf import PdfReader

from rms.documents import invoice_pdf
from rms.documents.invoice_pdf import fingerprint, picture_of_first_page, render_invoice
from rms.documents.paper import PaperWords
from rms.domain.branding import Layout
from tests.documents import papers

UPI = "upi://pay?pa=nilgirifs@examplebank&pn=Nilgiri&am=240236.00&cu=INR&tn=NFS%2F0149&tr=NFS0149"
LAYOUTS = [layout.value for layout in Layout]


def picture(width=40, height=20) -> bytes:
    kept = io.BytesIO()
    Image.new("RGBA", (width, height), (165, 56, 47, 255)).save(kept, "PNG")
    return kept.getvalue()


def full(layout: str, count: int = 0, **changes):
    """With everything that can stand on a paper."""
    make = papers.within_state if count else papers.across_states
    dressed = {
        "layout": layout,
        "logo": picture(),
        "signature": picture(60, 20),
        "upi_id": "nilgirifs@examplebank",
        "upi_link": UPI,
        "footer": "Please quote the number.",
    }
    return make(*([count] if count else []), **(dressed | changes))


def pages_of(paper) -> list[str]:
    reader = PdfReader(BytesIO(render_invoice(paper, translate=str)))
    return [page.extract_text() for page in reader.pages]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_says_the_same(layout):
    [text] = pages_of(full(layout))
    for told in (
        "Tax invoice",
        "Original for recipient",
        "GSTIN 29AAKFN4821C1ZC",
        "Invoice number NFS/26-27/0149",
        "Total ₹2,40,236.00",
        "998534 74,970.00 18% 13,494.60",
        "Scan with any UPI app.",
        "IFSC EXMP0000192",
        "Priya Nair, authorised signatory",
        "Please quote the number.",
        "Page 1 of 1",
    ):
        assert told in text, told


def test_they_differ_to_the_eye():
    drawn = {picture_of_first_page(full(layout), translate=str) for layout in LAYOUTS}
    assert len(drawn) == 3


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("paper", ["full", "many", "largest", "scripts", "draft"])
def test_each_is_an_archive_document_that_a_screen_reader_reads(layout, paper):
    made = {
        "full": lambda: full(layout),
        "many": lambda: full(layout, 60),
        "largest": lambda: papers.of_largest_amounts(layout=layout),
        "scripts": lambda: papers.in_indian_scripts(layout=layout),
        "draft": lambda: full(layout, number="", is_draft=True, lines=(), copies=("One", "Two")),
    }[paper]()
    with pikepdf.open(BytesIO(render_invoice(made, translate=str))) as document:
        metadata = document.open_metadata()
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "A")
        assert metadata["pdfuaid:part"] == "1"


def test_a_letter_that_no_font_has_makes_a_plain_pdf_and_no_error():
    paper = papers.across_states(notes="Café 中文 ☃")
    with pytest.raises(typst.TypstError):
        sheet = invoice_pdf.as_json(paper, str)
        invoice_pdf._compiled(paper, sheet, format="pdf", pdf_standards=invoice_pdf.STANDARDS)
    assert "Café" in pages_of(paper)[0]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("count", [*range(8, 21), 33, 34, 35, 36, 60])
def test_the_totals_never_stand_alone_on_a_page(layout, count):
    pages = pages_of(full(layout, count))
    last = pages[-1]
    assert "Total ₹" in last and f"Security guard, gate {count}\n" in last
    assert sum(page.count("Security guard, gate") for page in pages) == count
    for page in pages:
        assert ("Amount ₹" in page) == ("Security guard" in page), "each part of the table has its header"
    assert "authorised" in last and "IFSC EXMP0000192" in last


def test_the_totals_of_a_long_summary_go_with_their_rows_too():
    groups = papers.across_states().tax_summary * 3
    for count in range(8, 18):
        last = pages_of(full("ledger", count, tax_summary=groups))[-1]
        assert "Total ₹" in last and f"Security guard, gate {count}\n" in last


def test_each_copy_has_pages_of_its_own():
    pages = pages_of(full("ledger", 40, copies=("Original for recipient", "Duplicate for supplier")))
    half = len(pages) // 2
    assert len(pages) == 2 * half > 2
    for ordinal, page in enumerate(pages):
        assert f"Page {ordinal % half + 1} of {half}" in page
        assert ("continued" in page) == (ordinal % half > 0)
    assert "Original for recipient" in pages[0] and "Duplicate for supplier" in pages[half]


def test_no_part_is_there_without_its_words():
    bare = papers.within_state(
        1, seller=replace(papers.SELLER, lines=()), bank_details=(), signatory="", due_date=None
    )
    for layout in LAYOUTS:
        [text] = pages_of(replace(bare, layout=layout))
        assert "Pay by" not in text and "signatory" not in text and "Due date" not in text


def test_a_quote_is_the_same_sheet_with_other_words():
    words = PaperWords(number="Quote number", date="Quote date", due="Valid until", buyer="Quote for")
    [text] = pages_of(full("letterhead", title="Quote", words=words, copy_marking=""))
    for told in ("Quote number NFS/26-27/0149", "Quote date", "Valid until", "Quote for"):
        assert told in text
    for other in ("Invoice number", "Due date", "Bill to", "Tax invoice"):
        assert other not in text


def test_a_fingerprint_tells_two_papers_apart_exactly_when_their_bytes_differ():
    made = [
        full("ledger"),
        full("band"),
        full("ledger", brand_colour="#a5382f"),
        full("ledger", logo=picture(41)),
        full("ledger", upi_link=UPI.replace("240236", "1")),
        full("ledger", notes="x"),
        full("ledger", is_cancelled=True),
        full("ledger", copies=("Duplicate for supplier",)),
    ]
    marks = [fingerprint(paper, translate=str) for paper in made]
    assert len(set(marks)) == len({render_invoice(paper, translate=str) for paper in made}) == len(made)
    assert fingerprint(full("ledger"), translate=str) == marks[0]
    assert fingerprint(full("ledger"), translate=lambda words: words.replace("Total", "Kul")) != marks[0]


def test_discounts_have_a_column_when_it_is_wanted_empty():
    lines = tuple(replace(line, discount_percent=papers.d("0")) for line in papers.across_states().lines)
    assert "Disc" not in pages_of(papers.across_states(lines=lines))[0]
    assert "Disc" in pages_of(papers.across_states(lines=lines, shows_empty_discounts=True))[0]


def test_three_hundred_papers_take_no_more_memory_than_fifty():
    """The typesetter forgets what it has set: a worker that draws all day stays as large as it was."""

    def resident() -> int:
        with open("/proc/self/statm") as told:
            return int(told.read().split()[1]) * 4096

    def draw(start: int, count: int) -> None:
        for ordinal in range(start, start + count):
            render_invoice(papers.within_state(5, number=f"N/{ordinal}", notes=f"{ordinal}"), translate=str)

    draw(0, 50)
    before = resident()
    draw(50, 250)
    assert resident() - before < 30_000_000
