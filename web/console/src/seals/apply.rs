//! 申请印章: the form, the page that shows what will be applied for, and the application itself.
//! Nothing is kept in between: the second page carries what the first one gathered.

use axum::extract::Multipart;
use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kernel::{Permission, Problem};
use seals::{Apply, Impress, NewFile, Preview, SealError};
use ui::view::{Field, Form, KeyValue, KeyValues, Notice};
use ui::{CsrfGuard, FormData, L, QueryData, Shell};

use super::form::{CARRIED, fields, of_seal, read};
use super::{HOME, may, page_of_seal};
use crate::reply::{Answer, OrPage, status};
use crate::session::{Acting, Staff};
use crate::sheet::{Act, Part, Picture, Sheet};

const NEW: &str = "/desk/seals/new";
/// The picture as text, from the first page to the second.
const CARRIED_PICTURE: &str = "picture_data";

fn allowed(acting: &Acting, shell: &Shell) -> Result<(), Response> {
    match may(acting, Permission::SealManage) {
        true => Ok(()),
        false => Err(super::denied(shell, Permission::SealManage)),
    }
}

/// The empty form, or one filled from the seal that is to be renewed.
pub(super) async fn blank(
    Staff(acting): Staff,
    shell: Shell,
    QueryData(query): QueryData,
) -> Answer {
    allowed(&acting, &shell)?;
    let directory = agencies::directory(&acting.ctx).await.or_page(&shell)?;
    let mut form = fields(&shell.l(), &directory);
    let old = query.get("from");
    if !old.is_empty() {
        let detail = seals::detail(&acting.ctx, old).await.or_page(&shell)?;
        of_seal(&mut form, &detail.seal, detail.size_mm);
    }
    let kept = Kept {
        replaces: old,
        picture: "",
    };
    ask(&acting, &shell, form, kept, StatusCode::OK).await
}

/// What the form carries along unseen.
#[derive(Clone, Copy)]
struct Kept<'a> {
    /// Key of the seal that is renewed; empty for none.
    replaces: &'a str,
    /// The picture that was chosen before, as text; empty for none.
    picture: &'a str,
}

async fn ask(
    acting: &Acting,
    shell: &Shell,
    mut form: Form,
    kept: Kept<'_>,
    code: StatusCode,
) -> Answer {
    let l = shell.l();
    let replaces = kept.replaces;
    let mut parts = Vec::new();
    let mut fields = form.fields.iter_mut();
    if !kept.picture.is_empty()
        && let Some(field) = fields.find(|field| field.name == "picture")
    {
        field.hint = Some(l.t("console-seal-picture-kept"));
    }
    if !replaces.is_empty() {
        parts.push(Part::Note(Notice::info(l.t("console-seal-renewing"))));
    }
    parts.push(Part::Files(Act {
        action: NEW.into(),
        form,
        hidden: vec![
            ("replaces".into(), replaces.to_owned()),
            (CARRIED_PICTURE.into(), kept.picture.to_owned()),
        ],
        button: l.t("console-seal-preview"),
        kind: "pri",
    }));
    let title = if replaces.is_empty() {
        "console-seals-new"
    } else {
        "console-seal-renew"
    };
    Sheet::new(l.t(title))
        .sub(l.t("console-seal-new-sub"))
        .crumb(l.t("console-seals-title"), HOME)
        .block("form", l.t("console-seal-form"), parts)
        .show_as(code, acting, shell)
        .await
}

/// What came of a form: its fields, and its file.
async fn taken(
    shell: &Shell,
    guard: &CsrfGuard,
    parts: Multipart,
) -> Result<(FormData, Option<(String, Vec<u8>)>), Response> {
    let received = ui::receive(shell, guard, parts).await?;
    let file = received
        .files
        .into_iter()
        .find(|(_, bytes)| !bytes.is_empty());
    Ok((received.fields, file))
}

/// The picture that a page carried as text.
fn carried(data: &FormData) -> Option<Vec<u8>> {
    let text = data.get(CARRIED_PICTURE);
    if text.is_empty() {
        return None;
    }
    STANDARD.decode(text).ok()
}

/// The form comes in: shown again with what is wrong, or as the page that hands it in.
pub(super) async fn check(
    Staff(acting): Staff,
    shell: Shell,
    guard: CsrfGuard,
    parts: Multipart,
) -> Answer {
    allowed(&acting, &shell)?;
    let l = shell.l();
    let (data, file) = taken(&shell, &guard, parts).await?;
    let directory = agencies::directory(&acting.ctx).await.or_page(&shell)?;
    let mut form = fields(&l, &directory);
    form.fill(&data);
    let picture = file.map(|(_, bytes)| bytes).or_else(|| carried(&data));
    // One too large to be an impression is not sent back and forth.
    let small = picture.as_ref();
    let small = small.filter(|bytes| bytes.len() <= seals::PICTURE_LIMIT);
    let text = small.map(|bytes| STANDARD.encode(bytes));
    let kept = Kept {
        replaces: data.get("replaces"),
        picture: text.as_deref().unwrap_or_default(),
    };
    if data.has("again") {
        return ask(&acting, &shell, form, kept, StatusCode::OK).await;
    }
    if !form.require(&l) {
        let code = StatusCode::UNPROCESSABLE_ENTITY;
        return ask(&acting, &shell, form, kept, code).await;
    }
    match drawn(&acting, &directory, &data, picture).await {
        Ok((command, preview)) => confirm(&acting, &shell, &data, &command, &preview, None).await,
        Err(problem) => {
            form.refuse(&l, &problem);
            ask(&acting, &shell, form, kept, status(&problem)).await
        }
    }
}

async fn drawn(
    acting: &Acting,
    directory: &agencies::Directory,
    data: &FormData,
    picture: Option<Vec<u8>>,
) -> Result<(Apply, Preview), Problem> {
    let command = read(acting, directory, data, picture).await?;
    let preview = seals::preview(&acting.ctx, &command).await?;
    Ok((command, preview))
}

fn inline(media_type: &str, bytes: &[u8]) -> String {
    format!("data:{media_type};base64,{}", STANDARD.encode(bytes))
}

fn facts(l: &L, command: &Apply, preview: &Preview) -> Part {
    let made = &preview.impression;
    let size = l.t2("console-seal-size", "w", made.width_mm, "h", made.height_mm);
    let kind = command.seal_type;
    Part::Facts(KeyValues::new(vec![
        KeyValue::new(l.t("console-seals-name"), preview.name.clone()),
        KeyValue::new(l.t("console-seals-agency"), command.owner.name.clone()),
        KeyValue::new(l.t("console-seals-type"), l.pick(kind.zh(), kind.en())),
        KeyValue::new(l.t("console-seal-basis"), command.basis.clone()),
        KeyValue::new(l.t("console-seals-custodian"), command.custodian.clone()),
        KeyValue::new(l.t("console-seal-impression"), size).note(l.t1(
            "console-seal-dpi",
            "dpi",
            made.dpi,
        )),
    ]))
}

/// What will be applied for, with the document that orders it still to be added.
async fn confirm(
    acting: &Acting,
    shell: &Shell,
    data: &FormData,
    command: &Apply,
    preview: &Preview,
    refused: Option<&Problem>,
) -> Answer {
    let l = shell.l();
    let mut pictures = Vec::new();
    let mut hidden: Vec<(String, String)> = CARRIED
        .iter()
        .map(|name| ((*name).to_owned(), data.get(name).to_owned()))
        .collect();
    if let Impress::Uploaded(scan) = &command.impression {
        hidden.push((CARRIED_PICTURE.into(), STANDARD.encode(&scan.bytes)));
        pictures.push(Picture {
            src: inline(scan_type(&scan.bytes), &scan.bytes),
            alt: l.t("console-seal-before"),
            caption: l.t("console-seal-before"),
        });
    }
    pictures.push(Picture {
        src: inline("image/png", &preview.impression.png),
        alt: l.t1("console-seal-alt", "name", &preview.name),
        caption: l.t(if pictures.is_empty() {
            "console-seal-shown"
        } else {
            "console-seal-after"
        }),
    });
    let accept = "application/pdf,.ofd,image/png,image/jpeg";
    let file = Field::file("basis_file", l.t("console-seal-basis-file"), accept)
        .hint(l.t("console-seal-basis-file-hint"));
    let mut form = Form::new(vec![file]);
    if let Some(problem) = refused {
        form.refuse(&l, problem);
    }
    let mut again = hidden.clone();
    again.push(("again".into(), "1".into()));
    let act = |action: &str, form, hidden, button: &str, kind| {
        Part::Files(Act {
            action: action.into(),
            form,
            hidden,
            button: l.t(button),
            kind,
        })
    };
    let code = refused.map_or(StatusCode::OK, status);
    Sheet::new(l.t("console-seal-confirm"))
        .crumb(l.t("console-seals-title"), HOME)
        .block(
            "facts",
            l.t("console-seal-facts"),
            vec![facts(&l, command, preview)],
        )
        .block(
            "hand-in",
            l.t("console-seal-hand-in"),
            vec![
                act(
                    "/desk/seals/apply",
                    form,
                    hidden,
                    "console-seal-apply",
                    "pri",
                ),
                act(NEW, Form::default(), again, "console-seal-again", ""),
            ],
        )
        .side(
            "picture",
            l.t("console-seal-impression"),
            vec![Part::Pictures(pictures)],
        )
        .show_as(code, acting, shell)
        .await
}

/// What a browser is told of the picture that is shown before cleaning.
fn scan_type(bytes: &[u8]) -> &'static str {
    match bytes {
        [0x89, ..] => "image/png",
        [b'B', ..] => "image/bmp",
        _ => "image/jpeg",
    }
}

/// The application is made; what is refused shows the page again with everything on it.
pub(super) async fn hand_in(
    Staff(acting): Staff,
    shell: Shell,
    guard: CsrfGuard,
    parts: Multipart,
) -> Answer {
    allowed(&acting, &shell)?;
    let l = shell.l();
    let (data, file) = taken(&shell, &guard, parts).await?;
    let directory = agencies::directory(&acting.ctx).await.or_page(&shell)?;
    let (mut command, preview) = match drawn(&acting, &directory, &data, carried(&data)).await {
        Ok(both) => both,
        Err(problem) => {
            let mut form = fields(&l, &directory);
            form.fill(&data);
            form.refuse(&l, &problem);
            let kept = Kept {
                replaces: data.get("replaces"),
                picture: data.get(CARRIED_PICTURE),
            };
            return ask(&acting, &shell, form, kept, status(&problem)).await;
        }
    };
    let Some((name, bytes)) = file else {
        let missing = Problem::new(
            "file_missing",
            422,
            "请上传依据文件",
            "Upload the document that orders the seal",
        )
        .at("basis_file");
        return confirm(&acting, &shell, &data, &command, &preview, Some(&missing)).await;
    };
    command.basis_file = Some(NewFile { name, bytes });
    let done: Result<_, SealError> = seals::apply(&acting.ctx, command.clone()).await;
    match done {
        Ok(seal) => {
            let notice = Notice::ok(l.t1("console-seal-applied", "name", &seal.name));
            Ok(shell.flash(notice).to(&page_of_seal(&seal.key)))
        }
        Err(error) => {
            let problem = Problem::from(error);
            confirm(&acting, &shell, &data, &command, &preview, Some(&problem)).await
        }
    }
}
