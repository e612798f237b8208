//! What stands against an original: what is missing, what is too long, what the rules find, which
//! are the same that its row meets when it is taken in.

use std::collections::BTreeMap;

use cleaning::Field;
use licences::LicenceType;
use store::Ctx;

use super::Fault;
use super::fields::{cells, columns, scan_fields};
use crate::batch::Batch;
use crate::clean::judge_one;
use crate::error::CollectionError;
use crate::pieces::Came;

pub(crate) async fn faults(
    ctx: &Ctx,
    batch: &Batch,
    kind: &LicenceType,
    number: u32,
    values: &BTreeMap<String, String>,
) -> Result<Vec<Fault>, CollectionError> {
    let mut faults = Vec::new();
    let fields = scan_fields(kind);
    for field in &fields {
        let value = values.get(&field.code).map_or("", String::as_str);
        let (zh, en) = match value.chars().count() {
            0 if field.required => (
                format!("请填写{}", field.zh),
                "please fill it in".to_owned(),
            ),
            n if n > field.length => (
                format!("最多{}字", field.length),
                format!("at most {} characters", field.length),
            ),
            _ => continue,
        };
        faults.push(Fault {
            field: field.code.clone(),
            zh,
            en,
            throws_out: true,
            must: true,
        });
    }
    let (headings, given) = columns(kind);
    let mut of_rules = batch.clone();
    (of_rules.body.headings, of_rules.body.given) = (headings, given);
    let directory = agencies::directory(ctx)
        .await
        .map_err(CollectionError::other)?;
    let issuer = directory
        .agency(&batch.agency)
        .ok_or(CollectionError::NotFound)?;
    let came = Came {
        number,
        cells: cells(kind, issuer, values),
        typist: None,
    };
    let cleaned = judge_one(ctx, of_rules, came).await?;
    let rules = crate::clean::rules()?;
    let known = |field: &Field| fields.iter().any(|one| one.code == field.code());
    for finding in &cleaned.verdict.findings {
        let name = rules.rule(&finding.code).map(|rule| rule.name.clone());
        let throws_out = !finding.action.stays();
        let at: Vec<&Field> = finding.fields.iter().filter(|field| known(field)).collect();
        let code = at.first().map_or("", |field| field.code());
        if faults.iter().any(|one| one.must && one.field == code) {
            continue;
        }
        let (name_zh, name_en) = name.map_or_else(Default::default, |name| (name.zh, name.en));
        let joined = |name: String, note: &str, put: &str| match (note, put) {
            ("", "") => name,
            ("", put) => format!("{name} → {put}"),
            (note, "") if name.is_empty() => note.to_owned(),
            (note, "") => format!("{name}：{note}"),
            (note, put) => format!("{name}：{note} → {put}"),
        };
        let note = cleaned.verdict.note(finding);
        let put = finding.put.join("、");
        faults.push(Fault {
            field: code.to_owned(),
            zh: joined(name_zh, &note.zh, &put),
            en: joined(name_en, &note.en, &put),
            throws_out,
            must: false,
        });
    }
    Ok(faults)
}
