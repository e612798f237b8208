#!/usr/bin/env python3
"""Verifies every signature of a PDF with pyHanko and prints one line of JSON.

usage: pyhanko_verify.py FILE ROOT.pem

valid         every signature is intact, holds, chains to the root, and nothing but signing followed
intact        every signature's digest is that of the bytes it covers
covers_whole  the last signature covers the whole file
signatures    how many there are
error         why the file could not be examined, null otherwise

Exit code 3 means that pyHanko is not installed.
"""

import json
import sys

try:
    import asn1crypto.pem
    import asn1crypto.x509
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.status import SignatureCoverageLevel
    from pyhanko_certvalidator import ValidationContext
except ImportError:
    sys.exit(3)


def main(path, root_path):
    with open(root_path, "rb") as file:
        _, _, der = asn1crypto.pem.unarmor(file.read())
    root = asn1crypto.x509.Certificate.load(der)
    result = {"valid": False, "intact": False, "covers_whole": False, "signatures": 0, "error": None}
    try:
        with open(path, "rb") as file:
            signatures = PdfFileReader(file).embedded_signatures
            states = [
                validate_pdf_signature(
                    signature,
                    ValidationContext(trust_roots=[root], allow_fetching=False),
                )
                for signature in signatures
            ]
        result["signatures"] = len(states)
        if states:
            result["valid"] = all(state.bottom_line for state in states)
            result["intact"] = all(state.intact for state in states)
            result["covers_whole"] = states[-1].coverage == SignatureCoverageLevel.ENTIRE_FILE
    except Exception as error:  # pyHanko raises many kinds for damaged files
        result["error"] = f"{type(error).__name__}: {error}"
    print(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:3])
