//! The catalogue in use: one snapshot, shared by everybody.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use kernel::{Page, PageRequest};
use serde::Serialize;

use crate::codes;
use crate::filter::{Audience, Dimension, Filter};
use crate::item::Item;
use crate::state::State;
use crate::themes::{theme_id, theme_of, themes};
use crate::types::Mode;

/// Items with the version that stands for each: in use, suspended or cancelled. Lists and counts
/// show those in use.
pub struct Catalogue {
    revision: i64,
    items: Vec<Arc<Item>>,
    by_code: HashMap<String, usize>,
    uses: HashMap<String, u64>,
    index: Arc<text::Index>,
}

/// A theme that has items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Theme {
    /// For addresses: `n01`, `l02`.
    pub id: String,
    pub audience: Audience,
    pub name: &'static str,
    pub count: usize,
}

/// An agency that has items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Department {
    pub agency_code: String,
    pub name: String,
    pub short_name: String,
    /// Code of [C-26].
    pub level: String,
    pub count: usize,
}

/// A value of a dimension and how many items have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Count {
    pub value: String,
    /// Chinese words.
    pub label: String,
    pub count: usize,
}

/// The question that narrows a search next [B-15].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextQuestion {
    pub dimension: Dimension,
    pub options: Vec<Count>,
}

impl Catalogue {
    pub(crate) fn build(
        revision: i64,
        mut items: Vec<Arc<Item>>,
        uses: HashMap<String, u64>,
        index: Arc<text::Index>,
    ) -> Self {
        items.sort_by(|a, b| {
            let key = |i: &Item| (i.exercise_level.clone(), i.agency_code.clone());
            key(a)
                .cmp(&key(b))
                .then_with(|| a.base_code.cmp(&b.base_code))
        });
        let mut by_code = HashMap::new();
        for (at, item) in items.iter().enumerate() {
            by_code.insert(item.item_id.clone(), at);
            by_code.insert(item.implementation_code.clone(), at);
            for handling in &item.handling_items {
                by_code.insert(handling.code.clone(), at);
            }
        }
        Self {
            revision,
            items,
            by_code,
            uses,
            index,
        }
    }

    /// Raised with every change.
    pub fn revision(&self) -> i64 {
        self.revision
    }

    /// By short code, implementation code (31) or handling item code (33); whatever its state.
    pub fn find(&self, code: &str) -> Option<Arc<Item>> {
        self.by_code
            .get(code)
            .and_then(|&at| self.items.get(at))
            .cloned()
    }

    /// By short code.
    pub fn by_id(&self, item_id: &str) -> Option<&Arc<Item>> {
        let item = self
            .by_code
            .get(item_id)
            .and_then(|&at| self.items.get(at))?;
        (item.item_id == item_id).then_some(item)
    }

    /// All items, suspended and cancelled ones too, by level, agency and base code.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Item>> {
        self.items.iter()
    }

    /// Items in use.
    pub fn in_use(&self) -> impl Iterator<Item = &Arc<Item>> {
        self.items.iter().filter(|item| item.state == State::InUse)
    }

    /// 一件事 in use.
    pub fn together(&self) -> impl Iterator<Item = &Arc<Item>> {
        self.in_use().filter(|item| item.is_together())
    }

    /// 一件事 that include this item.
    pub fn parents_of<'c>(&'c self, item_id: &'c str) -> impl Iterator<Item = &'c Arc<Item>> {
        self.together().filter(move |parent| {
            let children = parent.parallel.iter().flat_map(|p| &p.children);
            children.into_iter().any(|child| child.item_id == item_id)
        })
    }

    /// Implementations of the same item across agencies, levels and regions [C-20].
    pub fn implementations<'c>(
        &'c self,
        base_code: &'c str,
    ) -> impl Iterator<Item = &'c Arc<Item>> {
        self.items
            .iter()
            .filter(move |item| item.base_code == base_code)
    }

    /// Items in use that pass, by level, agency and base code.
    pub fn list(&self, filter: &Filter, page: PageRequest) -> Page<Arc<Item>> {
        let mut passing = self.in_use().filter(|item| filter.passes(item));
        let skip = usize::try_from(page.offset()).unwrap_or(usize::MAX);
        let mut total = 0;
        let mut rows = Vec::new();
        for item in &mut passing {
            if total >= skip && rows.len() < page.size as usize {
                rows.push(item.clone());
            }
            total += 1;
        }
        Page::new(rows, total as u64, page)
    }

    /// The items used most in the last 30 days [B-17]; before anything was used, those that are
    /// done fastest.
    pub fn hot(&self, audience: Option<Audience>, count: usize) -> Vec<Arc<Item>> {
        let mut items: Vec<&Arc<Item>> = self
            .in_use()
            .filter(|item| audience.is_none_or(|a| item.is_for(a)))
            .collect();
        items.sort_by_key(|item| {
            let uses = std::cmp::Reverse(self.uses_of(&item.item_id));
            (uses, item.max_visits, item.promised_limit.value)
        });
        items.into_iter().take(count).cloned().collect()
    }

    /// Uses of an item in the last 30 days.
    pub fn uses_of(&self, item_id: &str) -> u64 {
        self.uses.get(item_id).copied().unwrap_or(0)
    }

    /// The themes of an audience in life-cycle order; those without items are left out.
    pub fn themes(&self, audience: Audience) -> Vec<Theme> {
        let count = |name: &str| {
            self.in_use()
                .filter(|i| i.themes(audience).iter().any(|t| t == name))
                .count()
        };
        let theme = |name: &'static str| {
            Some(Theme {
                id: theme_id(audience, name)?,
                audience,
                name,
                count: count(name),
            })
        };
        let all = themes(audience).iter().filter_map(|name| theme(name));
        all.filter(|theme| theme.count > 0).collect()
    }

    /// The agencies that have items in use, in the order of the list.
    pub fn departments(&self) -> Vec<Department> {
        let mut all: Vec<Department> = Vec::new();
        for item in self.in_use() {
            match all.iter_mut().find(|d| d.agency_code == item.agency_code) {
                Some(known) => known.count += 1,
                None => all.push(Department {
                    agency_code: item.agency_code.clone(),
                    name: item.agency_name.clone(),
                    short_name: item.undertaking_agency.clone(),
                    level: item.exercise_level.clone(),
                    count: 1,
                }),
            }
        }
        all
    }

    /// How the items that pass spread over a dimension, its own choice set aside.
    pub fn counts(&self, filter: &Filter, dimension: Dimension) -> Vec<Count> {
        let others = Dimension::ALL.into_iter().filter(|d| *d != dimension);
        let others: Vec<_> = others
            .filter_map(|d| Some((d, filter.chosen(d)?)))
            .collect();
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for item in self.in_use() {
            if others
                .iter()
                .all(|(d, value)| d.values(item).contains(value))
            {
                for value in dimension.values(item) {
                    // With an audience chosen, the themes of the other one are out of place.
                    let strange = dimension == Dimension::Theme
                        && filter
                            .audience
                            .is_some_and(|a| !value.starts_with(a.letter()));
                    if !strange {
                        *counts.entry(value).or_default() += 1;
                    }
                }
            }
        }
        let count = |(value, count): (String, usize)| Count {
            label: self.label(dimension, &value),
            value,
            count,
        };
        counts.into_iter().map(count).collect()
    }

    /// 场景导航: what to ask next, until one item is left or nothing tells them apart [B-15].
    pub fn next_question(&self, filter: &Filter) -> Option<NextQuestion> {
        self.in_use().filter(|item| filter.passes(item)).nth(1)?;
        let asked = [
            Dimension::Audience,
            Dimension::Theme,
            Dimension::Department,
            Dimension::Type,
            Dimension::CaseType,
        ];
        asked
            .into_iter()
            .filter(|d| filter.chosen(*d).is_none())
            .find_map(|dimension| {
                let options = self.counts(filter, dimension);
                (options.len() > 1).then_some(NextQuestion { dimension, options })
            })
    }

    /// The words of a dimension's value.
    pub fn label(&self, dimension: Dimension, value: &str) -> String {
        let words = match dimension {
            Dimension::Audience => Audience::from_code(value).map_or(value, |a| a.zh()),
            Dimension::Theme => theme_of(value).map_or(value, |(_, name)| name),
            Dimension::Department => {
                let named = self.items.iter().find(|item| item.agency_code == value);
                named.map_or(value, |item| &item.agency_name)
            }
            Dimension::Type => {
                let named = self.items.iter().find(|item| item.item_type == value);
                named.map_or(codes::ITEM_TYPES.zh(value), |item| item.item_type_zh())
            }
            Dimension::CaseType => codes::CASE_TYPES.zh(value),
            Dimension::Level => codes::LEVELS.zh(value),
            Dimension::Online => match value {
                "yes" => "可网上办理",
                "no" => "窗口办理",
                other => other,
            },
            Dimension::Mode => Mode::from_code(value).map_or(value, |mode| mode.zh()),
        };
        words.to_owned()
    }

    pub(crate) fn index(&self) -> &Arc<text::Index> {
        &self.index
    }
}
