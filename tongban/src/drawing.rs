//! Seals of an OFD as its pages show them.

use ofd::StampPicture;

/// The impressions of every signature with a seal; none when the signatures cannot be read, which
/// verification says.
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
