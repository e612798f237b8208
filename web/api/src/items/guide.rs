//! `GET /items/{code}`: the guide of one item.

use std::sync::Arc;

use axum::Json;
use items::{Facts, FeeRow, GuideValue, Hints, Item, Remedies, Required};
use serde::Serialize;
use serde_json::{Value, json};
use store::Ctx;
use utoipa::ToSchema;

use super::view::{ItemRow, MaterialView};
use crate::caller::Anybody;
use crate::key::Keys;
use crate::problem::Fail;

/// 办事指南 with everything needed to apply.
#[derive(Serialize, ToSchema)]
pub struct GuideView {
    item: ItemRow,
    /// State of the item: `IN_USE`, `SUSPENDED`, …
    state: String,
    /// The 22 elements in their order.
    #[schema(min_items = 22, max_items = 22)]
    elements: Vec<ElementView>,
    facts: FactsView,
    hints: HintsView,
    remedies: RemediesView,
    /// Questions whose answers choose the situation.
    questions: Vec<QuestionView>,
    materials: Vec<MaterialView>,
    /// JSON Schema 2020-12 of the form, with `x_` keywords for drawing it.
    #[schema(value_type = Object)]
    form: Value,
    faq: Vec<FaqView>,
}

/// One element of the guide.
#[derive(Serialize, ToSchema)]
struct ElementView {
    #[schema(minimum = 1, maximum = 22)]
    no: u8,
    code: &'static str,
    zh: &'static str,
    en: &'static str,
    /// Text, list or object, as the element needs it; `kind` says which.
    #[schema(value_type = Object)]
    value: Value,
}

/// The facts at the top of a guide.
#[derive(Serialize, ToSchema)]
struct FactsView {
    promised: String,
    statutory: String,
    visits: u32,
    visits_words: String,
    visits_reason: Option<String>,
    fee: String,
    case_type: String,
    mode: &'static str,
}

/// 办理提示.
#[derive(Serialize, ToSchema)]
struct HintsView {
    forms: Vec<&'static str>,
    online: bool,
    at_window: bool,
    kiosk: bool,
    village_agent: bool,
    appointment: bool,
    cross_region: String,
    online_payment: bool,
    courier: bool,
}

/// 法律救济.
#[derive(Serialize, ToSchema)]
struct RemediesView {
    reconsideration: Option<&'static str>,
    litigation: Option<&'static str>,
    complaint: String,
}

/// A situation question.
#[derive(Serialize, ToSchema)]
struct QuestionView {
    code: String,
    text: String,
    multiple: bool,
    options: Vec<OptionView>,
}

/// One option of a question.
#[derive(Serialize, ToSchema)]
struct OptionView {
    value: String,
    label: String,
}

/// A question often asked.
#[derive(Serialize, ToSchema)]
struct FaqView {
    question: String,
    answer: String,
}

/// The item of that code.
pub async fn find(ctx: &Ctx, code: &str) -> Result<Arc<Item>, Fail> {
    let found = items::catalogue(ctx).await?.find(code);
    Ok(found.ok_or(items::ItemsError::NotFound)?)
}

/// 办事指南 / The guide: 22 elements, questions, materials, the form's schema.
#[utoipa::path(
    get, path = "/items/{code}", tag = "items", operation_id = "item_guide",
    params(("code" = String, Path, pattern = "^[A-Za-z0-9_.-]{1,64}$",
            description = "Short or implementation code")),
    responses((status = 200, description = "The guide", body = GuideView))
)]
pub async fn guide(Anybody(ctx): Anybody, Keys([code]): Keys<1>) -> Result<Json<GuideView>, Fail> {
    let item = find(&ctx, &code).await?;
    let guide = item.guide();
    let elements = guide.elements.iter().map(|e| ElementView {
        no: e.no,
        code: e.element.code,
        zh: e.element.zh,
        en: e.element.en,
        value: value(&e.value),
    });
    let questions = guide.questions.iter().map(|q| QuestionView {
        code: q.code.clone(),
        text: q.text.clone(),
        multiple: q.multiple,
        options: q
            .options
            .iter()
            .map(|o| OptionView {
                value: o.value.clone(),
                label: o.label.clone(),
            })
            .collect(),
    });
    let materials = item.material_rows().into_iter().map(|row| {
        let always = row.material.required == Required::Required;
        MaterialView::of(&row.material, always, row.when)
    });
    let faq = guide.faq.iter().map(|f| FaqView {
        question: f.question.clone(),
        answer: f.answer.clone(),
    });
    Ok(Json(GuideView {
        item: ItemRow::of(&item),
        state: item.state.code().to_owned(),
        elements: elements.collect(),
        facts: facts(&guide.facts),
        hints: hints(&guide.hints),
        remedies: remedies(&guide.remedies),
        questions: questions.collect(),
        materials: materials.collect(),
        form: item.form.schema().clone(),
        faq: faq.collect(),
    }))
}

fn facts(f: &Facts) -> FactsView {
    FactsView {
        promised: f.promised.clone(),
        statutory: f.statutory.clone(),
        visits: f.visits,
        visits_words: f.visits_words.clone(),
        visits_reason: f.visits_reason.clone(),
        fee: f.fee.clone(),
        case_type: f.case_type.clone(),
        mode: f.mode.code(),
    }
}

fn hints(h: &Hints) -> HintsView {
    HintsView {
        forms: h.forms.clone(),
        online: h.online,
        at_window: h.at_window,
        kiosk: h.kiosk,
        village_agent: h.village_agent,
        appointment: h.appointment,
        cross_region: h.cross_region.clone(),
        online_payment: h.online_payment,
        courier: h.courier,
    }
}

fn remedies(r: &Remedies) -> RemediesView {
    RemediesView {
        reconsideration: r.reconsideration,
        litigation: r.litigation,
        complaint: r.complaint.clone(),
    }
}

/// An element's value with its kind.
fn value(value: &GuideValue<'_>) -> Value {
    match value {
        GuideValue::Text(text) => json!({ "kind": "text", "text": text }),
        GuideValue::Laws(laws) => json!({ "kind": "laws", "laws": laws }),
        GuideValue::Limit { words, note } => {
            json!({ "kind": "limit", "text": words, "note": note })
        }
        GuideValue::Sample(sample) => json!({ "kind": "sample", "format": sample.format }),
        GuideValue::Fees(fees) => {
            let rows: &Vec<FeeRow> = fees;
            json!({ "kind": "fees", "fees": rows })
        }
        GuideValue::Materials(rows) => {
            let codes: Vec<_> = rows.iter().map(|r| &r.material.material_code).collect();
            json!({ "kind": "materials", "material_codes": codes })
        }
        GuideValue::Steps(steps) => {
            let steps: Vec<_> = steps
                .iter()
                .map(|s| {
                    json!({ "no": s.no, "name": s.name, "actor": s.actor,
                            "duration": s.duration_text, "note": s.note })
                })
                .collect();
            json!({ "kind": "steps", "steps": steps })
        }
        GuideValue::Words(words) => json!({ "kind": "words", "words": words }),
        GuideValue::YesNo(yes) => json!({ "kind": "yes_no", "yes": yes }),
        GuideValue::Places(places) => json!({ "kind": "places", "places": places }),
        GuideValue::Phones(phones) => json!({ "kind": "phones", "phones": phones }),
        GuideValue::None(words) => json!({ "kind": "none", "text": words }),
    }
}
