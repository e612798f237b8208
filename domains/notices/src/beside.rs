//! Who seals a document beside the agency that issues it [I-13].

use seals::{Reserve, SealType};
use serde::{Deserialize, Serialize};
use store::Ctx;

use crate::error::NoticeError;
use crate::notice::Notice;
use crate::template::Template;

/// One more seal on a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "who", rename_all = "snake_case")]
pub enum Beside {
    /// An agency that acts together with the issuer, with its official seal.
    Agency { code: String, name: String },
    /// The officer who acts, with the personal name seal.
    Officer { user: String, name: String },
}

impl Beside {
    /// The key of the seal that stands for them now.
    async fn seal(&self, ctx: &Ctx, issuer: &str) -> Result<seals::Seal, NoticeError> {
        Ok(match self {
            Self::Agency { code, .. } => seals::find(ctx, code, SealType::Official).await?,
            Self::Officer { user, name } => seals::name_seal(ctx, issuer, user, name).await?,
        })
    }

    /// The seal and what it is asked for.
    pub(crate) async fn wish(
        &self,
        ctx: &Ctx,
        notice: &Notice,
        template: &Template,
    ) -> Result<(seals::Seal, Reserve), NoticeError> {
        let seal = self.seal(ctx, &notice.agency_code).await?;
        let wish = wish(&seal, notice, template);
        Ok((seal, wish))
    }
}

/// What a seal is asked for on this document.
pub(crate) fn wish(seal: &seals::Seal, notice: &Notice, template: &Template) -> Reserve {
    Reserve {
        seal: seal.key.clone(),
        purpose: format!("{} {}", notice.title, notice.number),
        document_kind: template.document_kind.clone(),
        case_no: notice.case_no.clone(),
        item_code: notice.item_code.clone(),
        person: notice.maker.clone(),
    }
}

/// A document that could not be sealed is not made: every seal beside the issuer's is in use and
/// authorised for it now. The issuer's own is asked for when the document is sealed.
pub(crate) async fn ready(
    ctx: &Ctx,
    beside: &[Beside],
    notice: &Notice,
    template: &Template,
) -> Result<(), NoticeError> {
    let system = ctx.as_system();
    for one in beside {
        let (_, wish) = one.wish(&system, notice, template).await?;
        seals::may_reserve(&system, &wish).await?;
    }
    Ok(())
}
