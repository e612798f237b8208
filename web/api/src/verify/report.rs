//! `GET /verifications/{number}`: an outcome under its number, and its sealed report.

use axum::Json;
use axum::extract::Path;
use axum::response::Response;
use licences::Format;

use super::view::VerdictView;
use crate::caller::Anybody;
use crate::content;
use crate::problem::Fail;

/// 核验结果 / The outcome of a verification, by the number it was given.
#[utoipa::path(
    get, path = "/verifications/{number}", tag = "verify", operation_id = "read_verification",
    params(("number" = String, Path, description = "核验编号 / the number of the verification")),
    responses((status = 200, description = "The verdict as it was told", body = VerdictView))
)]
pub async fn read(
    Anybody(ctx): Anybody,
    Path(number): Path<String>,
) -> Result<Json<VerdictView>, Fail> {
    let kept = licences::verification(&ctx, &number).await?;
    Ok(Json(VerdictView::of(kept)))
}

/// 核验报告 / The sealed report of a verification; it is sealed when it is first asked for.
#[utoipa::path(
    get, path = "/verifications/{number}/report/{format}", tag = "verify",
    operation_id = "read_verification_report",
    params(
        ("number" = String, Path, description = "核验编号 / the number of the verification"),
        ("format" = String, Path, description = "`pdf` or `ofd`")
    ),
    responses((status = 200, description = "The sealed report", content(
        (Vec<u8> = "application/pdf"), (Vec<u8> = "application/ofd")
    )))
)]
pub async fn report(
    Anybody(ctx): Anybody,
    Path((number, format)): Path<(String, String)>,
) -> Result<Response, Fail> {
    let format = match format.as_str() {
        "pdf" => Format::Pdf,
        "ofd" => Format::Ofd,
        _ => {
            let words = ("没有这种格式的报告", "There is no report of that format");
            return Err(kernel::Problem::not_found(words.0, words.1).into());
        }
    };
    let report = licences::report(&ctx, &number, format).await?;
    Ok(content::file(
        &report.file_name,
        format.media_type(),
        report.bytes,
    ))
}
