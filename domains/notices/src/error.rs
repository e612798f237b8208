//! How documents fail, in words a clerk understands.

use kernel::{Denied, Problem};
use seals::SealError;

use crate::state::{IllegalMove, State};

/// Why a document was not made, sealed, given out or changed.
#[derive(Debug, thiserror::Error)]
pub enum NoticeError {
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error("no such document")]
    NotFound,
    #[error(transparent)]
    Illegal(#[from] IllegalMove),
    /// Somebody else changed the document meanwhile.
    #[error("the document was changed meanwhile")]
    Stale,
    /// The document is not sealed yet: there is no file to give out.
    #[error("the document is not sealed yet")]
    NotSealed,
    /// Withdrawn: no longer given out to the public.
    #[error("the document was withdrawn")]
    Withdrawn,
    /// The template needs a field that was not given.
    #[error("the field {0} is missing")]
    Missing(String),
    /// A field is not what its name says: a moment, a date, a list.
    #[error("the field {0} cannot be used")]
    Field(String),
    #[error("template: {0}")]
    Template(String),
    #[error("no template for {0}")]
    NoTemplate(&'static str),
    /// The number was given to another document.
    #[error("the number {0} is taken")]
    NumberTaken(String),
    /// The program was started without a site address.
    #[error("the address of the portal or the file store is not configured")]
    NotConfigured,
    #[error("no agency {0}")]
    NoAgency(String),
    #[error(transparent)]
    Agencies(#[from] agencies::AgenciesError),
    #[error("composing: {0}")]
    Paper(#[from] paper::Error),
    #[error("sealing: {0}")]
    Seal(#[from] SealError),
    #[error("files: {0}")]
    Blob(#[from] blobs::BlobError),
    #[error("encryption: {0}")]
    Vault(String),
    #[error("OFD: {0}")]
    Ofd(String),
    #[error(transparent)]
    Store(#[from] store::StoreError),
    #[error(transparent)]
    Journal(#[from] journal::JournalError),
}

impl From<NoticeError> for Problem {
    fn from(error: NoticeError) -> Self {
        use NoticeError as E;
        match error {
            E::Denied(_) => Problem::new(
                "forbidden",
                403,
                "您没有查看或办理这份文书的权限",
                "Not permitted",
            ),
            E::NotFound => Problem::not_found("没有这份文书", "There is no such document"),
            E::Illegal(IllegalMove { from, event }) => Problem::conflict(
                "wrong_state",
                format!("文书{}，不能{}", from.zh(), event.zh()),
                format!("Not possible: the document is {}", from.en()),
            ),
            E::Stale => Problem::conflict(
                "stale",
                "文书刚被他人改动，请刷新后再试",
                "Somebody changed the document; reload and try again",
            ),
            E::NotSealed => Problem::conflict(
                "not_sealed",
                "文书正在盖章，请稍后再试",
                "The document is being sealed; try again in a moment",
            ),
            E::Withdrawn => Problem::new(
                "withdrawn",
                410,
                format!("文书{}，不再提供下载", State::Withdrawn.zh()),
                "The document was withdrawn and is no longer given out",
            ),
            E::Missing(field) => Problem::invalid(
                "missing_field",
                format!("文书缺少内容：{field}"),
                format!("The document lacks {field}"),
            )
            .at(field),
            E::Field(field) => Problem::invalid(
                "invalid_field",
                format!("文书内容不能使用：{field}"),
                format!("The document cannot use {field}"),
            )
            .at(field),
            E::Template(why) => Problem::invalid(
                "template",
                format!("文书模板有误：{why}"),
                format!("The template is wrong: {why}"),
            ),
            E::Paper(paper::Error::NoGlyph(character)) => Problem::invalid(
                "no_glyph",
                format!("字库中没有“{character}”字，文书不能制作"),
                format!("No font has the character “{character}”; the document is not made"),
            ),
            E::Paper(error) => Problem::invalid(
                "layout",
                format!("文书不能排版：{error}"),
                format!("The document cannot be laid out: {error}"),
            ),
            E::Seal(error) => error.into(),
            E::NoAgency(_)
            | E::Agencies(_)
            | E::NoTemplate(_)
            | E::NumberTaken(_)
            | E::NotConfigured
            | E::Blob(_)
            | E::Vault(_)
            | E::Ofd(_)
            | E::Store(_)
            | E::Journal(_) => Problem::internal(),
        }
    }
}
