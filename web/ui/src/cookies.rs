//! Reading and writing of the few cookies of the interface.

use axum::http::{HeaderMap, HeaderValue, header};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// The decoded value of a cookie.
pub(crate) fn get(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .and_then(|(_, value)| percent_decode_str(value).decode_utf8().ok())
        .map(|value| value.into_owned())
}

/// A `Set-Cookie` value. `max_age` in seconds; 0 deletes, `None` lasts for the browser session.
pub(crate) fn set(
    name: &str,
    value: &str,
    max_age: Option<u32>,
    http_only: bool,
    secure: bool,
) -> HeaderValue {
    let mut text = format!(
        "{name}={}; Path=/; SameSite=Lax",
        utf8_percent_encode(value, NON_ALPHANUMERIC)
    );
    if let Some(seconds) = max_age {
        text.push_str(&format!("; Max-Age={seconds}"));
    }
    if http_only {
        text.push_str("; HttpOnly");
    }
    if secure {
        text.push_str("; Secure");
    }
    HeaderValue::from_str(&text).expect("an encoded cookie is visible ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_can_be_read() {
        let set = set("flash", "已保存; ok", Some(60), true, true);
        let text = set.to_str().unwrap();
        assert!(text.ends_with("; Path=/; SameSite=Lax; Max-Age=60; HttpOnly; Secure"));
        let pair = text.split(';').next().unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, format!("a=1; {pair}; b=2").parse().unwrap());
        assert_eq!(get(&headers, "flash").as_deref(), Some("已保存; ok"));
        assert_eq!(get(&headers, "c"), None);
    }
}
