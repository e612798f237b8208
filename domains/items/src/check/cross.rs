//! Elements against each other [C-29].

use calendar::{Limit, Unit};
use flow::Method;

use crate::fault::Fault;
use crate::filter::Audience;
use crate::item::Item;
use crate::review_rules::Decides;
use crate::themes::themes;
use crate::types::{DecisionDocument, Mode};

/// A limit in hundredths of working days, to compare limits of different units: a year has 250
/// working days, a month 21, a natural day five sevenths, an hour an eighth.
fn working_days(limit: Limit) -> u64 {
    let value = u64::from(limit.value);
    match limit.unit {
        Unit::WorkingDay => value * 100,
        Unit::NaturalDay => value * 500 / 7,
        Unit::Month => value * 2100,
        Unit::Year => value * 25_000,
        Unit::Hour => value * 100 / 8,
        Unit::Minute => value * 100 / 480,
    }
}

pub(crate) fn check(item: &Item, faults: &mut Vec<Fault>) {
    let mut push = |rule, element: Option<u8>, zh: &str, en: &str| {
        faults.push(Fault::new(rule, element, zh, en));
    };
    if (item.case_type == "1") != item.promised_limit.is_immediate() {
        push(
            "C-29/immediate",
            Some(34),
            "即办件的承诺办结时限须为0，承诺件不得为0",
            "An immediate case promises 0, and only an immediate case does",
        );
    }
    if item.statutory_limit.unit == Unit::Minute || item.promised_limit.unit == Unit::Minute {
        push(
            "C-23/unit",
            Some(9),
            "办结时限不能以分钟计",
            "A limit is not counted in minutes",
        );
    }
    let longer = if item.promised_limit.unit == item.statutory_limit.unit {
        item.promised_limit.value > item.statutory_limit.value
    } else {
        working_days(item.promised_limit) > working_days(item.statutory_limit)
    };
    if longer {
        push(
            "C-29/promised",
            Some(9),
            "承诺办结时限不得长于法定办结时限",
            "The promised limit may not be longer than the statutory one",
        );
    }
    visits(item, &mut push);
    fees(item, &mut push);
    result(item, &mut push);
    if item
        .consultation_phone
        .iter()
        .any(|p| item.supervision_phone.contains(p))
    {
        push(
            "C-23/phones",
            Some(25),
            "监督电话须与咨询电话不同",
            "The supervision phone differs from the consultation phone",
        );
    }
    objects(item, faults);
    for problem in item.flow.validate(&item.questions, item.promised_limit) {
        let words = problem.to_string();
        let (zh, en) = words.split_once(" / ").unwrap_or((&words, &words));
        faults.push(Fault::new("C-29/flow", 15, zh, en));
    }
    decision(item, faults);
    outward(item, faults);
}

fn visits(item: &Item, push: &mut impl FnMut(&'static str, Option<u8>, &str, &str)) {
    if item.max_visits > 0 && item.visits_reason.is_none() {
        push(
            "C-29/visits_reason",
            None,
            "到现场次数大于0的须说明原因",
            "Visits above 0 need a reason",
        );
    }
    if item.mode == Mode::FullyOnline && item.max_visits != 0 {
        push(
            "C-29/fully_online",
            None,
            "全程网办的到现场次数须为0",
            "Fully online means no visit",
        );
    } else if item.max_visits > item.mode.most_visits() {
        push(
            "D-01/visits",
            None,
            "到现场次数多于网办方式允许的次数",
            "There are more visits than the mode allows",
        );
    }
    if item.max_visits == 0 && !item.online_available && !item.courier_supported {
        push(
            "C-29/courier",
            Some(21),
            "不到现场又不能网上办理的，须支持物流快递",
            "Without visits and without online handling there must be a courier",
        );
    }
}

fn fees(item: &Item, push: &mut impl FnMut(&'static str, Option<u8>, &str, &str)) {
    let basis = item
        .fee_basis
        .as_ref()
        .is_some_and(|b| !b.trim().is_empty());
    if item.fees.is_empty() {
        if item.online_payment_supported {
            push(
                "C-29/payment",
                Some(20),
                "不收费的事项不能支持网上支付",
                "An item without fees has no online payment",
            );
        }
        if item.fee_step.is_some() {
            push(
                "C-29/fee_step",
                Some(12),
                "不收费的事项没有缴费位置",
                "No fee, no fee step",
            );
        }
        return;
    }
    if !basis {
        push(
            "C-29/fee_basis",
            Some(13),
            "收费的须有收费依据",
            "A fee needs its basis",
        );
    }
    if !item.online_payment_supported {
        push(
            "C-29/payment",
            Some(20),
            "收费的须支持网上支付",
            "An item with fees supports online payment",
        );
    }
    if item
        .fees
        .iter()
        .any(|f| f.name.trim().is_empty() || f.standard.trim().is_empty())
    {
        push(
            "C-29/fee_standard",
            Some(12),
            "收费须有项目名称和标准",
            "A fee has a name and a standard",
        );
    }
    if item.fees.iter().any(|f| Some(f.step) != item.fee_step) {
        push(
            "C-29/fee_step",
            Some(12),
            "各收费项目的缴费位置须一致",
            "All fees are due at the item's one fee step",
        );
    }
}

fn result(item: &Item, push: &mut impl FnMut(&'static str, Option<u8>, &str, &str)) {
    match &item.result_sample {
        None if !item.result_name.is_empty() => push(
            "C-29/result_sample",
            Some(11),
            "有结果名称的须有结果样本",
            "A named result needs a sample",
        ),
        Some(sample) => {
            if !sample.desensitised {
                push(
                    "B-24/sample",
                    Some(11),
                    "结果样本须隐去个人和单位信息",
                    "The sample must hide data of persons and enterprises",
                );
            }
            if !["svg", "png", "jpg", "pdf", "ofd"].contains(&sample.format.as_str()) {
                push(
                    "C-35/sample_format",
                    Some(11),
                    "结果样本须为svg、png、jpg、pdf或ofd格式",
                    "The sample is an svg, png, jpg, pdf or ofd file",
                );
            }
        }
        None => {}
    }
    let named = item
        .decision_document_name
        .as_ref()
        .is_some_and(|n| !n.trim().is_empty());
    if (item.decision_document == DecisionDocument::Document) != named {
        push(
            "D-61/decision_document",
            None,
            "另出决定文书的须写明名称，其他情形不写",
            "A decision document, and only that, has a name",
        );
    }
    if item.decision_document == DecisionDocument::LicenceIsDecision
        && item.result_licence_type.is_none()
    {
        push(
            "D-61/licence_is_decision",
            None,
            "证照即决定的须有结果证照类型",
            "A licence that is the decision needs its licence type",
        );
    }
    if item.decision_document == DecisionDocument::None && item.is_power() {
        push(
            "D-61/no_document",
            None,
            "行政权力事项须有决定文书",
            "A power of the administration needs a decision document",
        );
    }
}

/// The decision part of the review rules against the review methods [C-42].
fn decision(item: &Item, faults: &mut Vec<Fault>) {
    let (flow, rules) = (&item.flow, &item.rules);
    let methods = item.method_names.join("、");
    let mut push = |zh: String, en: &str| faults.push(Fault::new("C-42/decision", 15, zh, en));
    if rules.is_collective() != flow.methods.contains(&Method::CollectiveReview) {
        push(
            "集体审查须同时列入审查方式和决定规则".into(),
            "A collective review stands both among the methods and in the decision rule",
        );
    }
    let on_the_spot = flow::decides_on_the_spot(&flow.methods, flow.standards_shown);
    match (rules.decides(), on_the_spot) {
        (Some(Decides::OnTheSpot), true) | (Some(Decides::Decider), false) => {}
        (Some(Decides::OnTheSpot), false) => push(
            format!("审查方式为{methods}的，由审查人员签署意见、决定人作出决定，不能即时决定"),
            "After these methods the reviewer signs an opinion and the decider decides; \
             it is not decided on the spot",
        ),
        (Some(Decides::Decider), true) => push(
            format!("审查方式为{methods}的，由受理或审查人员当场决定，不再交决定人决定"),
            "After these methods whoever accepts or reviews decides on the spot, not a decider",
        ),
        (None, _) => push(
            "决定规则须写明是即时决定（当场决定），还是由决定人作出决定，不能都写".into(),
            "The decision rule says either that it is decided on the spot or that the decider decides",
        ),
    }
}

/// Object and themes say the same; themes are those of [B-11, B-12].
fn objects(item: &Item, faults: &mut Vec<Fault>) {
    for (audience, zh, en) in [
        (Audience::Natural, "自然人", "natural persons"),
        (Audience::Legal, "法人", "legal persons"),
    ] {
        let given = item.themes(audience);
        if item.is_for(audience) == given.is_empty() {
            faults.push(Fault::new(
                "C-29/themes",
                33,
                format!("服务对象含{zh}的须有{zh}主题，不含的不得有"),
                format!("An item for {en}, and only that, has themes for {en}"),
            ));
        }
        for theme in given
            .iter()
            .filter(|t| !themes(audience).contains(&t.as_str()))
        {
            let fault = Fault::new(
                "B-11/theme",
                None,
                format!("{zh}主题没有“{theme}”"),
                format!("There is no theme {theme} for {en}"),
            );
            faults.push(fault.at(theme));
        }
    }
}

/// The outward flow shows the steps that face the user [C-33].
fn outward(item: &Item, faults: &mut Vec<Fault>) {
    let has = |code: &str| item.flow.outward.iter().any(|step| step.code == code);
    let mut need = |code: &str, zh: &str| {
        if !has(code) {
            let fault = Fault::new(
                "C-33/outward",
                15,
                format!("外部流程缺少“{zh}”"),
                format!("The outward flow lacks {code}"),
            );
            faults.push(fault.at(code));
        }
    };
    for (code, zh) in [
        ("application", "申请"),
        ("correction", "补正"),
        ("acceptance", "受理"),
        ("completion", "办结"),
        ("signing", "签收"),
    ] {
        need(code, zh);
    }
    if item.mode == Mode::PreReview {
        need("pre_review", "原件预审");
    }
    if !item.fees.is_empty() {
        need("payment", "缴费");
    }
    if item.courier_supported {
        need("courier", "物流快递");
    }
}
