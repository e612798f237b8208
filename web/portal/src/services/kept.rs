//! Guides as HTML, kept for as long as their item stands unchanged. They hold nothing personal.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use items::Item;
use kernel::Locale;

/// Guides kept at a time: those of a city are a few hundred, of a few dozen kilobytes each.
const MOST: usize = 512;

/// Item, English, and the number to call that elder mode shows.
type Key = (String, bool, Option<String>);

/// A guide, with the item it was made from: the catalogue gives another one when anything of it
/// changes.
type Guide = (Arc<Item>, Arc<str>);

/// What one process keeps.
#[derive(Default)]
pub(crate) struct Kept {
    guides: RwLock<HashMap<Key, Guide>>,
}

impl Kept {
    /// The guide of this very item, rendered if it is not at hand.
    pub fn get_or_render<E>(
        &self,
        item: &Arc<Item>,
        locale: Locale,
        hotline: Option<&str>,
        render: impl FnOnce() -> Result<Arc<str>, E>,
    ) -> Result<Arc<str>, E> {
        let hotline = hotline.map(str::to_owned);
        let key = (item.item_id.clone(), locale == Locale::En, hotline);
        let known = {
            let guides = self.guides.read().unwrap_or_else(PoisonError::into_inner);
            guides.get(&key).cloned()
        };
        if let Some((_, body)) = known.filter(|(of, _)| Arc::ptr_eq(of, item)) {
            return Ok(body);
        }
        let body = render()?;
        let mut guides = self.guides.write().unwrap_or_else(PoisonError::into_inner);
        if guides.len() >= MOST {
            guides.clear();
        }
        guides.insert(key, (item.clone(), body.clone()));
        Ok(body)
    }
}
