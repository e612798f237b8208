//! 亮证: a code that its holder shows and that is worth nothing a few minutes later, so that a
//! picture of it cannot be shown by somebody else [B-47].

use jiff::{SignedDuration, Timestamp};
use sealing::Reason;
use store::Ctx;

use crate::error::LicenceError;
use crate::table;
use crate::wallet::is_holder;

/// How long a code is good.
pub const GOOD: SignedDuration = SignedDuration::from_mins(5);

/// A code with the moment until which it is good.
#[derive(Clone, Debug)]
pub struct Showing {
    /// In place of the licence's own token in the address of its verification.
    pub token: String,
    pub until: Timestamp,
}

/// A new code for the holder of a valid licence. Nothing is written: the code carries its end and
/// a keyed digest.
pub async fn showing(ctx: &Ctx, key: &str) -> Result<Showing, LicenceError> {
    if !is_holder(ctx, key).await? {
        return Err(LicenceError::NotFound);
    }
    let licence = table::load(&mut ctx.db.reader(), ctx, key).await?;
    if !licence.state.is_citable() {
        return Err(LicenceError::NotCitable(licence.state));
    }
    let until = ctx.now() + GOOD;
    let end = until.as_second().to_string();
    let proof = proof(ctx, &licence.token, &end);
    Ok(Showing {
        token: format!("{}.{end}.{proof}", licence.token),
        until,
    })
}

fn proof(ctx: &Ctx, token: &str, end: &str) -> String {
    let digest = ctx.lookup("licence_show", &format!("{token}.{end}"));
    hex::encode(&digest[..16.min(digest.len())])
}

/// The licence's own token behind what was scanned: itself, or what a code stands for. An old code
/// is said to be old; one that was made up is nobody's.
pub(crate) fn token_of<'a>(ctx: &Ctx, scanned: &'a str) -> Result<&'a str, Reason> {
    let mut parts = scanned.split('.');
    let (Some(token), Some(end), Some(given), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Ok(scanned);
    };
    if proof(ctx, token, end) != given {
        return Ok(scanned);
    }
    let over = end
        .parse::<i64>()
        .is_ok_and(|end| end < ctx.now().as_second());
    match over {
        true => Err(Reason::TokenExpired),
        false => Ok(token),
    }
}
