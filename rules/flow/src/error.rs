//! Why an act is refused; the state stays as it was.

/// An act the flow does not allow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FlowError {
    /// The definition has no such post.
    #[error("流程没有岗位{post} / the flow has no post {post}")]
    UnknownPost { post: String },
    /// The case is not at this post.
    #[error("办件不在岗位“{post}” / the case is not at post {post}")]
    NotActive { post: String },
    /// The person is not one of the post's officers.
    #[error("{who}不是“{post}”的办理人员 / {who} is not listed at post {post}")]
    NotListed { post: String, who: String },
    /// Somebody else has claimed the task.
    #[error("“{post}”已由{holder}认领 / post {post} is held by {holder}")]
    HeldBy { post: String, holder: String },
    /// Giving back what one does not hold.
    #[error("{who}没有认领“{post}” / {who} does not hold post {post}")]
    NotHeld { post: String, who: String },
    /// One person signs once.
    #[error("{who}已在“{post}”签署 / {who} has signed at post {post} already")]
    AlreadySigned { post: String, who: String },
    /// 会签 is not complete.
    #[error(
        "“{post}”须{need}人签署，已签{have}人 / post {post} needs {need} signatures, has {have}"
    )]
    MissingSignatures {
        post: String,
        have: usize,
        need: u32,
    },
    /// Only who signed may submit.
    #[error("{who}未在“{post}”签署，不能提交 / {who} has not signed at post {post}")]
    NotASigner { post: String, who: String },
    /// Document review and technical review are done by different people.
    #[error(
        "{who}已参加“{other}”，书面审查与技术审查须由不同人员办理 / {who} took part in {other}"
    )]
    SamePerson { who: String, other: String },
    /// No route holds; validation refuses such definitions.
    #[error("“{post}”没有可走的去向 / no route leads on from post {post}")]
    NoRoute { post: String },
    /// A return the definition does not allow, or to a post the case did not pass.
    #[error("不能从“{from}”退回“{to}” / the case cannot be returned from {from} to {to}")]
    CannotReturn { from: String, to: String },
    /// A decision stands until it is withdrawn.
    #[error("已作出决定，不能退回 / the decision has been made, nothing can be returned")]
    AfterDecision,
}
