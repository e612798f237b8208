//! Why a document cannot be sealed: what is wrong with the document or the place, not with the seal.

use kernel::Problem;
use sealing::pdf::PdfError;

use crate::error::SealError;
use crate::upload::DOCUMENT_LIMIT;

/// What is wrong with a document, or with where the seal should stand on it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsealable {
    #[error("the file is neither OFD nor PDF")]
    Kind,
    #[error("the file is larger than {} MB", DOCUMENT_LIMIT >> 20)]
    Large,
    /// Broken, or readable in more than one way.
    #[error("the file cannot be read: {0}")]
    Unreadable(String),
    #[error("an encrypted PDF cannot be sealed")]
    Encrypted,
    /// An earlier signature closes it [I-13].
    #[error("the document was closed by an earlier signature")]
    Closed,
    /// From 1.
    #[error("the document has no page {0}")]
    NoSuchPage(usize),
    #[error("the impression does not fit on the page")]
    OffPage,
    #[error("a straddle seal needs at least two pages with room at the edge")]
    Straddle,
    /// What was uploaded before the preview is no longer there.
    #[error("the document is no longer kept; upload it again")]
    NotKept,
    #[error("a seal needs a place or straddles the pages")]
    NoPlace,
}

impl Unsealable {
    /// What sealing says of an OFD; other failures are the seal service's own.
    pub(crate) fn of_ofd(error: sealing::SealError) -> SealError {
        use sealing::SealError as E;
        SealError::Unsealable(match error {
            E::Document(why) => Self::Unreadable(why),
            E::Closed => Self::Closed,
            E::Straddle(_) => Self::Straddle,
            E::NoSuchPage(page) => Self::NoSuchPage(page.parse().map_or(0, |page: usize| page + 1)),
            E::NoPlace => Self::OffPage,
            other => return SealError::Signing(other.to_string()),
        })
    }

    /// What sealing says of a PDF.
    pub(crate) fn of_pdf(error: PdfError) -> SealError {
        SealError::Unsealable(match error {
            PdfError::Structure(why) => Self::Unreadable(why),
            PdfError::Encrypted => Self::Encrypted,
            PdfError::Closed => Self::Closed,
            PdfError::NoSuchPage(page) => Self::NoSuchPage(page + 1),
            PdfError::OnePage => Self::Straddle,
            PdfError::OffPage => Self::OffPage,
            other => return SealError::Signing(other.to_string()),
        })
    }

    pub(crate) fn problem(&self) -> Problem {
        let of = |code, at, zh: String| Problem::new(code, 422, zh, self.to_string()).at(at);
        match self {
            Self::Kind => of("document_kind", "file", "文件须为OFD或PDF".into()),
            Self::Large => {
                let most = DOCUMENT_LIMIT >> 20;
                of("document_large", "file", format!("文件不得超过{most}MB"))
            }
            Self::Unreadable(why) => of(
                "document_unreadable",
                "file",
                format!("文件不能读取，不能盖章：{why}"),
            ),
            Self::Encrypted => of("document_encrypted", "file", "加密的PDF不能盖章".into()),
            Self::Closed => Problem::conflict(
                "document_closed",
                "文件已由前一签章封闭，不能再加盖印章",
                "The document was closed by an earlier signature: no seal can be added",
            )
            .at("file"),
            Self::NoSuchPage(page) => of("no_such_page", "page", format!("文件没有第{page}页")),
            Self::OffPage => of("off_page", "place", "印章不能完整盖在页面上".into()),
            Self::Straddle => of(
                "straddle",
                "straddle",
                "骑缝章须有两页以上，且页边容得下印章".into(),
            ),
            Self::NotKept => of("document_gone", "file", "文件已不再保存，请重新上传".into()),
            Self::NoPlace => of("no_place", "place", "请给出盖章位置，或加盖骑缝章".into()),
        }
    }
}
