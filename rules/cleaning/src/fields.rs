//! The columns of stock licences.

use tables::FieldNames;

kernel::codes! {
    /// 存量证照的一栏.
    Field {
        RowNo = "row_no", "行号", "row number";
        BatchNo = "batch_no", "批次", "batch";
        LicenceType = "licence_type_code", "证照类型代码", "licence type";
        LicenceNo = "licence_no", "证照编号", "licence number";
        Holder = "holder", "持证主体", "holder";
        HolderIdType = "holder_id_type", "证件类型", "holder's id type";
        HolderId = "holder_id", "证件号码", "holder's id";
        Issuer = "issuer", "颁发机构", "issuer";
        IssuerCode = "issuer_code", "颁发机构代码", "issuer's code";
        IssueDate = "issue_date", "颁发日期", "issue date";
        ValidFrom = "valid_from", "有效期起", "valid from";
        ValidTo = "valid_to", "有效期止", "valid to";
        Region = "region_code", "属地代码", "region";
        Address = "address", "地址", "address";
        FaceMain = "face_main", "照面主要内容", "main content of the face";
        FaceExtra = "face_extra", "照面其他内容", "further content of the face";
        SourceClass = "source_class", "来源类别", "source class";
        SourceSystem = "source_system", "来源系统", "source system";
    }
}

impl Field {
    /// Its place among the cells of a [`StockRow`].
    pub fn at(self) -> usize {
        self as usize
    }
}

/// The headings under which columns are known, in the order of [`Field::ALL`]; for
/// [`tables::Mapping::propose`].
pub const FIELD_NAMES: &[FieldNames] = &[
    names("row_no", &["行号", "序号"]),
    names("batch_no", &["批次", "批次号", "批号"]),
    names(
        "licence_type_code",
        &["证照类型代码", "证照类型", "证照类型编码", "证照种类"],
    ),
    names(
        "licence_no",
        &[
            "证照编号",
            "证书编号",
            "许可证编号",
            "许可证号",
            "证照号码",
            "证号",
            "编号",
            "证件编号",
        ],
    ),
    names(
        "holder",
        &[
            "持证主体",
            "持证人",
            "持证者",
            "持证主体名称",
            "姓名",
            "名称",
            "单位名称",
            "经营者名称",
            "企业名称",
            "持证单位",
        ],
    ),
    names(
        "holder_id_type",
        &[
            "证件类型",
            "证件类型代码",
            "持证主体代码类型",
            "主体证件类型",
            "持证主体证件类型",
        ],
    ),
    names(
        "holder_id",
        &[
            "证件号码",
            "持证主体代码",
            "主体证件号码",
            "持证主体证件号码",
            "身份证号",
            "身份证号码",
            "公民身份号码",
            "统一社会信用代码",
            "社会信用代码",
            "证件号",
        ],
    ),
    names(
        "issuer",
        &[
            "颁发机构",
            "发证机关",
            "颁发机关",
            "发证单位",
            "发证机构",
            "批准机关",
            "签发机关",
        ],
    ),
    names(
        "issuer_code",
        &[
            "颁发机构代码",
            "发证机关代码",
            "颁发机关代码",
            "发证机构代码",
            "发证机关统一社会信用代码",
        ],
    ),
    names(
        "issue_date",
        &["颁发日期", "发证日期", "签发日期", "颁发时间", "批准日期"],
    ),
    names(
        "valid_from",
        &[
            "有效期起",
            "有效期自",
            "有效期开始",
            "有效期起始日期",
            "有效期起日",
            "起始日期",
        ],
    ),
    names(
        "valid_to",
        &[
            "有效期止",
            "有效期至",
            "有效期截止",
            "有效期截止日期",
            "有效期止日",
            "截止日期",
            "到期日期",
        ],
    ),
    names(
        "region_code",
        &[
            "属地代码",
            "行政区划代码",
            "行政区划",
            "区划代码",
            "所属管辖属地编码",
        ],
    ),
    names(
        "address",
        &["地址", "住所", "住址", "经营场所", "经营地址", "详细地址"],
    ),
    names("face_main", &["照面主要内容", "照面主项", "主要内容"]),
    names("face_extra", &["照面其他内容", "照面附项", "其他内容"]),
    names("source_class", &["来源类别", "数据来源类别"]),
    names("source_system", &["来源系统", "信息来源", "数据来源"]),
];

const fn names(code: &'static str, names: &'static [&'static str]) -> FieldNames {
    FieldNames { code, names }
}

/// One row of stock licences.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StockRow {
    /// Its place in the file, from 1; no two rows of a file share it.
    pub number: u32,
    cells: Vec<String>,
}

impl StockRow {
    /// A row of cells in the order of [`Field::ALL`]; missing ones are empty, further ones dropped.
    pub fn new(number: u32, mut cells: Vec<String>) -> Self {
        cells.resize_with(Field::ALL.len(), String::new);
        Self { number, cells }
    }

    pub fn get(&self, field: Field) -> &str {
        self.cells.get(field.at()).map_or("", String::as_str)
    }

    pub fn set(&mut self, field: Field, text: impl Into<String>) {
        if let Some(cell) = self.cells.get_mut(field.at()) {
            *cell = text.into();
        }
    }

    pub fn swap(&mut self, one: Field, other: Field) {
        let (one, other) = (one.at(), other.at());
        if one.max(other) < self.cells.len() {
            self.cells.swap(one, other);
        }
    }

    /// The cells in the order of [`Field::ALL`].
    pub fn cells(&self) -> &[String] {
        &self.cells
    }

    /// The cells to be filled again, for a reader that reuses the row.
    pub fn cells_mut(&mut self) -> &mut Vec<String> {
        &mut self.cells
    }

    /// The number by which its source knows it: the column of row numbers where it has one.
    pub fn label(&self) -> u64 {
        let own = self.get(Field::RowNo).trim();
        own.parse().unwrap_or(u64::from(self.number))
    }

    /// Whether nothing is filled in but what numbers the row or names its source.
    pub fn is_blank(&self) -> bool {
        const BESIDE: [Field; 4] = [
            Field::RowNo,
            Field::BatchNo,
            Field::SourceClass,
            Field::SourceSystem,
        ];
        Field::ALL
            .iter()
            .filter(|field| !BESIDE.contains(field))
            .all(|field| crate::text::is_blank(self.get(*field)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_in_the_order_of_fields_and_mean_one_field() {
        let codes: Vec<_> = FIELD_NAMES.iter().map(|f| f.code).collect();
        assert_eq!(
            codes,
            Field::ALL.iter().map(|f| f.code()).collect::<Vec<_>>()
        );
        let mut all: Vec<_> = FIELD_NAMES
            .iter()
            .flat_map(|f| f.names.iter().copied().chain([f.code]))
            .map(tables::fold_heading)
            .collect();
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count);
        for (at, field) in Field::ALL.iter().enumerate() {
            assert_eq!(field.at(), at);
            assert_eq!(FIELD_NAMES[at].names[0], field.zh());
        }
    }
}
