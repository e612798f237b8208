//! Numbers as OFD writes them.

use std::fmt::{self, Display, Write};

/// Millimetres with at most three decimals, a thousandth of a millimetre being less than any
/// reader draws.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Millimetres(i64);

pub(super) fn mm(value: f32) -> Millimetres {
    // Layout refuses what is not finite; the cast saturates in any case.
    Millimetres((f64::from(value) * 1000.0).round() as i64)
}

impl Display for Millimetres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 0 {
            f.write_char('-')?;
        }
        let (whole, mut part) = (self.0.unsigned_abs() / 1000, self.0.unsigned_abs() % 1000);
        write!(f, "{whole}")?;
        if part > 0 {
            let mut digits = 3;
            while part.is_multiple_of(10) {
                part /= 10;
                digits -= 1;
            }
            write!(f, ".{part:0digits$}")?;
        }
        Ok(())
    }
}

/// DeltaX: exactly one value fewer than glyphs, stretches of equal values as `g count value`.
pub(super) fn deltas(out: &mut String, advances: impl Iterator<Item = f32>) {
    let mut rest = advances.map(mm).peekable();
    let mut first = true;
    while let Some(value) = rest.next() {
        let mut count = 1;
        while rest.next_if_eq(&value).is_some() {
            count += 1;
        }
        let mut write_one = |text: fmt::Arguments| {
            if !first {
                out.push(' ');
            }
            first = false;
            // Writing to a string cannot fail.
            let _ = out.write_fmt(text);
        };
        if count >= 3 {
            write_one(format_args!("g {count} {value}"));
        } else {
            (0..count).for_each(|_| write_one(format_args!("{value}")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_exact() {
        for (value, text) in [
            (0.0, "0"),
            (210.0, "210"),
            (31.5, "31.5"),
            (0.059, "0.059"),
            (2.3456, "2.346"),
            (-1.25, "-1.25"),
            (-0.0001, "0"),
            (0.1 + 0.2, "0.3"),
        ] {
            assert_eq!(mm(value).to_string(), text);
        }
    }

    #[test]
    fn equal_advances_are_grouped() {
        let of = |values: &[f32]| {
            let mut out = String::new();
            deltas(&mut out, values.iter().copied());
            out
        };
        assert_eq!(of(&[5.0; 9]), "g 9 5");
        assert_eq!(of(&[5.0, 5.0, 2.8]), "5 5 2.8");
        assert_eq!(of(&[5.0, 5.0, 5.0, 2.8, 5.0]), "g 3 5 2.8 5");
        assert_eq!(of(&[]), "");
    }
}
