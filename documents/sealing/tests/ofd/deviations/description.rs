//! Oddities of descriptions and lists.

use sealing::Deviation;

use super::Table;
use crate::der::Form;

pub fn rows(table: &mut Table) {
    use Deviation as D;
    table.xml(
        "no provider",
        "<ofd:Provider ",
        "<ofd:Other ",
        D::ElementMissing,
    );
    table.xml(
        "the date like a path",
        "2026-08-04 10:08:09",
        "2026/08/04 10:08:09",
        D::DateForm,
    );
    table.xml("no date", "2026-08-04 10:08:09", "later", D::TimeUnreadable);
    table.xml(
        "another date",
        "2026-08-04 10:08:09",
        "2026-08-04 12:08:09",
        D::DateDiffers,
    );
    table.xml(
        "the method in small letters",
        "\"SM3\"",
        "\"sm3\"",
        D::MethodForm,
    );
    table.xml("no method", " CheckMethod=\"SM3\"", "", D::ElementMissing);
    table.xml(
        "the algorithm by name",
        "1.2.156.10197.1.501",
        "SM3withSM2",
        D::AlgorithmForm,
    );
    table.xml(
        "another algorithm",
        "1.2.156.10197.1.501",
        "1.2.840.113549.1.1.11",
        D::MethodDiffers,
    );
    table.xml(
        "a relative path",
        "FileRef=\"/OFD.xml\"",
        "FileRef=\"../../../OFD.xml\"",
        D::PathRelative,
    );
    table.xml(
        "another namespace",
        "ofdspec.org/2016",
        "ofdspec.org/2013",
        D::Namespace,
    );
    table.xml(
        "an odd box",
        "150 220.5 42 42",
        "150 220.5 42",
        D::ImpressionBox,
    );
    table.xml(
        "a box of no size",
        "150 220.5 42 42",
        "1 2 0 42",
        D::ImpressionBox,
    );
    table.xml(
        "another page",
        "PageRef=\"4\"",
        "PageRef=\"44\"",
        D::ImpressionPage,
    );
    table.xml(
        "a clip beside the impression",
        "42 42\"/>",
        "42 42\" Clip=\"40 0 8 42\"/>",
        D::ImpressionClip,
    );
    table.xml(
        "no impression",
        "<ofd:StampAnnot",
        "<ofd:Nothing",
        D::ImpressionMissing,
    );
    table.list(
        "no MaxSignId",
        "<ofd:MaxSignId>2</ofd:MaxSignId>",
        "",
        D::ElementMissing,
    );
    table.list("MaxSignId too low", ">2<", ">0<", D::SignatureId);
    table.list(
        "an unknown type",
        "Type=\"Seal\"",
        "Type=\"Stamp\"",
        D::SignatureType,
    );
    let twice = Form {
        xml: &|xml| {
            let start = xml.find("<ofd:Reference ").unwrap();
            let end = start + xml[start..].find("</ofd:Reference>").unwrap() + 16;
            let one = xml[start..end].to_string();
            xml.replacen(&one, &format!("{one}{one}"), 1)
        },
        ..Form::default()
    };
    table.row(
        "a part referred to twice",
        twice.parts(),
        D::ReferenceDoubled,
    );
    let doubled = Form {
        list: &|xml| {
            let start = xml.find("<ofd:Signature ").unwrap();
            let end = start + xml[start..].find("/>").unwrap() + 2;
            let one = xml[start..end].to_string();
            xml.replacen(
                &one,
                &format!("{one}{}", one.replace("ID=\"1\"", "ID=\"2\"")),
                1,
            )
        },
        ..Form::default()
    };
    table.row("a signature listed twice", doubled.parts(), D::ListedTwice);
    let moved = Form {
        xml: &|xml| {
            let start = xml.find("<ofd:StampAnnot").unwrap();
            let end = start + xml[start..].find("/>").unwrap() + 2;
            let one = xml[start..end].to_string();
            xml.replacen(&one, "", 1).replacen(
                "<ofd:References",
                &format!("{one}<ofd:References"),
                1,
            )
        },
        ..Form::default()
    };
    table.row(
        "the impression before the references",
        moved.parts(),
        D::ElementOrder,
    );
}
