//! Paper: a licence printed whole at its exact size, or its values alone over an official form that
//! has everything else printed already (套打) [D-20].

mod draw;
mod table;

use std::sync::Arc;

use jiff::Timestamp;
use kernel::{Permission, Problem};
use serde::{Deserialize, Serialize};
use store::Ctx;

use crate::copy::request;
use crate::error::LicenceError;
use crate::events::stream;
use crate::kind::licence_type_at;
use crate::library;
use crate::licence::{Format, Licence};
use crate::sheet::link;
use crate::state::State;
use crate::table as licence_table;

kernel::codes! {
    /// What is printed.
    PrintWay {
        Whole = "whole", "整张打印", "whole";
        Overprint = "overprint", "套打", "over a form";
    }
}

/// How far a printer is set right, at most: millimetres each way.
pub const SHIFT: f32 = 20.0;

/// What an officer asks to print.
#[derive(Clone, Debug)]
pub struct Print {
    pub licence_key: String,
    pub way: PrintWay,
    /// 印制编号 of the form, where forms are numbered: for one version of one licence only.
    /// Overprint only.
    pub form_no: String,
    /// The photo too: not where it is glued in. Overprint only.
    pub photo: bool,
    /// To the right and down, millimetres: what the printer is out by. Overprint only.
    pub shift: (f32, f32),
}

/// One time that a licence was printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Printed {
    pub at: Timestamp,
    pub version: u32,
    pub way: PrintWay,
    pub form_no: Option<String>,
    /// Staff user name.
    pub by: String,
}

/// What the journal learns of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LicencePrinted {
    pub licence_key: String,
    pub version: u32,
    pub way: String,
    pub form_no: Option<String>,
}

impl journal::Event for LicencePrinted {
    const KIND: &'static str = "licence.printed";
}

/// Prints a valid licence: a PDF whose page is the paper. It is recorded before it is given.
pub async fn print(ctx: &Ctx, print: &Print) -> Result<Vec<u8>, LicenceError> {
    let reader = &mut ctx.db.reader();
    let licence = licence_table::load(reader, ctx, &print.licence_key).await?;
    may_print(ctx, &licence)?;
    if licence.state != State::Valid {
        return Err(LicenceError::NotCitable(licence.state));
    }
    let form_no = check(print)?;
    let version =
        licence_table::version(reader, ctx, &licence.licence_key, licence.version).await?;
    let bytes = match print.way {
        PrintWay::Whole => library::read(ctx, &version, Format::Pdf).await?,
        PrintWay::Overprint => {
            let kind = licence_type_at(ctx, &licence.type_code, &version.data.style_id).await?;
            let request = request(ctx, &licence, version).await?;
            let over = draw::Over {
                photo: request.photo.filter(|_| print.photo),
                face: request.face,
                link: link(ctx, &licence.token)?,
                shift: print.shift,
                at: ctx.now(),
                kind,
            };
            let drawn = tokio::task::spawn_blocking(move || over.pdf()).await;
            drawn.map_err(|e| LicenceError::Data(e.to_string()))??
        }
    };
    let event = LicencePrinted {
        licence_key: licence.licence_key.clone(),
        version: licence.version,
        way: print.way.code().into(),
        form_no,
    };
    record(ctx, &licence, event).await?;
    Ok(bytes)
}

fn may_print(ctx: &Ctx, licence: &Licence) -> Result<(), LicenceError> {
    let target = licence.target();
    // Who may not even look learns nothing of it.
    if ctx
        .actor
        .require(Permission::LicenceQuery, &target)
        .is_err()
    {
        return Err(LicenceError::NotFound);
    }
    Ok(ctx.actor.require(Permission::LicenceIssue, &target)?)
}

/// A form's number, or why what is asked for cannot be printed.
fn check(print: &Print) -> Result<Option<String>, LicenceError> {
    let form_no = print.form_no.trim();
    let good = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if form_no.len() > 30 || !form_no.chars().all(good) {
        return Err(wrong(
            "form_no",
            "印制编号最多30位，只能有字母、数字和“-”",
            "A form's number has at most 30 letters, digits and hyphens",
        ));
    }
    if print.way == PrintWay::Whole && !form_no.is_empty() {
        return Err(wrong(
            "form_no",
            "整张打印用白纸，不填印制编号；印在空白证件上请选“套打”",
            "A licence printed whole needs no form; to print on a form, choose it",
        ));
    }
    for (field, value) in [("right", print.shift.0), ("down", print.shift.1)] {
        if value.is_nan() || value.abs() > SHIFT {
            return Err(wrong(
                field,
                "偏移最多20毫米",
                "A printer is set right by 20 mm at most",
            ));
        }
    }
    Ok(Some(form_no.to_owned()).filter(|no| !no.is_empty()))
}

fn wrong(field: &'static str, zh: &str, en: &str) -> LicenceError {
    LicenceError::Other(Problem::invalid("cannot_print", zh, en).at(field))
}

async fn record(ctx: &Ctx, licence: &Licence, event: LicencePrinted) -> Result<(), LicenceError> {
    let (inner, both) = (ctx.clone(), Arc::new((licence.clone(), event)));
    ctx.db
        .write(move |tx| {
            let (ctx, both) = (inner.clone(), both.clone());
            Box::pin(async move {
                let (licence, event) = &*both;
                let now = licence_table::load(tx, &ctx, &licence.licence_key).await?;
                if now.rev != licence.rev {
                    return Err(LicenceError::Stale);
                }
                if let Some(no) = &event.form_no
                    && !table::use_form(tx, &licence.type_code, no, event).await?
                {
                    return Err(wrong(
                        "form_no",
                        &format!("印制编号“{no}”已经用过，请核对空白证件"),
                        &format!("A form of the number {no} has been used already"),
                    ));
                }
                table::insert(tx, event, ctx.now(), &ctx.actor.id).await?;
                journal::append(tx, &ctx, &stream(&event.licence_key), event).await?;
                Ok(())
            })
        })
        .await
}

/// When a licence was printed, newest first; and whether the actor may print it now.
pub async fn prints(ctx: &Ctx, key: &str) -> Result<(Vec<Printed>, bool), LicenceError> {
    let reader = &mut ctx.db.reader();
    let licence = licence_table::load(reader, ctx, key).await?;
    ctx.actor
        .require(Permission::LicenceQuery, &licence.target())?;
    let may = licence.state == State::Valid && may_print(ctx, &licence).is_ok();
    Ok((table::of_licence(reader, key).await?, may))
}

/// A page to set a printer right by: marks ten millimetres from the edges of the paper, with rulers.
pub async fn ruler(ctx: &Ctx, key: &str) -> Result<Vec<u8>, LicenceError> {
    let licence = licence_table::load(&mut ctx.db.reader(), ctx, key).await?;
    may_print(ctx, &licence)?;
    let kind = crate::kind::licence_type(ctx, &licence.type_code).await?;
    let at = ctx.now();
    let drawn = tokio::task::spawn_blocking(move || draw::ruler(&kind, at)).await;
    drawn.map_err(|e| LicenceError::Data(e.to_string()))?
}
