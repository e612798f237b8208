//! Service items (政务服务事项): the catalogue list with base elements, the implementation list with
//! all 36, their versions, and what is made from them: guides, materials by situation, review
//! rules, search, and the public item interface.

mod catalogue;
mod catalogue_list;
mod change_state;
mod check;
pub mod codes;
mod compare;
mod csv;
mod digest;
mod element;
mod error;
mod events;
mod fault;
mod filter;
mod guide;
mod import;
mod import_list;
mod item;
mod library;
mod life;
mod material;
mod parallel;
mod public;
mod read;
mod record;
mod review_rules;
mod search;
mod state;
mod table;
pub mod testing;
mod themes;
mod types;
mod uses;

pub use catalogue::{Catalogue, Count, Department, NextQuestion, Theme};
pub use catalogue_list::{CatalogueList, ListEntry, ListedImplementation, MainItem};
pub use change_state::{StateChange, change_state, publish_due, schedules};
pub use compare::{Difference, compare};
pub use csv::export_csv;
pub use element::{ELEMENTS, Element, GUIDE_ELEMENTS};
pub use error::ItemsError;
pub use events::{
    CatalogueListChanged, ItemApproved, ItemCancelled, ItemDrafted, ItemPublished, ItemResumed,
    ItemReturned, ItemSubmitted, ItemSuperseded, ItemSuspended,
};
pub use fault::{Fault, ImportReport, ImportRow, Outcome};
pub use filter::{Audience, Dimension, Filter};
pub use guide::{Facts, FeeRow, Guide, GuideElement, GuideValue, Hints, Remedies};
pub use import::{ItemFile, import_items};
pub use import_list::import_catalogue_list;
pub use item::Item;
pub use library::{catalogue, history, version};
pub use material::{
    BlankForm, Exempt, Intermediary, Material, MaterialBasis, MaterialCounts, MaterialNeed,
    MaterialRow, PaperCopies, Required, ReviewPoint, Sample, Source,
};
pub use parallel::{
    Child, ChildMaterials, JointSiteCheck, MergedMaterial, ParallelApproval, Stage,
};
pub use public::{ItemChange, ItemChanges, changes_since, public_item, public_list};
pub use record::{ItemRecord, LimitRecord, MaterialRecord, QuestionRecord, StepRecord};
pub use review_rules::{RuleLine, RulePart};
pub use search::{
    DEPARTMENT, FAQ, ITEM, LICENCE, Query, SearchPage, SearchRow, Suggestion, TOGETHER,
};
pub use search::{search, suggest};
pub use state::{Event, IllegalMove, State, TABLE, next};
pub use table::StateRow;
pub use themes::{LEGAL_THEMES, NATURAL_THEMES};
pub use types::{
    DecisionDocument, Faq, Fee, FeeStep, HandlingItem, LegalBasis, Mode, OrgRef, Place,
    ResultSample, RunningSystem, Situation, SpecialProcedure,
};
pub use uses::note_use;

/// The tables of this domain.
pub const MIGRATIONS: &[store::Migration] = &[store::Migration {
    name: "items/0001",
    sql: include_str!("../migrations/0001_items.sql"),
}];
