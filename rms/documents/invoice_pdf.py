"""The invoice as PDF, typeset by typst in this process: no browser, no network, no fonts of the machine."""

import json
import os
import threading
from datetime import UTC, datetime, time
from functools import cache
from pathlib import Path

import typst

from rms.documents.invoice_sheet import sheet_of
from rms.documents.paper import InvoicePaper

HERE = Path(__file__).parent
TEMPLATES = HERE / "templates"
FONTS = HERE / "fonts"

# A compiler serves one document at a time; threads of one web process share it and its parsed fonts.
_one_at_a_time = threading.Lock()


def render_invoice(paper: InvoicePaper, *, translate) -> bytes:
    """Gives the PDF of this paper: A4, tagged, fonts embedded.

    `translate` is a gettext function for the fixed words. The same paper in the same language gives the same
    bytes, whenever and wherever it is rendered: the only time in the file is the invoice date. All text
    enters as data, so that no name or description can act as markup.

    A process that has rendered must not fork children that render: RuntimeError there.
    """
    _refuse_after_fork()
    sheet = as_json(paper, translate)
    midnight = datetime.combine(paper.invoice_date, time.min, tzinfo=UTC)
    with _one_at_a_time:
        return _compiler().compile(format="pdf", sys_inputs={"sheet": sheet}, timestamp=midnight)


def as_json(paper, translate):
    return json.dumps(sheet_of(paper, translate), ensure_ascii=False)


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
