//! The cookie of the session layer.

use axum::http::{HeaderMap, HeaderValue, header};

/// The value of a cookie, if the browser sent it.
pub(crate) fn get(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|v| v.to_str().ok());
    lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

/// A cookie for as long as the browser is open; an empty value takes it away.
pub(crate) fn set(name: &str, value: &str, secure: bool) -> HeaderValue {
    let end = if value.is_empty() { "; Max-Age=0" } else { "" };
    of(name, value, end, secure)
}

/// A cookie for some days.
pub(crate) fn keep(name: &str, value: &str, days: u32, secure: bool) -> HeaderValue {
    of(name, value, &format!("; Max-Age={}", days * 86_400), secure)
}

fn of(name: &str, value: &str, end: &str, secure: bool) -> HeaderValue {
    let secure = if secure { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{end}{secure}");
    HeaderValue::from_str(&text).expect("name and value are letters, digits and signs")
}
