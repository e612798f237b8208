//! Finding the parts of a foreign package: producers write paths from the root, from the folder,
//! from the document's folder, with `./`, with backslashes and in another case than the file's.

use std::collections::HashMap;
use std::sync::Arc;

use crate::xml::{self, Element};
use crate::{Error, Package, resolve};

pub(crate) struct Parts {
    package: Package,
    by_name: HashMap<String, usize>,
}

impl Parts {
    /// Bytes of all parts.
    pub fn bytes_in_all(&self) -> usize {
        self.package
            .parts()
            .iter()
            .map(|part| part.bytes.len())
            .sum()
    }

    pub fn new(package: Package) -> Self {
        // `Package::read` refuses names that differ in case only.
        let names = package.parts().iter().enumerate();
        let by_name = names
            .map(|(index, part)| (part.path.to_lowercase(), index))
            .collect();
        Self { package, by_name }
    }

    pub fn package(&self) -> &Package {
        &self.package
    }

    /// The true path of a part, whatever the case of `path`.
    pub fn real(&self, path: &str) -> Option<&str> {
        let index = *self.by_name.get(&path.to_lowercase())?;
        Some(&self.package.parts()[index].path)
    }

    pub fn bytes(&self, path: &str) -> Option<&Arc<[u8]>> {
        let index = *self.by_name.get(&path.to_lowercase())?;
        Some(&self.package.parts()[index].bytes)
    }

    /// The part that `location` means when it stands in the part `from`, whose base folder for
    /// such files is `base`. A path that leaves the package means nothing.
    pub fn find(&self, from: &str, base: Option<&str>, location: &str) -> Option<String> {
        let location = location.trim().replace('\\', "/");
        let location = location.trim_start_matches("./");
        let based = base.map(|base| {
            let base = base.trim().replace('\\', "/");
            format!("{}/{location}", base.trim_end_matches('/'))
        });
        // What the standard means comes first.
        let meant = [based.as_deref(), Some(location)];
        for place in meant.into_iter().flatten() {
            for origin in [from, ""] {
                let path = resolve(origin, place);
                if let Some(path) = path.as_deref().and_then(|path| self.real(path)) {
                    return Some(path.to_owned());
                }
            }
        }
        None
    }

    pub fn xml(&self, path: &str) -> Result<Element, Error> {
        let bytes = self
            .bytes(path)
            .ok_or_else(|| Error::Missing(path.to_owned()))?;
        xml::parse(bytes).map_err(|reason| Error::Xml {
            part: path.to_owned(),
            reason,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_found_as_producers_write_them() {
        let mut package = Package::default();
        package.set("OFD.xml", *b"<a/>");
        package.set("Doc_0/Res/Font_1.TTF", *b"x");
        package.set("Doc_0/Pages/Page_0/Content.xml", *b"x");
        let parts = Parts::new(package);
        let find = |base, location| parts.find("Doc_0/PublicRes.xml", base, location);
        let font = Some("Doc_0/Res/Font_1.TTF".to_owned());
        assert_eq!(find(Some("Res"), "Font_1.TTF"), font);
        assert_eq!(find(Some("./Res/"), "./font_1.ttf"), font);
        assert_eq!(find(Some("/Doc_0/Res"), "Font_1.ttf"), font);
        assert_eq!(find(Some("Res"), "/Doc_0/Res/Font_1.TTF"), font);
        assert_eq!(find(None, "Res\\Font_1.TTF"), font);
        assert_eq!(find(None, "Doc_0/Res/Font_1.TTF"), font);
        assert_eq!(find(Some("Res"), "Res/Font_1.TTF"), font);
        assert_eq!(find(Some("Res"), "font_2.ttf"), None);
        assert_eq!(find(Some("../.."), "etc/passwd"), None);
        assert_eq!(find(None, "../../etc/passwd"), None);
    }
}
