//! The language of the words in an answer.

use axum::http::{HeaderMap, header};
use kernel::Locale;

/// English where `Accept-Language` prefers it to Chinese, else Chinese.
pub fn of(headers: &HeaderMap) -> Locale {
    let wish = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    let mut best = (Locale::Zh, 0.0_f32);
    for part in wish.split(',') {
        let mut pieces = part.split(';').map(str::trim);
        let tag = pieces.next().unwrap_or_default().to_ascii_lowercase();
        let weight = pieces
            .find_map(|p| p.strip_prefix("q="))
            .map_or(1.0, |q| q.trim().parse().unwrap_or(0.0));
        let locale = match tag.split('-').next() {
            Some("zh") => Locale::Zh,
            Some("en") => Locale::En,
            _ => continue,
        };
        if weight > best.1 {
            best = (locale, weight);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn the_preferred_language_is_chosen() {
        let ask = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static(text));
            of(&headers)
        };
        assert_eq!(of(&HeaderMap::new()), Locale::Zh);
        assert_eq!(ask("en"), Locale::En);
        assert_eq!(ask("en-GB,en;q=0.9,zh;q=0.1"), Locale::En);
        assert_eq!(ask("de, en;q=0.5, zh-CN;q=0.8"), Locale::Zh);
        assert_eq!(ask("fr"), Locale::Zh);
        assert_eq!(ask("en;q=x"), Locale::Zh);
    }
}
