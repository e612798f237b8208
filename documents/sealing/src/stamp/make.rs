//! Making signed data of GB/T 35275 for the signatures of persons (GM/T 0099, 7.2.2).

use gm::asn1::{self, tag};
use gm::{Certificate, SignatureAlgorithm, Signer, oid};

use super::data::TIME_STAMP;
use crate::SealError;

/// SignedData over the digest of `Signature.xml`, with the certificates that lead to the root's.
pub(crate) fn signed_data(
    digest: &[u8],
    signer: &dyn Signer,
    time_stamp: impl FnOnce(&[u8]) -> Result<Option<Vec<u8>>, SealError>,
) -> Result<Vec<u8>, SealError> {
    if signer.algorithm() != SignatureAlgorithm::Sm2Sm3 {
        return Err(SealError::Algorithm(signer.algorithm().name()));
    }
    let own = Certificate::from_der(signer.certificate())
        .map_err(|error| SealError::Document(error.to_string()))?;
    let sm3 = asn1::sequence(&[&asn1::oid(oid::SM3)]);
    let signature = signer.sign(digest)?;
    let stamp = match time_stamp(&signature)? {
        Some(token) => {
            let values = asn1::tlv(tag::SET, &token);
            let attribute = asn1::sequence(&[&asn1::oid(TIME_STAMP), &values]);
            asn1::tlv(tag::context(1), &attribute)
        }
        None => Vec::new(),
    };
    let info = asn1::sequence(&[
        &asn1::small(1),
        &asn1::sequence(&[own.issuer_der(), &asn1::unsigned(own.serial_bytes())]),
        &sm3,
        &asn1::sequence(&[&asn1::oid(oid::SM2_WITH_SM3)]),
        &asn1::tlv(tag::OCTET_STRING, &signature),
        &stamp,
    ]);
    let mut certificates = vec![own.der().to_vec()];
    // The root itself is left out: whoever trusts it has it.
    let above = signer.chain().iter().filter(|der| {
        Certificate::from_der(der).is_ok_and(|certificate| !certificate.is_self_issued())
    });
    certificates.extend(above.cloned());
    let content = asn1::tlv(tag::context(0), &asn1::tlv(tag::OCTET_STRING, digest));
    let data = asn1::sequence(&[
        &asn1::small(1),
        &asn1::tlv(tag::SET, &sm3),
        &asn1::sequence(&[&asn1::oid(oid::GM_DATA), &content]),
        &asn1::tlv(tag::context(0), &certificates.concat()),
        &asn1::tlv(tag::SET, &info),
    ]);
    Ok(asn1::sequence(&[
        &asn1::oid(oid::GM_SIGNED_DATA),
        &asn1::tlv(tag::context(0), &data),
    ]))
}
