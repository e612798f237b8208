//! Who the holder is by the registers.

use jiff::civil::Date;

use crate::library::{Match, RegisterError, Registers};
use crate::{Facts, Field, LicenceType, StockRow, text};

/// What the registers say of the holder of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nothing to ask with.
    Unasked,
    /// Number and name agree; the state the register gives.
    Found(String),
    /// The number fails its check, and there is exactly one of that name and stem: number, state.
    Mistyped(String, String),
    /// The number belongs to another name.
    OtherName,
    /// The number fails its check, and several fit.
    Several(usize),
    /// The number fails its check, and none fits.
    Invalid,
    /// The number is well formed and unknown.
    Unknown,
}

/// The type of identity that the holder has: the row's, if the licence type allows it, else the
/// usual one of the licence type.
pub(crate) fn id_type<'a>(row: &'a StockRow, kind: Option<&'a LicenceType>) -> &'a str {
    let written = row.get(Field::HolderIdType);
    match kind {
        Some(kind) if !kind.holder_id_types.iter().any(|t| t == written) => {
            kind.holder_id_types.first().map_or(written, String::as_str)
        }
        _ => written,
    }
}

pub(crate) fn ask<R: Registers>(
    row: &StockRow,
    kind: Option<&LicenceType>,
    facts: &Facts,
    registers: &R,
    today: Date,
) -> Result<Standing, RegisterError> {
    let (id, name) = (row.get(Field::HolderId), row.get(Field::Holder));
    if id.is_empty() || name.is_empty() {
        return Ok(Standing::Unasked);
    }
    let id_type = id_type(row, kind);
    if let Some(holder) = registers.by_id(id_type, id)? {
        return Ok(if text::same_name(&holder.name, name) {
            Standing::Found(holder.state.into_owned())
        } else {
            Standing::OtherName
        });
    }
    let valid = match facts.id_check(id_type) {
        Some(check) => check.passes(id, today),
        None => true,
    };
    if valid {
        return Ok(Standing::Unknown);
    }
    let Some(stem) = stem(id) else {
        return Ok(Standing::Invalid);
    };
    Ok(match registers.by_name_and_stem(id_type, name, &stem)? {
        Match::None => Standing::Invalid,
        Match::One(holder) => Standing::Mistyped(holder.id.into_owned(), holder.state.into_owned()),
        Match::Several(count) => Standing::Several(count),
    })
}

/// The first 17 characters of a number: of the 15 digits that identity numbers had until 1999 too,
/// to which the century is added.
fn stem(id: &str) -> Option<String> {
    if !id.is_ascii() {
        return None;
    }
    match id.len() {
        18 => id.get(..17).map(str::to_owned),
        15 if id.bytes().all(|b| b.is_ascii_digit()) => {
            Some(format!("{}19{}", id.get(..6)?, id.get(6..)?))
        }
        _ => None,
    }
}

/// Whether a text has the form of a number of a holder rather than of a name.
pub(crate) fn looks_like_number(text: &str) -> bool {
    let plain: String = text::code(text, true).unwrap_or_else(|| text.to_owned());
    let digits = plain.bytes().filter(u8::is_ascii_digit).count();
    (8..=20).contains(&plain.len())
        && plain
            .bytes()
            .all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
        && digits * 2 >= plain.len()
}

/// Whether a text has the form of a name: Chinese, or letters without a digit.
pub(crate) fn looks_like_name(name: &str) -> bool {
    let mut letters = 0;
    let mut digits = 0;
    for c in name.chars().map(text::half) {
        if !c.is_ascii() && c.is_alphabetic() {
            return true;
        }
        letters += usize::from(c.is_ascii_alphabetic());
        digits += usize::from(c.is_numeric());
    }
    letters > 1 && digits == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_are_told_apart() {
        for number in [
            "990102195503014771",
            "92990102MA572715XY",
            "９９０１０２１９５５０３０１４７７１",
            " 99010219550301477x",
        ] {
            assert!(
                looks_like_number(number) && !looks_like_name(number),
                "{number}"
            );
        }
        for name in [
            "陈云飞",
            "云州市云东区7天24小时便利店",
            "John Smith",
            // Wide letters are letters: once they are tidied they would be taken for a name.
            "ＡＢ",
            "䶮喆",
        ] {
            assert!(looks_like_name(name) && !looks_like_number(name), "{name}");
        }
        for neither in ["", "123", "—"] {
            assert!(
                !looks_like_name(neither) && !looks_like_number(neither),
                "{neither}"
            );
        }
    }

    #[test]
    fn numbers_of_fifteen_digits_get_their_century() {
        assert_eq!(
            stem("990102550301477").as_deref(),
            Some("99010219550301477")
        );
        assert_eq!(
            stem("990102195503014771").as_deref(),
            Some("99010219550301477")
        );
        assert_eq!(stem("E1234567"), None);
        assert_eq!(stem("证照证照证照"), None);
    }
}
