//! The elements of the data standard, and the names under which others have them.

use jiff::civil::Date;

kernel::codes! {
    /// Groups of metadata [H-38].
    Group {
        Licence = "licence", "证照", "Licence";
        Issuer = "issuer", "颁发机构", "Issuer";
        Holder = "holder", "持证主体", "Holder";
        File = "file", "文件", "File";
        Security = "security", "安全", "Security";
        Relation = "relation", "关联", "Relation";
        Copy = "copy", "加注件", "Copy";
    }
}

/// One element of the standard.
#[derive(Debug, PartialEq, Eq)]
pub struct ParsedElement {
    /// As the standard has it: `ZZBH`.
    pub code: &'static str,
    pub zh: &'static str,
    pub en: &'static str,
    pub group: Group,
    /// Other names, folded.
    pub(super) names: &'static [&'static str],
    is_date: bool,
}

const fn element(
    code: &'static str,
    (zh, en): (&'static str, &'static str),
    group: Group,
    names: &'static [&'static str],
) -> ParsedElement {
    ParsedElement {
        code,
        zh,
        en,
        group,
        names,
        is_date: false,
    }
}

const fn date(of: ParsedElement) -> ParsedElement {
    ParsedElement {
        is_date: true,
        ..of
    }
}

use Group as G;

/// All elements in the order they are told.
pub(super) static ELEMENTS: &[ParsedElement] = &[
    element(
        "ZZBS",
        ("电子证照标识", "Licence identifier"),
        G::Licence,
        &["证照标识", "电子证照标识码"],
    ),
    element("ZZLXDM", ("证照类型代码", "Type code"), G::Licence, &[]),
    element(
        "ZZMC",
        ("证照名称", "Name of the licence"),
        G::Licence,
        &["证照类型名称", "证照类型", "ZZLXMC", "证件名称"],
    ),
    element(
        "ZZBH",
        ("证照编号", "Licence number"),
        G::Licence,
        &[
            "证照号码",
            "证照号",
            "证件编号",
            "证书编号",
            "许可证编号",
            "ZZHM",
        ],
    ),
    date(element(
        "ZZBFRQ",
        ("证照颁发日期", "Issued on"),
        G::Licence,
        &["颁发日期", "发证日期", "签发日期"],
    )),
    date(element(
        "ZZYXQQSRQ",
        ("有效期起始日期", "Valid from"),
        G::Licence,
        &[
            "证照有效期起始日期",
            "有效期起",
            "有效期自",
            "有效期开始日期",
        ],
    )),
    date(element(
        "ZZYXQJZRQ",
        ("有效期截止日期", "Valid to"),
        G::Licence,
        &[
            "证照有效期截止日期",
            "有效期止",
            "有效期至",
            "有效期结束日期",
        ],
    )),
    element(
        "KZ_BB",
        ("版本号", "Version"),
        G::Licence,
        &["证照版本", "证照版本号"],
    ),
    element(
        "KZ_YS",
        ("证照样式标识", "Style"),
        G::Licence,
        &["样式标识"],
    ),
    element(
        "ZZBFJG",
        ("证照颁发机构", "Issuer"),
        G::Issuer,
        &[
            "颁发机构",
            "发证机关",
            "发证机构",
            "颁发机构名称",
            "发证单位",
            "签发机关",
        ],
    ),
    element(
        "ZZBFJGDM",
        ("证照颁发机构代码", "Issuer's code"),
        G::Issuer,
        &["颁发机构代码", "发证机关代码", "发证机构代码"],
    ),
    element(
        "CZZT",
        ("持证主体", "Holder"),
        G::Holder,
        &[
            "持证者",
            "持证人",
            "持有人",
            "持证主体名称",
            "CZZTMC",
            "CYR",
        ],
    ),
    element(
        "CZZTDM",
        ("持证主体代码", "Holder's number"),
        G::Holder,
        &[
            "持证者号码",
            "持证人证件号码",
            "持证主体证件号码",
            "CYRZJHM",
        ],
    ),
    element(
        "CZZTDMLX",
        ("持证主体代码类型", "Kind of the holder's number"),
        G::Holder,
        &["持证主体证件类型"],
    ),
    element(
        "CZZTDMLXDM",
        ("持证主体代码类型代码", "Code of that kind"),
        G::Holder,
        &["持证主体证件类型代码"],
    ),
    element(
        "KZ_SCSJ",
        ("生成时间", "Made at"),
        G::File,
        &["制证时间", "文件生成时间"],
    ),
    element("KZ_SCXT", ("制作系统", "Producer"), G::File, &["制证系统"]),
    element("KZ_GS", ("文件格式", "Formats"), G::File, &[]),
    element(
        "KZ_YZBS",
        ("电子印章标识", "Seal identifier"),
        G::Security,
        &["印章标识", "印章编码"],
    ),
    element(
        "KZ_SF",
        ("签名算法", "Signature algorithm"),
        G::Security,
        &[],
    ),
    element(
        "KZ_TH",
        ("所替换证照的标识", "Stands for"),
        G::Relation,
        &["原证照标识"],
    ),
    element("JZJZZSJ", ("加注件制作时间", "Copy made at"), G::Copy, &[]),
    element("JZJZZZ", ("加注件制作者", "Copy made by"), G::Copy, &[]),
    element(
        "JZJZZSY",
        ("加注件制作事由", "Purpose of the copy"),
        G::Copy,
        &["加注事由"],
    ),
    date(element(
        "JZJYXQJZSJ",
        ("加注件有效期截止", "Last day of the copy"),
        G::Copy,
        &["加注件有效期截止时间"],
    )),
];

/// The element of that name, whatever its case and its blanks.
pub(super) fn element_named(name: &str) -> Option<&'static ParsedElement> {
    let folded: String = name
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, ':' | '：' | '-'))
        .flat_map(char::to_uppercase)
        .collect();
    let plain = folded.replace('_', "");
    ELEMENTS.iter().find(|one| {
        one.code.replace('_', "") == plain
            || one.zh == folded
            || one.names.contains(&folded.as_str())
    })
}

impl ParsedElement {
    /// Where it stands among all.
    pub(super) fn place(&self) -> usize {
        let same = |one: &ParsedElement| one.code == self.code;
        ELEMENTS.iter().position(same).unwrap_or(usize::MAX)
    }

    /// A value as the standard writes it: days as `2026-11-16`, none at the end as 长期.
    pub(super) fn uniform(&self, value: &str) -> String {
        let value = value.trim();
        if !self.is_date {
            return value.to_owned();
        }
        if value.is_empty() || value == "null" || value.contains("长期") || value.contains("永久")
        {
            return if self.code == "ZZYXQJZRQ" {
                "长期".into()
            } else {
                String::new()
            };
        }
        match day(value) {
            Some(day) => day.to_string(),
            None => value.to_owned(),
        }
    }
}

/// A day in any of the ways it is written: `20261116`, `2026-11-16 00:00:00`, `2026年11月16日`.
fn day(value: &str) -> Option<Date> {
    let digits: Vec<&str> = value
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty())
        .collect();
    let (year, month, day) = match digits.as_slice() {
        [whole, ..] if whole.len() == 8 || whole.len() == 14 => {
            (whole.get(..4)?, whole.get(4..6)?, whole.get(6..8)?)
        }
        [year, month, day, ..] if year.len() == 4 => (*year, *month, *day),
        _ => return None,
    };
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}
