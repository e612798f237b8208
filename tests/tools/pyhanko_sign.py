#!/usr/bin/env python3
"""Signs a PDF with pyHanko, for files that our software did not make.

usage: pyhanko_sign.py FILE OUT KEY.pem CERTIFICATE.pem ROOT.pem FIELD SUBFILTER [OPTION]

SUBFILTER is pades or adobe. OPTION is
  pss   RSA-PSS with a salt as long as the digest
  ts    a time stamp over the signature, by tsa.key and tsa.pem beside FILE
  lta   that, a security store, and a time stamp over the document (PAdES B-LTA)
Exit code 3 means that pyHanko is not installed.
"""

import os
import sys

try:
    from asn1crypto import algos
    from pyhanko.keys import load_cert_from_pemder, load_private_key_from_pemder
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers
    from pyhanko.sign.signers.pdf_signer import (
        DSSContentSettings,
        SigDSSPlacementPreference,
        TimestampDSSContentSettings,
    )
    from pyhanko.sign.timestamps import DummyTimeStamper
    from pyhanko_certvalidator import ValidationContext
except ImportError:
    sys.exit(3)


def pss():
    sha256 = algos.DigestAlgorithm({"algorithm": "sha256"})
    mask = algos.MaskGenAlgorithm({"algorithm": "mgf1", "parameters": sha256})
    parameters = {"hash_algorithm": sha256, "mask_gen_algorithm": mask, "salt_length": 32}
    return algos.SignedDigestAlgorithm(
        {"algorithm": "rsassa_pss", "parameters": algos.RSASSAPSSParams(parameters)}
    )


def time_stamper(folder):
    return DummyTimeStamper(
        load_cert_from_pemder(os.path.join(folder, "tsa.pem")),
        load_private_key_from_pemder(os.path.join(folder, "tsa.key"), passphrase=None),
    )


def main(path, out, key, certificate, root, field, subfilter, *options):
    signer = signers.SimpleSigner.load(
        key_file=key,
        cert_file=certificate,
        ca_chain_files=(root,),
        signature_mechanism=pss() if "pss" in options else None,
    )
    kind = {
        "pades": fields.SigSeedSubFilter.PADES,
        "adobe": fields.SigSeedSubFilter.ADOBE_PKCS7_DETACHED,
    }[subfilter]
    lasting = "lta" in options
    trust = ValidationContext(trust_roots=[load_cert_from_pemder(root)], allow_fetching=False)
    # The security store comes together with the time stamp over the document, and nothing after it.
    store = DSSContentSettings(
        placement=SigDSSPlacementPreference.TOGETHER_WITH_NEXT_TS,
        next_ts_settings=TimestampDSSContentSettings(
            update_before_ts=True, include_vri=False
        ),
    )
    metadata = signers.PdfSignatureMetadata(
        field_name=field,
        subfilter=kind,
        md_algorithm="sha256",
        use_pades_lta=lasting,
        embed_validation_info=lasting,
        validation_context=trust if lasting else None,
        dss_settings=store,
    )
    stamper = time_stamper(os.path.dirname(path)) if lasting or "ts" in options else None
    with open(path, "rb") as file, open(out, "wb") as target:
        writer = IncrementalPdfFileWriter(file)
        signers.sign_pdf(writer, metadata, signer=signer, timestamper=stamper, output=target)


if __name__ == "__main__":
    main(*sys.argv[1:])
