//! 电子证照: types, composition, issue, life cycle, wallet, verification.

mod ask;
mod compose;
mod copy;
mod correct;
mod definition;
mod drawn;
mod due;
mod error;
mod events;
mod expire;
mod import;
mod index;
mod inspect;
mod issue;
mod kind;
mod library;
mod licence;
mod life;
pub mod measure;
mod metadata;
mod numbering;
mod parse;
mod plan;
mod prepare;
mod print;
mod query;
mod registered;
mod revoked;
mod schema;
mod sheet;
mod show;
mod standing;
mod state;
mod statistics;
mod stock;
mod table;
mod template;
mod usage;
mod verify;
mod wallet;

pub use ask::{
    HolderRequest, RequestKind, RequestMoved, RequestState, agree, ask, decline, requests,
    requests_waiting, withdraw_request,
};
pub use copy::{
    AskCopy, CopyBody, CopyEnded, CopyFetched, CopyMade, CopyNote, LONGEST, LicenceCopy, MOST,
    Purpose, copies, copy_file, end_copy, make_copy,
};
pub use correct::{
    Change, Correction, CorrectionBody, CorrectionMoved, CorrectionState, DataCheck, FieldCheck,
    approve_correction, corrections_waiting, data_check, propose_correction, refuse_correction,
    withdraw_correction,
};
pub use definition::{
    Boxes, Catalogue, FaceField, LicenceType, NumberingRule, PaperSize, PhotoBox, PhotoRule,
    Position, QrBox, Reviewer, SealBox, Style, Title, Validity,
};
pub use drawn::{Element, Ground, Stand, Tint, Watermark};
pub use error::LicenceError;
pub use events::{
    LicenceChanged, LicenceCited, LicenceEnding, LicenceInspected, LicenceIssued, LicenceRead,
    LicenceVerified, StepLogged,
};
pub use expire::{expire_due, schedules};
pub use import::{StockLicence, import_licences};
pub use inspect::{Inspect, Inspection, Inspections, inspections, record_inspection};
pub use issue::{StateChange, abandon, apply_change, change_state, commit};
pub use kind::{TypeFile, import_types, licence_type, licence_type_at, licence_types};
pub use library::stored_files;
pub use licence::{CollectedBy, Format, Licence, Source, Version};
pub use life::{LifeEntry, life, version_file, versions};
pub use numbering::{Scheme, Segment};
pub use parse::{Group, Parsed, ParsedElement, ParsedSignature, ParsedSigner, may_parse, parse};
pub use prepare::{Holder, IssueRequest, Prepared, ReplaceKind, Replaces, prepare, prepare_from};
pub use print::{LicencePrinted, Print, PrintWay, Printed, SHIFT, print, prints, ruler};
pub use query::{Detail, Query, Row, detail, face_picture, file, search};
pub use revoked::revocation_list;
pub use show::{GOOD, Showing, showing};
pub use standing::{Standing, standing, standing_of};
pub use state::{Event as LicenceEvent, IllegalMove, MOVES, State, next};
pub use statistics::{Count, Intake, Overview, Statistics, intake, statistics};
pub use stock::{Collected, check_photo, known_numbers, missing_fields, prepare_collected};
pub use template::{
    Class, Difference, Entry, Filled, Filter, NewType, Page as TemplatePage, TEMPLATE_MOVES,
    Template, TemplateChanged, TemplateEvent, TemplateState, Told, add_class, begin_type,
    begin_version, blank_picture, catalogue, classes, delete_type, differences, drop_draft,
    may_draw, may_publish, preview, publish, reorganise, resume_type, return_draft, save_draft,
    stop_type, submit, template, templates,
};
pub use usage::{Consumer, Usage, UseCount, UseKind, usage};
pub use verify::{
    Compared, DrawnPage, LicenceLookedAt, Seen, VisualCase, VisualCheck, begin_visual,
    record_visual, visual, visual_checks, visual_file, visual_page,
};
pub use verify::{
    Operator, Report, Step, StepResult, Summary, Verification, Way, bundle, report, verification,
    verify_file, verify_number, verify_token,
};
pub use wallet::{
    Cited, CitedFor, LicenceCard, Use, arrived, card_of, cite, face, holder_of, uses, wallet,
    whole_face,
};

/// The tables of the library.
pub const MIGRATIONS: &[store::Migration] = &[
    store::Migration {
        name: "licences/0001",
        sql: include_str!("../migrations/0001_licence.sql"),
    },
    store::Migration {
        name: "licences/0002",
        sql: include_str!("../migrations/0002_lists.sql"),
    },
    store::Migration {
        name: "licences/0003",
        sql: include_str!("../migrations/0003_verification.sql"),
    },
    store::Migration {
        name: "licences/0004",
        sql: include_str!("../migrations/0004_revoked.sql"),
    },
    store::Migration {
        name: "licences/0005",
        sql: include_str!("../migrations/0005_visual.sql"),
    },
    store::Migration {
        name: "licences/correction",
        sql: include_str!("../migrations/0006_correction.sql"),
    },
    store::Migration {
        name: "licences/verified",
        sql: include_str!("../migrations/0007_verified.sql"),
    },
    store::Migration {
        name: "licences/life",
        sql: include_str!("../migrations/0008_life.sql"),
    },
    store::Migration {
        name: "licences/query",
        sql: include_str!("../migrations/0009_query.sql"),
    },
    store::Migration {
        name: "licences/copy",
        sql: include_str!("../migrations/0010_copy.sql"),
    },
    store::Migration {
        name: "licences/template",
        sql: include_str!("../migrations/0011_template.sql"),
    },
    store::Migration {
        name: "licences/usage",
        sql: include_str!("../migrations/0012_usage.sql"),
    },
    store::Migration {
        name: "licences/print",
        sql: include_str!("../migrations/0013_print.sql"),
    },
];
