#!/usr/bin/env python3
"""Judges the signatures of a PDF with pyHanko by the evidence in the document alone.

usage: pyhanko_lasting.py FILE ROOTS.pem PROFILE [MOMENT]

MOMENT is when to judge, 2026-11-16T09:30:00+00:00; now where it is left out.

PROFILE is
  stamped        every signature is valid and carries a trusted time stamp (PAdES B-T)
  lasting        the same with certificates and revocation data from the document's
                 security store only, revocation required for everything (PAdES B-LT)
  stamped-again  lasting, and the document ends with a valid time stamp over it (PAdES B-LTA)
Prints VALID and exits with 0, or says what is wrong and exits with 1.
"""

import sys
from datetime import datetime

from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import (
    DocumentSecurityStore,
    validate_pdf_signature,
    validate_pdf_timestamp,
)
from pyhanko_certvalidator import ValidationContext


def main(path, root_path, profile, moment=None):
    with open(root_path, "rb") as file:
        armoured = pem.unarmor(file.read(), multiple=True)
        roots = [x509.Certificate.load(one[2]) for one in armoured]
    problems = []
    with open(path, "rb") as file:
        reader = PdfFileReader(file)
        seals = reader.embedded_regular_signatures
        stamps = reader.embedded_timestamp_signatures

        def context():
            options = {"trust_roots": roots, "allow_fetching": False}
            if moment:
                options["moment"] = datetime.fromisoformat(moment)
            if profile == "stamped":
                return ValidationContext(**options)
            store = DocumentSecurityStore.read_dss(reader)
            return store.as_validation_context({**options, "revocation_mode": "require"})

        for seal in seals:
            status = validate_pdf_signature(seal, context(), context())
            if not status.bottom_line:
                problems.append(f"{seal.field_name}: {status.pretty_print_details()}")
            stamped = status.timestamp_validity
            if stamped is None or not (stamped.valid and stamped.trusted):
                problems.append(f"{seal.field_name}: no trusted time stamp")
        if profile == "stamped-again":
            if not stamps:
                problems.append("no time stamp over the document")
            for stamp in stamps:
                status = validate_pdf_timestamp(stamp, context())
                if not (status.valid and status.intact and status.trusted):
                    problems.append(f"{stamp.field_name}: {status.summary()}")
        if not seals:
            problems.append("no signature")
    print("\n".join(problems) or "VALID")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:5]))
