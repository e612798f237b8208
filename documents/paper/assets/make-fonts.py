#!/usr/bin/env python3
"""Makes the fonts of this folder. See README.md for sources and licences.

Needs (Debian) fonts-wqy-microhei, fonts-noto-cjk, zstd; (PyPI) fonttools, pypinyin-dict.
Writes fonts/wqy-microhei.ttf, fonts/noto-sans-sc-rare.ttf, fonts/noto-serif-sc-seal.otf,
each packed as .zst, and the digests of what is packed into fonts/SHA256SUMS. The same input
gives the same bytes.
"""

import hashlib
import pathlib
import subprocess

from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont, newTable
from pypinyin_dict.pinyin_data import ktghz2013

WQY = "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc"
NOTO_SANS = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
NOTO_SERIF = "/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc"
SC_FACE = 2  # the Simplified Chinese face of the Noto collections

OUT = pathlib.Path(__file__).parent / "fonts"

IDEOGRAPHS = [
    (0x3400, 0x4DBF),  # Extension A
    (0x4E00, 0x9FFF),  # the basic block
    (0xF900, 0xFAFF),  # compatibility ideographs
    (0x20000, 0x323AF),  # Extensions B to H
]
SYMBOLS = [
    (0x2000, 0x206F),  # general punctuation
    (0x2100, 0x27BF),  # letter-like, numbers, arrows, mathematics, boxes, ticks
    (0x3000, 0x303F),  # CJK punctuation
    (0x3200, 0x33FF),  # enclosed and squared forms
    (0xFE10, 0xFE4F),  # vertical and compatibility forms
    (0xFF00, 0xFFEF),  # full and half width
]


def within(ranges, point):
    return any(first <= point <= last for first, last in ranges)


def general_standard():
    """The 8 105 code points of 通用规范汉字表, from Unihan's kTGHZ2013."""
    tables = [v for v in vars(ktghz2013).values() if isinstance(v, dict) and len(v) > 8000]
    table = set(tables[0])
    assert len(table) == 8105, len(table)
    return table


def subset(font, points):
    options = Options()
    options.layout_features = []
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = ["*"]
    options.name_languages = [0x409]
    options.drop_tables += [
        "BASE", "DSIG", "FFTM", "GDEF", "GPOS", "GSUB", "VORG", "gasp", "vhea", "vmtx",
    ]
    # Version 3: no glyph names, which nobody reads.
    options.glyph_names = False
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=sorted(points))
    subsetter.subset(font)
    font.recalcTimestamp = False


def to_truetype(font, tolerance):
    """Cubic (CFF) outlines to quadratic (glyf), because embedded CFF is not drawn by every reader."""
    order = font.getGlyphOrder()
    glyphs = font.getGlyphSet()
    drawn = {}
    for name in order:
        pen = TTGlyphPen(None)
        glyphs[name].draw(Cu2QuPen(pen, tolerance, reverse_direction=True))
        drawn[name] = pen.glyph()
    font["loca"] = newTable("loca")
    font["glyf"] = glyf = newTable("glyf")
    glyf.glyphOrder = order
    glyf.glyphs = drawn
    font["hmtx"].metrics = {
        name: (advance, drawn[name].xMin if drawn[name].numberOfContours else 0)
        for name, (advance, _) in font["hmtx"].metrics.items()
        if not drawn[name].recalcBounds(glyf)
    }
    del font["CFF "]
    maxp = font["maxp"]
    maxp.tableVersion = 0x00010000
    maxp.maxZones = 1
    maxp.maxTwilightPoints = maxp.maxStorage = maxp.maxFunctionDefs = 0
    maxp.maxInstructionDefs = maxp.maxStackElements = maxp.maxSizeOfInstructions = 0
    maxp.maxComponentElements = max(
        [len(g.components) for g in drawn.values() if g.isComposite()], default=0
    )
    font["post"].formatType = 3.0
    font.sfntVersion = "\x00\x01\x00\x00"


def save(font, name):
    path = OUT / name
    font.save(path)
    print(f"{name}: {len(font.getGlyphOrder())} glyphs, {path.stat().st_size} bytes")


def main():
    OUT.mkdir(exist_ok=True)

    wqy = TTFont(WQY, fontNumber=0, recalcTimestamp=False)
    common = set(wqy.getBestCmap())
    # Its few ideographs outside the basic block are placeholders of other scripts: kept out.
    subset(wqy, {p for p in common if p < 0xE000 or p >= 0xF900})
    save(wqy, "wqy-microhei.ttf")
    common = set(TTFont(OUT / "wqy-microhei.ttf").getBestCmap())

    sans = TTFont(NOTO_SANS, fontNumber=SC_FACE, recalcTimestamp=False)
    rare = {
        p
        for p in sans.getBestCmap()
        if p not in common and (within(IDEOGRAPHS, p) or within(SYMBOLS, p))
    }
    subset(sans, rare)
    to_truetype(sans, tolerance=1.0)
    save(sans, "noto-sans-sc-rare.ttf")
    missing = general_standard() - common - rare
    assert not missing, sorted(map(chr, missing))

    serif = TTFont(NOTO_SERIF, fontNumber=SC_FACE, recalcTimestamp=False)
    letters = set(range(0x20, 0x7F)) | {ord(c) for c in "·（）〔〕—－0123456789"}
    subset(serif, (general_standard() | letters) & set(serif.getBestCmap()))
    save(serif, "noto-serif-sc-seal.otf")

    sums = "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        for path in sorted(OUT.glob("*.[ot]tf"))
    )
    (OUT / "SHA256SUMS").write_text(sums)
    for path in OUT.glob("*.[ot]tf"):
        subprocess.run(["zstd", "-q", "-f", "--ultra", "-22", "--rm", path], check=True)


if __name__ == "__main__":
    main()
