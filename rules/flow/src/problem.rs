//! What is wrong with a definition.

use conditions::ConditionError;

use crate::{Method, Span, Step};

/// A fault of a flow definition, in words for the person who edits the item. Posts are named by
/// their codes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("起点“{post}”不存在 / the start {post} does not exist")]
    UnknownStart { post: String },
    #[error("岗位编号“{post}”重复 / post code {post} is used twice")]
    DuplicatePost { post: String },
    #[error("“{post}”的去向“{to}”不存在 / {post} leads to {to}, which does not exist")]
    UnknownTarget { post: String, to: String },
    #[error("从起点走不到“{post}” / {post} cannot be reached")]
    Unreachable { post: String },
    #[error("流程有环，经过“{post}” / the flow runs in a circle through {post}")]
    Cycle { post: String },
    #[error("流程没有终点 / the flow has no end")]
    NoEnd,
    #[error(
        "“{post}”：只有送达岗是终点，送达岗也只能是终点 / {post}: delivery is the end, and only delivery"
    )]
    EndIsDelivery { post: String },
    #[error(
        "“{post}”的最后一个去向须无条件，其余须有条件 / {post}: the last route, and only it, has no condition"
    )]
    DefaultRoute { post: String },
    #[error(
        "并行岗“{post}”须有两个以上去向，其中至少一个无条件 / {post}: a parallel post needs two routes, one without condition"
    )]
    ParallelRoutes { post: String },
    #[error("“{post}”：{error} / at {post}")]
    Condition { post: String, error: ConditionError },
    #[error("有的情形走不到“{}” / some answers never lead to {step:?}", step.words())]
    MissingStep { step: Step },
    #[error("多条分支进入“{post}”而未设汇合 / several branches enter {post}, which is no join")]
    MissingJoin { post: String },
    #[error("汇合岗“{post}”从无两条以上分支进入 / the join {post} never joins anything")]
    IdleJoin { post: String },
    #[error("有的情形有两个以上终点 / some answers lead to several ends")]
    SeveralEnds,
    #[error("分支情形过多，不能逐一核对 / too many combinations of answers to check")]
    TooManyCases,
    #[error("“{post}”没有名称或职责 / {post} has no name or no duty")]
    NoDuty { post: String },
    #[error("“{post}”没有办理人员或角色 / {post} has no staff or no role")]
    NoStaff { post: String },
    #[error(
        "“{post}”的会签人数须为1至办理人员数 / {post}: countersigning needs 1 to as many as are listed"
    )]
    Countersign { post: String },
    #[error("现场核查岗“{post}”须两人以上签署 / the site check {post} needs two signatures")]
    SiteCheckAlone { post: String },
    #[error(
        "“{review}”与“{technical}”有相同人员，书面审查与技术审查须由不同人员办理 / {review} and {technical} share staff"
    )]
    SharedStaff { review: String, technical: String },
    #[error("审查方式与环节不一致：{method:?} / method and steps do not agree: {method:?}")]
    MethodStep { method: Method },
    #[error(
        "“{post}”：所选审查方式须由审查人员签署意见、决定人员决定，决定岗的角色须为decider / {post}: after these methods the reviewer signs an opinion and a decider decides; the post needs the role decider"
    )]
    DeciderNeeded { post: String },
    #[error(
        "“{post}”：所选审查方式由受理或审查人员当场决定，决定不能会签 / {post}: after these methods it is decided on the spot, not by several who countersign"
    )]
    OnTheSpot { post: String },
    #[error(
        "“{post}”不是决定岗，不能设决定文书的用印 / {post} decides nothing and seals no decision"
    )]
    SealsNoDecision { post: String },
    #[error(
        "“{post}”的联合用印机构不能重复或为空，最多7个 / {post}: up to seven different agencies seal together"
    )]
    SealingAgencies { post: String },
    #[error("有的路径不经审查就到“{post}” / a way leads to {post} without any review")]
    DecidedUnreviewed { post: String },
    #[error("可退回的环节“{}”不在流程中 / the flow has no step {step:?} to return to", step.words())]
    ReturnTo { step: Step },
    #[error("“{post}”的时限单位与承诺期限不同 / {post} is limited in another unit than promised")]
    LimitUnit { post: String },
    #[error(
        "最长路径时限之和{sum}超过承诺期限{promised} / the longest path takes {sum}, promised are {promised}"
    )]
    OverPromised { sum: Span, promised: Span },
    #[error(
        "最长路径时限应为{sum}，所列为{declared} / the longest path takes {sum}, declared are {declared}"
    )]
    Declared { sum: Span, declared: Span },
}
