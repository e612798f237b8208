//! The first page of a sealed document as a picture, with every seal that the file carries. It is
//! drawn when somebody wants to see it: few do, and drawing takes longer than sealing.

use ofd::Limits;
use ofd::read::Document;

use crate::error::NoticeError;
use crate::seal::blocking;

/// Width in pixels.
const WIDTH: f64 = 640.0;
const MM_PER_INCH: f64 = 25.4;

/// Draws the picture from the sealed OFD.
pub(crate) async fn preview(ofd: Vec<u8>) -> Result<Vec<u8>, NoticeError> {
    blocking(move || {
        let wrong = |error: ofd::Error| NoticeError::Ofd(error.to_string());
        let document = Document::open(&ofd, &Limits::default()).map_err(wrong)?;
        let (width, _) = document.page_size(0).unwrap_or((210.0, 297.0));
        let dpi = (WIDTH / width * MM_PER_INCH) as f32;
        let drawn = document.draw_png(0, dpi, &seals::stamps(&ofd));
        Ok(drawn.map_err(wrong)?.png)
    })
    .await
}
