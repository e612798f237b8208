//! Finding an item and reading its guide.

mod element;
pub(crate) mod guide;
mod kept;
mod list;
mod sample;
mod search;
pub(crate) mod theme;

use axum::Router;
use axum::routing::get;
use items::{Audience, Catalogue, Dimension, Filter};
use ui::view::{Choice, Field};
use ui::{FormData, L};

pub(crate) fn router() -> Router {
    Router::new()
        .route("/services", get(list::list))
        .route("/services/{code}", get(guide::show))
        .route("/services/{code}/flow.svg", get(guide::flow_chart))
        .route("/services/{code}/result.png", get(sample::result))
        .route("/services/{code}/blank", get(sample::blank))
        .route("/services/{code}/samples/{material}", get(sample::material))
        .route("/themes/{id}", get(theme::show))
        .route("/search", get(search::search))
        .route("/depts", get(list::departments))
        .route("/together", get(list::together))
}

/// Dimensions that lists can be narrowed by beside 个人/法人.
const FILTERS: [Dimension; 7] = [
    Dimension::Theme,
    Dimension::Department,
    Dimension::Type,
    Dimension::CaseType,
    Dimension::Level,
    Dimension::Online,
    Dimension::Mode,
];

/// The side in an address: `for=person`, `for=org`.
fn audience(query: &FormData) -> Option<Audience> {
    match query.get("for") {
        "person" => Some(Audience::Natural),
        "org" => Some(Audience::Legal),
        _ => None,
    }
}

fn filter(query: &FormData) -> Filter {
    let mut filter = Filter {
        audience: audience(query),
        ..Filter::default()
    };
    for dimension in FILTERS {
        let value = query.get(dimension.code());
        if !value.is_empty() {
            filter.choose(dimension, value);
        }
    }
    filter
}

/// A select for each dimension that still tells items apart.
fn filter_fields(l: &L, catalogue: &Catalogue, filter: &Filter) -> Vec<Field> {
    let mut fields = Vec::new();
    for dimension in FILTERS {
        let counts = catalogue.counts(filter, dimension);
        if counts.len() < 2 && filter.chosen(dimension).is_none() {
            continue;
        }
        let choices = counts
            .into_iter()
            .map(|c| Choice::new(c.value, format!("{} ({})", c.label, c.count)))
            .collect();
        let label = l.t(&format!("portal-filter-{}", dimension.code()));
        fields.push(Field::select(dimension.code(), label, choices).optional());
    }
    fields
}
