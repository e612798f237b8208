//! Reading what was sent: JSON, queries and texts, each refused with the words of a problem.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use kernel::Problem;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};

use crate::problem::Fail;

/// A JSON body.
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Fail;

    async fn from_request(request: Request, state: &S) -> Result<Self, Fail> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(value)) => Ok(Self(value)),
            Err(rejection) => Err(refused(&rejection).into()),
        }
    }
}

fn refused(rejection: &JsonRejection) -> Problem {
    let said = || {
        let mut innermost: &dyn std::error::Error = rejection;
        while let Some(source) = innermost.source() {
            innermost = source;
        }
        innermost.to_string()
    };
    match rejection {
        JsonRejection::JsonSyntaxError(_) => Problem::invalid(
            "malformed_json",
            format!("内容不是有效的JSON：{}", said()),
            format!("The body is not JSON: {}", said()),
        ),
        JsonRejection::JsonDataError(_) => Problem::new(
            "invalid_body",
            422,
            format!("内容不符合接口定义：{}", said()),
            format!("The body does not fit the definition: {}", said()),
        ),
        JsonRejection::MissingJsonContentType(_) => Problem::new(
            "unsupported_media_type",
            415,
            "请以application/json提交",
            "Send application/json",
        ),
        other if other.status() == 413 => Problem::new(
            "too_large",
            413,
            "内容过大，请求不得超过接口的上限（一般为256KB）",
            "The body is larger than this address takes (mostly 256 KB)",
        ),
        _ => Problem::invalid("bad_request", "内容无法读取", "The body cannot be read"),
    }
}

/// The query of an address.
pub struct Params<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = Fail;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fail> {
        // A name given twice would silently win or lose.
        let mut seen = std::collections::BTreeSet::new();
        let query = parts.uri.query().unwrap_or_default();
        for (name, _) in form_urlencoded::parse(query.as_bytes()) {
            if !seen.insert(name.clone()) {
                return Err(bad_query(&format!("{name} stands twice")).into());
            }
        }
        match Query::<T>::try_from_uri(&parts.uri) {
            Ok(Query(value)) => Ok(Self(value)),
            Err(rejection) => Err(bad_query(&rejection.body_text()).into()),
        }
    }
}

fn bad_query(said: &str) -> Problem {
    Problem::invalid(
        "invalid_query",
        format!("查询参数有误：{said}"),
        format!("The query cannot be used: {said}"),
    )
}

/// Characters that a text may hold: no control characters but line breaks and tabs.
fn printable(text: &str) -> bool {
    text.chars()
        .all(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t'))
}

/// Text of `MIN` to `MAX` characters without control characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Text<const MIN: usize, const MAX: usize>(String);

impl<const MIN: usize, const MAX: usize> Text<MIN, MAX> {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text itself.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl<'de, const MIN: usize, const MAX: usize> Deserialize<'de> for Text<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let length = text.chars().count();
        if length < MIN || length > MAX {
            return Err(D::Error::custom(format!(
                "text of {MIN} to {MAX} characters expected, {length} found"
            )));
        }
        if !printable(&text) {
            return Err(D::Error::custom("text holds control characters"));
        }
        Ok(Self(text))
    }
}

impl<const MAX: usize> Default for Text<0, MAX> {
    fn default() -> Self {
        Self(String::new())
    }
}

/// A reason or an opinion.
pub type Words = Text<1, 2000>;
/// Words that may be left out.
pub type MaybeWords = Text<0, 2000>;
/// A code, a name or a number.
pub type Short = Text<1, 100>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_bounds() {
        let read = |json: &str| serde_json::from_str::<Text<1, 3>>(json).map(Text::into_string);
        assert_eq!(read("\"核\\n\"").unwrap(), "核\n");
        assert!(read("\"\"").is_err());
        assert!(read("\"abcd\"").is_err());
        assert!(read("\"a\\u0000\"").is_err());
        assert!(read("1").is_err());
    }
}
