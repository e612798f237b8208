//! The cookies of the session layer.

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
    let secure = if secure { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{end}{secure}");
    HeaderValue::from_str(&text).expect("name and value are letters and digits")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others_and_set_with_its_guards() {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::COOKIE,
            HeaderValue::from_static("a=1; tb_session=xyz"),
        );
        assert_eq!(get(&headers, "tb_session").as_deref(), Some("xyz"));
        assert_eq!(get(&headers, "session"), None);
        let set = set("tb_session", "k", true);
        assert_eq!(set, "tb_session=k; Path=/; HttpOnly; SameSite=Lax; Secure");
    }
}
