//! 证照编号: made from parts that a type names, with the check digits of its rule.

use std::collections::BTreeMap;

use jiff::civil::Date;
use kernel::number;
use serde::{Deserialize, Serialize};
use store::Ctx;

use crate::error::LicenceError;

/// How the numbers of a type are made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scheme {
    pub parts: Vec<Segment>,
}

/// One part of a number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Segment {
    /// Fixed text.
    Text(String),
    /// A face value, or `holder.id`.
    Field(String),
    /// A face value translated; the first key that the value contains counts.
    Map {
        field: String,
        values: BTreeMap<String, String>,
    },
    /// So many digits of the region code.
    Region(usize),
    /// A word for the region.
    RegionWord(BTreeMap<String, String>),
    /// `%Y`, `%Y%m%d`, `%y` of the issue date.
    Date(String),
    /// A running number with so many digits.
    Serial(usize),
    /// MOD 11,10 over the digits so far.
    CheckMod1110,
    /// A new USCC: this prefix, the region, an organisation code with its check digit.
    Uscc(String),
}

/// What a number is made from.
pub(crate) struct Given<'a> {
    pub type_code: &'a str,
    pub region: &'a str,
    pub holder_id: &'a str,
    pub date: Date,
    pub face: &'a BTreeMap<String, String>,
}

impl Scheme {
    /// Makes the next number. Serial numbers are leased; a number that is not used leaves a gap.
    pub(crate) async fn next(&self, ctx: &Ctx, given: &Given<'_>) -> Result<String, LicenceError> {
        let mut number = String::new();
        for part in &self.parts {
            let text = match part {
                Segment::Serial(digits) => {
                    // The series is what stands before it: each year, region and kind has its own.
                    let series = format!("licence/{}/{number}", given.type_code);
                    let serial = format!("{:0digits$}", ctx.next_number(&series, 5).await?);
                    if serial.len() > *digits {
                        let why = format!("{digits}位顺序号已用完");
                        return Err(LicenceError::Numbering(why));
                    }
                    serial
                }
                Segment::Uscc(prefix) => {
                    let series = format!("licence/{}/uscc", given.type_code);
                    uscc(prefix, given.region, ctx.next_number(&series, 5).await?)?
                }
                other => other.fixed(&number, given)?,
            };
            number.push_str(&text);
        }
        Ok(number)
    }
}

impl Segment {
    fn fixed(&self, so_far: &str, given: &Given<'_>) -> Result<String, LicenceError> {
        let missing = |what: &str| LicenceError::Numbering(format!("缺少{what}"));
        let value = |field: &str| -> Result<String, LicenceError> {
            match field {
                "holder.id" => Ok(given.holder_id.to_owned()),
                _ => given.face.get(field).cloned().ok_or_else(|| missing(field)),
            }
        };
        match self {
            Self::Text(text) => Ok(text.clone()),
            Self::Field(field) => value(field),
            Self::Map { field, values } => {
                let found = value(field)?;
                let hit = values.iter().find(|(k, _)| found.contains(k.as_str()));
                hit.map(|(_, v)| v.clone()).ok_or_else(|| missing(field))
            }
            Self::Region(digits) => Ok(given
                .region
                .chars()
                .chain("000000".chars())
                .take(*digits)
                .collect()),
            Self::RegionWord(words) => words
                .get(given.region)
                .cloned()
                .ok_or_else(|| missing("区划简称")),
            Self::Date(format) => jiff::fmt::strtime::format(format, given.date)
                .map_err(|_| LicenceError::Numbering(format!("日期格式“{format}”不对"))),
            Self::CheckMod1110 => {
                let digits: String = so_far.chars().filter(char::is_ascii_digit).collect();
                number::mod_11_10(&digits)
                    .map(String::from)
                    .ok_or_else(|| missing("校验位"))
            }
            Self::Serial(_) | Self::Uscc(_) => Err(missing("顺序号")),
        }
    }
}

const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// `92` + region + `MA` + six characters + check [GB 11714] + check [GB 32100].
fn uscc(prefix: &str, region: &str, serial: i64) -> Result<String, LicenceError> {
    let mut rest = serial.unsigned_abs() + 31u64.pow(5);
    let mut middle = vec![b'0'; 6];
    for slot in middle.iter_mut().rev() {
        *slot = ALPHABET[(rest % 31) as usize];
        rest /= 31;
    }
    let middle: String = middle.into_iter().map(char::from).collect();
    let organisation = format!("MA{middle}");
    let weights = [3u32, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = organisation
        .chars()
        .zip(weights)
        .map(|(c, w)| c.to_digit(36).unwrap_or(0) * w)
        .sum();
    let check = match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        n => char::from_digit(n, 10).unwrap_or('0'),
    };
    let body = format!(
        "{prefix}{}{organisation}{check}",
        &region.get(..6).unwrap_or("000000")
    );
    ALPHABET
        .iter()
        .map(|c| format!("{body}{}", char::from(*c)))
        .find(|code| number::uscc(code).is_ok())
        .ok_or_else(|| LicenceError::Numbering("统一社会信用代码".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_credit_codes_pass_the_check() {
        let mut seen = std::collections::HashSet::new();
        for serial in 1..2000 {
            let code = uscc("92", "990102", serial).unwrap();
            assert!(number::uscc(&code).is_ok());
            assert!(code.starts_with("92990102MA"));
            assert!(seen.insert(code));
        }
    }

    #[test]
    fn parts_are_translated_and_checked() {
        let face = BTreeMap::from([("business_type".to_owned(), "餐饮服务经营者".to_owned())]);
        let given = Given {
            type_code: "SPJYXKZ",
            region: "990102",
            holder_id: "92990102MA2008117R",
            date: Date::constant(2026, 11, 24),
            face: &face,
        };
        let map = Segment::Map {
            field: "business_type".into(),
            values: BTreeMap::from([("餐饮".into(), "2".into()), ("销售".into(), "1".into())]),
        };
        assert_eq!(map.fixed("JY", &given).unwrap(), "2");
        assert_eq!(Segment::Region(6).fixed("", &given).unwrap(), "990102");
        assert_eq!(
            Segment::Date("%Y".into()).fixed("", &given).unwrap(),
            "2026"
        );
        assert_eq!(
            Segment::CheckMod1110
                .fixed("JY2990102001013", &given)
                .unwrap(),
            "0"
        );
        assert!(Segment::Field("grade".into()).fixed("", &given).is_err());
    }
}
