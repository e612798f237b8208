//! How personal data look where they are shown by default.

/// `林*华`, `陈*`: the first and, from three characters on, the last stay.
pub fn name(full: &str) -> String {
    let chars: Vec<char> = full.chars().collect();
    match chars.len() {
        0 => String::new(),
        1 => "*".into(),
        2 => format!("{}*", chars[0]),
        n => format!("{}{}{}", chars[0], "*".repeat(n - 2), chars[n - 1]),
    }
}

/// First four and last two of an identity number; shorter ones are hidden whole.
pub fn id_number(full: &str) -> String {
    keep(full, 4, 2)
}

/// First three and last four of a phone number.
pub fn phone(full: &str) -> String {
    keep(full, 3, 4)
}

/// The last four of an account.
pub fn account(full: &str) -> String {
    keep(full, 0, 4)
}

/// The region of an address stays, the rest is hidden.
pub fn address(full: &str) -> String {
    let head: String = full.chars().take(6).collect();
    if full.chars().count() > 6 {
        format!("{head}****")
    } else {
        "****".into()
    }
}

/// A personal value of any kind, by its shape.
pub fn by_shape(value: &str) -> String {
    let count = value.chars().count();
    let plain = value.chars().all(|c| c.is_ascii_alphanumeric());
    match (plain, count) {
        (true, 15..) => id_number(value),
        (true, 11) => phone(value),
        (true, _) => account(value),
        (false, ..=4) => name(value),
        (false, _) => address(value),
    }
}

fn keep(full: &str, first: usize, last: usize) -> String {
    let chars: Vec<char> = full.chars().collect();
    if chars.len() <= first + last {
        return "*".repeat(chars.len());
    }
    let hidden = "*".repeat(chars.len() - first - last);
    let head: String = chars[..first].iter().collect();
    let tail: String = chars[chars.len() - last..].iter().collect();
    format!("{head}{hidden}{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_follow_the_interface_guide() {
        assert_eq!(name("林建华"), "林*华");
        assert_eq!(name("陈䶮"), "陈*");
        assert_eq!(name("欧阳建华"), "欧**华");
        assert_eq!(id_number("990102197803120639"), "9901************39");
        assert_eq!(phone("19900120007"), "199****0007");
        assert_eq!(id_number("123"), "***");
    }

    #[test]
    fn values_are_hidden_by_their_shape() {
        assert_eq!(by_shape("林晓华"), "林*华");
        assert_eq!(by_shape("19900120007"), "199****0007");
        assert!(by_shape("990102197803120639").starts_with("9901*"));
        assert_eq!(by_shape("云州市东湖区湖滨路18号"), "云州市东湖区****");
    }
}
