//! A notice that outlives one redirect: 「已保存」 on the page after the form.
//!
//! It travels in a cookie with a code over it, so that nobody can put words into the site's mouth.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;

use crate::view::{Notice, NoticeTone};
use crate::{cookies, response};

pub(crate) const COOKIE: &str = "flash";
/// A flash not shown within this time, in seconds, is forgotten.
const LIFE: u32 = 120;

/// A notice for the next page. Made by [`crate::Shell::flash`].
#[derive(Clone, Debug)]
pub struct Flash {
    cookie: HeaderValue,
}

impl Flash {
    pub(crate) fn new(key: &[u8; 32], binding: &str, notice: &Notice, secure: bool) -> Self {
        let text = format!("{}|{}", notice.tone.class(), notice.text);
        let value = format!("{}|{text}", code(key, binding, &text));
        Self {
            cookie: cookies::set(COOKIE, &value, Some(LIFE), true, secure),
        }
    }

    /// 303 to `path`, where the notice is shown.
    pub fn to(self, path: &str) -> Response {
        let mut response = response::see_other(path);
        response
            .headers_mut()
            .append(header::SET_COOKIE, self.cookie);
        response
    }
}

fn code(key: &[u8; 32], binding: &str, text: &str) -> String {
    let mac = gm::hmac_sm3(key, format!("flash\0{binding}\0{text}").as_bytes());
    mac[..12].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The notice of the last page, if its code is right.
pub(crate) fn read(headers: &HeaderMap, key: &[u8; 32], binding: &str) -> Option<Notice> {
    let value = cookies::get(headers, COOKIE)?;
    let (given, text) = value.split_once('|')?;
    let (tone, words) = text.split_once('|')?;
    (given == code(key, binding, text))
        .then(|| Notice::new(NoticeTone::parse(tone), words.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flash_survives_the_cookie_and_a_forged_one_does_not() {
        let key = [3; 32];
        let flash = Flash::new(&key, "v", &Notice::ok("已保存 | 14:03"), false);
        let cookie = flash
            .cookie
            .to_str()
            .unwrap()
            .split(';')
            .next()
            .unwrap()
            .to_owned();
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, cookie.parse().unwrap());
        let notice = read(&headers, &key, "v").unwrap();
        assert_eq!(notice.text, "已保存 | 14:03");
        assert_eq!(notice.tone, NoticeTone::Ok);
        assert!(read(&headers, &key, "another visitor").is_none());
        headers.insert(header::COOKIE, "flash=abc%7Cok%7Cforged".parse().unwrap());
        assert!(read(&headers, &key, "v").is_none());
    }
}
