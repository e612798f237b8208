//! One document of each kind, with the people and agencies of the demonstration city.

use notices::{Content, Issuer, Kind};
use serde_json::{Value, json};

pub fn issuer() -> Issuer {
    Issuer {
        code: "YD_SCJG".into(),
        name: "云州市云东区市场监督管理局".into(),
        short_name: "云东区市场监管局".into(),
        region_code: "990102".into(),
        address: "云州市云东区东湖路16号".into(),
        consultation_phone: "0990-12341025".into(),
        supervision_phone: "0990-12346025".into(),
        review_body: "云州市云东区人民政府".into(),
    }
}

fn materials() -> Value {
    json!([
        {"name": "食品经营许可申请书", "form": "电子表单", "copies": 1},
        {"name": "营业执照或其他主体资格证明", "form": "电子证照", "copies": 1},
        {"name": "法定代表人（负责人）居民身份证", "form": "电子证照", "copies": 1},
        {"name": "主要设备设施、经营布局、操作流程文件", "form": "纸质原件", "copies": 1},
        {"name": "食品安全管理制度目录", "form": "纸质原件", "copies": 2},
    ])
}

/// The fields of a kind. Times are UTC; the document shows Beijing time.
pub fn fields(kind: Kind) -> Value {
    let mut fields = json!({
        "applicant": "云州市云东区䶮记小厨餐饮店",
        "legal_person": true,
        "licensing": true,
        "item_name": "食品经营许可（新办）",
        "officer": "郝思源（工号YD2001）",
        "applied_at": "2026-11-16T06:20:00Z",
        "accepted_at": "2026-11-18T02:05:00Z",
    });
    let more = match kind {
        Kind::Receipt => json!({
            "received_at": "2026-11-16T06:20:00Z",
            "channel": "窗口申请",
            "materials": materials(),
        }),
        Kind::Acceptance => json!({
            "promised_limit": "5个工作日",
            "due_at": "2026-11-25T09:00:00Z",
            "delivery": "邮政快递（东湖街道望湖巷52号6栋3单元102室，陈䶮收）",
            "materials": materials(),
        }),
        Kind::Correction => json!({
            "notified_at": "2026-11-16T06:35:00Z",
            "promised_limit": "5个工作日",
            "resubmit_by_on": "2026-12-28",
            "corrections": [
                {"material": "主要设备设施、经营布局、操作流程文件",
                 "requirement": "布局图未标明餐用具清洗消毒位置，请在图上标注餐用具清洗池、消毒柜的位置和尺寸。"},
                {"material": "食品安全管理制度目录",
                 "requirement": "目录缺少进货查验记录制度，请补充。"},
            ],
        }),
        Kind::Refusal => json!({
            "applicant": "奚琳",
            "legal_person": false,
            "licensing": false,
            "item_name": "居住证办理（首次申领）",
            "applied_at": "2026-11-19T11:50:00Z",
            "refused_at": "2026-11-20T01:15:00Z",
            "officer": "罗启航（工号YD3007）",
            "reason": "经核对，你于2026年8月20日在本市办理居住登记，至申请之日未满半年，不符合居住证申领条件。",
            "legal_basis": "《居住证暂行条例》第二条",
            "advice": "居住登记满半年后（最早2027年2月20日），可以再次申请。",
        }),
        Kind::DecisionApprove => json!({
            "decided_at": "2026-11-24T03:00:00Z",
            "legal_basis": "《中华人民共和国食品安全法》第三十五条第一款、《食品经营许可和备案管理办法》第四条",
            "applicant_uscc": "92990102MA2008117R",
            "legal_representative": "陈䶮",
            "applicant_address": "云岭省云州市云东区东湖路13号",
            "content": "主体业态：餐饮服务经营者；经营项目：热食类食品制售；经营场所：云岭省云州市云东区东湖路13号。",
            "licence_name": "《食品经营许可证》",
            "valid_period": "2026年11月24日至2031年11月23日",
        }),
        Kind::DecisionReject => json!({
            "applicant": "云州市清泉酒店有限公司",
            "item_name": "城镇污水排入排水管网许可",
            "decided_at": "2026-12-02T08:00:00Z",
            "legal_basis": "《城镇排水与污水处理条例》第二十一条、《城镇污水排入排水管网许可管理办法》第四条",
            "applicant_uscc": "91990100MA20031132",
            "legal_representative": "韩𬭎",
            "reason": "经现场核查和水质检测，你单位2号排放口隔油设施未按设计运行，出水动植物油浓度为142毫克每升，超过《污水排入城镇下水道水质标准》规定的限值，不符合排放污水应当符合有关标准的许可条件。",
        }),
        Kind::SpecialProcedure => json!({
            "applicant": "云州市清泉酒店有限公司",
            "item_name": "城镇污水排入排水管网许可",
            "accepted_at": "2026-11-16T03:00:00Z",
            "started_at": "2026-11-18T07:30:00Z",
            "procedure_name": "水质采样检测",
            "basis": "《中华人民共和国行政许可法》第四十五条",
            "reason": "现场核查认为隔油设施出水需采样检测",
            "planned": "10个工作日",
            "approver": "卜正平",
            "officer": "项景行（工号YZ9003）",
            "excluded": true,
        }),
        Kind::SiteRecord => json!({
            "place": "云岭省云州市云东区东湖路13号",
            "started_at": "2026-11-20T06:00:00Z",
            "ended_at": "2026-11-20T06:45:00Z",
            "inspectors": ["邢立川（执法证号Y990102017）", "卢景明（执法证号Y990102023）"],
            "attendant": "陈䶮（负责人）",
            "findings": [
                {"point": "食品处理区布局", "finding": "按生进熟出单一流向布置，与图纸一致。", "verdict": "符合"},
                {"point": "餐用具清洗消毒", "finding": "设三联清洗池一组、消毒柜一台，位置与图纸一致。", "verdict": "符合"},
                {"point": "冷藏冷冻、防蝇防鼠设施", "finding": "冷藏柜两台，门口设风幕和挡鼠板。", "verdict": "符合"},
            ],
            "conclusion": "现场与申报材料一致，符合餐饮服务热食类食品制售的条件，建议准予许可。",
            "applicant_opinion": "以上记录属实，无异议。",
            "signatures": [
                {"name": "邢立川", "role": "核查人员", "signed_at": "2026-11-20T06:48:00Z"},
                {"name": "卢景明", "role": "核查人员", "signed_at": "2026-11-20T06:49:00Z"},
                {"name": "陈䶮", "role": "被核查人（负责人）", "signed_at": "2026-11-20T06:50:00Z"},
            ],
        }),
        Kind::Completion => json!({
            "applicant": "云州市云东区学府路喻家面馆",
            "item_name": "开办餐饮店“一件事”",
            "completed_at": "2026-11-27T07:00:00Z",
            "accepted_at": "2026-11-18T01:30:00Z",
            "result": "准予（4个联办事项全部办结）",
            "delivery": "窗口领取",
            "pickup_place": "云东区政务服务中心2号出件窗口",
            "officer": "祝丹枫（工号YD4006）",
            "elapsed": "6个工作日（承诺8个工作日）",
            "electronic_result": true,
            "bring": "主要设备设施布局图等申请材料的原件",
            "sub_items": [
                {"name": "食品经营许可（新办）", "agency": "云州市云东区市场监督管理局", "result": "准予，食品经营许可证"},
                {"name": "设置大型户外广告及悬挂、张贴宣传品审批", "agency": "云州市云东区城市管理局", "result": "准予，户外广告设置批准决定书"},
                {"name": "公众聚集场所投入使用、营业前消防安全检查", "agency": "云州市云东区消防救援大队", "result": "准予，消防安全检查意见书"},
                {"name": "城镇污水排入排水管网许可", "agency": "云州市住房和城乡建设局", "result": "准予，排水许可证"},
            ],
        }),
        Kind::PreReviewPass => json!({
            "applicant": "郑凯",
            "legal_person": false,
            "licensing": false,
            "item_name": "残疾人证核发（新办）",
            "reviewed_at": "2026-11-18T03:10:00Z",
            "officer": "甄念慈（工号YD5002）",
            "hall": "云东区政务服务中心（云州市云东区东湖路16号）",
            "window": "YD-B02",
            "hours": "工作日9:00—12:00、13:00—17:00",
            "bring_by_on": "2026-12-30",
            "materials": [
                {"name": "居民身份证", "copies": 1},
                {"name": "残疾评定表", "copies": 1},
            ],
        }),
        Kind::Payment => json!({
            "applicant": "孙㵘",
            "legal_person": false,
            "licensing": false,
            "item_name": "居住证办理（换领、补领）",
            "issued_at": "2026-11-24T08:30:00Z",
            "officer": "罗启航（工号YD3007）",
            "fee_basis": "《居住证暂行条例》第十六条，云岭省居住证工本费标准",
            "lines": [
                {"name": "居住证工本费", "standard": "20.00元/证", "quantity": 1, "amount": "20.00"},
                {"name": "证照寄递费", "standard": "12.00元/件", "quantity": 1, "amount": "12.00"},
            ],
            "total": "32.00",
            "pay_by_on": "2027-01-06",
            "ways": "网上缴费（扫码）、窗口缴费",
        }),
        Kind::Withdrawal => json!({
            "applicant": "孙㵘",
            "legal_person": false,
            "item_name": "居住证办理（换领、补领）",
            "withdrawn_at": "2026-11-23T02:00:00Z",
            "reason": "居住证已找到，不再需要补领",
        }),
        Kind::Abort => json!({
            "aborted_at": "2026-12-28T09:00:00Z",
            "reason": "缴费通知单送达后30日内未缴清费用",
            "basis": "《中华人民共和国行政许可法》第五十九条",
            "approver": "姜伯远",
        }),
        Kind::DeliveryReceipt => json!({
            "delivered_at": "2026-12-04T01:40:00Z",
            "applicant": "云州市清泉酒店有限公司",
            "item_name": "城镇污水排入排水管网许可",
            "way": "窗口领取",
            "place": "云州市政务服务中心出件窗口",
            "receiver": "韩𬭎",
            "relation": "法定代表人",
            "identity_check": "居民身份证读卡核验一致",
            "officer": "简一鸣（工号YZ1005）",
            "delivered": [
                {"name": "准予行政许可决定书", "number": "云州住建准字〔2026〕00031号", "copies": 1},
                {"name": "城镇污水排入排水管网许可证", "number": "云排2026字第00031号", "copies": 1},
            ],
        }),
    };
    if let (Value::Object(base), Value::Object(more)) = (&mut fields, more) {
        base.extend(more);
    }
    fields
}

pub fn title(kind: Kind) -> String {
    kind.zh().to_owned()
}

pub fn content(kind: Kind) -> Content {
    Content {
        beside: Vec::new(),
        number: format!("云东市监{}字〔2026〕00012号", kind.character()),
        title: title(kind),
        case_no: "990102202611160000127".into(),
        token: "k3v9c0t2m8r5x1qz".into(),
        issuer: issuer(),
        fields: fields(kind),
        replaces: None,
    }
}
