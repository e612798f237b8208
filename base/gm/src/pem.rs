//! Reading PEM (RFC 7468): lenient about what stands between the sections, as OpenSSL is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::CertError;

/// One section of a PEM file.
pub(crate) struct Section {
    pub(crate) label: String,
    pub(crate) der: Zeroizing<Vec<u8>>,
}

/// Marks the label of a section that is encrypted in the way that came before PKCS#8.
pub(crate) const OLD: &str = " (old encryption)";

/// All sections; none where the bytes are not PEM.
pub(crate) fn sections(bytes: &[u8]) -> Result<Vec<Section>, CertError> {
    const WRONG: CertError = CertError::Malformed("PEM file");
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Ok(vec![]);
    };
    let mut all = Vec::new();
    let mut open: Option<(String, Zeroizing<String>)> = None;
    for line in text.lines().map(str::trim) {
        let begin = line
            .strip_prefix("-----BEGIN ")
            .and_then(|rest| rest.strip_suffix("-----"));
        let end = line
            .strip_prefix("-----END ")
            .and_then(|rest| rest.strip_suffix("-----"));
        match (&mut open, begin, end) {
            (None, Some(label), _) => {
                open = Some((label.to_string(), Zeroizing::new(String::new())));
            }
            (Some(_), Some(_), _) => return Err(WRONG),
            (Some((label, body)), _, Some(ended)) => {
                if label.strip_suffix(OLD).unwrap_or(label) != ended {
                    return Err(WRONG);
                }
                let der = Zeroizing::new(STANDARD.decode(body.as_bytes()).map_err(|_| WRONG)?);
                all.push(Section {
                    label: std::mem::take(label),
                    der,
                });
                open = None;
            }
            // `Proc-Type: 4,ENCRYPTED` and its like.
            (Some((label, _)), ..) if line.contains(':') => {
                if line.contains("ENCRYPTED") {
                    label.push_str(OLD);
                }
            }
            (Some((_, body)), ..) => body.push_str(line),
            (None, ..) => {}
        }
    }
    if open.is_some() {
        return Err(WRONG);
    }
    Ok(all)
}
