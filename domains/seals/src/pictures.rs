//! The impressions that a sealed OFD shows, as its pages are drawn with them.

use ofd::StampPicture;

/// The pictures of an OFD's seals, where its signatures place them; none where they cannot be read.
pub fn stamps(bytes: &[u8]) -> Vec<StampPicture> {
    let found = sealing::stamps(bytes).unwrap_or_default();
    found
        .into_iter()
        .map(|one| StampPicture {
            page_id: one.page_id,
            boundary_mm: one.boundary_mm,
            clip_mm: one.clip_mm,
            format: one.format,
            data: one.data,
        })
        .collect()
}
