//! 修订号: an act names the revision of the case that its caller saw, as `If-Match` (RFC 9110
//! §13.1.1). What was changed in between refuses it.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use cases::Detail;
use kernel::Problem;
use store::Ctx;

use crate::problem::Fail;

/// The revision that the caller saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen(i64);

impl Seen {
    /// Whether this is the revision.
    pub fn is(self, rev: i64) -> bool {
        self.0 == rev
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Seen {
    type Rejection = Fail;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fail> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else {
            return Err(Problem::new(
                "revision_missing",
                428,
                "请在If-Match中写明您看到的修订号（读取时的ETag）",
                "State the revision you saw in If-Match (the ETag of what you read)",
            )
            .into());
        };
        let text = value.to_str().unwrap_or_default().trim();
        // A proxy that compresses makes an `ETag` weak.
        text.strip_prefix("W/")
            .unwrap_or(text)
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            .and_then(|rev| rev.parse().ok())
            .map(Self)
            .ok_or_else(|| {
                Problem::invalid(
                    "revision_invalid",
                    "If-Match须为带引号的修订号，如\"3\"",
                    "If-Match is a quoted revision such as \"3\"",
                )
                .into()
            })
    }
}

/// The case, if it is still as the caller saw it.
pub async fn unchanged(ctx: &Ctx, case_id: &str, seen: Seen) -> Result<Detail, Fail> {
    let detail = cases::detail(ctx, case_id).await?;
    if detail.case.rev == seen.0 {
        return Ok(detail);
    }
    Err(changed().into())
}

/// 412: somebody else was faster.
fn changed() -> Problem {
    Problem::new(
        "stale",
        412,
        "办件刚刚被他人处理过，请重新读取后再办",
        "Somebody else has just worked on the case; read it again and try again",
    )
}

/// A refusal of a use case; a lost race is a failed precondition.
pub fn refused(error: cases::CaseError) -> Fail {
    match error {
        cases::CaseError::Stale => changed().into(),
        other => other.into(),
    }
}

/// The `ETag` of a revision.
pub fn etag(rev: i64) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{rev}\"")).expect("digits in quotes make a header")
}
