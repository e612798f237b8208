//! What signatures permit afterwards: certification (DocMDP) and field locks (FieldMDP)
//! (ISO 32000-2, 12.8.2.2, 12.8.2.4 and 12.7.5.5).

use super::file::View;
use super::form::SigField;
use super::object::{Dict, Obj};
use super::scan::Read;
use super::text;

/// How much may change after a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// Nothing but evidence and time stamps: certified with P 1.
    Nothing,
    /// Further signatures: what a signature that certifies nothing leaves open.
    Sign,
    /// Further signatures and filling in of forms: P 2.
    Fill,
    /// That and annotations: P 3.
    Annotate,
}

/// Fields that may not change any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Lock {
    All,
    Include(Vec<String>),
    Exclude(Vec<String>),
}

impl Lock {
    fn read(view: &View<'_, '_>, dict: &Dict) -> Read<Option<Self>> {
        let Obj::Array(names) = view.entry(dict, "Fields")? else {
            return Ok(match view.entry(dict, "Action")?.as_name() {
                Some(b"All") => Some(Lock::All),
                _ => None,
            });
        };
        let names = names.iter().filter_map(Obj::as_text).map(text::decode);
        Ok(match view.entry(dict, "Action")?.as_name() {
            Some(b"All") => Some(Lock::All),
            Some(b"Include") => Some(Lock::Include(names.collect())),
            Some(b"Exclude") => Some(Lock::Exclude(names.collect())),
            _ => None,
        })
    }

    /// The field of that full name is locked.
    pub fn holds(&self, name: &str) -> bool {
        let named = |names: &[String]| {
            names.iter().any(|one| {
                let rest = name.strip_prefix(one.as_str());
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            })
        };
        match self {
            Lock::All => true,
            Lock::Include(names) => named(names),
            Lock::Exclude(names) => !named(names),
        }
    }
}

/// What one signature says of the time after it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Permission {
    /// It certifies the document, with this number from 1 to 3.
    pub certifies: Option<i64>,
    /// The level that locking its field sets for the whole document (ISO 32000-2, table 236).
    pub document: Option<i64>,
    pub locks: Vec<Lock>,
}

impl Permission {
    /// Reads the transforms of a signature and the lock of its field.
    pub fn read(view: &View<'_, '_>, field: &SigField, dict: &Dict) -> Read<Self> {
        let mut permission = Permission::default();
        if let Obj::Dict(lock) = view.entry(&field.dict, "Lock")? {
            permission.document = view.entry(&lock, "P")?.as_int();
            permission.locks.extend(Lock::read(view, &lock)?);
        }
        let references = view.entry(dict, "Reference")?;
        for reference in references.as_array().unwrap_or_default() {
            let Obj::Dict(reference) = view.resolve(reference)? else {
                continue;
            };
            let parameters = match view.entry(&reference, "TransformParams")? {
                Obj::Dict(parameters) => parameters,
                _ => Dict::new(),
            };
            match view.entry(&reference, "TransformMethod")?.as_name() {
                Some(b"DocMDP") => {
                    let level = view.entry(&parameters, "P")?.as_int();
                    permission.certifies = Some(level.unwrap_or(2));
                }
                Some(b"FieldMDP") => permission.locks.extend(Lock::read(view, &parameters)?),
                _ => {}
            }
        }
        Ok(permission)
    }

    /// No signature may follow.
    pub fn closes(&self) -> bool {
        self.certifies == Some(1) || self.document == Some(1)
    }
}

/// What all signatures up to some point permit together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Policy {
    pub level: Level,
    pub locks: Vec<Lock>,
}

impl Policy {
    /// The strictest of them counts. Where nobody certified, nobody permitted more than signing.
    pub fn of<'p>(permissions: impl Iterator<Item = &'p Permission>) -> Self {
        let mut level: Option<Level> = None;
        let mut locks = Vec::new();
        for permission in permissions {
            for number in [permission.certifies, permission.document] {
                let found = match number {
                    None => continue,
                    Some(2) => Level::Fill,
                    Some(3) => Level::Annotate,
                    Some(_) => Level::Nothing,
                };
                level = Some(level.map_or(found, |known| known.min(found)));
            }
            locks.extend(permission.locks.iter().cloned());
        }
        Self {
            level: level.unwrap_or(Level::Sign),
            locks,
        }
    }

    pub fn locks(&self, name: &str) -> bool {
        self.locks.iter().any(|lock| lock.holds(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strictest_counts() {
        let certified = |number| Permission {
            certifies: Some(number),
            ..Default::default()
        };
        let level = |all: &[Permission]| Policy::of(all.iter()).level;
        assert_eq!(level(&[]), Level::Sign);
        assert_eq!(level(&[Permission::default()]), Level::Sign);
        for (number, wanted) in [
            (1, Level::Nothing),
            (2, Level::Fill),
            (3, Level::Annotate),
            (0, Level::Nothing),
            (4, Level::Nothing),
        ] {
            assert_eq!(level(&[certified(number)]), wanted, "{number}");
        }
        let locked = Permission {
            document: Some(1),
            ..Default::default()
        };
        assert_eq!(level(&[certified(3), locked]), Level::Nothing);
    }

    #[test]
    fn locks_hold_fields_and_what_is_below_them() {
        let names = || vec!["a".to_owned(), "b.c".to_owned()];
        let include = Lock::Include(names());
        let exclude = Lock::Exclude(names());
        for (name, held) in [
            ("a", true),
            ("a.x", true),
            ("ab", false),
            ("b", false),
            ("b.c", true),
            ("", false),
        ] {
            assert_eq!(include.holds(name), held, "{name}");
            assert_eq!(exclude.holds(name), !held, "{name}");
            assert!(Lock::All.holds(name));
        }
    }
}
