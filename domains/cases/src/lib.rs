//! 办件: from draft to archive; the window; special procedures.

mod accept;
mod case;
mod checks;
mod collect;
mod commit;
mod complete;
mod correct;
mod decide;
mod deliver;
mod digitise;
mod draft;
mod error;
mod events;
mod face;
mod fields;
mod flow_again;
mod intake;
mod officer;
mod papers;
mod pay;
mod points;
mod pool;
mod posts;
mod query;
mod results;
mod review;
mod seen;
mod sources;
mod special;
mod special_acts;
mod start;
mod state;
mod step;
mod submit;
mod table;
mod timers;
mod withdraw;

pub use accept::{Refusal, accept, accept_provisionally, pass_pre_review, refuse};
pub use case::{
    Applicant, Case, CaseData, CaseMaterial, CaseResult, Collected, Correction, CorrectionItem,
    Decision, Fee, Private,
};
pub use checks::{AcceptanceCheck, Hint, import_checks};
pub use collect::{
    applicant_licences, attach_file, attach_licence, attach_paper, detach, promise_material,
};
pub use complete::{Complete, complete, preview_face};
pub use correct::{ask_correction, resubmit};
pub use decide::{Decide, decide};
pub use deliver::{
    HandOver, archive, courier_signed, hand_over, originals_in_order, ship, withdraw_decision,
};
pub use digitise::{Digitise, digitisable, digitise};
pub use draft::{Saved, save_answers, save_fields, save_values};
pub use error::CaseError;
pub use events::{CaseMoved, CaseRevealed, LicenceMissing, VisitsExceeded};
pub use face::{Face, IssueRule, ReplaceRule, import_issue_rules};
pub use intake::{WindowIntake, open_cases_of, take_originals, window_intake, window_prefill};
pub use papers::form_words;
pub use pay::{confirm_payment, request_fee};
pub use points::{MarkPoint, PointCheck, mark_points};
pub use pool::{claim, release, transfer};
pub use posts::PostTime;
pub use query::{
    CaseRow, Detail, Progress, Proof, TaskView, agency_cases, cases_of_identity, detail, key_of,
    my_cases, my_tasks, open_cases_of_account, progress, reveal,
};
pub use results::missing_licences;
pub use review::{REVIEW_STEPS, SignedOpinion, assign, return_step, sign_opinion};
pub use seen::Seen;
pub use special::{Special, SpecialOpen, SpecialPrivate};
pub use special_acts::{Suspend, abort, extend, resume, suspend};
pub use start::start;
pub use state::{ClockMove, Event, IllegalMove, MOVES, Move, State, next};
pub use step::{StepOpen, StepPrivate, StepRecord};
pub use submit::{Submitted, submit};
pub use timers::run_timers;
pub use withdraw::withdraw;

/// The tables of cases.
pub const MIGRATIONS: &[store::Migration] = &[
    store::Migration {
        name: "cases/0001",
        sql: include_str!("../migrations/0001_case.sql"),
    },
    store::Migration {
        name: "cases/0002",
        sql: include_str!("../migrations/0002_lists.sql"),
    },
    store::Migration {
        name: "cases/0003",
        sql: include_str!("../migrations/0003_remind.sql"),
    },
    store::Migration {
        name: "cases/result",
        sql: include_str!("../migrations/0004_result.sql"),
    },
];
