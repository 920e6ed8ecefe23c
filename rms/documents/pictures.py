"""Logos and signatures as they come in: looked at with suspicion, and drawn anew as a small PNG.

What is stored is never the file that was sent: only its pixels, at the size in which papers print them. So no
script of an SVG, no profile, no place where the photo was taken and no second frame comes along.
"""

from io import BytesIO

from PIL import Image, ImageOps

from rms.domain.errors import N_, Invalid

LARGEST_FILE = 1_000_000
LARGEST_PICTURE = 4_000_000  # pixels, said by the header before anything is unpacked
LARGEST_KEPT = 64 * 1024
FORMATS = ("PNG", "JPEG", "WEBP")
# Twice what 300 dots to the inch would ask of the largest place on paper.
BOXES = {"logo": (640, 320), "signature": (480, 160)}

# What Pillow raises on broken files depends on where they are broken.
_BROKEN = (OSError, SyntaxError, ValueError, TypeError, LookupError, EOFError, ArithmeticError)


def redraw(kind: str, content: bytes) -> bytes:
    """The picture as a PNG of at most the size that a paper needs; raises Invalid at the field `kind`."""
    if not content:
        raise Invalid(N_("Choose a picture first."), field=kind)
    if len(content) > LARGEST_FILE:
        raise Invalid(N_("The file is larger than 1 MB. Choose a smaller one."), field=kind)
    try:
        return _as_small_png(_opened(kind, content), BOXES[kind])
    except (Image.DecompressionBombError, MemoryError):
        raise _too_many_pixels(kind) from None
    except _BROKEN as error:
        if isinstance(error, Invalid):
            raise
        raise Invalid(
            N_("This is no picture that we can read. Choose a PNG or JPEG file."), field=kind
        ) from None


def _opened(kind: str, content: bytes) -> Image.Image:
    """Read as far as its header, measured, and only then unpacked."""
    picture = Image.open(BytesIO(content), formats=FORMATS)
    if picture.width * picture.height > LARGEST_PICTURE:
        raise _too_many_pixels(kind)
    picture.verify()
    picture = Image.open(BytesIO(content), formats=FORMATS)
    picture.load()
    return picture


def _too_many_pixels(kind: str) -> Invalid:
    return Invalid(
        N_("The picture has more than 4 megapixels. A logo of 600 by 300 is sharp enough."), field=kind
    )


def _as_small_png(picture: Image.Image, box: tuple[int, int]) -> bytes:
    """Pixels alone; with fewer colours where it would be large, as photos are."""
    drawn = ImageOps.exif_transpose(picture)
    is_clear = "A" in drawn.getbands() or "transparency" in drawn.info
    drawn = drawn.convert("RGBA" if is_clear else "RGB")
    drawn.thumbnail(box, Image.Resampling.LANCZOS)
    drawn = _bare(drawn)
    content = _png(drawn)
    if len(content) > LARGEST_KEPT:
        content = _png(drawn.quantize(256, method=Image.Quantize.FASTOCTREE))
    return content


def _bare(picture: Image.Image) -> Image.Image:
    """A copy of the pixels that carries nothing else along."""
    bare = Image.new(picture.mode, picture.size)
    bare.paste(picture)
    return bare


def _png(picture: Image.Image) -> bytes:
    kept = BytesIO()
    picture.save(kept, "PNG", optimize=True)
    return kept.getvalue()
