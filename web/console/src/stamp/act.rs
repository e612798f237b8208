//! The form comes in: shown with where the seals will stand, then sealed.

use axum::extract::Multipart;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::Problem;
use seals::{Kept, Looked, SealDocument};
use ui::{CsrfGuard, FormData, Shell};

use super::form;
use super::show::{KEPT, ask, held, preview};
use crate::files;
use crate::reply::{Answer, OrPage, status};
use crate::session::{Acting, Staff};

/// What came: the fields, and the document, new or kept.
struct Came {
    data: FormData,
    /// The slip; empty while no document came.
    kept: String,
    document: Option<Kept>,
}

async fn came(
    acting: &Acting,
    shell: &Shell,
    guard: &CsrfGuard,
    parts: Multipart,
) -> Result<Result<Came, (FormData, Problem)>, Response> {
    let mut received = ui::receive(shell, guard, parts).await?;
    let file = received.take_file();
    let data = received.fields;
    let slip = data.get(KEPT).to_owned();
    let found = match file {
        Some((name, bytes)) => {
            let kept = seals::keep_document(&acting.ctx, &name, bytes.clone()).await;
            kept.map(|kept| (kept, Some(Kept { name, bytes })))
        }
        None if slip.is_empty() => Ok((slip, None)),
        None => {
            let document = seals::kept_document(&acting.ctx, &slip).await;
            document.map(|document| (slip, Some(document)))
        }
    };
    Ok(match found {
        Ok((kept, document)) => Ok(Came {
            data,
            kept,
            document,
        }),
        Err(error) => Err((data, error.into())),
    })
}

/// The form again, with what is wrong.
async fn refuse(
    acting: &Acting,
    shell: &Shell,
    (data, kept): (&FormData, &str),
    problem: Option<Problem>,
) -> Answer {
    let l = shell.l();
    let held = held(acting, shell).await?;
    let count = form::count(data);
    let mut form = form::fields(&l, &held, count);
    form.fill(data);
    let code = match problem {
        None => StatusCode::OK,
        Some(problem) => {
            let problem = form::field_of(problem);
            form.require(&l);
            form.refuse(&l, &problem);
            status(&problem)
        }
    };
    ask(acting, shell, (&held, form), (kept, count), code).await
}

async fn looked(
    acting: &Acting,
    data: &FormData,
    bytes: Vec<u8>,
) -> Result<(SealDocument, Looked), Problem> {
    let wanted = form::read(data, bytes)?;
    let looked = seals::look_at(&acting.ctx, &wanted).await?;
    Ok((wanted, looked))
}

pub(super) async fn look(
    Staff(acting): Staff,
    shell: Shell,
    guard: CsrfGuard,
    parts: Multipart,
) -> Answer {
    let l = shell.l();
    let held = held(&acting, &shell).await?;
    let came = match came(&acting, &shell, &guard, parts).await? {
        Ok(came) => came,
        Err((data, problem)) => return refuse(&acting, &shell, (&data, ""), Some(problem)).await,
    };
    let (data, kept) = (&came.data, came.kept.as_str());
    if data.has("again") {
        return refuse(&acting, &shell, (data, kept), None).await;
    }
    let mut form = form::fields(&l, &held, form::count(data));
    form.fill(data);
    let Some(document) = came.document else {
        let missing = Problem::new(
            "file_missing",
            422,
            "请选择要盖章的文件",
            "Choose the document to be sealed",
        );
        return refuse(&acting, &shell, (data, kept), Some(missing.at("file"))).await;
    };
    if !form.require(&l) {
        let code = StatusCode::UNPROCESSABLE_ENTITY;
        let count = form::count(data);
        return ask(&acting, &shell, (&held, form), (kept, count), code).await;
    }
    match looked(&acting, data, document.bytes).await {
        Ok((wanted, looked)) => {
            let carried = (data, kept, document.name.as_str());
            preview(&acting, &shell, carried, (&wanted, &held, &looked), None).await
        }
        Err(problem) => refuse(&acting, &shell, (data, kept), Some(problem)).await,
    }
}

pub(super) async fn seal(
    Staff(acting): Staff,
    shell: Shell,
    guard: CsrfGuard,
    parts: Multipart,
) -> Answer {
    let held = held(&acting, &shell).await?;
    let came = match came(&acting, &shell, &guard, parts).await? {
        Ok(came) => came,
        Err((data, problem)) => return refuse(&acting, &shell, (&data, ""), Some(problem)).await,
    };
    let (data, kept) = (&came.data, came.kept.as_str());
    let document = came.document.ok_or(seals::Unsealable::NotKept);
    let document = document.map_err(seals::SealError::from).or_page(&shell)?;
    let (wanted, looked) = match looked(&acting, data, document.bytes).await {
        Ok(both) => both,
        Err(problem) => return refuse(&acting, &shell, (data, kept), Some(problem)).await,
    };
    match seals::seal_document(&acting.ctx, wanted.clone()).await {
        Ok(sealed) => {
            let stem = document.name.rsplit_once('.').map(|(stem, _)| stem);
            let stem = stem.unwrap_or(&document.name);
            let name = format!("{stem}-已盖章.{}", sealed.format.code());
            Ok(files::saved(
                &name,
                sealed.format.media_type(),
                sealed.bytes,
            ))
        }
        Err(error) => {
            let problem = Problem::from(error);
            let carried = (data, kept, document.name.as_str());
            let seen = (&wanted, &held[..], &looked);
            preview(&acting, &shell, carried, seen, Some(&problem)).await
        }
    }
}
