//! Licences as the API shows them.

use jiff::civil::Date;
use licences::LicenceCard;
use serde::Serialize;
use utoipa::ToSchema;

/// 电子证照 in a list.
#[derive(Serialize, ToSchema)]
pub struct LicenceRow {
    /// For addresses, and for citing.
    pub licence_key: String,
    pub type_code: String,
    pub type_name: String,
    /// Whole for its holder; officers see it masked where it is derived from an identity number.
    pub licence_no: String,
    /// Masked for persons.
    pub holder: String,
    pub issuer: String,
    pub state: &'static str,
    pub state_name: &'static str,
    /// It can be cited in an application.
    pub citable: bool,
    pub valid_to: Option<Date>,
    pub version: u32,
}

impl LicenceRow {
    pub fn of(card: LicenceCard, own: bool) -> Self {
        Self {
            licence_no: if own {
                card.licence_no
            } else {
                card.licence_no_masked
            },
            licence_key: card.licence_key,
            type_code: card.type_code,
            type_name: card.type_name,
            holder: card.holder_masked,
            issuer: card.issuer,
            state: card.state.code(),
            state_name: card.state.zh(),
            citable: card.citable,
            valid_to: card.valid_to,
            version: card.version,
        }
    }
}
