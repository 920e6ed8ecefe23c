"""The PDF as its reader gets it: searchable text, fonts inside, pages that break where they may."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
import typst
from pypdf import PdfReader

from rms.documents import invoice_pdf
from rms.documents.invoice_pdf import render_invoice
from rms.documents.paper import PaperParty
from tests.documents import papers
from tests.documents.reading import copied_text


def english(message):
    return message


def pages_of(paper, translate=english):
    reader = PdfReader(BytesIO(render_invoice(paper, translate=translate)))
    return [page.extract_text() for page in reader.pages]


def text_of(paper, translate=english):
    return "\n".join(pages_of(paper, translate))


def standards_check(paper, standard):
    """Raises where the document breaks the standard (by a missing glyph, say); gives the warnings."""
    sheet = invoice_pdf.as_json(paper, english)
    compiler = invoice_pdf._compiler()
    _, warnings = compiler.compile_with_warnings(
        format="pdf", sys_inputs={"sheet": sheet}, pdf_standards=[standard], timestamp=0
    )
    return warnings


def test_it_works():
    text = text_of(papers.across_states())
    for expected in (
        "Tax invoice",
        "Original for recipient",
        "GSTIN 29AAKFN4821C1ZC",
        "GSTIN 33AAXCS7340M1ZM",
        "Invoice number NFS/26-27/0149",
        "Invoice date 22 Nov 2026",
        "Due date 22 Dec 2026",
        "PO reference SPT/PO/2291",
        "Place of supply Tamil Nadu (33)",
        "Reverse charge No",
        "Taxable value 2,03,590.00",
        "IGST 18% 36,646.20",
        "Round off −0.20",
        "Total ₹2,40,236.00",
        "Due by 22 Dec 2026 ₹2,40,236.00",
        "Rupees Two Lakh Forty Thousand Two Hundred Thirty-Six Only",
        "998534 74,970.00 18% 13,494.60",
        "IFSC EXMP0000192",
        "Priya Nair, authorised signatory",
        "Page 1 of 1",
    ):
        assert expected in text


def test_names_in_indian_scripts_can_be_searched_and_copied():
    paper = papers.in_indian_scripts()
    copied = copied_text(render_invoice(paper, translate=english))
    # The buyer's name breaks over two lines; the rest of the words stand on one.
    for word in paper.buyer.name.split():
        assert word in copied
    for line in paper.lines[:9]:
        assert line.details in copied
    # typst 0.15 writes the Gujarati kru twice into the text layer (on paper it is right).
    for line in [paper.lines[0], *paper.lines[2:9]]:
        assert line.description in copied
    # Right to left: the viewer restores the order of the letters, so only their presence can be asked.
    assert set("نورٹیڈز") <= set(copied)
    assert "₹11,800.00" in copied
    # A reader that knows nothing of /ActualText finds the plainer words all the same.
    plain = text_of(paper)
    assert "ஸ்ரீ முருகன்" in plain and "१२" in plain and "४११००१" in plain


def test_every_script_has_its_letters_and_its_bold():
    # PDF/A refuses a document in which any character had no glyph.
    assert standards_check(papers.in_indian_scripts(), "a-2a") == []
    with pytest.raises(typst.TypstError):
        standards_check(papers.across_states(footer="中文"), "a-2a")


def test_a_screen_reader_can_read_it():
    assert standards_check(papers.across_states(), "ua-1") == []
    assert standards_check(papers.of_largest_amounts(), "ua-1") == []


def test_the_fonts_are_ours_and_are_inside():
    reader = PdfReader(BytesIO(render_invoice(papers.in_indian_scripts(), translate=english)))
    fonts = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]
    names = {font["/BaseFont"].split("+")[1] for font in fonts}
    shipped = {path.stem for path in invoice_pdf.FONTS.glob("*.ttf")}
    assert names <= shipped
    assert {"AnekLatin-Regular", "AnekLatin-Medium", "AnekLatin-SemiBold", "NotoSansDevanagari-Bold"} <= names
    for font in fonts:
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert "/FontFile2" in descriptor or "/FontFile3" in descriptor


def test_the_same_paper_gives_the_same_bytes():
    first = render_invoice(papers.across_states(), translate=english)
    invoice_pdf._compiler.cache_clear()
    assert render_invoice(papers.across_states(), translate=english) == first
    assert render_invoice(papers.across_states(notes="Thank you"), translate=english) != first


def test_the_only_time_in_the_file_is_the_invoice_date():
    metadata = PdfReader(BytesIO(render_invoice(papers.across_states(), translate=english))).metadata
    assert metadata.creation_date.date() == metadata.modification_date.date() == date(2026, 11, 22)
    assert metadata.title == "Tax invoice NFS/26-27/0149"
    assert metadata.author == "Nilgiri Facility Services LLP"


def test_threads_may_render_at_once():
    alone = [render_invoice(papers.within_state(count), translate=english) for count in (1, 2, 3, 4)]
    with ThreadPoolExecutor(4) as threads:
        together = list(
            threads.map(
                lambda count: render_invoice(papers.within_state(count), translate=english), (1, 2, 3, 4)
            )
        )
    assert together == alone


def test_a_forked_child_is_refused_and_does_not_hang():
    render_invoice(papers.within_state(1), translate=english)
    child = os.fork()
    if child == 0:
        try:
            render_invoice(papers.within_state(1), translate=english)
        except RuntimeError:
            os._exit(7)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


@pytest.mark.parametrize(("count", "expected"), [(1, 1), (10, 1), (14, 2), (15, 2), (60, 4), (200, 10)])
def test_long_invoices_run_over_pages(count, expected):
    pages = pages_of(papers.within_state(count))
    assert len(pages) == expected
    text = "\n".join(pages)
    for ordinal in range(1, count + 1):
        assert text.count(f"Security guard, gate {ordinal}\n") == 1
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of {expected}" in page
        assert ("Tax invoice NFS/26-27/0150, continued" in page) == (number > 1)
        assert ("Amount ₹" in page) == ("Security guard" in page), (
            "the header row stands above every part of the table"
        )


def test_a_row_is_never_split():
    for page in pages_of(papers.within_state(60)):
        # Each row says 9% twice, under CGST and under SGST; the totals say it in "CGST 9%" and "SGST 9%".
        under_amounts = page.count("9%") - page.count("CGST 9%") - page.count("SGST 9%")
        assert under_amounts == 2 * page.count("Security guard")


@pytest.mark.parametrize("count", range(8, 20))
def test_totals_stay_together_and_with_the_payment_details(count):
    last = pages_of(papers.within_state(count))[-1]
    for part in (
        "Taxable value",
        "CGST 9%",
        "SGST 9%",
        "Total ₹",
        "Total in words",
        "IFSC EXMP0000192",
        "authorised",
    ):
        assert part in last


def test_within_a_state_there_are_two_taxes_and_the_discount_stands_under_the_rate():
    text = text_of(papers.within_state(3))
    assert "Taxable ₹ CGST SGST Amount ₹" in text
    assert "less 5%" in text
    assert "IGST" not in text and "Disc" not in text


def test_across_states_there_is_one_tax_and_a_column_of_discounts():
    text = text_of(papers.across_states())
    assert "Rate ₹ Disc Taxable ₹ IGST Amount ₹" in text
    assert "CGST" not in text and "SGST" not in text


def test_a_bill_of_supply_shows_no_tax():
    lines = tuple(replace(line, taxes=(), total=line.taxable) for line in papers.across_states().lines)
    sentence = "Composition taxable person, not eligible to collect tax on supplies"
    text = text_of(
        papers.across_states(
            title="Bill of supply",
            lines=lines,
            totals=(),
            tax_summary=(),
            reverse_charge=None,
            declarations=(sentence,),
        )
    )
    assert "Bill of supply" in text and sentence in text
    assert "Rate ₹ Disc Amount ₹" in text
    for word in ("GST ", "Taxable ₹", "Reverse charge", "18%"):
        assert word not in text.replace("GSTIN ", "")


def test_a_buyer_without_gstin_has_no_gstin_line():
    text = text_of(papers.across_states(buyer=PaperParty("Ravi Kumar", ("Hosur, Tamil Nadu (33)",))))
    assert text.count("GSTIN") == 1 and "Ravi Kumar" in text


def test_a_draft_says_so_on_every_page_and_has_no_number():
    pages = pages_of(papers.within_state(40, number="", is_draft=True))
    assert len(pages) > 1
    for page in pages:
        assert page.count("Draft") >= 2, "the footer and the watermark"
    assert "Draft" not in text_of(papers.within_state(1))


def test_a_cancelled_invoice_says_so():
    assert "Cancelled" in text_of(papers.across_states(is_cancelled=True))
    assert "Cancelled" not in text_of(papers.across_states())


def test_the_largest_amounts_stay_whole_and_inside_the_page():
    paper = papers.of_largest_amounts()
    pdf = PdfReader(BytesIO(render_invoice(paper, translate=english)))
    assert len(pdf.pages) == 1
    text = pdf.pages[0].extract_text()
    # Rate, taxable value and total of three lines; the sum of taxable values; the grand total: 9 + 1 + 1.
    assert text.count("99,99,99,999.99") == 11
    assert text.count("13,99,99,999.99") == 2 * 3 + 2
    assert "Total ₹99,99,99,999.99" in text
    assert "Generator set, 3 MVA" in text


def test_a_description_longer_than_a_page_loses_nothing():
    first, *others = papers.within_state(3).lines
    paper = papers.within_state(3, lines=(replace(first, details="brick " * 2500), *others))
    pages = pages_of(paper)
    assert len(pages) > 3
    assert sum(page.count("brick") for page in pages) == 2500
    assert "Security guard, gate 3" in pages[-1]


def test_a_word_without_end_is_broken_and_not_cut():
    first = papers.within_state(1).lines[0]
    text = text_of(papers.within_state(1, lines=(replace(first, description="W" * 300),)))
    assert text.count("W") == 300
    rows = [row.replace("\u200b", "") for row in text.splitlines()]
    assert max(row.count("W") for row in rows) < 40, "more would not fit beside the figures"


def test_text_cannot_act_as_markup():
    hostile = '#panic("x") *bold* _i_ $x^2$ @ref <label> \\ // /* `raw` = head #import "@preview/x:1.0.0"'
    first = papers.within_state(1).lines[0]
    text = text_of(papers.within_state(1, lines=(replace(first, details=hostile),), notes=hostile))
    flat = text.replace("\n", " ")
    assert '#panic("x") *bold* _i_ $x^2$ @ref <label>' in flat
    assert '#import "@preview/x:1.0.0"' in flat


def test_a_note_of_many_paragraphs_keeps_its_lines():
    text = text_of(papers.across_states(notes="First line\nSecond line\n\nThird line"))
    assert "First line\nSecond line" in text and "Third line" in text


def test_a_payment_code_is_drawn():
    with_code = text_of(papers.across_states(upi_link="upi://pay?pa=nilgirifs@examplebank&am=240236.00"))
    assert "Scan with any UPI app." in with_code and "nilgirifs@examplebank" in with_code
    assert "Scan with" not in text_of(papers.across_states())


def test_every_fixed_word_is_translated():
    hindi = {
        "Total": "Kul",
        "Page %(page)s of %(pages)s": "%(pages)s mein se %(page)s",
        "Invoice number": "Kramank",
    }
    text = text_of(papers.across_states(language="hi"), translate=lambda message: hindi.get(message, message))
    assert "Kul ₹2,40,236.00" in text
    assert "1 mein se 1" in text
    assert "Invoice number" not in text


def test_a_colour_must_be_a_colour():
    with pytest.raises(ValueError, match="brand_colour"):
        papers.across_states(brand_colour='red"); #panic(')


def test_a_long_summary_leaves_the_totals_whole():
    groups = papers.across_states().tax_summary * 20
    pages = pages_of(papers.across_states(tax_summary=groups))
    holding_total = [page for page in pages if "Total ₹2,40,236.00" in page]
    assert len(holding_total) == 1 and "Taxable value 2,03,590.00" in holding_total[0]
    assert sum(page.count("998534 74,970.00") for page in pages) == 20


def test_amounts_are_printed_as_stored():
    line = replace(papers.across_states().lines[0], quantity=Decimal("1.500"), rate=Decimal("0.1255"))
    text = text_of(papers.across_states(lines=(line,)))
    assert "1.5\n" in text or "1.5 " in text
    assert "0.1255" in text
