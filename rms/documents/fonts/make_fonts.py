"""Make the static TrueType fonts that the PDFs embed, and the web fonts of the Indian scripts from them.

Run by hand when a source font changes; the results are checked in, so neither an install nor a render needs
this script. It wants fontTools with brotli, the web fonts of Anek Latin (two variable woff2 files: the Latin
letters, and the rupee sign alone), and a folder with the Noto TTFs (Debian: package fonts-noto-core):

    python make_fonts.py --anek static/fonts --noto /usr/share/fonts/truetype/noto

Why at all: typst reads no woff2, takes no axis position from a variable font, and Anek's Latin file lacks
U+20B9. Features are kept whole, because a conjunct without its GSUB rule is a spelling mistake; hints go,
because a PDF viewer does not use them. The same sources give the same bytes.
"""

import argparse
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

HERE = Path(__file__).parent
STATIC = HERE.parents[2] / "static"
RUPEE = 0x20B9
ANEK_WEIGHTS = {"Regular": 400, "Medium": 500, "SemiBold": 600}
NOTO_STYLES = ("Regular", "Bold")
WEB_WEIGHTS = {"Regular": "100 500", "Bold": "501 900"}
WEB_HEAD = """/* Made by rms/documents/fonts/make_fonts.py: the Indian scripts, as in names of people.
   A browser loads a file only when the page has a letter of its range. */"""
# Blocks that several scripts share; Latin pages must not load a script for them.
SHARED_BLOCKS = {0xA830, 0x2000}

# Joiners, the dotted circle (seen under a stray vowel sign) and the dandas belong to every script of India.
SHARED = {0x20, 0xA0, 0x200C, 0x200D, 0x25CC, 0x964, 0x965, RUPEE}
BLOCKS = {
    "NotoSans": (
        (0x20, 0x24F),
        (0x300, 0x52F),
        (0x1E00, 0x1EFF),
        (0x2000, 0x206F),
        (0x20A0, 0x20BF),
        (0x2100, 0x2212),
    ),
    "NotoSansArabic": ((0x600, 0x6FF), (0x750, 0x77F), (0xFB50, 0xFDFF), (0xFE70, 0xFEFF), (0x2000, 0x206F)),
    "NotoSansBengali": ((0x980, 0x9FF),),
    "NotoSansDevanagari": ((0x900, 0x97F), (0x1CD0, 0x1CFF), (0xA830, 0xA83F), (0xA8E0, 0xA8FF)),
    "NotoSansGujarati": ((0xA80, 0xAFF), (0xA830, 0xA83F)),
    "NotoSansGurmukhi": ((0xA00, 0xA7F), (0xA830, 0xA83F)),
    "NotoSansKannada": ((0xC80, 0xCFF), (0xA830, 0xA83F)),
    "NotoSansMalayalam": ((0xD00, 0xD7F), (0xA830, 0xA83F)),
    "NotoSansMeeteiMayek": ((0xAAE0, 0xAAFF), (0xABC0, 0xABFF)),
    "NotoSansOlChiki": ((0x1C50, 0x1C7F),),
    "NotoSansOriya": ((0xB00, 0xB7F),),
    "NotoSansTamil": ((0xB80, 0xBFF),),
    "NotoSansTelugu": ((0xC00, 0xC7F),),
}


def main():
    sources = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    sources.add_argument(
        "--anek", type=Path, required=True, help="folder with anek-latin.woff2 and anek-rupee.woff2"
    )
    sources.add_argument(
        "--noto", type=Path, required=True, help="folder with NotoSans*-Regular.ttf and -Bold.ttf"
    )
    arguments = sources.parse_args()
    for style, weight in ANEK_WEIGHTS.items():
        save(anek(arguments.anek, style, weight), f"AnekLatin-{style}.ttf")
    for family in BLOCKS:
        for style in NOTO_STYLES:
            save(noto(arguments.noto, family, style), f"{family}-{style}.ttf")
    make_web_fonts()


def make_web_fonts():
    """The same fonts as woff2, and a stylesheet that lets a browser load a script only where it occurs."""
    rules = [WEB_HEAD]
    for family, blocks in BLOCKS.items():
        if family == "NotoSans":
            continue
        for style, weight in WEB_WEIGHTS.items():
            name = f"{family.lower()}-{style.lower()}.woff2"
            font = TTFont(HERE / f"{family}-{style}.ttf", recalcTimestamp=False)
            font.flavor = "woff2"
            font.save(STATIC / "fonts" / name)
            rules.append(web_rule(name, weight, blocks))
    (STATIC / "fonts.css").write_text("\n".join(rules) + "\n")


def web_rule(name, weight, blocks):
    own = [block for block in blocks if block[0] not in SHARED_BLOCKS]
    ranges = ", ".join(f"U+{first:04X}-{last:04X}" for first, last in own)
    return (
        f'@font-face {{ font-family: "Indic"; src: url("fonts/{name}") format("woff2"); '
        f"font-weight: {weight}; font-display: swap; unicode-range: {ranges}; }}"
    )


def anek(folder, style, weight):
    latin = instance_at(folder / "anek-latin.woff2", weight)
    rupee = instance_at(folder / "anek-rupee.woff2", weight)
    add_glyph(latin, rupee, RUPEE)
    name_statically(latin, "Anek Latin", style, weight)
    return trimmed(latin, set(latin.getBestCmap()))


def noto(folder, family, style):
    font = TTFont(folder / f"{family}-{style}.ttf", recalcTimestamp=False)
    wanted = SHARED.union(*(range(first, last + 1) for first, last in BLOCKS[family]))
    return trimmed(font, wanted & set(font.getBestCmap()))


def instance_at(path, weight):
    font = TTFont(path, recalcTimestamp=False)
    return instantiateVariableFont(font, {"wght": weight}, inplace=True)


def add_glyph(target, source, character):
    """Both fonts are cut from one design, so the outline fits at the same units per em without scaling."""
    name = source.getBestCmap()[character]
    target.setGlyphOrder([*target.getGlyphOrder(), name])
    target["glyf"][name] = source["glyf"][name]
    target["hmtx"][name] = source["hmtx"][name]
    for table in target["cmap"].tables:
        if table.isUnicode():
            table.cmap[character] = name


def name_statically(font, family, style, weight):
    """The sources call themselves Medium whatever the weight; typst picks by family name and weight class."""
    names = font["name"]
    legacy_family = family if style == "Regular" else f"{family} {style}"
    given = {1: legacy_family, 2: "Regular", 4: f"{family} {style}", 6: f"{family.replace(' ', '')}-{style}"}
    typographic = {16: family, 17: style}
    for name_id, text in (given | typographic).items():
        names.setName(text, name_id, 3, 1, 0x409)
    font["OS/2"].usWeightClass = weight
    if "STAT" in font:
        del font["STAT"]


def trimmed(font, characters):
    options = Options(
        hinting=False, layout_features=["*"], name_IDs=["*"], notdef_outline=True, recalc_timestamp=False
    )
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    return font


def save(font, file_name):
    font.flavor = None
    font.save(HERE / file_name)
    print(f"{(HERE / file_name).stat().st_size:>8,} {file_name}")


if __name__ == "__main__":
    main()
