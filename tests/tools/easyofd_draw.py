#!/usr/bin/env python3
"""Draws an OFD file with easyofd, a reader that is not ours, one PNG a page.

Usage: easyofd_draw.py FILE.ofd OUTDIR
Writes OUTDIR/page_0.png, page_1.png … and prints their paths.
Needs (PyPI) easyofd==20260427, fonttools; (Debian) zstd.

easyofd draws every text in the one font it calls 宋体, whatever the file embeds, and draws
nothing where there is none. So a font with the characters of the file is made from the fonts
shipped in documents/paper and registered under that name. It shows where text stands and what it
says, not that the embedded font works.
"""

import io
import pathlib
import re
import subprocess
import sys
import tempfile
import zipfile

FONTS = pathlib.Path(__file__).resolve().parents[2] / "documents/paper/assets/fonts"


def characters(path):
    """Every character the file could show: those of its pages, and of numbers and dates."""
    found = set("0123456789 ")
    with zipfile.ZipFile(path) as package:
        for name in package.namelist():
            if name.endswith("Content.xml"):
                text = re.sub(r"<[^>]*>", "", package.read(name).decode("utf-8"))
                found.update(text)
    return {ord(c) for c in found}


def one_font(points, folder):
    """The characters, from the first shipped font that has each, in one TrueType file."""
    from fontTools.merge import Merger
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont
    from fontTools.ttLib.scaleUpem import scale_upem

    files = []
    for number, source in enumerate(["wqy-microhei.ttf", "noto-sans-sc-rare.ttf"]):
        packed = FONTS / f"{source}.zst"
        unpacked = subprocess.run(["zstd", "-dcq", packed], check=True, capture_output=True)
        font = TTFont(io.BytesIO(unpacked.stdout))
        here = points & set(font.getBestCmap())
        if not here:
            continue
        points = points - here
        options = Options(hinting=False, notdef_outline=True, drop_tables=["OS/2"])
        subsetter = Subsetter(options)
        subsetter.populate(unicodes=here)
        subsetter.subset(font)
        scale_upem(font, 1000)
        file = folder / f"{number}.ttf"
        font.save(file)
        files.append(str(file))
    if points - {10, 13, 32, 0x3000}:
        print("not in the shipped fonts:", "".join(map(chr, sorted(points))), file=sys.stderr)
    merged = Merger().merge(files) if len(files) > 1 else TTFont(files[0])
    path = folder / "all.ttf"
    merged.save(path)
    return path


def main(file, out):
    from loguru import logger

    logger.remove()
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    with tempfile.TemporaryDirectory() as folder:
        font = one_font(characters(file), pathlib.Path(folder))
        pdfmetrics.registerFont(TTFont("宋体", str(font)))
    from easyofd import OFD

    reader = OFD()
    reader.read(pathlib.Path(file).read_bytes(), fmt="binary")
    out = pathlib.Path(out)
    out.mkdir(parents=True, exist_ok=True)
    for number, picture in enumerate(reader.to_jpg()):
        buffer = io.BytesIO()
        picture.save(buffer, "PNG")
        path = out / f"page_{number}.png"
        path.write_bytes(buffer.getvalue())
        print(path)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
