//! The fields of the index, and a document as it is written into them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use tantivy::TantivyDocument;
use tantivy::schema::{
    Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions,
};

use crate::doc::Doc;
use crate::fold::{fold_string, folded, runs};
use crate::grams::push_grams;
use crate::{TextError, sound, words};

/// Raised when fields or tokens change: a folder of another version is written anew.
pub(crate) const VERSION: &str = "1";

/// The fields. Tokens are made here and written separated by blanks, so that the index holds
/// exactly what [`crate::plan`] asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields {
    pub id: Field,
    /// Characters and pairs of the title.
    pub title: Field,
    /// Characters and pairs of names and synonyms.
    pub names: Field,
    /// Words of the body.
    pub words: Field,
    /// Characters and pairs of the body.
    pub grams: Field,
    pub whole_title: Field,
    pub whole_name: Field,
    pub whole_synonym: Field,
    pub code: Field,
    pub initials: Field,
    pub letters: Field,
    head: Field,
    body: Field,
}

/// What is kept in memory of a document: all but its body.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Head {
    pub id: String,
    pub kind: String,
    pub title: String,
    pub names: Vec<String>,
    pub synonyms: Vec<String>,
    pub codes: Vec<String>,
    pub weight: f32,
    pub facets: Vec<(String, String)>,
}

impl Fields {
    /// The schema and its fields.
    pub fn build() -> (Schema, Self) {
        let mut b = Schema::builder();
        let indexing = TextFieldIndexing::default()
            .set_tokenizer("whitespace")
            .set_index_option(IndexRecordOption::Basic)
            .set_fieldnorms(false);
        let tokens = TextOptions::default().set_indexing_options(indexing);
        let mut field = |name: &str| b.add_text_field(name, tokens.clone());
        let fields = Self {
            title: field("title"),
            names: field("names"),
            words: field("words"),
            grams: field("grams"),
            whole_title: field("whole_title"),
            whole_name: field("whole_name"),
            whole_synonym: field("whole_synonym"),
            code: field("code"),
            initials: field("initials"),
            letters: field("letters"),
            id: b.add_text_field("id", STRING),
            head: b.add_text_field("head", STORED),
            body: b.add_text_field("body", STORED),
        };
        (b.build(), fields)
    }

    /// A document ready to be written.
    pub fn write(&self, doc: Doc) -> Result<TantivyDocument, TextError> {
        let mut out = TantivyDocument::default();
        let title = folded(&doc.title);
        let mut grams = Vec::new();
        push_grams(&title, &mut grams);
        out.add_text(self.title, joined(grams));
        out.add_text(self.whole_title, fold_string(&doc.title));

        let mut grams = Vec::new();
        let mut initials = BTreeSet::new();
        let mut letters = BTreeSet::new();
        let names = doc
            .names
            .iter()
            .chain(&doc.synonyms)
            .map(|name| folded(name));
        for name in std::iter::once(title).chain(names.clone()) {
            let (sounds, _) = sound::sounds(&name);
            sound::initial_grams(&sounds, &mut initials);
            sound::letter_grams(&sounds, &mut letters);
        }
        for name in names {
            push_grams(&name, &mut grams);
        }
        out.add_text(self.names, joined(grams));
        out.add_text(self.initials, joined(initials));
        out.add_text(self.letters, joined(letters));
        out.add_text(
            self.whole_name,
            joined(doc.names.iter().map(|n| fold_string(n))),
        );
        out.add_text(
            self.whole_synonym,
            joined(doc.synonyms.iter().map(|n| fold_string(n))),
        );
        out.add_text(self.code, joined(doc.codes.iter().map(|c| fold_string(c))));

        let (mut body_words, mut body_grams) = (BTreeSet::new(), Vec::new());
        for run in runs(&doc.body) {
            push_grams(&run, &mut body_grams);
            body_words.extend(words::search_words(&run.iter().collect::<String>()));
        }
        out.add_text(self.words, joined(body_words));
        out.add_text(self.grams, joined(body_grams));

        let head = Head {
            id: doc.id,
            kind: doc.kind,
            title: doc.title,
            names: doc.names,
            synonyms: doc.synonyms,
            codes: doc.codes,
            weight: doc.weight,
            facets: doc.facets,
        };
        out.add_text(self.id, &head.id);
        out.add_text(self.head, serde_json::to_string(&head)?);
        out.add_text(self.body, doc.body);
        Ok(out)
    }

    /// The head that was written.
    pub fn head(&self, doc: &TantivyDocument) -> Result<Head, TextError> {
        Ok(serde_json::from_str(stored(doc, self.head))?)
    }

    /// The body that was written.
    pub fn body<'d>(&self, doc: &'d TantivyDocument) -> &'d str {
        stored(doc, self.body)
    }
}

fn stored(doc: &TantivyDocument, field: Field) -> &str {
    use tantivy::schema::Value;
    doc.get_first(field)
        .and_then(|v| v.as_str())
        .unwrap_or_default()
}

fn joined(tokens: impl IntoIterator<Item = String>) -> String {
    let mut out = String::new();
    for token in tokens {
        if !token.is_empty() {
            out.push_str(&token);
            out.push(' ');
        }
    }
    out
}
