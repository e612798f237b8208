//! `POST /seals/{key}/acts`: everything that moves a seal.

use axum::http::StatusCode;
use axum::response::Response;
use kernel::Problem;

use super::acts::SealAct;
use super::view::SealView;
use crate::caller::Caller;
use crate::input::Body;
use crate::key::Keys;
use crate::problem::Fail;
use crate::revision::Seen;

/// 办理 / Does an act on a seal. What may be done now follows from the table of I-03; who may,
/// from scope and the separation of duties (I-16). A loss report does not ask whether the revision
/// is the newest.
#[utoipa::path(
    post, path = "/seals/{key}/acts", tag = "seals", operation_id = "act_on_seal",
    security(("token" = [])),
    params(("key" = String, Path, pattern = "^[A-Za-z0-9_.-]{1,64}$", description = "Key of the seal"),
           ("If-Match" = String, Header, pattern = "^\"[0-9]{1,18}\"$",
            description = "The revision you saw: the ETag of the seal"),
           ("Idempotency-Key" = Option<String>, Header, pattern = "^[!-~]{1,128}$",
            description = "The same key gives the same answer for a day")),
    request_body = SealAct,
    responses((status = 200, description = "The seal afterwards", body = SealView,
               headers(("ETag" = String, description = "The revision")),
               links(("act" = (operation_id = "act_on_seal", parameters(
                         ("path.key" = "$response.body#/key"),
                         ("header.If-Match" = "$response.header.ETag")))),
                     ("read" = (operation_id = "read_seal", parameters(
                         ("path.key" = "$response.body#/key")))),
                     ("uses" = (operation_id = "seal_uses", parameters(
                         ("path.key" = "$response.body#/key")))))))
)]
pub async fn act(
    caller: Caller,
    Keys([key]): Keys<1>,
    seen: Seen,
    Body(act): Body<SealAct>,
) -> Result<Response, Fail> {
    let seal = seals::detail(&caller.ctx, &key).await?.seal;
    if !seen.is(seal.rev) && !act.is_urgent() {
        return Err(Problem::new(
            "stale",
            412,
            "印章刚刚被他人办理过，请重新读取后再办",
            "Somebody else has just acted on the seal; read it again and try again",
        )
        .into());
    }
    act.run(&caller.ctx, &key).await?;
    super::shown(&caller.ctx, &key, StatusCode::OK).await
}
