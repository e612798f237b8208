//! Finding an item [B-13, B-14]: by what people type, narrowed by filters.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use kernel::PageRequest;
use store::Ctx;
use text::{Doc, Segment};

use crate::catalogue::{Catalogue, Count};
use crate::error::ItemsError;
use crate::filter::{Dimension, Filter};
use crate::item::Item;
use crate::state::State;

/// Kind of an item.
pub const ITEM: &str = "item";
/// Kind of a 一件事.
pub const TOGETHER: &str = "together";
/// Kind of an agency.
pub const DEPARTMENT: &str = "department";
/// Kind of a licence that items result in.
pub const LICENCE: &str = "licence";
/// Kind of a frequent question.
pub const FAQ: &str = "faq";

/// Items and 一件事: what is found unless another kind is asked for.
const DEFAULT_KINDS: [&str; 2] = [ITEM, TOGETHER];

/// Shorter everyday names are fragments of a list that shares its verb, as in
/// 「饭店、工厂、洗车店向下水道排污水」: not what the item is called.
const WHOLE_NAME: usize = 3;

/// What somebody looks for.
#[derive(Clone, Debug, Default)]
pub struct Query {
    pub text: String,
    pub filter: Filter,
    /// One kind only; items and 一件事 when empty.
    pub kind: Option<String>,
    pub page: PageRequest,
}

/// One thing found.
#[derive(Clone, Debug)]
pub struct SearchRow {
    pub kind: String,
    /// Item code, agency code or licence type code.
    pub id: String,
    /// The item; of a licence, one that results in it; of a question, the one it is about.
    pub item: Option<Arc<Item>>,
    /// The name with what matched marked.
    pub title: Vec<Segment>,
    /// The everyday name that matched, marked.
    pub name: Option<Vec<Segment>>,
    /// The text around the match, when neither name has it; of a question, its answer.
    pub snippet: Vec<Segment>,
    /// Found by ear or in spite of a slip.
    pub guessed: bool,
}

/// A page of what was found.
#[derive(Clone, Debug, Default)]
pub struct SearchPage {
    pub rows: Vec<SearchRow>,
    pub total: u64,
    pub page: u32,
    pub size: u32,
    /// Numbers for filters, each with its own choice set aside.
    pub facets: BTreeMap<Dimension, Vec<Count>>,
    /// Numbers for tabs.
    pub kinds: Vec<(String, u64)>,
    /// Nothing has all words; what has most of them is shown.
    pub relaxed: bool,
    /// Nothing was found: the nearest names.
    pub nearest: Vec<String>,
}

impl SearchPage {
    /// Number of pages, at least 1.
    pub fn pages(&self) -> u32 {
        let pages = self.total.div_ceil(u64::from(self.size.max(1))).max(1);
        u32::try_from(pages).unwrap_or(u32::MAX)
    }
}

/// Something to offer while somebody types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    pub kind: String,
    pub id: String,
    pub title: String,
    /// The everyday name that fits.
    pub name: Option<String>,
    /// Short code of the item to go to.
    pub item_id: Option<String>,
}

/// The index of everything in use.
pub(crate) fn index(
    items: &[Arc<Item>],
    uses: &HashMap<String, u64>,
) -> Result<text::Index, ItemsError> {
    let in_use: Vec<&Arc<Item>> = items.iter().filter(|i| i.state == State::InUse).collect();
    let most = uses.values().copied().max().unwrap_or(0);
    let weight = |item: &Item| {
        let uses = uses.get(&item.item_id).copied().unwrap_or(0);
        if most == 0 {
            0.0
        } else {
            ((1 + uses) as f32).ln() / ((1 + most) as f32).ln()
        }
    };
    let mut docs: Vec<Doc> = Vec::new();
    for item in &in_use {
        docs.push(Doc {
            weight: weight(item),
            ..item_doc(item)
        });
        docs.extend(faq_docs(item));
    }
    docs.extend(department_docs(&in_use));
    docs.extend(licence_docs(&in_use));
    let index = text::Index::in_ram()?;
    index.replace_all(docs)?;
    Ok(index)
}

fn facets(item: &Item) -> Vec<(String, String)> {
    let of = |d: Dimension| {
        d.values(item)
            .into_iter()
            .map(move |v| (d.code().to_owned(), v))
    };
    Dimension::ALL.into_iter().flat_map(of).collect()
}

fn item_doc(item: &Item) -> Doc {
    let mut body = vec![
        item.exercise_content.clone(),
        item.acceptance_condition.clone(),
        item.result_name.clone(),
        item.agency_name.clone(),
        item.undertaking_agency.clone(),
    ];
    body.extend(item.materials.iter().map(|m| m.material_name.clone()));
    body.extend(item.handling_items.iter().map(|h| h.name.clone()));
    body.extend(item.situations.iter().map(|s| s.name.clone()));
    body.extend(
        item.legal_basis
            .iter()
            .map(|b| format!("《{}》{}", b.law, b.text)),
    );
    body.extend(
        item.faq
            .iter()
            .map(|f| format!("{}{}", f.question, f.answer)),
    );
    body.extend(item.places.iter().map(|p| p.hall_name.clone()));
    let handling = item.handling_items.iter().map(|h| h.code.clone());
    let (names, fragments): (Vec<_>, Vec<_>) = item
        .everyday_names()
        .partition(|name| name.chars().count() >= WHOLE_NAME);
    let mut synonyms = item.synonyms.clone();
    if !fragments.is_empty() {
        synonyms.push(item.everyday_name.clone());
    }
    Doc {
        id: item.item_id.clone(),
        kind: if item.is_together() { TOGETHER } else { ITEM }.to_owned(),
        title: item.name.clone(),
        names: names.into_iter().map(str::to_owned).collect(),
        synonyms,
        codes: [
            item.item_id.clone(),
            item.implementation_code.clone(),
            item.base_code.clone(),
        ]
        .into_iter()
        .chain(handling)
        .collect(),
        body: body.join("\n"),
        facets: facets(item),
        weight: 0.0,
    }
}

fn faq_docs(item: &Item) -> impl Iterator<Item = Doc> + '_ {
    item.faq.iter().enumerate().map(|(i, faq)| Doc {
        id: format!("{FAQ}:{}:{i}", item.item_id),
        kind: FAQ.to_owned(),
        title: faq.question.clone(),
        body: faq.answer.clone(),
        facets: facets(item),
        ..Doc::default()
    })
}

fn department_docs(items: &[&Arc<Item>]) -> Vec<Doc> {
    let mut docs: Vec<Doc> = Vec::new();
    for item in items {
        let id = format!("{DEPARTMENT}:{}", item.agency_code);
        match docs.iter_mut().find(|doc| doc.id == id) {
            Some(known) => known.body.push_str(&format!("\n{}", item.name)),
            None => docs.push(Doc {
                id,
                kind: DEPARTMENT.to_owned(),
                title: item.agency_name.clone(),
                names: vec![item.undertaking_agency.clone()],
                codes: vec![item.agency_code.clone(), item.agency_uscc.clone()],
                body: item.name.clone(),
                ..Doc::default()
            }),
        }
    }
    docs
}

fn licence_docs(items: &[&Arc<Item>]) -> Vec<Doc> {
    let mut docs: Vec<Doc> = Vec::new();
    for item in items {
        let Some(code) = &item.result_licence_type else {
            continue;
        };
        let id = format!("{LICENCE}:{code}");
        match docs.iter_mut().find(|doc| doc.id == id) {
            Some(known) => known.body.push_str(&format!("\n{}", item.name)),
            None => docs.push(Doc {
                id,
                kind: LICENCE.to_owned(),
                title: item.result_name.clone(),
                body: item.name.clone(),
                ..Doc::default()
            }),
        }
    }
    docs
}

/// What a document of the index stands for: its own code, and its item.
fn behind(catalogue: &Catalogue, kind: &str, id: &str) -> (String, Option<Arc<Item>>) {
    let rest = id.split_once(':').map_or(id, |(_, rest)| rest);
    match kind {
        DEPARTMENT => (rest.to_owned(), None),
        LICENCE => {
            let gives = |i: &&Arc<Item>| i.result_licence_type.as_deref() == Some(rest);
            (rest.to_owned(), catalogue.in_use().find(gives).cloned())
        }
        FAQ => {
            let item_id = rest.rsplit_once(':').map_or(rest, |(item_id, _)| item_id);
            (item_id.to_owned(), catalogue.by_id(item_id).cloned())
        }
        _ => (id.to_owned(), catalogue.by_id(id).cloned()),
    }
}

/// Finds items and what belongs to them. Public.
pub async fn search(ctx: &Ctx, query: &Query) -> Result<SearchPage, ItemsError> {
    let catalogue = crate::catalogue(ctx).await?;
    catalogue.search(query)
}

/// What to offer for an unfinished question: all kinds, best first. Public.
pub async fn suggest(ctx: &Ctx, text: &str, count: u32) -> Result<Vec<Suggestion>, ItemsError> {
    let catalogue = crate::catalogue(ctx).await?;
    catalogue.suggest(text, count)
}

impl Catalogue {
    /// Finds items and what belongs to them.
    pub fn search(&self, query: &Query) -> Result<SearchPage, ItemsError> {
        let kinds = match &query.kind {
            Some(kind) => vec![kind.clone()],
            None => DEFAULT_KINDS.map(str::to_owned).to_vec(),
        };
        let mut filters = vec![text::Filter {
            facet: text::KIND.to_owned(),
            any_of: kinds,
        }];
        for dimension in Dimension::ALL {
            if let Some(value) = query.filter.chosen(dimension) {
                let facet = dimension.code().to_owned();
                filters.push(text::Filter {
                    facet,
                    any_of: vec![value],
                });
            }
        }
        let found = self.index().search(&text::Query {
            text: query.text.clone(),
            filters,
            page: query.page,
        })?;
        let mut page = SearchPage {
            total: found.total,
            page: query.page.page,
            size: query.page.size,
            relaxed: found.relaxed,
            nearest: found.nearest,
            ..SearchPage::default()
        };
        for dimension in Dimension::ALL {
            let counts = found.facets.get(dimension.code()).into_iter().flatten();
            let count = |c: &text::FacetCount| Count {
                label: self.label(dimension, &c.value),
                value: c.value.clone(),
                count: usize::try_from(c.count).unwrap_or(usize::MAX),
            };
            page.facets.insert(dimension, counts.map(count).collect());
        }
        let kinds = found.facets.get(text::KIND).into_iter().flatten();
        page.kinds = kinds.map(|c| (c.value.clone(), c.count)).collect();
        for hit in found.hits {
            let (id, item) = behind(self, &hit.kind, &hit.id);
            page.rows.push(SearchRow {
                kind: hit.kind,
                id,
                item,
                title: hit.title,
                name: hit.name,
                snippet: hit.snippet,
                guessed: hit.guessed,
            });
        }
        Ok(page)
    }

    /// What to offer for an unfinished question.
    pub fn suggest(&self, text: &str, count: u32) -> Result<Vec<Suggestion>, ItemsError> {
        let rows = self.index().suggest(&text::Query {
            text: text.to_owned(),
            page: PageRequest::new(1, count),
            ..text::Query::default()
        })?;
        let suggestion = |row: text::Suggestion| {
            let (id, item) = behind(self, &row.kind, &row.id);
            Suggestion {
                kind: row.kind,
                id,
                title: row.title,
                name: row.name,
                item_id: item.map(|item| item.item_id.clone()),
            }
        };
        Ok(rows.into_iter().map(suggestion).collect())
    }
}
