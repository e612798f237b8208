//! Lists come in pages.

use kernel::{Page, PageRequest, Problem};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Pages beyond this one are asked for by mistake.
const LAST: u32 = 1_000_000;

/// Which page, and how long pages are.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Counts from 1.
    #[serde(default, deserialize_with = "page")]
    #[param(minimum = 1, maximum = 1_000_000, default = 1)]
    page: Option<u32>,
    /// Rows of a page.
    #[serde(default, deserialize_with = "size")]
    #[param(minimum = 1, maximum = 100, default = 20)]
    size: Option<u32>,
}

fn within<'de, D: Deserializer<'de>>(deserializer: D, last: u32) -> Result<Option<u32>, D::Error> {
    let text = String::deserialize(deserializer)?;
    match text.parse::<u32>() {
        Ok(number) if (1..=last).contains(&number) => Ok(Some(number)),
        _ => Err(D::Error::custom(format!(
            "a number from 1 to {last} expected"
        ))),
    }
}

/// Reads a page number.
pub fn page<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    within(deserializer, LAST)
}

/// Reads a page size.
pub fn size<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    within(deserializer, 100)
}

/// The page asked for.
pub fn request(page: Option<u32>, size: Option<u32>) -> PageRequest {
    PageRequest::new(page.unwrap_or(1), size.unwrap_or(20))
}

impl PageQuery {
    /// The page asked for.
    pub fn request(self) -> PageRequest {
        request(self.page, self.size)
    }
}

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct PageOf<T> {
    pub rows: Vec<T>,
    /// Rows in the whole list.
    pub total: u64,
    pub page: u32,
    pub size: u32,
}

impl<T> PageOf<T> {
    /// The page with its rows as the API shows them.
    pub fn of<U>(page: Page<U>, show: impl FnMut(U) -> T) -> Self {
        let page = page.map(show);
        Self {
            rows: page.rows,
            total: page.total,
            page: page.page,
            size: page.size,
        }
    }
}

/// One of the values that a parameter takes.
pub fn one_of<'v>(name: &str, value: &str, values: &[&'v str]) -> Result<&'v str, Problem> {
    let found = values.iter().find(|known| **known == value);
    found.copied().ok_or_else(|| {
        Problem::invalid(
            "invalid_query",
            format!("{name}没有这个值"),
            format!("{name} has no such value"),
        )
        .at(name)
    })
}
