//! A dangerous act asks again and names its object. Works without scripts: the question unfolds
//! below the button; with scripts it becomes a native dialog.

use super::component;

/// A question before an act that cannot be undone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfirmDialog {
    /// Label of the button that asks.
    pub trigger: String,
    /// The question with the object's name: 「删除“平面图.jpg”？」.
    pub title: String,
    /// What follows from it.
    pub body: String,
    /// Address the form is posted to.
    pub action: String,
    /// Further fields.
    pub hidden: Vec<(String, String)>,
    /// The name to be typed before the act, for acts on many or of weight.
    pub typed: Option<String>,
    /// Label of a reason field, if a reason must be given.
    pub reason: Option<String>,
    /// A verb: 「删除」.
    pub confirm: String,
    pub csrf: String,
    /// A small text button instead of a red one.
    pub small: bool,
}

component!(ConfirmDialog, ConfirmDialogHtml, "components/confirm.html");

impl ConfirmDialog {
    pub fn sample() -> Self {
        Self {
            trigger: "撤回申请".into(),
            title: "撤回“食品经营许可（新办）”的申请？".into(),
            body: "撤回后本次申请结束，已交材料保留在“我的材料”，可以重新申请。".into(),
            action: "/progress/1/withdraw".into(),
            reason: Some("撤回原因".into()),
            confirm: "撤回".into(),
            csrf: "sample".into(),
            ..Self::default()
        }
    }

    /// Asks for the name.
    pub fn sample_typed() -> Self {
        Self {
            trigger: "停用账户".into(),
            title: "停用账户“周敏（Z0103）”？".into(),
            body: "停用后不能登录，其待办转给部门负责人。".into(),
            action: "/admin/staff/Z0103/disable".into(),
            typed: Some("Z0103".into()),
            confirm: "停用".into(),
            csrf: "sample".into(),
            ..Self::default()
        }
    }
}
