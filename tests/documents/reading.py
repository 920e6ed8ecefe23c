"""Read a PDF's text as a viewer copies it.

pypdf ignores /ActualText, the place where a PDF keeps the letters of a conjunct whose glyphs stand in another
order or number than its letters. Viewers, screen readers and search engines honour it, and so does this one.
"""

import re
from io import BytesIO

import pikepdf


def copied_text(pdf: bytes) -> str:
    with pikepdf.open(BytesIO(pdf)) as document:
        return "\n".join(_text_of_page(page) for page in document.pages)


def _text_of_page(page):
    letters = {name: _letters_by_code(font) for name, font in page.Resources.Font.items()}
    text, font, open_spans = [], None, []
    for operands, operator in pikepdf.parse_content_stream(page):
        match str(operator):
            case "Tf":
                font = letters[str(operands[0])]
            case "BDC" | "BMC":
                actual = operands[1].get("/ActualText") if str(operator) == "BDC" else None
                open_spans.append(actual is not None)
                text.append(str(actual) if actual is not None else "")
            case "EMC":
                open_spans.pop()
            case "Tj" | "TJ" if not any(open_spans):
                text.append(_shown(operands[0], font))
    return "".join(text)


def _shown(operand, font):
    strings = operand if isinstance(operand, pikepdf.Array) else [operand]
    codes = b"".join(bytes(string) for string in strings if isinstance(string, pikepdf.String))
    return "".join(font.get(codes[at : at + 2], "\ufffd") for at in range(0, len(codes), 2))


def _letters_by_code(font):
    """The font's /ToUnicode map, of which typst writes single entries only."""
    cmap = font.ToUnicode.read_bytes().decode("latin-1")
    assert "beginbfrange" not in cmap
    pairs = re.findall(r"<([0-9A-Fa-f]{4})>\s*<([0-9A-Fa-f]+)>", cmap.split("endcodespacerange")[1])
    return {bytes.fromhex(code): bytes.fromhex(letters).decode("utf-16-be") for code, letters in pairs}
