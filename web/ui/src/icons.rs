//! Icons: one file of symbols, put into the page where they are used.

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

const SYMBOLS: &str = include_str!("../assets/icons.svg");

static PATHS: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    SYMBOLS
        .split("<symbol id=\"")
        .skip(1)
        .filter_map(|part| {
            let (name, rest) = part.split_once('"')?;
            let (_, rest) = rest.split_once('>')?;
            let (body, _) = rest.split_once("</symbol>")?;
            Some((name, body.trim()))
        })
        .collect()
});

/// An icon as inline SVG, hidden from assistive technology: words stand beside it.
pub struct Icon(&'static str);

/// The icon of a name in `assets/icons.svg`. An unknown name draws nothing.
pub fn icon(name: &str) -> Icon {
    let body = PATHS.get(name).copied().unwrap_or_else(|| {
        tracing::warn!(name, "no such icon");
        ""
    });
    Icon(body)
}

impl fmt::Display for Icon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "<svg class=\"i\" viewBox=\"0 0 24 24\" aria-hidden=\"true\">{}</svg>",
            self.0
        )
    }
}

impl askama::FastWritable for Icon {
    fn write_into(&self, dest: &mut dyn fmt::Write, _: &dyn askama::Values) -> askama::Result<()> {
        Ok(write!(dest, "{self}")?)
    }
}

impl askama::filters::HtmlSafe for Icon {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_symbol_is_read() {
        assert_eq!(PATHS.len(), SYMBOLS.matches("<symbol").count());
        assert!(icon("home").to_string().contains("<path"));
        assert!(!icon("no such icon").to_string().contains("<path"));
    }
}
