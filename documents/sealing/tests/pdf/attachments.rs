//! Files that PDF documents carry, attached by another program and by hand.

use std::time::{Duration, Instant};

use sealing::pdf::attachments;

use crate::foreign::run;
use crate::make::*;

/// What qpdf attaches is found by name, with its content, in the order of the names.
#[test]
fn attachments_of_others_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let xml = "<a>一</a>".as_bytes();
    std::fs::write(path("plain.pdf"), document(1)).unwrap();
    std::fs::write(path("one.xml"), xml).unwrap();
    std::fs::write(path("two.json"), vec![b'x'; 100_000]).unwrap();
    let (code, said) = run(
        "qpdf",
        &[
            &path("plain.pdf"),
            "--add-attachment",
            &path("two.json"),
            "--key=b",
            "--filename=数据.json",
            "--",
            "--add-attachment",
            &path("one.xml"),
            "--key=a",
            "--",
            &path("out.pdf"),
        ],
    )
    .unwrap();
    assert_eq!(code, 0, "{said}");
    let found = attachments(&std::fs::read(path("out.pdf")).unwrap()).unwrap();
    let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["one.xml", "数据.json"]);
    assert_eq!(found[0].1, xml);
    assert_eq!(found[1].1.len(), 100_000);
    assert!(attachments(&document(1)).unwrap().is_empty());
    assert!(attachments(b"%PDF-1.7").is_err());
}

/// A file whose `specifications` all name one stream that unpacks to 30 MiB.
fn many(specifications: usize) -> Vec<u8> {
    let zeros = vec![0; 30 << 20];
    let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut packer, &zeros).unwrap();
    let packed = packer.finish().unwrap();
    let one = "(a) << /Type /Filespec /F (a) /EF << /F 4 0 R >> >> ";
    let mut pdf = b"%PDF-1.7\n".to_vec();
    let mut places = Vec::new();
    let mut object = |body: &[u8]| {
        places.push(pdf.len());
        pdf.extend(format!("{} 0 obj\n", places.len()).bytes());
        pdf.extend(body);
        pdf.extend(b"\nendobj\n");
    };
    object(b"<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles 3 0 R >> >>");
    object(b"<< /Type /Pages /Count 0 /Kids [] >>");
    object(format!("<< /Names [ {} ] >>", one.repeat(specifications)).as_bytes());
    let head = format!(
        "<< /Filter /FlateDecode /Length {} >>\nstream\n",
        packed.len()
    );
    object(&[head.as_bytes(), &packed, b"\nendstream"].concat());
    let start = pdf.len();
    pdf.extend(b"xref\n0 5\n0000000000 65535 f \n");
    for place in places {
        pdf.extend(format!("{place:010} 00000 n \n").bytes());
    }
    pdf.extend(format!("trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n").bytes());
    pdf
}

/// One stream is not unpacked as often as somebody cares to name it.
#[test]
fn a_stream_that_is_named_often_costs_little() {
    let once = Instant::now();
    assert_eq!(attachments(&many(1)).unwrap().len(), 1);
    let once = once.elapsed();
    let pdf = many(20_000);
    let begun = Instant::now();
    assert_eq!(attachments(&pdf).unwrap().len(), 1, "the room is for one");
    let most = once * 100 + Duration::from_secs(2);
    assert!(begun.elapsed() < most, "{:?}", begun.elapsed());
}
