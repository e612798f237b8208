//! The steps of an application, with how far each one is.

use cases::{Case, Detail};
use forms::{Filling, Section};
use ui::L;
use ui::view::{Step, Steps, Task, TaskList, TaskState};

/// One step: its part of the address, its name, its state.
pub(super) struct StepView {
    pub key: String,
    pub label: String,
    pub state: TaskState,
}

/// What is filled in so far.
pub(super) fn filling(case: &Case) -> Filling<'_> {
    let p = &case.private;
    Filling {
        answers: &case.data.answers,
        values: &p.values,
        prefilled: &p.prefilled,
    }
}

/// The sections of the form as steps: `form-1`, `form-2`, …
pub(super) fn sections(detail: &Detail) -> Vec<(String, Section)> {
    let all = detail.item.form.sections(filling(&detail.case));
    all.into_iter()
        .enumerate()
        .map(|(i, s)| (format!("form-{}", i + 1), s))
        .collect()
}

/// The names of materials that are asked for and not there, or came back.
pub(super) fn missing(detail: &Detail) -> Vec<String> {
    let needs = detail.item.materials_for(&detail.case.data.answers);
    let lacks = |code: &str| {
        let mut mine = detail
            .materials
            .iter()
            .filter(|m| m.material_code == code)
            .peekable();
        mine.peek().is_none() || mine.any(|m| m.returned.is_some())
    };
    needs
        .iter()
        .filter(|need| need.required && lacks(&need.material.material_code))
        .map(|need| need.material.material_name.clone())
        .collect()
}

/// All steps before the review, in order.
pub(super) fn all(l: &L, detail: &Detail, now: jiff::Timestamp) -> Vec<StepView> {
    let case = &detail.case;
    let filled = |key: &str| case.data.filled.iter().any(|f| f == key);
    let today = kernel::time::beijing_date(now);
    let mut steps = Vec::new();
    if !detail.item.questions.is_empty() {
        let answered = detail.item.questions.check(&case.data.answers).is_empty();
        steps.push(StepView {
            key: "situation".into(),
            label: l.t("portal-step-situation"),
            state: if answered {
                TaskState::Done
            } else {
                TaskState::NotStarted
            },
        });
    }
    for (key, section) in sections(detail) {
        let errors = detail
            .item
            .form
            .check_fields(filling(case), &section.names(), today);
        let state = match (filled(&key), errors.is_empty()) {
            (true, true) => TaskState::Done,
            (true, false) => TaskState::NeedsFix,
            (false, _) => TaskState::NotStarted,
        };
        steps.push(StepView {
            label: section.heading(),
            key,
            state,
        });
    }
    let came_back = detail.materials.iter().any(|m| m.returned.is_some());
    let state = if came_back {
        TaskState::NeedsFix
    } else if missing(detail).is_empty() {
        TaskState::Done
    } else {
        TaskState::InProgress
    };
    steps.push(StepView {
        key: "materials".into(),
        label: l.t("portal-step-materials"),
        state,
    });
    steps
}

/// Address of a step.
pub(super) fn href(detail: &Detail, key: &str) -> String {
    format!("/apply/d/{}/{key}", detail.case.case_id)
}

/// The step after this one; after the last, the review, or the correction's page.
pub(super) fn after(detail: &Detail, steps: &[StepView], key: &str) -> String {
    let at = steps.iter().position(|s| s.key == key);
    match at.and_then(|at| steps.get(at + 1)) {
        Some(next) => href(detail, &next.key),
        None if detail.case.state == cases::State::Draft => href(detail, "review"),
        None => super::home(detail),
    }
}

/// The step before this one, or the list.
pub(super) fn before(detail: &Detail, steps: &[StepView], key: &str) -> String {
    let at = steps
        .iter()
        .position(|s| s.key == key)
        .and_then(|at| at.checked_sub(1));
    match at.and_then(|at| steps.get(at)) {
        Some(former) => href(detail, &former.key),
        None => super::home(detail),
    }
}

/// The header above a step's form; the review is the last step.
pub(super) fn header(l: &L, detail: &Detail, steps: &[StepView], key: &str) -> Steps {
    let mut shown: Vec<Step> = steps
        .iter()
        .map(|s| Step {
            label: s.label.clone(),
            href: Some(href(detail, &s.key)),
            done: s.state == TaskState::Done,
        })
        .collect();
    shown.push(Step {
        label: l.t("portal-step-review"),
        href: Some(href(detail, "review")),
        done: false,
    });
    let current = steps
        .iter()
        .position(|s| s.key == key)
        .unwrap_or(steps.len());
    Steps {
        steps: shown,
        current,
    }
}

/// The task list.
pub(super) fn tasks(l: &L, detail: &Detail, steps: &[StepView]) -> TaskList {
    let mut tasks: Vec<Task> = steps
        .iter()
        .map(|s| Task {
            label: s.label.clone(),
            href: Some(href(detail, &s.key)),
            note: None,
            state: s.state,
        })
        .collect();
    let ready = steps.iter().all(|s| s.state == TaskState::Done);
    tasks.push(Task {
        label: l.t("portal-step-review"),
        href: Some(href(detail, "review")),
        note: (!ready).then(|| l.t("portal-review-later")),
        state: TaskState::NotStarted,
    });
    TaskList(tasks)
}
