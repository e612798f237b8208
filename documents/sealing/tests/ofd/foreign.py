"""Verifies every signature of an OFD file by other means than ours, and draws it by another reader.

Structures: asn1crypto. SM2 and SM3: gmssl. Pages: easyofd and PyMuPDF. Prints JSON.
"""

import base64
import io
import json
import os
import posixpath
import sys
import xml.etree.ElementTree as ElementTree
import zipfile

from asn1crypto import parser
from gmssl import func, sm2, sm3

OFD = "{http://www.ofdspec.org/2016}"


def digest(data):
    return bytes.fromhex(sm3.sm3_hash(func.bytes_to_list(data)))


class Element:
    """One element: tag, contents, and the whole of it."""

    def __init__(self, raw):
        self.raw = raw
        self.kind, _, self.tag, _, self.contents, _ = parser.parse(raw)

    @property
    def number(self):
        return int.from_bytes(self.contents, "big")


def fields(der):
    """The elements inside an element."""
    rest, found = Element(der).contents, []
    while rest:
        length = parser.peek(rest)
        found.append(Element(rest[:length]))
        rest = rest[length:]
    return found


def key_of(der):
    """The point of the key, as the last 64 bytes of its BIT STRING."""
    outer = fields(der)
    info = fields(fields(outer[0].raw)[6].raw)
    return info[1].contents[-64:].hex()


def holds(certificate, message, signature):
    r, s = (one.number for one in fields(signature))
    verifier = sm2.CryptSM2(private_key="", public_key=key_of(certificate))
    return bool(verifier.verify_with_sm3(f"{r:064x}{s:064x}", message))


def bits(element):
    return element.contents[1:]


def signature(archive, name):
    xml = archive.read(name)
    root = ElementTree.fromstring(xml)
    info = root.find(OFD + "SignedInfo")
    told = {"references": True, "covered": 0}
    for reference in info.find(OFD + "References"):
        value = base64.b64decode(reference.find(OFD + "CheckValue").text)
        data = archive.read(reference.get("FileRef").lstrip("/"))
        told["references"] &= digest(data) == value
        told["covered"] += 1
    told["impressions"] = len(info.findall(OFD + "StampAnnot"))
    value = archive.read(root.find(OFD + "SignedValue").text.lstrip("/"))
    outer = fields(value)
    if outer[0].tag == 6:
        # GB/T 35275: content and signer.
        data = fields(fields(outer[1].raw)[0].raw)
        content = fields(fields(data[2].raw)[1].raw)[0].contents
        certificate = fields(data[3].raw)[0].raw
        signer = fields(fields(data[4].raw)[0].raw)
        told["bound"] = content == digest(xml)
        told["value"] = holds(certificate, content, signer[4].contents)
        return told
    tbs, certificate = outer[0].raw, outer[1].contents
    inside = fields(tbs)
    told["bound"] = bits(inside[3]) == digest(xml)
    told["value"] = holds(certificate, tbs, bits(outer[3]))
    seal = fields(inside[1].raw)
    told["seal"] = holds(seal[1].contents, seal[0].raw, bits(seal[3]))
    listed = fields(fields(seal[0].raw)[2].raw)[3]
    told["listed"] = certificate in [one.contents for one in fields(listed.raw)]
    return told


def drawn(path):
    # It cuts its working path at the first dot and clears away what it finds there.
    assert "." not in os.getcwd()
    from loguru import logger

    logger.remove()
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    pdfmetrics.registerFont(TTFont("宋体", "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc"))
    import fitz
    from easyofd.ofd import OFD as Reader

    reader = Reader()
    reader.read(path, fmt="path")
    document = fitz.open(stream=reader.to_pdf(), filetype="pdf")
    return [len(page.get_images()) for page in document]


def main():
    path = sys.argv[1]
    with open(path, "rb") as file:
        archive = zipfile.ZipFile(io.BytesIO(file.read()))
    listed = ElementTree.fromstring(archive.read("Doc_0/Signs/Signatures.xml"))
    names = [one.get("BaseLoc").lstrip("/") for one in listed.findall(OFD + "Signature")]
    told = [signature(archive, posixpath.normpath(name)) for name in names]
    images = drawn(path) if "--draw" in sys.argv else None
    print(json.dumps({"signatures": told, "images": images}))


main()
