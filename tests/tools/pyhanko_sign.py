#!/usr/bin/env python3
"""Signs a PDF with pyHanko, for files that our software did not make.

usage: pyhanko_sign.py FILE OUT KEY.pem CERTIFICATE.pem CHAIN.pem FIELD SUBFILTER [pss]

SUBFILTER is pades or adobe; pss is RSA-PSS with a salt as long as the digest. Exit code 3 means that pyHanko is not installed.
"""

import sys

try:
    from asn1crypto import algos
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers
except ImportError:
    sys.exit(3)


def pss():
    sha256 = algos.DigestAlgorithm({"algorithm": "sha256"})
    mask = algos.MaskGenAlgorithm({"algorithm": "mgf1", "parameters": sha256})
    parameters = {"hash_algorithm": sha256, "mask_gen_algorithm": mask, "salt_length": 32}
    return algos.SignedDigestAlgorithm(
        {"algorithm": "rsassa_pss", "parameters": algos.RSASSAPSSParams(parameters)}
    )


def main(path, out, key, certificate, chain, field, subfilter, *options):
    signer = signers.SimpleSigner.load(
        key_file=key,
        cert_file=certificate,
        ca_chain_files=(chain,),
        signature_mechanism=pss() if "pss" in options else None,
    )
    kind = {
        "pades": fields.SigSeedSubFilter.PADES,
        "adobe": fields.SigSeedSubFilter.ADOBE_PKCS7_DETACHED,
    }[subfilter]
    metadata = signers.PdfSignatureMetadata(field_name=field, subfilter=kind, md_algorithm="sha256")
    with open(path, "rb") as file, open(out, "wb") as target:
        writer = IncrementalPdfFileWriter(file)
        signers.sign_pdf(writer, metadata, signer=signer, output=target)


if __name__ == "__main__":
    main(*sys.argv[1:])
