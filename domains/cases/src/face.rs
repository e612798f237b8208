//! From a case to the face of its licence: an item's issue rules name where each field comes from;
//! what they cannot give the licence officer fills in.

use std::collections::BTreeMap;

use items::Item;
use kernel::{Permission, Target};
use licences::{ReplaceKind, Replaces};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::Ctx;

use crate::case::Case;
use crate::collect;
use crate::error::CaseError;
use crate::table;

/// How an item fills the face of its licence.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct IssueRule {
    pub item_id: String,
    /// Face field → sources, the first that gives something counts: `form.x`, `population.x`,
    /// `legal.x`, `agency.name`, `previous.x`, `today`, `'literal'`.
    #[serde(default)]
    pub face: BTreeMap<String, Vec<String>>,
    /// Where the holder's name and number come from; the applicant otherwise. The number
    /// `licence_no` means that the licence's own number is the holder's (a new USCC).
    #[serde(default)]
    pub holder_name: Option<String>,
    #[serde(default)]
    pub holder_id: Option<String>,
    /// The licence that is changed or re-issued: where its number stands.
    #[serde(default)]
    pub replaces: Option<ReplaceRule>,
}

/// 变更 or 补发.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReplaceRule {
    /// `form.licence_no`.
    pub number: String,
    pub kind: ReplaceKind,
    /// For a change: the form field that says what changes, its values → face field.
    #[serde(default)]
    pub what: Option<String>,
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    /// The form field with the new content.
    #[serde(default)]
    pub after: Option<String>,
}

/// A face ready for composition, or with what is missing.
#[derive(Clone, Debug, Default)]
pub struct Face {
    pub values: BTreeMap<String, String>,
    /// Required fields without a value: code and Chinese name.
    pub missing: Vec<(String, String)>,
    pub photo: Option<Vec<u8>>,
    pub holder_name: Option<String>,
    pub holder_id: Option<String>,
    pub replaces: Option<Replaces>,
}

/// Loads issue rules; a second import changes nothing.
pub async fn import_issue_rules(ctx: &Ctx, rules: Vec<IssueRule>) -> Result<(), CaseError> {
    ctx.actor
        .require(Permission::SystemAdmin, &Target::default())?;
    ctx.db
        .write(move |tx| {
            let rules = rules.clone();
            Box::pin(async move {
                for rule in &rules {
                    let text = serde_json::to_string(rule)?;
                    table::rules::put(tx, &rule.item_id, &text).await?;
                }
                Ok(())
            })
        })
        .await
}

async fn rule_of(ctx: &Ctx, item_id: &str) -> Result<IssueRule, CaseError> {
    match table::rules::get(&mut ctx.db.reader(), item_id).await? {
        Some(rule) => Ok(serde_json::from_str(&rule)?),
        None => Ok(IssueRule::default()),
    }
}

/// Composes the face; `extra` is what the officer typed and wins.
pub(crate) async fn compose(
    ctx: &Ctx,
    case: &Case,
    item: &Item,
    type_code: &str,
    extra: &BTreeMap<String, String>,
) -> Result<Face, CaseError> {
    let kind = licences::licence_type(ctx, type_code)
        .await
        .map_err(CaseError::other)?;
    let rule = rule_of(ctx, &item.item_id).await?;
    let sources = Sources::gather(ctx, case, item, &rule).await?;
    let mut face = Face {
        holder_name: rule.holder_name.as_deref().and_then(|p| sources.text(p)),
        holder_id: match rule.holder_id.as_deref() {
            // Left empty: the number that is being given becomes the holder's.
            Some("licence_no") => Some(String::new()),
            Some(path) => sources.text(path),
            None => None,
        },
        replaces: sources.replaces.clone(),
        ..Face::default()
    };
    for field in &kind.face_fields {
        let code = field.field_code.as_str();
        let typed = extra.get(code).filter(|v| !v.trim().is_empty()).cloned();
        let named = || rule.face.get(code)?.iter().find_map(|p| sources.text(p));
        let previous = || sources.previous.get(code).and_then(words);
        if let Some(value) = typed.or_else(named).or_else(previous) {
            face.values.insert(code.to_owned(), value);
        } else if field.required && !kind.fills_itself(code) {
            face.missing
                .push((code.to_owned(), field.field_name.clone()));
        }
    }
    if let Some(replace) = &rule.replaces {
        sources.change(replace, &mut face.values);
    }
    if kind.photo.is_some() {
        face.photo = photo(ctx, case).await?;
        if face.photo.is_none() {
            face.missing.push(("photo".into(), "照片".into()));
        }
    }
    Ok(face)
}

/// The holder's photo as the population register has it.
async fn photo(ctx: &Ctx, case: &Case) -> Result<Option<Vec<u8>>, CaseError> {
    match crate::sources::id_of(&case.private.applicant.id) {
        Some(id) => registers::photo(&ctx.as_system(), &id)
            .await
            .map_err(CaseError::other),
        None => Ok(None),
    }
}

struct Sources {
    form: Map<String, Value>,
    gathered: crate::sources::Gathered,
    agency: Option<std::sync::Arc<agencies::Directory>>,
    agency_code: String,
    previous: Map<String, Value>,
    replaces: Option<Replaces>,
    today: String,
}

impl Sources {
    async fn gather(
        ctx: &Ctx,
        case: &Case,
        item: &Item,
        rule: &IssueRule,
    ) -> Result<Self, CaseError> {
        let gathered = collect::gathered_for(ctx, case, item).await?;
        let directory = agencies::directory(ctx).await.map_err(CaseError::other)?;
        let mut sources = Self {
            form: case.private.values.clone(),
            gathered,
            agency: Some(directory),
            agency_code: case.data.agency.clone(),
            previous: Map::new(),
            replaces: None,
            today: kernel::time::beijing_date(ctx.now()).to_string(),
        };
        if let Some(replace) = &rule.replaces {
            sources.find_previous(ctx, case, item, replace).await?;
        }
        Ok(sources)
    }

    async fn find_previous(
        &mut self,
        ctx: &Ctx,
        case: &Case,
        item: &Item,
        replace: &ReplaceRule,
    ) -> Result<(), CaseError> {
        let number = self.text(&replace.number).unwrap_or_default();
        let cards = licences::wallet(&ctx.as_system(), &case.data.owner)
            .await
            .map_err(CaseError::other)?;
        let card = cards
            .into_iter()
            .find(|c| {
                c.licence_no == number
                    && Some(&c.type_code) == item.result_licence_type.as_ref()
                    && replace.kind.allows(c.state)
            })
            .ok_or_else(|| {
                CaseError::rule(
                    "licence_not_found",
                    "没有找到申请人名下可变更或补发的原证照，请核对证照编号",
                    "The applicant holds no such licence that could be changed or re-issued",
                )
            })?;
        let face = licences::face(ctx, &card.licence_key)
            .await
            .map_err(CaseError::other)?;
        if let Value::Object(map) = serde_json::to_value(&face)? {
            self.previous = map;
        }
        self.replaces = Some(Replaces {
            licence_key: card.licence_key,
            kind: replace.kind,
        });
        Ok(())
    }

    fn text(&self, path: &str) -> Option<String> {
        if let Some(literal) = path.strip_prefix('\'') {
            return Some(literal.trim_end_matches('\'').to_owned());
        }
        if path == "today" {
            return Some(self.today.clone());
        }
        let (root, rest) = path.split_once('.')?;
        match root {
            "form" => words(self.form.get(rest)?),
            "previous" => words(self.previous.get(rest)?),
            "agency" => {
                let agency = self.agency.as_ref()?.agency(&self.agency_code)?;
                match rest {
                    "name" => Some(agency.name.clone()),
                    "short_name" => Some(agency.short_name.clone()),
                    _ => None,
                }
            }
            _ => words(&forms::Sources::lookup(&self.gathered, path)?),
        }
    }

    /// A change keeps the former face but for the field that changes.
    fn change(&self, replace: &ReplaceRule, values: &mut BTreeMap<String, String>) {
        let (Some(what), Some(after)) = (&replace.what, &replace.after) else {
            return;
        };
        let field = self.text(what).and_then(|w| replace.fields.get(&w));
        if let (Some(field), Some(after)) = (field, self.text(after)) {
            values.insert(field.clone(), after);
        }
    }
}

/// A value as it is printed: lists joined, booleans in words.
fn words(value: &Value) -> Option<String> {
    match value {
        Value::String(s) if s.trim().is_empty() => None,
        Value::String(s) => Some(s.clone()),
        Value::Number(n) => Some(n.to_string()),
        Value::Bool(b) => Some(if *b { "是" } else { "否" }.into()),
        Value::Array(all) => {
            let parts: Vec<_> = all.iter().filter_map(words).collect();
            (!parts.is_empty()).then(|| parts.join("、"))
        }
        Value::Null | Value::Object(_) => None,
    }
}
