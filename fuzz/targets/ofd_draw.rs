//! The drawing of foreign pages: parts as a fuzzer changes them, pictures and fonts included.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut package = ofd::Package::default();
    for (name, content) in fuzz::parts(data) {
        package.set(name, content);
    }
    let Ok(document) = ofd::read::Document::of(package, 0) else {
        return;
    };
    let stamp = ofd::StampPicture {
        page_id: document.page_id(0).unwrap_or_default().to_owned(),
        boundary_mm: [10.0, 10.0, 40.0, 40.0],
        clip_mm: Some([0.0, 0.0, 20.0, 40.0]),
        format: "png".to_owned(),
        data: data.into(),
    };
    let _ = document.draw_png(0, 36.0, std::slice::from_ref(&stamp));
    let _ = document.draw_svg(0, &[stamp]);
    let _ = document.text(0);
});
