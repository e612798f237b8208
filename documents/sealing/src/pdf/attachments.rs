//! Files that a PDF carries with it (ISO 32000-2, 7.11.4): by their names in the catalog's tree, and
//! those that only the list of associated files names.

use std::collections::HashSet;

use super::file::{File, View};
use super::form::list;
use super::inflate;
use super::object::{Dict, Key, Obj};
use super::scan::{Bad, Read};
use super::text;
use crate::Unreadable;

/// Files looked for, nodes of the tree visited, and bytes of all together.
const FILES: usize = 64;
const NODES: usize = 1_000;
const BYTES: usize = 32 << 20;

/// Name and content of every file that is attached to a document, in the order of their names. What
/// cannot be read of them is left out; an error means that the document itself cannot be read.
pub fn attachments(bytes: &[u8]) -> Result<Vec<(String, Vec<u8>)>, Unreadable> {
    let unreadable = |error: Bad| Unreadable(error.to_string());
    let file = File::read(bytes).map_err(unreadable)?;
    let view = file.newest();
    if view.trailer().has("Encrypt") {
        return Err(Unreadable("the file is encrypted".into()));
    }
    let mut walk = Walk {
        view: &view,
        seen: HashSet::new(),
        tried: 0,
        left: BYTES,
        found: Vec::new(),
    };
    walk.catalog().map_err(unreadable)?;
    Ok(walk.found)
}

struct Walk<'w, 'f, 'a> {
    view: &'w View<'f, 'a>,
    seen: HashSet<Key>,
    /// Files looked for, whether or not they could be read: many may name one large stream.
    tried: usize,
    left: usize,
    found: Vec<(String, Vec<u8>)>,
}

impl Walk<'_, '_, '_> {
    fn catalog(&mut self) -> Read<()> {
        let root = self.view.trailer().get("Root").cloned();
        let catalog = root.map(|root| self.view.resolve(&root)).transpose()?;
        let Some(Obj::Dict(catalog)) = catalog else {
            return Err(Bad {
                at: 0,
                what: "the catalog is missing",
            });
        };
        if let Obj::Dict(names) = self.view.entry(&catalog, "Names")?
            && let Some(tree) = names.get("EmbeddedFiles")
        {
            self.node(tree)?;
        }
        let what = "the list of associated files is damaged";
        for one in list(self.view, catalog.get("AF"), what)?.iter().take(FILES) {
            self.specification(one, None)?;
        }
        Ok(())
    }

    /// A node of the tree of names. One that was visited is not visited again.
    fn node(&mut self, node: &Obj) -> Read<()> {
        let mut open = vec![node.clone()];
        let what = "the tree of attachments is damaged";
        let mut nodes = 0;
        while let Some(node) = open.pop() {
            nodes += 1;
            let again = node.as_ref().is_some_and(|key| !self.seen.insert(key));
            if nodes > NODES || self.tried >= FILES {
                break;
            }
            if again {
                continue;
            }
            let Obj::Dict(dict) = self.view.resolve(&node)? else {
                continue;
            };
            let names = list(self.view, dict.get("Names"), what)?;
            for pair in names.chunks_exact(2).take(FILES) {
                let name = self.view.resolve(&pair[0])?;
                let name = name.as_text().map(text::decode);
                self.specification(&pair[1], name)?;
            }
            let kids = list(self.view, dict.get("Kids"), what)?;
            open.extend(kids.into_iter().rev().take(NODES));
        }
        Ok(())
    }

    /// What a file specification leads to, under its own name or the tree's.
    fn specification(&mut self, one: &Obj, name: Option<String>) -> Read<()> {
        let again = one.as_ref().is_some_and(|key| !self.seen.insert(key));
        if again || self.tried >= FILES {
            return Ok(());
        }
        self.tried += 1;
        let Obj::Dict(specification) = self.view.resolve(one)? else {
            return Ok(());
        };
        let said = |entry: &str| specification.get(entry).and_then(Obj::as_text);
        let own = said("UF").or_else(|| said("F")).map(text::decode);
        let Obj::Dict(files) = self.view.entry(&specification, "EF")? else {
            return Ok(());
        };
        let stream = files.get("UF").or_else(|| files.get("F"));
        let Some(key) = stream.and_then(Obj::as_ref) else {
            return Ok(());
        };
        if let Some(bytes) = self.content(key)? {
            let name = own.or(name).unwrap_or_default();
            self.found.push((name, bytes));
        }
        Ok(())
    }

    fn content(&mut self, key: Key) -> Read<Option<Vec<u8>>> {
        let found = self.view.get(key)?;
        let dict: Option<&Dict> = found.value.as_dict();
        let (Some(dict), Some(range)) = (dict, found.stream.clone()) else {
            return Ok(None);
        };
        let raw = self.view.data().get(range).unwrap_or_default();
        let Ok(bytes) = inflate::decode(dict, raw, 0) else {
            return Ok(None);
        };
        Ok(match self.left.checked_sub(bytes.len()) {
            Some(rest) => {
                self.left = rest;
                Some(bytes)
            }
            None => None,
        })
    }
}
