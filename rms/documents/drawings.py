"""Pictures for typst as SVG text, which enters as data beside the words: QR codes, and PNG wrapped up whole.

typst refuses an SVG that refers to anything outside of itself, so a picture can fetch nothing and read no
file.
"""

import base64
import struct

import segno

PNG = b"\x89PNG\r\n\x1a\n"


def qr_of(text: str) -> str:
    """Dark squares without a margin: the paper around it is the quiet zone."""
    code = segno.make(text, error="m", micro=False)
    return code.svg_inline(omitsize=True, border=0, dark="#16232c", svgclass=None, lineclass=None)


def picture_of(png: bytes, alt: str) -> dict | None:
    """The picture with its proportions and the words for those who do not see it; None for no bytes."""
    if not png:
        return None
    width, height = size_of(png)
    image = f'<image width="{width}" height="{height}" href="{data_uri(png)}"/>'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">{image}</svg>'
    return {"svg": svg, "ratio": width / height, "alt": alt}


def data_uri(png: bytes) -> str:
    """The picture as an address that holds it; nothing for no bytes."""
    return f"data:image/png;base64,{base64.b64encode(png).decode()}" if png else ""


def size_of(png: bytes) -> tuple[int, int]:
    """(width, height) from the header."""
    if not png.startswith(PNG):
        raise ValueError("not a PNG")
    return struct.unpack(">II", png[16:24])
