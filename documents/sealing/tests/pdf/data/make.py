#!/usr/bin/env python3
"""Makes the samples of this folder with pyHanko: signatures of kinds that our own software does not
make, certifications, and what people do to a document afterwards.

usage: make.py        (in an environment with pyhanko; writes beside itself)

The tests read the files as they lie here. Keys are made anew each time and thrown away.
"""

import datetime
import io
import os

from asn1crypto import algos
from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from asn1crypto import keys as asn1_keys
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name as name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko.sign.validation import DocumentSecurityStore
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

HERE = os.path.dirname(os.path.abspath(__file__))
FROM = datetime.datetime(2026, 1, 1)
TO = datetime.datetime(2040, 1, 1)
SIGNED = datetime.datetime(2026, 6, 1, 8, 30, tzinfo=datetime.timezone.utc)


def new_key(kind):
    if kind == "rsa":
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key({"p256": ec.SECP256R1, "p384": ec.SECP384R1, "p521": ec.SECP521R1}[kind]())


def certify(common_name, key, issuer=None, issuer_key=None, purposes=(), ca=False):
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(FROM)
        .not_valid_after(TO)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not ca, content_commitment=not ca and not purposes,
                key_encipherment=False, data_encipherment=False, key_agreement=False,
                key_cert_sign=ca, crl_sign=ca, encipher_only=False, decipher_only=False,
            ),
            critical=True,
        )
    )
    if purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=True)
    return builder.sign(issuer_key or key, hashes.SHA256())


def asn1_cert(certificate):
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


def asn1_key(key):
    return asn1_keys.PrivateKeyInfo.load(
        key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


ROOT_KEY = new_key("p256")
ROOT = certify("sample root", ROOT_KEY, ca=True)


def signer(kind, common_name, mechanism=None):
    key = new_key(kind)
    certificate = certify(common_name, key, ROOT, ROOT_KEY)
    store = SimpleCertificateStore()
    store.register(asn1_cert(ROOT))
    return signers.SimpleSigner(
        signing_cert=asn1_cert(certificate),
        signing_key=asn1_key(key),
        cert_registry=store,
        signature_mechanism=mechanism,
    )


def pss(digest, salt):
    named = algos.DigestAlgorithm({"algorithm": digest})
    mask = algos.MaskGenAlgorithm({"algorithm": "mgf1", "parameters": named})
    parameters = {"hash_algorithm": named, "mask_gen_algorithm": mask, "salt_length": salt}
    return algos.SignedDigestAlgorithm(
        {"algorithm": "rsassa_pss", "parameters": algos.RSASSAPSSParams(parameters)}
    )


def plain():
    """One page with two text fields and a check box."""
    stream = b"BT /F 12 Tf 40 180 Td (Application) Tj ET"
    face = b"<</Type/XObject/Subtype/Form/BBox[0 0 200 20]/Length 0>>\nstream\n\nendstream"
    widget = (
        "<</Type/Annot/Subtype/Widget/FT/Tx/T(%s)/Rect[40 %d 240 %d]/P 3 0 R/F 4"
        "/DA(/F 10 Tf)/AP<</N %d 0 R>>>>"
    )
    bodies = [
        "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[5 0 R 6 0 R 7 0 R]/DA(/F 10 Tf)>>>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R"
        "/Resources<</Font<</F 10 0 R>>>>/Annots[5 0 R 6 0 R 7 0 R]>>",
        b"<</Length %d>>\nstream\n%s\nendstream" % (len(stream), stream),
        widget % ("applicant", 140, 160, 8),
        widget % ("remark", 100, 120, 9),
        "<</Type/Annot/Subtype/Widget/FT/Btn/T(agreed)/Rect[40 60 60 80]/P 3 0 R/F 4/AS/Off/V/Off"
        "/AP<</N<</Yes 11 0 R/Off 12 0 R>>>>>>",
        face, face,
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        face, face,
    ]
    out = io.BytesIO(b"")
    out.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(bodies, 1):
        places.append(out.tell())
        body = body if isinstance(body, bytes) else body.encode()
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    at = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1))
    for place in places:
        out.write(b"%010d 00000 n \n" % place)
    out.write(b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, at))
    return out.getvalue()


def sign(pdf, who, field="A", digest="sha256", stamper=None, spec=None, **options):
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    kind = options.pop("subfilter", fields.SigSeedSubFilter.PADES)
    metadata = signers.PdfSignatureMetadata(
        field_name=field, subfilter=kind, md_algorithm=digest, **options
    )
    out = signers.PdfSigner(metadata, signer=who, timestamper=stamper, new_field_spec=spec).sign_pdf(
        writer
    )
    return out.getvalue()


def change(pdf, act):
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    act(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def field_of(writer, wanted):
    for field in writer.root["/AcroForm"]["/Fields"]:
        if field.get_object()["/T"] == wanted:
            return field.get_object()
    raise KeyError(wanted)


def fill(wanted):
    def act(writer):
        field = field_of(writer, wanted)
        if field["/FT"] == "/Btn":
            field["/V"] = field["/AS"] = name("/Yes")
        else:
            field["/V"] = generic.TextStringObject("Zhang San")
            face = generic.StreamObject(
                {
                    name("/Type"): name("/XObject"),
                    name("/Subtype"): name("/Form"),
                    name("/BBox"): generic.ArrayObject(map(generic.NumberObject, [0, 0, 200, 20])),
                },
                stream_data=b"BT /F 10 Tf 2 6 Td (Zhang San) Tj ET",
            )
            field["/AP"] = generic.DictionaryObject({name("/N"): writer.add_object(face)})
        writer.update_container(field)

    return act


def annotate(subtype, **more):
    def act(writer):
        page = writer.root["/Pages"]["/Kids"][0].get_object()
        dictionary = {
            name("/Type"): name("/Annot"),
            name("/Subtype"): name("/" + subtype),
            name("/Rect"): generic.ArrayObject(map(generic.NumberObject, [0, 0, 300, 200])),
            name("/Contents"): generic.TextStringObject("refused"),
        }
        dictionary.update({name("/" + key): value for key, value in more.items()})
        page["/Annots"].append(writer.add_object(generic.DictionaryObject(dictionary)))
        writer.update_container(page["/Annots"])

    return act


def put(file, pdf):
    with open(os.path.join(HERE, file), "wb") as out:
        out.write(pdf)


def certified(level, who):
    permission = {
        1: fields.MDPPerm.NO_CHANGES,
        2: fields.MDPPerm.FILL_FORMS,
        3: fields.MDPPerm.ANNOTATE,
    }[level]
    return sign(plain(), who, certify=True, docmdp_permissions=permission)


def main():
    with open(os.path.join(HERE, "samples-root.der"), "wb") as out:
        out.write(ROOT.public_bytes(serialization.Encoding.DER))
    rsa_signer, p256 = signer("rsa", "rsa signer"), signer("p256", "p256 signer")
    adobe = fields.SigSeedSubFilter.ADOBE_PKCS7_DETACHED
    put("rsa-sha384.pdf", sign(plain(), rsa_signer, digest="sha384"))
    put("rsa-sha512.pdf", sign(plain(), rsa_signer, digest="sha512", subfilter=adobe))
    for digest, salt in (("sha256", 32), ("sha384", 48), ("sha512", 64)):
        who = signer("rsa", "pss signer", pss(digest, salt))
        put(f"pss-{digest}.pdf", sign(plain(), who, digest=digest))
    put("pss-salt20.pdf", sign(plain(), signer("rsa", "pss signer", pss("sha256", 20))))
    put("p384-sha384.pdf", sign(plain(), signer("p384", "p384 signer"), digest="sha384"))
    put("p384-sha256.pdf", sign(plain(), signer("p384", "p384 signer")))
    put("p256-sha384.pdf", sign(plain(), p256, digest="sha384"))
    put("p256-sha512.pdf", sign(plain(), p256, digest="sha512"))
    put("p521-sha512.pdf", sign(plain(), signer("p521", "p521 signer"), digest="sha512"))

    two = sign(sign(plain(), p256), rsa_signer, field="B")
    put("two-signers.pdf", two)
    for level in (1, 2, 3):
        pdf = certified(level, p256)
        put(f"certified{level}.pdf", pdf)
        put(f"certified{level}-filled.pdf", change(pdf, fill("applicant")))
        put(f"certified{level}-annotated.pdf", change(pdf, annotate("FreeText")))
    level2, level3 = certified(2, p256), certified(3, p256)
    put("certified2-checked.pdf", change(level2, fill("agreed")))
    put("certified2-filled-signed.pdf", sign(change(level2, fill("remark")), rsa_signer, field="B"))
    link = generic.DictionaryObject(
        {name("/S"): name("/URI"), name("/URI"): generic.TextStringObject("http://evil.example")}
    )
    put("certified3-linked.pdf", change(level3, annotate("Link", A=link)))
    put("approved-filled.pdf", change(sign(plain(), p256), fill("applicant")))
    put("approved-annotated.pdf", change(sign(plain(), p256), annotate("Highlight")))
    lock = fields.SigFieldSpec(
        "A",
        field_mdp_spec=fields.FieldMDPSpec(fields.FieldMDPAction.INCLUDE, fields=["applicant"]),
    )
    fill_in = fields.MDPPerm.FILL_FORMS
    locked = sign(plain(), p256, spec=lock, certify=True, docmdp_permissions=fill_in)
    put("locked-filled.pdf", change(locked, fill("applicant")))
    put("locked-other-filled.pdf", change(locked, fill("remark")))

    def information(writer):
        writer.set_info(
            generic.DictionaryObject({name("/Title"): generic.TextStringObject("A new title")})
        )

    put("approved-information.pdf", change(sign(plain(), p256), information))

    clock_key = new_key("rsa")
    clock = certify("sample clock", clock_key, ROOT, ROOT_KEY, [ExtendedKeyUsageOID.TIME_STAMPING])
    store = SimpleCertificateStore()
    store.register(asn1_cert(ROOT))
    stamper = DummyTimeStamper(
        asn1_cert(clock), asn1_key(clock_key), certs_to_embed=store, fixed_dt=SIGNED
    )
    timely = sign(plain(), p256, stamper=stamper)
    put("stamped.pdf", timely)
    listed = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(ROOT.subject)
        .last_update(SIGNED.replace(tzinfo=None) - datetime.timedelta(days=1))
        .next_update(SIGNED.replace(tzinfo=None) + datetime.timedelta(days=6))
        .sign(ROOT_KEY, hashes.SHA256())
    )
    with open(os.path.join(HERE, "sample.crl"), "wb") as out:
        out.write(listed.public_bytes(serialization.Encoding.DER))
    answer = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            cert=clock, issuer=ROOT, algorithm=hashes.SHA256(),
            cert_status=ocsp.OCSPCertStatus.REVOKED,
            this_update=SIGNED.replace(tzinfo=None), next_update=None,
            revocation_time=SIGNED.replace(tzinfo=None),
            revocation_reason=x509.ReasonFlags.superseded,
        )
        .responder_id(ocsp.OCSPResponderEncoding.HASH, ROOT)
        .certificates([ROOT])
        .sign(ROOT_KEY, hashes.SHA256())
    )
    with open(os.path.join(HERE, "sample.ocsp"), "wb") as out:
        out.write(answer.public_bytes(serialization.Encoding.DER))
    listed = asn1_crl.CertificateList.load(listed.public_bytes(serialization.Encoding.DER))
    # Adobe's older way: the evidence stands in the signature itself.
    trust = ValidationContext(
        trust_roots=[asn1_cert(ROOT)], crls=[listed], allow_fetching=False, moment=SIGNED,
    )
    put(
        "archived.pdf",
        sign(
            plain(), p256, subfilter=adobe, stamper=stamper, embed_validation_info=True,
            validation_context=trust,
        ),
    )
    reader = PdfFileReader(io.BytesIO(timely))
    contents = reader.embedded_signatures[0].pkcs7_content
    out = io.BytesIO(timely)
    DocumentSecurityStore.add_dss(
        out, contents, certs=[asn1_cert(ROOT), asn1_cert(clock)], crls=[listed]
    )
    put("lasting.pdf", out.getvalue())


if __name__ == "__main__":
    main()
