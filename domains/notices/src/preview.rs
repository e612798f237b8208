//! The first page of a sealed document as a picture. It is drawn when somebody wants to see it:
//! few do, and drawing takes longer than sealing.

use paper::{Item, Picture, Place, Placed};
use store::Ctx;

use crate::compose::Site;
use crate::create::unlock;
use crate::error::NoticeError;
use crate::notice::Notice;
use crate::seal::{blocking, composed};
use crate::templates;

/// Width in pixels.
const WIDTH: u32 = 640;

/// Draws the picture, with the seal that the document carries where its files show it.
pub(crate) async fn preview(ctx: &Ctx, notice: &Notice) -> Result<Vec<u8>, NoticeError> {
    let sealer = notice.sealer.as_deref().ok_or(NoticeError::NotSealed)?;
    let mut reader = ctx.db.reader();
    let version = notice.template_version;
    let template = templates::at_version(&mut reader, ctx, notice.kind, version).await?;
    let content = unlock(&mut reader, ctx, &notice.doc_id).await?;
    let site = ctx.shared.get::<Site>().ok_or(NoticeError::NotConfigured)?;
    let impression = seals::impression_of(&ctx.as_system(), sealer).await?;
    blocking(move || {
        let (composed, place) = composed(&template, &content, &site)?;
        draw(composed.document, place, impression)
    })
    .await
}

fn draw(
    mut document: paper::Document,
    place: Place,
    impression: Vec<u8>,
) -> Result<Vec<u8>, NoticeError> {
    document.pages.truncate(1);
    if let (0, Some(page)) = (place.page, document.pages.first_mut()) {
        page.items.push(Item::Picture(Placed {
            picture: Picture::new(impression)?,
            x: place.x,
            y: place.y,
            width: place.width,
            height: place.height,
        }));
    }
    let laid = paper::lay_out(&document)?;
    Ok(paper::thumbnail(&laid, WIDTH)?)
}
