//! The life of electronic seals (电子印章), and every use of one.
//!
//! A seal is applied for, reviewed, made, filed, released and authorised by separated people; then
//! it may sign, within its authorisations and daily maxima; each use is logged in a stream of its
//! own. Private keys stay in the key store of `gm`.

mod apply;
mod ask;
mod authorise;
mod authority;
mod city;
mod error;
mod event;
mod expire;
mod file;
mod files;
mod forge;
mod freeze;
mod grants;
mod impression;
mod kept;
mod look;
mod loss;
mod make;
mod marks;
mod outside;
mod pictures;
mod query;
mod react;
mod release;
mod reserve;
mod review;
mod roots;
mod seal;
mod search;
mod several;
mod stamp;
mod state;
mod statement;
mod step;
mod table;
mod table_authority;
mod table_file;
mod table_request;
mod table_search;
mod table_use;
mod timeline;
mod times;
mod trust;
mod unsealable;
mod upload;
mod usage;

pub use apply::{Apply, Preview, apply, preview};
pub use ask::{Asked, Request, ask, decline, destroy, recover};
pub use authorise::{DocumentKind, Grant, HolderKind, authorise, withdraw};
pub use authority::Authorities;
pub use city::{CityPlan, CitySeal, NameSeal, Officers, Standing, ensure_city_seals};
pub use error::SealError;
pub use event::{
    Moved, SealApplied, SealApproved, SealAsked, SealAuthorised, SealCertificatesAsked,
    SealDestroyed, SealExpired, SealFiled, SealGrantChanged, SealLost, SealMade, SealRecovered,
    SealRefused, SealReleased, SealUseFinished, SealUseReserved, SealWithdrawn,
};
pub use expire::expire_due;
pub use file::file;
pub use files::{FILE_LIMIT, FileKind, NewFile, SealFile, file_of, stored_files};
pub use grants::{Terms, change_grant, end_grant, grant};
pub use impression::{Drawing, Impress, Impression, Origin, PICTURE_LIMIT, Scan, Shape};
pub use kept::{Kept, keep_document, kept_document};
pub use look::{Looked, PagePicture, look_at};
pub use loss::report_loss;
pub use make::make;
pub use marks::{Marks, Straddle, parts_of};
pub use outside::{
    CERTIFICATE_LIMIT, CertificateRequests, cancel_request, make_with, request_certificates,
};
pub use pictures::stamps;
pub use query::{
    Authorisation, Certificate, SealDetail, Seals, StateChange, Usable, Uses, detail, find,
    impression, impression_of, name_seal, seals, state_at, usable, uses,
};
pub use react::{handlers, schedules};
pub use release::release;
pub use reserve::{Reserve, UseId, may_reserve, reserve};
pub use review::{approve, refuse};
pub use roots::{
    ListFacts, OwnRoot, Proposal, RootEvent, RootMoved, RootScope, RootState, TrustedRoot,
    approve_root, end_root, give_list, own_roots, propose_root, refuse_root, root_moves, roots,
};
pub use seal::{Owner, Seal, SealType};
pub use search::{Wanted, search};
pub use several::{
    Order, Papers, Sealed, close, close_all, finish_all, reserve_in_order, seal_in_order,
    sign_in_order,
};
pub use stamp::{stamp_ofd, stamp_pdf};
pub use state::{Event, IllegalMove, MOVES, State, next};
pub use statement::state;
pub use timeline::{Act, timeline};
pub use times::{
    Lack, Lapse, ServiceEvent, ServiceMoved, ServiceProposal, ServiceState, StampDigest, StampRule,
    StampedKind, TimeService, Tried, approve_service, end_service, lapses, pause_service,
    propose_service, reach, refuse_service, require_time, resume_service, service_moves,
    simulated_time_stamp, suggest_service, time_services, try_service,
};
pub use trust::{Foreign, ask_revocation, foreign, trust};
pub use unsealable::Unsealable;
pub use upload::{
    DOCUMENT_LIMIT, DocumentFormat, Placing, SealDocument, SealedDocument, Where, seal_document,
};
pub use usage::{SealUse, UseResult, UsedDocument, close_abandoned, finish};

/// The tables of this domain.
pub const MIGRATIONS: &[store::Migration] = &[
    store::Migration {
        name: "seals/0001",
        sql: include_str!("../migrations/0001_seal.sql"),
    },
    store::Migration {
        name: "seals/trusted_root",
        sql: include_str!("../migrations/0002_trusted_root.sql"),
    },
    store::Migration {
        name: "seals/desk",
        sql: include_str!("../migrations/0003_desk.sql"),
    },
    store::Migration {
        name: "seals/time_service",
        sql: include_str!("../migrations/0004_time_service.sql"),
    },
    store::Migration {
        name: "seals/outside",
        sql: include_str!("../migrations/0005_outside.sql"),
    },
    store::Migration {
        name: "seals/holder",
        sql: include_str!("../migrations/0006_holder.sql"),
    },
];
