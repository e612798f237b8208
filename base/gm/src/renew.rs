//! Certificates of the authority itself, made anew.

use jiff::Timestamp;

use crate::authority::{ISSUING_YEARS, key, years_after};
use crate::{
    Authority, CertError, Certificate, CertificateSpec, Entropy, Extras, KeyError, Profile, Subject,
};

impl Authority {
    /// Gives the issuing authority a new certificate of the own root for the same key and name, ten
    /// years long, and the seal maker one under it. What was issued before leads to it as well.
    pub fn renew_issuing(
        &self,
        now: Timestamp,
        entropy: &mut dyn Entropy,
    ) -> Result<Self, CertError> {
        let root = Certificate::from_der(self.own_root()?.certificate())?;
        let end = years_after(now, ISSUING_YEARS).min(root.not_after());
        let issuing = self.renewed("issuing", Profile::Issuing, (now, end), entropy)?;
        let above = std::slice::from_ref(&root);
        let name = key(self.kind, "issuing");
        self.store.certify(&name, &issuing, above, entropy)?;
        let renewed = Self::open(self.store.clone(), self.kind)?;
        renewed.renew_maker(now, entropy)?;
        Ok(renewed)
    }

    /// Takes a certificate of another authority for the issuing authority, with those above it,
    /// nearest first, root last; the seal maker gets one under it. From then on verifiers trust
    /// that root. What was issued before leads there as well, because name, key and key identifier
    /// stay: a certificate that changes one of these is refused.
    pub fn adopt_issuing(
        &self,
        chain: &[Certificate],
        now: Timestamp,
        entropy: &mut dyn Entropy,
    ) -> Result<Self, CertError> {
        let name = key(self.kind, "issuing");
        let (new, above) = chain
            .split_first()
            .ok_or(KeyError::Uncertified(name.clone()))?;
        let refused = |why: String| CertError::NotAdopted(new.subject(), why);
        if new.subject_der() != self.issuing.subject_der() {
            return Err(refused(format!(
                "it must be named “{}”, as what was issued so far and every revocation list say",
                self.issuing.subject()
            )));
        }
        let identifier = |one: &Certificate| {
            one.subject_key()
                .map_or_else(|| one.public_key().identifier().to_vec(), <[u8]>::to_vec)
        };
        // One certificate, the seal maker's, is made anew below. Where more were issued, or where
        // the books begin later than the authority, they name the key by its identifier.
        if self.issued()?.len() != 1 && identifier(new) != identifier(&self.issuing) {
            let digits: String = identifier(&self.issuing)
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            return Err(refused(format!(
                "its subject key identifier must be {digits}, which the certificates issued so \
                 far name"
            )));
        }
        self.store.certify(&name, new, above, entropy)?;
        let adopted = Self::open(self.store.clone(), self.kind)?;
        adopted.renew_maker(now, entropy)?;
        Ok(adopted)
    }

    /// Gives the seal maker a certificate under the present chain, valid as long as its issuer.
    pub fn renew_maker(&self, now: Timestamp, entropy: &mut dyn Entropy) -> Result<(), CertError> {
        let dates = (now.max(self.issuing.not_before()), self.issuing.not_after());
        let maker = self.renewed("maker", Profile::SealMaker, dates, entropy)?;
        let name = key(self.kind, "maker");
        Ok(self.store.certify(&name, &maker, &self.chain()?, entropy)?)
    }

    /// A certificate for the same key and name.
    fn renewed(
        &self,
        part: &str,
        profile: Profile,
        (not_before, not_after): (Timestamp, Timestamp),
        entropy: &mut dyn Entropy,
    ) -> Result<Certificate, CertError> {
        let name = key(self.kind, part);
        let info = self.store.describe(&name)?;
        let old = info
            .certificate()
            .ok_or(KeyError::Uncertified(name.clone()))?;
        let spec = CertificateSpec {
            subject: &Subject::default(),
            key: &info.public_key,
            profile,
            not_before,
            not_after,
        };
        let extras = Extras {
            name: Some(old.subject_der()),
            ..Extras::default()
        };
        self.issue(&spec, extras, entropy)
    }
}
