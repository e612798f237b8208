//! Time stamps (RFC 3161) in documents, and whether their authority is trusted.

use gm::asn1::Malformed;
use gm::{Revocation, TimeStampToken};
use jiff::Timestamp;

use crate::Trust;

/// A time stamp over a signature value, or over a document.
pub(crate) struct TimeStamp {
    pub(crate) token: TimeStampToken,
    pub(crate) time: Timestamp,
}

impl TimeStamp {
    /// Reads a token and the zeros that may follow it.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let token = TimeStampToken::read(bytes)?;
        let time = token.time;
        Ok(Self { token, time })
    }

    /// It was made over these bytes.
    pub(crate) fn covers(&self, bytes: &[u8]) -> bool {
        self.token.covers(bytes)
    }

    /// Who made it.
    pub(crate) fn authority(&self) -> String {
        self.token.authority()
    }

    /// Its own signature holds, by a certificate for time stamping that was valid then.
    pub(crate) fn holds(&self) -> Result<(), String> {
        self.token.holds().map_err(|error| error.to_string())
    }

    /// Its authority is trusted: the time can be relied upon.
    pub(crate) fn is_trusted(&self, trust: &Trust) -> bool {
        let Ok(chain) = self.token.chain(trust.time_stamps()) else {
            return false;
        };
        let evidence = trust.evidence(&chain);
        let known = trust.time_stamps();
        match known.revocation_with(&chain, &evidence, None, trust.now()) {
            Revocation::Revoked(_, entry) => {
                use gm::RevocationReason::{AuthorityCompromise, KeyCompromise};
                // A key that was given up in peace made good stamps before; a stolen one may have
                // made any.
                let stolen = matches!(entry.reason, KeyCompromise | AuthorityCompromise);
                !stolen && entry.at > self.time
            }
            _ => true,
        }
    }
}
