"""Papers as PDF or as a picture, typeset by typst in this process.

No browser, no network, no fonts of the machine.
"""

import hashlib
import json
import os
import threading
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path

import typst

from rms.documents.invoice_sheet import sheet_of
from rms.documents.paper import InvoicePaper

HERE = Path(__file__).parent
TEMPLATES = HERE / "templates"
FONTS = HERE / "fonts"
# For the archive and for screen readers: ISO 19005-2 (PDF/A-2a) and ISO 14289-1 (PDF/UA-1).
STANDARDS = ["a-2a", "ua-1"]
SCREEN_PPI = 110

# A compiler serves one document at a time; threads of one web process share it and its parsed fonts.
_one_at_a_time = threading.Lock()


def render_invoice(paper: InvoicePaper, *, translate) -> bytes:
    """Gives the PDF of this paper: A4, PDF/A-2a and PDF/UA-1, fonts embedded.

    `translate` is a gettext function for the fixed words. The same paper in the same language gives the same
    bytes, whenever and wherever it is rendered: the only time in the file is the invoice date. All text
    enters as data, so that no name or description can act as markup.

    A letter that none of the fonts has makes a plain PDF, since the standards forbid a gap in the text. A
    process that has rendered must not fork children that render: RuntimeError there.
    """
    sheet = as_json(paper, translate)
    try:
        return _compiled(paper, sheet, format="pdf", pdf_standards=STANDARDS)
    except typst.TypstError:
        return _compiled(paper, sheet, format="pdf")


def render_sheet(sheet: dict, day: date) -> bytes:
    """The same of a sheet that is no invoice's (documents/vouchers.py); `day` is the time in the file."""
    text = json.dumps(sheet, ensure_ascii=False)
    try:
        return _compiled_on(day, text, format="pdf", pdf_standards=STANDARDS)
    except typst.TypstError:
        return _compiled_on(day, text, format="pdf")


def fingerprint_of_sheet(sheet: dict, day: date) -> str:
    """As `fingerprint`, of such a sheet."""
    text = json.dumps(sheet, ensure_ascii=False)
    return hashlib.sha256(f"{_of_the_machinery()}{day}{text}".encode()).hexdigest()


def picture_of_first_page(paper: InvoicePaper, *, translate) -> bytes:
    """Its first page as a PNG, for a screen."""
    drawn = _compiled(paper, as_json(paper, translate), format="png", ppi=SCREEN_PPI)
    return drawn[0] if isinstance(drawn, list) else drawn


def fingerprint(paper: InvoicePaper, *, translate) -> str:
    """What the PDF follows from, in 64 characters: equal ones mean equal bytes.

    Everything printed is in it (the document, what was paid, the branding, the language), and so are the
    template and the typesetter, so that a new release of either draws anew.
    """
    sheet = as_json(paper, translate)
    return hashlib.sha256(f"{_of_the_machinery()}{paper.invoice_date}{sheet}".encode()).hexdigest()


def as_json(paper, translate):
    return json.dumps(sheet_of(paper, translate), ensure_ascii=False)


@cache
def _of_the_machinery() -> str:
    template = (TEMPLATES / "invoice.typ").read_bytes()
    fonts = ",".join(f"{path.name}:{path.stat().st_size}" for path in sorted(FONTS.glob("*.ttf")))
    return f"{hashlib.sha256(template).hexdigest()} {typst.__version__} {fonts} {STANDARDS}"


def _compiled(paper, sheet, **form):
    return _compiled_on(paper.invoice_date, sheet, **form)


def _compiled_on(day, sheet, **form):
    _refuse_after_fork()
    midnight = datetime.combine(day, time.min, tzinfo=UTC)
    with _one_at_a_time:
        return _compiler().compile(sys_inputs={"sheet": sheet}, timestamp=midnight, **form)


def _refuse_after_fork():
    """typst's pool of threads does not survive a fork: the child would wait for it for ever."""
    if _first_process() != os.getpid():
        raise RuntimeError("this process was forked from one that has rendered; render in the child alone")


@cache
def _first_process():
    return os.getpid()


@cache
def _compiler():
    """Built at the first render and not at import, so that a server may fork its workers before it."""
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])
    return typst.Compiler(
        TEMPLATES / "invoice.typ", root=TEMPLATES, font_paths=fonts, ignore_system_fonts=True
    )
