//! Protection against forged requests.
//!
//! Every form carries a token: HMAC-SM3 over the visitor's binding under the key of the
//! installation. The binding is a random cookie the page cannot read, or whatever a session layer
//! put into the request's extensions as [`CsrfBinding`]. Its second half is always bound to the
//! cookie: a form whose session has ended or was followed by another is known to be of this
//! browser, is not acted upon, and comes back with everything that was typed ([`crate::Kept`]).

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::{HeaderMap, StatusCode, header, request::Parts};
use axum::response::Response;
use serde::de::DeserializeOwned;

use crate::shell::Shell;
use crate::{FormData, Kept, error_page};

/// Name of the hidden field.
pub const FIELD: &str = "csrf";
/// Name of the header scripts send instead.
pub const HEADER: &str = "x-csrf-token";

/// What tokens of this request are bound to: a session's id or the visitor cookie's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CsrfBinding(pub String);

/// Length of each half of a token.
const HALF: usize = 32;

/// The token for a binding in a browser: 64 hexadecimal digits.
pub fn token(key: &[u8; 32], binding: &str, visitor: &str) -> String {
    let half = |part: &str, of: &str| {
        let mac = gm::hmac_sm3(key, format!("{part}\0{of}").as_bytes());
        hex(&mac[..HALF / 2])
    };
    format!("{}{}", half("csrf", binding), half("browser", visitor))
}

/// Whether the token belongs to the binding and the browser.
pub fn verify(key: &[u8; 32], binding: &str, visitor: &str, given: &str) -> bool {
    same(&token(key, binding, visitor), given)
}

/// Whether the token was given to this browser, under whatever session.
pub fn of_browser(key: &[u8; 32], visitor: &str, given: &str) -> bool {
    let expected = token(key, "", visitor);
    given.len() == 2 * HALF
        && given.is_char_boundary(HALF)
        && same(&expected[HALF..], &given[HALF..])
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Compares in the same time whatever differs.
pub(crate) fn same(expected: &str, given: &str) -> bool {
    expected.len() == given.len()
        && expected
            .bytes()
            .zip(given.bytes())
            .fold(0, |acc, (a, b)| acc | (a ^ b))
            == 0
}

/// Checks tokens by hand, for multipart forms whose parts are read one by one.
///
/// Put the hidden field before the files, so that it arrives first.
#[derive(Clone, Debug)]
pub struct CsrfGuard(Shell);

impl CsrfGuard {
    /// The page that says what to do, if the token is wrong.
    #[allow(clippy::result_large_err, reason = "the error is the response itself")]
    pub fn check(&self, given: &str) -> Result<(), Response> {
        if self.0.csrf_fits(given) {
            Ok(())
        } else {
            Err(refuse(&self.0))
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for CsrfGuard {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        Shell::from_request_parts(parts, state).await.map(CsrfGuard)
    }
}

/// A posted form whose token was right, as pairs.
#[derive(Clone, Debug)]
pub struct Posted(pub FormData);

impl<S: Send + Sync> FromRequest<S> for Posted {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        read(request, state).await.map(|(data, _)| Posted(data))
    }
}

/// A posted form whose token was right, read into a type.
///
/// Names that repeat need [`Posted`].
#[derive(Clone, Debug)]
pub struct CsrfForm<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for CsrfForm<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let (data, shell) = read(request, state).await?;
        let pairs = data.pairs().iter().map(|(k, v)| (k.as_str(), v.as_str()));
        let deserializer = serde::de::value::MapDeserializer::<_, serde::de::value::Error>::new(
            pairs.map(|(k, v)| (k, Text(v))),
        );
        T::deserialize(deserializer).map(CsrfForm).map_err(|error| {
            tracing::info!(%error, "a form lacks a field or has one that cannot be read");
            error_page(&shell, StatusCode::UNPROCESSABLE_ENTITY, None)
        })
    }
}

/// A form value: a string that becomes a number, a truth value or nothing where the type asks.
struct Text<'a>(&'a str);

impl<'de> serde::de::IntoDeserializer<'de, serde::de::value::Error> for Text<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! parsed {
    ($($method:ident $visit:ident $t:ty),*) => {$(
        fn $method<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
            match self.0.trim().parse::<$t>() {
                Ok(value) => visitor.$visit(value),
                Err(_) => visitor.visit_borrowed_str(self.0),
            }
        }
    )*};
}

impl<'de> serde::Deserializer<'de> for Text<'de> {
    type Error = serde::de::value::Error;

    fn deserialize_any<V: serde::de::Visitor<'de>>(
        self,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_borrowed_str(self.0)
    }

    fn deserialize_bool<V: serde::de::Visitor<'de>>(
        self,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        match self.0 {
            "on" | "1" | "true" | "yes" => visitor.visit_bool(true),
            "" | "0" | "false" | "no" => visitor.visit_bool(false),
            other => visitor.visit_borrowed_str(other),
        }
    }

    fn deserialize_option<V: serde::de::Visitor<'de>>(
        self,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        if self.0.trim().is_empty() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: serde::de::Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: serde::de::Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        serde::de::value::BorrowedStrDeserializer::new(self.0)
            .deserialize_enum(name, variants, visitor)
    }

    parsed! {
        deserialize_u8 visit_u8 u8, deserialize_u16 visit_u16 u16, deserialize_u32 visit_u32 u32,
        deserialize_u64 visit_u64 u64, deserialize_i8 visit_i8 i8, deserialize_i16 visit_i16 i16,
        deserialize_i32 visit_i32 i32, deserialize_i64 visit_i64 i64,
        deserialize_f32 visit_f32 f32, deserialize_f64 visit_f64 f64
    }

    serde::forward_to_deserialize_any! {
        i128 u128 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map
        struct identifier ignored_any
    }
}

#[allow(clippy::result_large_err, reason = "the error is the response itself")]
async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<(FormData, Shell), Response> {
    let (mut parts, body) = request.into_parts();
    let shell = Shell::from_request_parts(&mut parts, state).await?;
    if !is_form(&parts.headers) {
        return Err(error_page(&shell, StatusCode::UNSUPPORTED_MEDIA_TYPE, None));
    }
    let header = parts
        .headers
        .get(HEADER)
        .and_then(|v| v.to_str().ok())
        .map(str::to_owned);
    let bytes = Bytes::from_request(Request::from_parts(parts, body), state)
        .await
        .map_err(|rejection| {
            let status = axum::response::IntoResponse::into_response(rejection).status();
            error_page(&shell, status, None)
        })?;
    let data = FormData::parse(&bytes);
    let given = header.unwrap_or_else(|| data.get(FIELD).to_owned());
    if shell.csrf_fits(&given) {
        Ok((data, shell))
    } else if shell.csrf_of_browser(&given) {
        // The session is another one than when the page was made: nothing is done, nothing lost.
        let kept = Kept::new(shell.here(), data);
        Err(kept.again(&shell, shell.csrf()))
    } else {
        Err(refuse(&shell))
    }
}

pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("application/x-www-form-urlencoded"))
}

fn refuse(shell: &Shell) -> Response {
    tracing::info!("a form came with a wrong token");
    let words = shell.l().t("error-csrf");
    error_page(shell, StatusCode::FORBIDDEN, Some(&words))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 32] = [7; 32];

    #[test]
    fn a_token_fits_only_its_binding_browser_and_key() {
        let given = token(&KEY, "session-1", "browser-1");
        assert_eq!(given.len(), 64);
        assert!(verify(&KEY, "session-1", "browser-1", &given));
        assert!(!verify(&KEY, "session-2", "browser-1", &given));
        assert!(!verify(&KEY, "session-1", "browser-2", &given));
        assert!(!verify(&[8; 32], "session-1", "browser-1", &given));
        assert!(!verify(&KEY, "session-1", "browser-1", ""));
        assert!(!verify(&KEY, "session-1", "browser-1", &given[..63]));
    }

    #[test]
    fn the_browser_of_a_token_is_known_whatever_the_session() {
        let given = token(&KEY, "session-1", "browser-1");
        assert!(of_browser(&KEY, "browser-1", &given));
        assert!(!of_browser(&KEY, "browser-2", &given));
        assert!(!of_browser(&[8; 32], "browser-1", &given));
        assert!(!of_browser(&KEY, "browser-1", ""));
        assert!(!of_browser(&KEY, "browser-1", &given[..32]));
    }
}
