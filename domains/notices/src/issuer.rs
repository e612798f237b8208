//! The agency that issues a document, as the document names it.

use serde::{Deserialize, Serialize};
use store::Ctx;

use crate::error::NoticeError;

/// The issuing agency at the time of the act. The document keeps it: a later renaming does not
/// change what was issued.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issuer {
    pub code: String,
    /// Full name, as it heads the document and stands on the seal.
    pub name: String,
    pub short_name: String,
    pub region_code: String,
    pub address: String,
    pub consultation_phone: String,
    pub supervision_phone: String,
    /// 行政复议机关: see [`review_body`].
    pub review_body: String,
}

/// The agency of that code, as documents name it.
pub async fn issuer(ctx: &Ctx, agency_code: &str) -> Result<Issuer, NoticeError> {
    let directory = agencies::directory(ctx).await?;
    let missing = || NoticeError::NoAgency(agency_code.to_owned());
    let agency = directory.agency(agency_code).ok_or_else(missing)?;
    let path = directory.region_path(&agency.region_code);
    let name = |place: usize| {
        path.get(place)
            .map_or("", |region| region.full_name.as_str())
    };
    Ok(Issuer {
        code: agency.code.clone(),
        name: agency.name.clone(),
        short_name: agency.short_name.clone(),
        region_code: agency.region_code.clone(),
        address: agency.address.clone(),
        consultation_phone: agency.consultation_phone.clone(),
        supervision_phone: agency.supervision_phone.clone(),
        review_body: review_body(&agency.name, agency.level, name(0), name(1)),
    })
}

/// The body that reviews decisions of an agency (行政复议机关): the people's government of its own
/// level, for a township government the one above; a body under vertical leadership is reviewed by
/// the body above it (行政复议法 §24, §27).
///
/// `region` and `parent_region` are full names such as `云州市云东区`.
pub fn review_body(agency_name: &str, level: u32, region: &str, parent_region: &str) -> String {
    let government = |region: &str| format!("{region}人民政府");
    if agency_name.contains("税务局") || agency_name.contains("海关") {
        return "上一级主管部门".into();
    }
    // Level 5 is a township or subdistrict (乡镇、街道): its acts are reviewed one level up.
    if level >= 5 && !parent_region.is_empty() {
        return government(parent_region);
    }
    government(region)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reviewing_body_follows_the_law() {
        let body = |name, level, region, above| review_body(name, level, region, above);
        assert_eq!(
            body("云州市云东区市场监督管理局", 4, "云州市云东区", "云州市"),
            "云州市云东区人民政府"
        );
        assert_eq!(
            body(
                "清源县白鹭镇人民政府",
                5,
                "云州市清源县白鹭镇",
                "云州市清源县"
            ),
            "云州市清源县人民政府"
        );
        assert_eq!(
            body("国家税务总局云州市税务局", 3, "云州市", "云岭省"),
            "上一级主管部门"
        );
        assert_eq!(
            body("云岭省卫生健康委员会", 2, "云岭省", ""),
            "云岭省人民政府"
        );
    }
}
