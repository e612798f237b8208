//! What a document says about itself.

use crate::xml::Element;

/// The metadata of one document of a file (DocInfo), as written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// DocID.
    pub doc_id: Option<String>,
    /// Title.
    pub title: Option<String>,
    /// Author.
    pub author: Option<String>,
    /// Subject.
    pub subject: Option<String>,
    /// Abstract.
    pub summary: Option<String>,
    /// Creation date.
    pub created: Option<String>,
    /// Date of the last change.
    pub modified: Option<String>,
    /// The program that made it.
    pub creator: Option<String>,
    /// That program's version.
    pub creator_version: Option<String>,
    /// Key words.
    pub keywords: Vec<String>,
    /// Names and values of the maker's own.
    pub custom: Vec<(String, String)>,
}

/// Entries of one list that are kept.
const MOST: usize = 1_000;

impl Metadata {
    pub(crate) fn of(info: Option<&Element>) -> Self {
        let Some(info) = info else {
            return Self::default();
        };
        let said = |name: &str| info.child_text(name).map(str::to_owned);
        let under = |list: &str, name: &'static str| -> Vec<Element> {
            let list = info.child(list).into_iter();
            list.flat_map(|list| list.all(name))
                .take(MOST)
                .cloned()
                .collect()
        };
        Self {
            doc_id: said("DocID"),
            title: said("Title"),
            author: said("Author"),
            subject: said("Subject"),
            summary: said("Abstract"),
            created: said("CreationDate"),
            modified: said("ModDate"),
            creator: said("Creator"),
            creator_version: said("CreatorVersion"),
            keywords: under("Keywords", "Keyword")
                .into_iter()
                .map(|word| word.text.trim().to_owned())
                .collect(),
            custom: under("CustomDatas", "CustomData")
                .into_iter()
                .map(|data| {
                    let name = data.attribute("Name").unwrap_or_default().to_owned();
                    (name, data.text.trim().to_owned())
                })
                .collect(),
        }
    }
}

/// An attachment as the document lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Its ID.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its format as written.
    pub format: Option<String>,
    /// Whether readers should show it.
    pub visible: bool,
    /// Path of its file in the package; none if the package lacks it.
    pub path: Option<String>,
    /// Bytes of its file.
    pub size: u64,
}
