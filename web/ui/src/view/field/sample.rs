//! Fields for the gallery and the tests.

use super::{Choice, Field, Photo};
use crate::L;

impl Field {
    /// A field of each kind, in the states they have.
    pub fn sample(l: &L) -> Vec<Self> {
        let yes_no = || vec![Choice::new("1", l.t("yes")), Choice::new("0", l.t("no"))];
        vec![
            Field::person_name("name", "联系人姓名").value("林建华"),
            Field::phone("phone", "手机号")
                .hint("用来接收办理进度短信")
                .value("199")
                .error("手机号是 11 位数字，请核对后重新填写"),
            Field::credit_code("uscc", "统一社会信用代码")
                .value("91 990102 MA0000001X")
                .fetched("市场监督管理局 营业执照", Some("/my/dispute".into())),
            Field::number("area", "经营面积")
                .unit("平方米")
                .hint("与平面图一致")
                .value("86.5"),
            Field::radio(
                "kind",
                "您要经营什么？",
                vec![
                    Choice::new("catering", "餐饮服务").hint("饭店、小吃店、饮品店"),
                    Choice::new("sale", "食品销售"),
                    Choice::new("canteen", "单位食堂").off("须由单位账户申请"),
                ],
            )
            .value("catering"),
            Field::radio("online", "是否在网上销售？", yes_no()).error("请选择是或否"),
            Field::checkbox(
                "items",
                "经营项目",
                vec![
                    Choice::new("hot", "热食类制售"),
                    Choice::new("cold", "冷食类制售"),
                    Choice::new("raw", "生食类制售"),
                ],
            )
            .hint("可以选几项")
            .values(["hot", "cold"]),
            Field::select(
                "district",
                "所在区县",
                vec![
                    Choice::new("990102", "东湖区"),
                    Choice::new("990103", "西山区"),
                ],
            )
            .value("990102"),
            Field::date("open", "计划开业日期")
                .value("2026-12-01")
                .optional(),
            Field::datetime("visit", "方便核查的时间").value("2026-11-25T09:30"),
            Field::textarea("note", "需要说明的情况", 4)
                .optional()
                .hint("200 字以内"),
            Field::switch("sms", "短信提醒").value("on"),
            Field::photo(
                "photo",
                "本人照片",
                Photo {
                    src: None,
                    limits: "JPG 或 PNG，5 MB 以内，正面免冠".into(),
                },
            ),
            Field::text("seat", "就餐座位数").off("单位食堂才需要填写"),
            Field::consent("agree", "我已阅读并同意《告知承诺书》"),
        ]
    }
}
