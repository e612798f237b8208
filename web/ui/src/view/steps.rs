//! Task list and step header of an application.

use super::component;
use crate::chips::{Chip, Kind};

/// 未开始 / 填写中 / 已完成 / 需修改.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TaskState {
    #[default]
    NotStarted,
    InProgress,
    Done,
    NeedsFix,
}

impl TaskState {
    /// The chip of the state.
    pub fn chip(self) -> Chip {
        let code = match self {
            TaskState::NotStarted => "NOT_STARTED",
            TaskState::InProgress => "IN_PROGRESS",
            TaskState::Done => "DONE",
            TaskState::NeedsFix => "NEEDS_FIX",
        };
        Chip::new(Kind::Task, code)
    }

    fn class(self) -> &'static str {
        match self {
            TaskState::NotStarted => "todo-t",
            TaskState::InProgress => "doing",
            TaskState::Done => "done",
            TaskState::NeedsFix => "fix",
        }
    }
}

/// One step of the task list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Task {
    pub label: String,
    /// Without an address the step cannot be opened yet; `note` says why.
    pub href: Option<String>,
    pub note: Option<String>,
    pub state: TaskState,
}

/// The steps of an application with their states; any finished one can be reopened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaskList(pub Vec<Task>);

component!(TaskList, TaskListHtml, "components/tasks.html");

impl TaskList {
    pub fn sample() -> Self {
        let task = |label: &str, href: Option<&str>, note: Option<&str>, state| Task {
            label: label.into(),
            href: href.map(str::to_owned),
            note: note.map(str::to_owned),
            state,
        };
        Self(vec![
            task(
                "情形选择",
                Some("/apply/d/1/situation"),
                Some("餐饮服务，不在网上销售"),
                TaskState::Done,
            ),
            task(
                "申请信息",
                Some("/apply/d/1/form"),
                Some("还差 2 项"),
                TaskState::InProgress,
            ),
            task(
                "申请材料",
                Some("/apply/d/1/materials"),
                Some("平面图被退回"),
                TaskState::NeedsFix,
            ),
            task(
                "领取方式",
                Some("/apply/d/1/delivery"),
                None,
                TaskState::NotStarted,
            ),
            task(
                "核对并提交",
                None,
                Some("前面各步完成后可以提交"),
                TaskState::NotStarted,
            ),
        ])
    }
}

/// One step of the header above a step's form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    pub label: String,
    pub href: Option<String>,
    pub done: bool,
}

/// 「第 2 步，共 6 步」 with a bar; `current` counts from 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Steps {
    pub steps: Vec<Step>,
    pub current: usize,
}

component!(Steps, StepsHtml, "components/steps.html");

impl Steps {
    fn name(&self) -> &str {
        self.steps
            .get(self.current)
            .map_or("", |step| step.label.as_str())
    }

    pub fn sample() -> Self {
        let labels = ["情形选择", "申请信息", "申请材料", "领取方式", "核对并提交"];
        let steps = labels
            .iter()
            .enumerate()
            .map(|(at, label)| Step {
                label: (*label).into(),
                href: (at < 1).then(|| "/apply/d/1/situation".into()),
                done: at < 1,
            })
            .collect();
        Self { steps, current: 1 }
    }
}
