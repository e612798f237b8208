//! Numbers with check digits: resident identity, USCC, licence identifier, certificate numbers.

use jiff::civil::Date;

/// Why a number is refused, in words for the person who typed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    #[error("号码长度不对")]
    Length,
    #[error("号码中有不允许的字符")]
    Character,
    #[error("号码中的出生日期不存在或在将来")]
    Date,
    #[error("号码校验位不对，请核对")]
    Check,
}

impl NumberError {
    /// English words.
    pub fn en(self) -> &'static str {
        match self {
            Self::Length => "The number has the wrong length",
            Self::Character => "The number holds a character that is not allowed",
            Self::Date => "The birth date in the number does not exist or lies in the future",
            Self::Check => "The check digit is wrong, please compare",
        }
    }
}

/// Full-width letters and digits to plain ones, blanks dropped, letters in upper case.
pub fn fold(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0)
                .unwrap_or(c)
                .to_ascii_uppercase(),
            _ => c.to_ascii_uppercase(),
        })
        .collect()
}

/// The latest birth date that a number can carry when no clock is at hand: the format itself is
/// checked against it, the use case checks against today.
const LAST_DATE: Date = Date::constant(2999, 12, 31);

/// Checks a resident identity number [GB 11643] and returns it folded.
pub fn resident_id(text: &str) -> Result<String, NumberError> {
    resident_id_at(text, LAST_DATE)
}

/// The same, with the day on which a birth date begins to lie in the future.
pub fn resident_id_at(text: &str, today: Date) -> Result<String, NumberError> {
    let id = fold(text);
    if id.len() != 18 || !id.is_ascii() {
        return Err(NumberError::Length);
    }
    let bytes = id.as_bytes();
    if !bytes[..17].iter().all(u8::is_ascii_digit)
        || !(bytes[17].is_ascii_digit() || bytes[17] == b'X')
    {
        return Err(NumberError::Character);
    }
    let birth = birth_date(&id).ok_or(NumberError::Date)?;
    if birth > today {
        return Err(NumberError::Date);
    }
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = bytes
        .iter()
        .zip(WEIGHTS)
        .map(|(b, w)| u32::from(b - b'0') * w)
        .sum();
    if bytes[17] == b"10X98765432"[(sum % 11) as usize] {
        Ok(id)
    } else {
        Err(NumberError::Check)
    }
}

/// The birth date inside a resident identity number, none when there is no such day.
pub fn birth_date(id: &str) -> Option<Date> {
    let digits = id.get(6..14)?;
    let year = digits.get(..4)?.parse().ok()?;
    let month = digits.get(4..6)?.parse().ok()?;
    let day = digits.get(6..8)?.parse().ok()?;
    Date::new(year, month, day).ok()
}

/// Checks a mobile number and returns its eleven digits; `+86` or `86` before it is dropped.
pub fn mobile(text: &str) -> Result<String, NumberError> {
    let folded: String = fold(text).chars().filter(|c| *c != '-').collect();
    let plain = folded.strip_prefix("+86").unwrap_or(&folded);
    if !plain.bytes().all(|b| b.is_ascii_digit()) {
        return Err(NumberError::Character);
    }
    let plain = if plain.len() == 13 {
        plain.strip_prefix("86").unwrap_or(plain)
    } else {
        plain
    };
    if plain.len() != 11 || !plain.starts_with('1') {
        return Err(NumberError::Length);
    }
    Ok(plain.to_owned())
}

const USCC: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Checks a unified social credit code [GB 32100] and returns it folded.
pub fn uscc(text: &str) -> Result<String, NumberError> {
    let code = fold(text);
    if code.len() != 18 || !code.is_ascii() {
        return Err(NumberError::Length);
    }
    let mut sum = 0usize;
    let mut weight = 1usize;
    let mut last = 0usize;
    for (i, byte) in code.bytes().enumerate() {
        let value = USCC
            .iter()
            .position(|b| *b == byte)
            .ok_or(NumberError::Character)?;
        if i < 17 {
            sum += value * weight;
            weight = weight * 3 % 31;
        } else {
            last = value;
        }
    }
    if (31 - sum % 31) % 31 == last {
        Ok(code)
    } else {
        Err(NumberError::Check)
    }
}

/// Check character of ISO/IEC 7064 MOD 37,36 over digits and upper-case letters; none when another
/// character stands in the text.
pub fn mod_37_36(text: &str) -> Option<char> {
    let mut p = 36u32;
    for c in text.chars() {
        let v = c.to_digit(36).filter(|_| !c.is_ascii_lowercase())?;
        let mut t = (p + v) % 36;
        if t == 0 {
            t = 36;
        }
        p = t * 2 % 37;
    }
    char::from_digit((37 - p) % 36, 36).map(|c| c.to_ascii_uppercase())
}

/// Check digit of ISO/IEC 7064 MOD 11,10 over decimal digits.
pub fn mod_11_10(digits: &str) -> Option<char> {
    let mut p = 10u32;
    for c in digits.chars() {
        let mut t = (p + c.to_digit(10)?) % 10;
        if t == 0 {
            t = 10;
        }
        p = t * 2 % 11;
    }
    char::from_digit((11 - p) % 10, 10)
}

/// A licence identifier (电子证照标识) [GB/T 36904].
pub const LICENCE_ROOT: &str = "1.2.156.3005.2";

/// Builds `root.type.issuer.serial.version.check`; none when a part holds a character outside
/// digits and upper-case letters.
pub fn licence_identifier(
    type_code: &str,
    issuer: &str,
    serial: &str,
    version: u32,
) -> Option<String> {
    let joined = format!("{type_code}{issuer}{serial}{version:03}");
    let check = mod_37_36(&joined)?;
    Some(format!(
        "{LICENCE_ROOT}.{type_code}.{issuer}.{serial}.{version:03}.{check}"
    ))
}

/// What is wrong with a licence identifier, if anything.
pub fn check_licence_identifier(text: &str) -> Result<(), NumberError> {
    let rest = text
        .strip_prefix(LICENCE_ROOT)
        .and_then(|r| r.strip_prefix('.'))
        .ok_or(NumberError::Character)?;
    let parts: Vec<&str> = rest.split('.').collect();
    let [type_code, issuer, serial, version, check] = parts[..] else {
        return Err(NumberError::Length);
    };
    let expected =
        mod_37_36(&[type_code, issuer, serial, version].concat()).ok_or(NumberError::Character)?;
    if check.chars().eq([expected]) {
        Ok(())
    } else {
        Err(NumberError::Check)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn resident_identity_numbers() {
        assert_eq!(
            resident_id("99010319960919228x").unwrap(),
            "99010319960919228X"
        );
        assert_eq!(resident_id("990103199609192281"), Err(NumberError::Check));
        assert_eq!(resident_id("990103199613192281"), Err(NumberError::Date));
        assert_eq!(resident_id("9901031996091922"), Err(NumberError::Length));
        assert_eq!(
            resident_id("99010319960919A28X"),
            Err(NumberError::Character)
        );
        let day = Date::constant(1996, 9, 18);
        assert_eq!(
            resident_id_at("99010319960919228X", day),
            Err(NumberError::Date)
        );
    }

    #[test]
    fn credit_codes() {
        for code in [
            "11990000MB91013772",
            "91990102MA2016221A",
            "92990102MA2008117R",
        ] {
            assert_eq!(uscc(code).unwrap(), code);
        }
        assert_eq!(uscc("91990102MA2016221B"), Err(NumberError::Check));
        assert_eq!(uscc("91990102MA20I6221A"), Err(NumberError::Character));
    }

    #[test]
    fn licence_identifiers() {
        assert_eq!(mod_37_36("A12425GABC1234002"), Some('M'));
        let made = licence_identifier(
            "11990000MB91013772011",
            "11990102MB9134259F",
            "JY29901020010130",
            1,
        )
        .unwrap();
        assert_eq!(
            made,
            "1.2.156.3005.2.11990000MB91013772011.11990102MB9134259F.JY29901020010130.001.A"
        );
        assert_eq!(check_licence_identifier(&made), Ok(()));
        assert!(check_licence_identifier(&made.replace("130", "131")).is_err());
        assert_eq!(mod_11_10("2990102001013"), Some('0'));
    }

    proptest! {
        #[test]
        fn one_wrong_digit_is_always_found(
            digits in "[0-9]{5,20}", at in 0usize..20, by in 1u32..10,
        ) {
            let check = mod_11_10(&digits).unwrap();
            let at = at % digits.len();
            let changed: String = digits.chars().enumerate().map(|(i, c)| {
                let d = c.to_digit(10).unwrap();
                if i == at { char::from_digit((d + by) % 10, 10).unwrap() } else { c }
            }).collect();
            prop_assert_ne!(mod_11_10(&changed).unwrap(), check);
        }

        #[test]
        fn no_text_makes_the_checks_panic(text in "\\PC{0,40}") {
            let _ = (resident_id(&text), uscc(&text), mobile(&text), mod_37_36(&text));
            let _ = (mod_11_10(&text), check_licence_identifier(&text), birth_date(&text));
        }
    }
}
