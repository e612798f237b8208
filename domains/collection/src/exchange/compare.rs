//! Where a record and the library differ.

use kernel::number::fold;
use licences::Standing;
use serde::{Deserialize, Serialize};

use crate::approval::{Approval, Given, Judged};

/// One difference. Personal data: encrypted, for those who make the agency's licences.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// What differs, in words.
    pub name: String,
    pub ours: String,
    pub theirs: String,
}

/// A photo in words.
const PHOTO: [&str; 2] = ["现有照片", "另一张照片"];

/// What differs between what the record says and what stands under its number.
pub(super) fn differences(
    judged: &Judged,
    (approval, given): (&Approval, &Given),
    there: &Standing,
) -> Vec<Difference> {
    let data = &there.version.data;
    let mut all = Vec::new();
    let mut look = |name: &str, ours: &str, theirs: &str| {
        if fold(ours) != fold(theirs) {
            all.push(Difference {
                name: name.to_owned(),
                ours: ours.to_owned(),
                theirs: theirs.to_owned(),
            });
        }
    };
    let day = |day: Option<jiff::civil::Date>| day.map_or("长期".to_owned(), |d| d.to_string());
    look("持证主体", &there.licence.body.holder, &judged.holder.name);
    let (ours, theirs) = (data.issue_date.to_string(), given.issue_date.to_string());
    look("颁发日期", &ours, &theirs);
    let from = given.valid_from.unwrap_or(given.issue_date);
    look("有效期起", &data.valid_from.to_string(), &from.to_string());
    look("有效期止", &day(data.valid_to), &day(given.valid_to));
    let kind = &judged.kind;
    for field in &kind.face_fields {
        let code = &field.field_code;
        // The holder's name is looked at already.
        if kind.fills_itself(code) || code == "holder" {
            continue;
        }
        let of = |face: &std::collections::BTreeMap<String, String>| {
            face.get(code).cloned().unwrap_or_default()
        };
        let (ours, theirs) = (of(&there.version.face.face), of(&judged.face));
        look(&field.field_name, ours.trim(), theirs.trim());
    }
    if kind.photo.is_some() && approval.photo.is_some() && approval.photo != there.photo {
        all.push(Difference {
            name: "照片".into(),
            ours: PHOTO[0].into(),
            theirs: PHOTO[1].into(),
        });
    }
    all
}
