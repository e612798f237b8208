//! What the process holds in common and every use case may need: key store, file store, caches.
//! One of each type.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, RwLock};

type Things = HashMap<TypeId, Arc<dyn Any + Send + Sync>>;

/// Things by their type.
#[derive(Default)]
pub struct Shared {
    things: RwLock<Things>,
}

impl Shared {
    /// Puts a thing, replacing the former one of its type.
    pub fn put<T: Send + Sync + 'static>(&self, thing: Arc<T>) {
        let mut things = self.things.write().unwrap_or_else(|p| p.into_inner());
        things.insert(TypeId::of::<T>(), thing);
    }

    /// The thing of that type, if there is one.
    pub fn get<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        let things = self.things.read().unwrap_or_else(|p| p.into_inner());
        things.get(&TypeId::of::<T>())?.clone().downcast().ok()
    }

    /// The thing of that type, made when there is none.
    pub fn get_or_make<T: Default + Send + Sync + 'static>(&self) -> Arc<T> {
        if let Some(found) = self.get() {
            return found;
        }
        let mut things = self.things.write().unwrap_or_else(|p| p.into_inner());
        let entry = things
            .entry(TypeId::of::<T>())
            .or_insert_with(|| Arc::new(T::default()));
        // The entry was made under this very type.
        entry
            .clone()
            .downcast()
            .unwrap_or_else(|_| Arc::new(T::default()))
    }
}
