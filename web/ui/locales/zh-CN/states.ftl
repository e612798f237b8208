# 状态用语：种类-代码

case-DRAFT = 草稿
case-SUBMITTED = 已提交
case-PRE_REVIEWED = 预审通过
case-TAKEN_IN = 已接件
case-CORRECTING = 待补正
case-ACCEPTED = 已受理
case-NOT_ACCEPTED = 不予受理
case-IN_REVIEW = 审查中
case-CORRECTING_IN_REVIEW = 审查补正
case-SUSPENDED = 挂起
case-DECIDED = 已决定
case-DECIDED_APPROVED = 已决定（准予）
case-DECIDED_REJECTED = 已决定（不予）
case-AWAITING_PAYMENT = 待缴费
case-ABORTED = 异常中止
case-COMPLETED = 已办结
case-RE_REVIEW = 复核中
case-DELIVERED = 已送达
case-ARCHIVED = 已归档
case-WITHDRAWN = 撤回

licence-COLLECTED = 已采集
licence-DISCARDED = 已剔除
licence-CHECKED = 已校验
licence-VALID = 有效
licence-EXPIRING = 将到期
licence-HISTORY = 历史版本
licence-SUSPENDED = 暂停使用
licence-LOST = 挂失
licence-EXPIRED = 过期
licence-VOID = 作废
licence-REVOKED = 吊销
licence-CANCELLED = 注销

seal-APPLIED = 已申请
seal-REFUSED = 已驳回
seal-APPROVED = 已审核
seal-MADE = 已制作
seal-FILED = 已备案
seal-RELEASED = 已发放
seal-ACTIVE = 使用中
seal-LOST = 已挂失
seal-DESTROYED = 已销毁
seal-EXPIRED = 已到期
root-PROPOSED = 待复核
root-TRUSTED = 受信任
root-REFUSED = 未通过
root-ENDED = 已停止信任
time-service-PROPOSED = 待复核
time-service-ACTIVE = 使用中
time-service-PAUSED = 已暂停
time-service-REFUSED = 未通过
time-service-ENDED = 已停用

document-DRAFT = 草稿
document-SEALED = 已盖章
document-DELIVERED = 已送达
document-WITHDRAWN = 已撤回

item-DRAFT = 草稿
item-IN_REVIEW = 待审
item-APPROVED = 已审定
item-IN_USE = 已发布
item-SUSPENDED = 已暂停
item-CANCELLED = 已取消
item-HISTORY = 历史版本

account-PENDING = 待核验
account-ACTIVE = 正常
account-REJECTED = 核验未通过
account-LOCKED = 已锁定
account-DISABLED = 已停用
account-CANCELLED = 已注销
account-CHANGING = 资料变更中

appointment-BOOKED = 已预约
appointment-TICKETED = 已取号
appointment-SERVED = 已办理
appointment-CANCELLED = 已取消
appointment-NO_SHOW = 爽约
appointment-VOIDED = 大厅取消

ticket-WAITING = 等候
ticket-CALLED = 呼叫中
ticket-SERVING = 办理中
ticket-DONE = 已办完
ticket-PASSED = 过号
ticket-TRANSFERRED = 已转移

complaint-REGISTERED = 已登记
complaint-REJECTED = 不予受理
complaint-INVESTIGATING = 调查中
complaint-AWAITING_EXPLANATION = 待说明
complaint-UNDER_REVIEW = 审核中
complaint-AWAITING_INSTRUCTION = 待批示
complaint-DETERMINED = 已认定
complaint-ANSWERED = 已答复
complaint-CLOSED = 已办结

payment-CREATED = 待缴费
payment-PAYING = 缴费中
payment-PAID = 已缴费
payment-RECEIPTED = 已开票
payment-CLOSED = 已关闭
payment-REFUNDING = 退费中
payment-REFUNDED = 已退费

parcel-ORDERED = 已下单
parcel-PICKED_UP = 已揽收
parcel-IN_TRANSIT = 运输中
parcel-OUT_FOR_DELIVERY = 派送中
parcel-SIGNED = 已签收
parcel-RETURNED = 已退回
parcel-LOST = 遗失
parcel-CANCELLED = 已取消

material-MISSING = 未提交
material-UPLOADING = 上传中
material-UPLOADED = 已上传
material-FETCHED = 已调取
material-RETURNED = 退回
material-PROMISED = 承诺后补

task-NOT_STARTED = 未开始
task-IN_PROGRESS = 填写中
task-DONE = 已完成
task-NEEDS_FIX = 需修改

delegation-REQUESTED = 待确认
delegation-ACTIVE = 有效
delegation-REFUSED = 已拒绝
delegation-EXPIRED = 已到期
delegation-CANCELLED = 已撤销

resource-CREATED = 已编制
resource-PUBLISH_REVIEW = 发布审核中
resource-PUBLISHED = 已发布
resource-PUBLISH_REJECTED = 发布未通过
resource-WITHDRAW_REVIEW = 撤销审核中
resource-WITHDRAW_REJECTED = 撤销未通过
resource-WITHDRAWN = 已撤销
resource-DELETED = 已删除

subscription-APPLIED = 已申请
subscription-APPROVED = 已批准
subscription-ACTIVE = 使用中
subscription-REFUSED = 已拒绝
subscription-SUSPENDED = 已暂停
subscription-EXPIRED = 已到期
subscription-REVOKED = 已收回
