//! Numbers as producers write them. What cannot be read is nothing, never an error: one odd
//! attribute must not cost the page.

/// Most numbers one attribute may hold.
const MOST: usize = 200_000;
/// A coordinate beyond a kilometre is no coordinate.
const FARTHEST: f64 = 1e6;

/// One finite number of sensible size.
pub fn number(text: &str) -> Option<f64> {
    let value: f64 = text.trim().parse().ok()?;
    (value.abs() <= FARTHEST).then_some(value)
}

/// Numbers between blanks or commas; what is no number is left out.
pub fn numbers(text: &str) -> Vec<f64> {
    words(text).filter_map(number).take(MOST).collect()
}

/// Exactly the first `N` numbers, if there are as many.
pub fn array<const N: usize>(text: &str) -> Option<[f64; N]> {
    numbers(text).get(..N)?.try_into().ok()
}

/// `true` or `false`, in any case, or 1 or 0.
pub fn truth(text: &str) -> Option<bool> {
    match text.trim() {
        "1" => Some(true),
        "0" => Some(false),
        word if word.eq_ignore_ascii_case("true") => Some(true),
        word if word.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// The steps between characters (DeltaX, DeltaY): plain values mixed with runs `g count value`.
pub fn deltas(text: &str) -> Vec<f64> {
    let mut steps = Vec::new();
    let mut words = words(text);
    while let Some(word) = words.next() {
        if steps.len() >= MOST {
            break;
        }
        if word.eq_ignore_ascii_case("g") {
            let count = words.next().and_then(number).unwrap_or(0.0).max(0.0) as usize;
            let step = words.next().and_then(number).unwrap_or(0.0);
            steps.resize((steps.len() + count).min(MOST), step);
        } else if let Some(step) = number(word) {
            steps.push(step);
        }
    }
    steps
}

/// A component of a colour: decimal, or hexadecimal after `#`.
pub fn component(word: &str) -> Option<f64> {
    match word.strip_prefix('#') {
        Some(digits) => u16::from_str_radix(digits, 16).ok().map(f64::from),
        None => number(word),
    }
}

pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || c == ',')
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_finite_and_of_sensible_size() {
        assert_eq!(numbers("1 2.5,-3\n4e1"), [1.0, 2.5, -3.0, 40.0]);
        assert_eq!(numbers("NaN inf 1e300 x 7"), [7.0]);
        assert_eq!(array::<4>("0 0 210 297"), Some([0.0, 0.0, 210.0, 297.0]));
        assert_eq!(array::<4>("0 0 210"), None);
    }

    #[test]
    fn runs_of_steps_are_spread() {
        assert_eq!(deltas("g 3 5 2.8 g 1 1"), [5.0, 5.0, 5.0, 2.8, 1.0]);
        assert_eq!(deltas("3 3 1.5"), [3.0, 3.0, 1.5]);
        assert_eq!(deltas("g 3"), [0.0; 3]);
        assert_eq!(deltas("g"), [0.0; 0]);
        assert_eq!(deltas("g -4 2 1"), [1.0]);
        assert_eq!(deltas("g 1e6 1 g 1e6 1 g 1e6 1").len(), MOST);
    }

    #[test]
    fn truth_and_components_are_read_leniently() {
        assert_eq!(truth(" True "), Some(true));
        assert_eq!(truth("0"), Some(false));
        assert_eq!(truth("maybe"), None);
        assert_eq!(component("#FF"), Some(255.0));
        assert_eq!(component("128"), Some(128.0));
        assert_eq!(component("#é"), None);
    }
}
