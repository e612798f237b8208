# 组件用语

yes = 是
no = 否
open = 打开
change = 修改
delete = 删除
preview = 预览
rotate = 旋转
reveal = 显示全部
submitting = 正在提交…
# %s 由脚本换成时刻
saved-at = 已保存 %s
not-saved = 内容还在，尚未保存
save-and-exit = 保存并退出
step-back = 上一步
step-next = 下一步

field-optional = 选填
field-none = 未填写
field-please-choose = 请选择
field-choice-off = （{ $why }）
field-empty = 请填写{ $label }
field-choose = 请选择{ $label }
field-agree = 请阅读并勾选：{ $label }
switch-on = 已打开
switch-off = 已关闭
fetched = 自动调取
fetched-from = 来自{ $from }
fetched-wrong = 信息有误
errors-title = 有 { $n } 处需要修改

need-required = 必要
need-later = 可容缺，{ $n } 日内补齐
need-free = 免提交
need-optional = 非必要
see-sample = 看样例
blank-form = 下载空表
promised-until = { $when }补交
upload = 上传
upload-choose = 选择文件：{ $name }
upload-from-mine = 从我的材料选
# %s 由脚本换成百分数
upload-sending = 正在上传 %s%
upload-failed = 没有传上去。请检查网络后重试，已传好的文件还在。
# %s 由脚本换成文件名
upload-too-big = “%s”超过大小限制，请压缩后再选。
upload-delete-title = 删除“{ $name }”？
upload-delete-body = 删除后不能恢复，可以重新上传。
confirm-back = 不做了
confirm-type = 请输入“{ $name }”以确认

timeline-planned = （尚未开始）
table-pick = 选择
table-pick-row = 选择{ $name }
pager = 分页
pager-many = { $total } 条以上，第 { $page } 页
pager-count = 共 { $total } 条，第 { $page } / { $pages } 页
pager-prev = 上一页
pager-next = 下一页
pager-at = 当前第
pager-to = 第
filter = 筛选
filter-many = 找到 { $n } 条以上
filter-found = 找到 { $n } 条
filter-off = 去掉筛选
filter-clear = 清空
qr-label = { $what }二维码

licence-number = 编号
licence-issuer = 发证机关
licence-until = 有效期至
verdict-at = 核验时间：{ $when }
verdict-number = 核验编号：{ $no }
verdict-not-shown = 为保护个人信息，没有显示：{ $what }
check-passed = 通过
check-failed = 未通过
check-skipped = 未进行

rating-question = 您对这次办事满意吗？
rating-5 = 非常满意
rating-4 = 满意
rating-3 = 基本满意
rating-2 = 不满意
rating-1 = 非常不满意
rating-why-good = 哪里做得好？
rating-why-bad = 哪里不满意？
rating-several = 可以选几项
rating-text = 还想说的话
rating-anonymous = 匿名评价（工作人员看不到我的姓名）

steps-at = 第 { $n } 步，共 { $total } 步
steps-done = （已完成）

lamp-green = 正常 剩 { $n } 个工作日
lamp-amber = 临期 剩 { $n } 个工作日
lamp-red = 超期 { $n } 个工作日
lamp-due-green = 正常 { $when }前办结
lamp-due-amber = 临期 { $when }前办结
lamp-due-red = 超期 应在{ $when }前办结
lamp-grey = 暂停计时 { $why }
lamp-why-correcting = 补正中
lamp-why-special = 特别程序
lamp-why-payment = 待缴费
lamp-why-originals = 待到窗口
lamp-idle = 未开始计时
lamp-done = 按时办结
lamp-done-late = 超期办结

clock-used = 已用 { $n }
clock-left = 剩余 { $n }
clock-under = 剩余不足 { $n }
clock-over = 超期 { $n }
clock-due = 应于 { $when } 前办结
clock-working-days = { $n } 个工作日
clock-days = { $n } 日
clock-minutes = { $n } 分钟
clock-hours = { $n } 小时
clock-hours-minutes = { $h } 小时 { $m } 分钟

month-1 = 1
month-2 = 2
month-3 = 3
month-4 = 4
month-5 = 5
month-6 = 6
month-7 = 7
month-8 = 8
month-9 = 9
month-10 = 10
month-11 = 11
month-12 = 12
date-full = { $y } 年 { $m } 月 { $d } 日
date-short = { $m } 月 { $d } 日
date-before = { $day } { $time } 前
date-minute = { $day } { $time }
money = { $amount } 元
filter-any = 不限
table-region = { $caption }（表格）
