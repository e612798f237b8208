//! `GET /items`: finding items.

use std::sync::Arc;

use axum::Json;
use items::{Dimension, Filter, Item, Query};
use kernel::{Page, Problem};
use serde::Deserialize;
use utoipa::IntoParams;

use super::view::ItemRow;
use crate::caller::Anybody;
use crate::input::{Params, Text};
use crate::paging::{self, PageOf};
use crate::problem::Fail;

/// What to look for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ItemQuery {
    /// Words, also everyday ones, pinyin or initials: `开饭店`.
    #[param(value_type = Option<String>, min_length = 1, max_length = 100)]
    q: Option<Text<1, 100>>,
    #[param(value_type = Option<String>, pattern = "^(natural|legal)$")]
    audience: Option<Text<1, 20>>,
    /// Theme such as `n01`.
    #[param(value_type = Option<String>, pattern = "^[nl](0[1-9]|1[0-9])$")]
    theme: Option<Text<1, 20>>,
    /// Agency code.
    #[param(value_type = Option<String>, min_length = 1, max_length = 40)]
    department: Option<Text<1, 40>>,
    #[param(value_type = Option<String>, min_length = 1, max_length = 20)]
    item_type: Option<Text<1, 20>>,
    #[param(value_type = Option<String>, min_length = 1, max_length = 20)]
    case_type: Option<Text<1, 20>>,
    #[param(value_type = Option<String>, min_length = 1, max_length = 20)]
    level: Option<Text<1, 20>>,
    #[param(value_type = Option<String>, pattern = "^(yes|no)$")]
    online: Option<Text<1, 20>>,
    #[param(value_type = Option<String>, pattern = "^(pre_review|verification|fully_online)$")]
    mode: Option<Text<1, 20>>,
    #[serde(default, deserialize_with = "paging::page")]
    #[param(minimum = 1, maximum = 1_000_000, default = 1)]
    page: Option<u32>,
    #[serde(default, deserialize_with = "paging::size")]
    #[param(minimum = 1, maximum = 100, default = 20)]
    size: Option<u32>,
}

impl ItemQuery {
    fn filter(&self) -> Result<Filter, Problem> {
        let chosen = [
            (
                Dimension::Audience,
                self.audience.as_ref().map(Text::as_str),
            ),
            (Dimension::Theme, self.theme.as_ref().map(Text::as_str)),
            (
                Dimension::Department,
                self.department.as_ref().map(Text::as_str),
            ),
            (Dimension::Type, self.item_type.as_ref().map(Text::as_str)),
            (
                Dimension::CaseType,
                self.case_type.as_ref().map(Text::as_str),
            ),
            (Dimension::Level, self.level.as_ref().map(Text::as_str)),
            (Dimension::Online, self.online.as_ref().map(Text::as_str)),
            (Dimension::Mode, self.mode.as_ref().map(Text::as_str)),
        ];
        let mut filter = Filter::default();
        for (dimension, value) in chosen {
            if let Some(value) = value
                && !filter.choose(dimension, value)
            {
                return Err(Problem::invalid(
                    "invalid_query",
                    format!("“{}”没有这个值：{value}", dimension.zh()),
                    format!("{} has no value {value}", dimension.code()),
                )
                .at(dimension.code()));
            }
        }
        Ok(filter)
    }
}

/// 事项清单 / Items in use, by words and by what narrows them, page by page.
#[utoipa::path(
    get, path = "/items", tag = "items", operation_id = "list_items", params(ItemQuery),
    responses((status = 200, description = "A page of items", body = PageOf<ItemRow>))
)]
pub async fn list(
    Anybody(ctx): Anybody,
    Params(query): Params<ItemQuery>,
) -> Result<Json<PageOf<ItemRow>>, Fail> {
    let filter = query.filter()?;
    let page = paging::request(query.page, query.size);
    let found: Page<Arc<Item>> = match query.q {
        None => items::catalogue(&ctx).await?.list(&filter, page),
        Some(words) => {
            let asked = Query {
                text: words.into_string(),
                filter,
                kind: Some(items::ITEM.to_owned()),
                page,
            };
            let found = items::search(&ctx, &asked).await?;
            let rows = found.rows.into_iter().filter_map(|row| row.item).collect();
            Page::new(rows, found.total, page)
        }
    };
    Ok(Json(PageOf::of(found, |item| ItemRow::of(&item))))
}
