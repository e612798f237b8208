//! 办事指南: facts, questions, materials, flow, places, law, remedies, questions asked often.

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use conditions::Answers;
use items::{Exempt, Item, MaterialNeed, Required};
use kernel::Problem;
use ui::view::{Choice, Fact, Field, KeyFacts, Material, MaterialNeed as Need, Qr};
use ui::{FormData, L, Meta, Nav, Page, Shell, html};

use super::element::{ElementView, element};
use super::kept::Kept;
use crate::app::base_url;
use crate::reply::{Answer, OrPage, enc, query};
use crate::session::Acting;

#[derive(askama::Template)]
#[template(path = "portal/guide.html")]
struct GuidePage {
    page: Page,
    /// What is the same for everybody, already as HTML.
    body: Arc<str>,
}

/// The guide itself. It knows neither visitor nor token, so that it may be kept.
#[derive(askama::Template)]
#[template(path = "portal/guide_body.html")]
struct GuideBody {
    l: L,
    /// The number to call for help, in elder mode.
    hotline: Option<String>,
    item: Arc<Item>,
    facts: KeyFacts,
    tags: Vec<String>,
    questions: Vec<Field>,
    materials: Vec<Material>,
    elements: Vec<ElementView>,
    open: bool,
    closed: String,
    successors: Vec<String>,
    qr: Option<Qr>,
    remedies: Vec<String>,
    version: String,
    /// Address of the blank result.
    result: Option<String>,
}

/// The item of a code, or the page that says there is none.
pub(crate) async fn item_of(shell: &Shell, me: &Acting, code: &str) -> Result<Arc<Item>, Response> {
    let catalogue = items::catalogue(&me.ctx).await.or_page(shell)?;
    let l = shell.l();
    catalogue.find(code).ok_or_else(|| {
        let words = l.t("portal-no-item");
        shell.problem(&Problem::not_found(words.clone(), words))
    })
}

/// Questions as fields, with what is answered.
pub(crate) fn question_fields(item: &Item, answers: &Answers) -> Vec<Field> {
    let field = |q: &conditions::Question| {
        let choices: Vec<Choice> = q
            .options
            .iter()
            .map(|o| Choice::new(&o.value, &o.label))
            .collect();
        let field = match (choices.is_empty(), q.multiple) {
            (true, _) => Field::text(&q.code, &q.text),
            (false, true) => Field::checkbox(&q.code, &q.text, choices),
            (false, false) => Field::radio(&q.code, &q.text, choices),
        };
        match answers.get(&q.code) {
            Some(answer) => field.values(answer.values().to_vec()),
            None => field,
        }
    };
    item.questions.iter().map(field).collect()
}

/// A form as forms and questions read it.
pub(crate) fn posted(data: &FormData) -> HashMap<String, Vec<String>> {
    let mut map: HashMap<String, Vec<String>> = HashMap::new();
    for (name, value) in data.pairs() {
        map.entry(name.clone()).or_default().push(value.clone());
    }
    map
}

/// A material as guides and applications show it.
pub(crate) fn material(l: &L, item: &Item, need: &MaterialNeed) -> Material {
    let m = &need.material;
    let source = match need.exempt() {
        Some(Exempt::Form) => l.t("portal-source-form"),
        Some(Exempt::Licence(_)) => l.t("portal-source-licence"),
        Some(Exempt::Credential(_)) => l.t("portal-source-credential"),
        Some(Exempt::Shared(name)) => l.t1("portal-source-shared", "name", name),
        None => m.source.zh().to_owned(),
    };
    let mut notes = Vec::new();
    for (key, text) in [
        ("portal-material-fill", &m.filling_notes),
        ("portal-material-standard", &m.acceptance_standard),
    ] {
        if !text.is_empty() {
            notes.push((l.t(key), text.clone()));
        }
    }
    if m.promise_allowed {
        notes.push((String::new(), l.t("portal-material-promise")));
    }
    let has_sample = m.sample.as_ref().is_some_and(|s| s.format == "text");
    let base = format!("/services/{}", item.item_id);
    Material {
        name: m.material_name.clone(),
        source,
        form: if m.from_form {
            String::new()
        } else {
            limits(l, m)
        },
        need: match (need.exempt(), need.required, m.required) {
            (Some(_), ..) => Need::Free,
            (None, false, _) | (None, _, Required::Optional) => Need::Optional,
            (None, true, _) => Need::Required,
        },
        sample: has_sample.then(|| format!("{base}/samples/{}", enc(&m.material_code))),
        blank: m.from_form.then(|| format!("{base}/blank")),
        notes,
        ..Material::default()
    }
}

/// What files are taken for a material, in words.
pub(crate) fn limits(l: &L, m: &items::Material) -> String {
    l.t2(
        "portal-upload-limits",
        "formats",
        m.file_formats.join("/").to_uppercase(),
        "n",
        m.max_files,
    )
}

pub(super) async fn show(
    shell: Shell,
    me: Acting,
    Path(code): Path<String>,
    RawQuery(raw): RawQuery,
) -> Answer {
    let (l, query) = (shell.l(), query(raw));
    let item = item_of(&shell, &me, &code).await?;
    let answers = item.questions.read(&posted(&query));
    let page = shell.page(&item.name);
    let hotline = page.is_elder().then(|| page.site.hotline.clone());
    let render = || {
        let mut body = body(&l, &item, &answers, &base_url(&me.ctx));
        body.hotline.clone_from(&hotline);
        body.render().map(Arc::from).map_err(|error| {
            tracing::error!(%error, "a guide did not render");
            shell.fail(StatusCode::INTERNAL_SERVER_ERROR)
        })
    };
    // With answers a guide is one of very many; without, everybody reads the same.
    let body = if answers.iter().next().is_none() {
        me.ctx.shared.get_or_make::<Kept>().get_or_render(
            &item,
            l.locale(),
            hotline.as_deref(),
            render,
        )?
    } else {
        render()?
    };
    let page = page
        .nav(Nav::Services)
        .crumb(l.t("portal-services"), "/services")
        .crumb_here(item.name.clone())
        .describe(item.everyday_name.clone())
        .meta(Meta::Column {
            name: item.name.clone(),
            kind: l.t("portal-guide"),
        });
    Ok(html(&GuidePage { page, body }))
}

fn body(l: &L, item: &Arc<Item>, answers: &Answers, base_url: &str) -> GuideBody {
    let guide = item.guide();
    let address = format!("/services/{}", item.item_id);
    let qr = Qr::new(format!("{base_url}{address}"), l.t("portal-guide-qr"))
        .map(|qr| qr.link(l.t("portal-guide-link"), address).desk_only());
    let remedies = &guide.remedies;
    let (zh, en) = (item.state.zh(), item.state.en());
    GuideBody {
        facts: facts(l, item),
        tags: vec![
            item.item_type_zh().to_owned(),
            guide.facts.case_type.clone(),
            l.pick(item.mode.zh(), item.mode.en()).to_owned(),
        ],
        questions: question_fields(item, answers),
        materials: item
            .materials_for(answers)
            .iter()
            .map(|n| material(l, item, n))
            .collect(),
        elements: guide.elements.iter().map(|e| element(l, item, e)).collect(),
        closed: l.t1("portal-item-closed", "state", l.pick(zh, en)),
        successors: item.successors.clone(),
        qr: qr.ok(),
        remedies: [
            remedies.reconsideration,
            remedies.litigation,
            Some(&remedies.complaint),
        ]
        .into_iter()
        .flatten()
        .map(str::to_owned)
        .collect(),
        version: version(l, item),
        result: item
            .result_licence_type
            .is_some()
            .then(|| format!("/services/{}/result.png", item.item_id)),
        open: item.state.accepts_applications(),
        item: item.clone(),
        hotline: None,
        l: l.clone(),
    }
}

fn version(l: &L, item: &Item) -> String {
    let on = item
        .published_at
        .map(|at| ui::date(l, kernel::time::beijing_date(at)));
    l.t2(
        "portal-version",
        "n",
        item.version,
        "on",
        on.unwrap_or_default(),
    )
}

/// The four facts of the key-facts strip.
pub(crate) fn facts(l: &L, item: &Item) -> KeyFacts {
    let f = item.facts();
    let visits = Fact::new(l.t("portal-fact-visits"), f.visits_words);
    let visits = if f.visits == 0 { visits.good() } else { visits };
    let visits = match f.visits_reason {
        Some(why) => visits.note(why),
        None => visits,
    };
    let free = item.fees.is_empty();
    let fee = Fact::new(l.t("portal-fact-fee"), f.fee);
    KeyFacts(vec![
        Fact::new(l.t("portal-fact-time"), f.promised).note(l.t1(
            "portal-fact-statutory",
            "limit",
            f.statutory,
        )),
        visits,
        if free { fee.good() } else { fee },
        Fact::new(
            l.t("portal-fact-materials"),
            l.t1("portal-fact-own", "n", f.materials.own),
        )
        .note(l.t1("portal-fact-exempt", "n", f.materials.exempt)),
    ])
}

/// The outward flow chart as a picture [C-34].
pub(super) async fn flow_chart(shell: Shell, me: Acting, Path(code): Path<String>) -> Answer {
    let item = item_of(&shell, &me, &code).await?;
    let headers = [
        (header::CONTENT_TYPE, "image/svg+xml"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "public, max-age=300"),
        // The chart styles itself; it stands in an <img>, where scripts never run.
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'",
        ),
    ];
    Ok((StatusCode::OK, headers, item.flow_chart()).into_response())
}
