//! Tables as they are sent, read and written back.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::Cursor;

use calamine::Reader as _;
use proptest::prelude::*;
use tables::{CsvWriter, Encoding, Kind, Limits, Options, Row, Table, TableError, XlsxWriter};

type Rows = Vec<Vec<String>>;

fn read_with(bytes: &[u8], options: &Options) -> Result<(Vec<String>, Rows), TableError> {
    let mut table = Table::open(Cursor::new(bytes.to_vec()), options)?;
    let headings = table.headings().to_vec();
    let mut rows = Vec::new();
    let mut row = Row::default();
    while table.next_row(&mut row)? {
        assert_eq!(row.number, rows.len() as u64 + 1);
        rows.push(row.cells.clone());
    }
    Ok((headings, rows))
}

fn read(bytes: &[u8]) -> (Vec<String>, Rows) {
    read_with(bytes, &Options::default()).unwrap()
}

fn xlsx(headings: &[&str], rows: &Rows) -> Vec<u8> {
    let mut writer = XlsxWriter::new(headings, None).unwrap();
    for row in rows {
        writer.row(row).unwrap();
    }
    let mut out = Cursor::new(Vec::new());
    writer.finish(&mut out).unwrap();
    out.into_inner()
}

fn csv(headings: &[&str], rows: &Rows) -> Vec<u8> {
    let mut writer = CsvWriter::new(Vec::new(), headings).unwrap();
    for row in rows {
        writer.row(row).unwrap();
    }
    writer.finish().unwrap()
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|t| (*t).to_owned()).collect()
}

#[test]
fn csv_of_either_encoding_gives_the_same_rows() {
    let text = "证照编号;持证主体;备注\nJY1;䶮喆;\"两\n行\"\n;;\nJY2;甲\n";
    let utf8 = read(text.as_bytes());
    let marked = read(format!("\u{feff}{text}").as_bytes());
    let gb = encoding_rs_gb(text);
    let mut table = Table::open(Cursor::new(gb.clone()), &Options::default()).unwrap();
    assert_eq!(table.encoding(), Some(Encoding::Gb18030));
    assert!(table.next_row(&mut Row::default()).unwrap());
    assert_eq!(utf8, read(&gb));
    assert_eq!(utf8, marked);
    assert_eq!(utf8.0, strings(&["证照编号", "持证主体", "备注"]));
    assert_eq!(utf8.1[0], strings(&["JY1", "䶮喆", "两\n行"]));
    assert_eq!(utf8.1[1], strings(&["", "", ""]));
    assert_eq!(utf8.1[2], strings(&["JY2", "甲", ""]));
}

fn encoding_rs_gb(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

#[test]
fn a_broken_byte_names_its_place_and_the_next_row_follows() {
    let mut bytes = "编号,主体\n一,甲\n二,乙\n三,丙\n".as_bytes().to_vec();
    let at = bytes.len() - 11;
    bytes[at] = 0xff;
    let mut table = Table::open(Cursor::new(bytes), &Options::default()).unwrap();
    let mut row = Row::default();
    assert!(table.next_row(&mut row).unwrap());
    let error = table.next_row(&mut row).unwrap_err();
    assert!(error.of_one_row());
    assert_eq!(
        error.to_string(),
        "第2行（文件第3行）第2列“主体”有UTF-8无法识别的字节"
    );
    assert!(table.next_row(&mut row).unwrap());
    assert_eq!((row.number, row.cells[0].as_str()), (3, "三"));
    assert!(!table.next_row(&mut row).unwrap());
}

#[test]
fn too_many_cells_are_told_and_blank_ones_forgiven() {
    let mut table = Table::open(
        Cursor::new(b"a,b\n1,2,,\n1,2,3\n4,5\n".to_vec()),
        &Options::default(),
    )
    .unwrap();
    let mut row = Row::default();
    assert!(table.next_row(&mut row).unwrap());
    assert!(matches!(
        table.next_row(&mut row),
        Err(TableError::TooManyCells {
            row: 2,
            line: 3,
            cells: 3,
            columns: 2
        })
    ));
    assert!(table.next_row(&mut row).unwrap());
    assert_eq!(row.number, 3);
}

#[test]
fn what_spreadsheets_would_run_is_defused_and_comes_back() {
    let rows = vec![strings(&["=1+1", "-5", "@x", "'=y", "+86", "'plain"])];
    let written = csv(&["a", "b", "c", "d", "e", "f"], &rows);
    let text = String::from_utf8(written.clone()).unwrap();
    assert!(text.contains("\"'=1+1\",\"'-5\",\"'@x\",\"''=y\",\"'+86\",'plain"));
    assert_eq!(read(&written).1, rows);
}

/// An independent reader sees texts, so that a number of eighteen digits keeps them.
#[test]
fn xlsx_is_written_as_text() {
    let rows = vec![
        strings(&["990102195503014771", "=1+1", "2022-09-05"]),
        strings(&["", "两\n行", " x "]),
    ];
    let bytes = xlsx(&["号码", "式", "日期"], &rows);
    let mut book: calamine::Xlsx<_> =
        calamine::open_workbook_from_rs(Cursor::new(bytes.clone())).unwrap();
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    assert_eq!(
        range.get((1, 0)),
        Some(&calamine::Data::String("990102195503014771".into()))
    );
    assert_eq!(
        range.get((1, 1)),
        Some(&calamine::Data::String("=1+1".into()))
    );
    assert_eq!(read(&bytes).1, rows);
}

/// What other programs put into a sheet: shared texts, numbers, dates, formulas, gaps.
#[test]
fn xlsx_of_other_programs_is_read_as_shown() {
    use rust_xlsxwriter::{Format, Formula, Workbook};
    let mut book = Workbook::new();
    book.add_worksheet()
        .set_name("说明")
        .unwrap()
        .set_hidden(true);
    let day = Format::new().set_num_format("yyyy\"年\"m\"月\"d\"日\";@");
    let sheet = book.add_worksheet();
    sheet.set_name("数据").unwrap().set_active(true);
    for (at, heading) in ["编号", "日期", "数", "式", "真", "空", "末"]
        .iter()
        .enumerate()
    {
        sheet.write_string(0, at as u16, *heading).unwrap();
    }
    sheet.write_string(1, 0, "JY<&>1").unwrap();
    sheet.write_number_with_format(1, 1, 44809.0, &day).unwrap();
    sheet.write_number(1, 2, 120_000_000_000_000_000.0).unwrap();
    sheet
        .write_formula(1, 3, Formula::new("A1&\"x\"").set_result("编号x"))
        .unwrap();
    sheet.write_boolean(1, 4, true).unwrap();
    sheet.write_string(1, 6, "末").unwrap();
    sheet.write_blank(2, 0, &day).unwrap();
    sheet.write_string(4, 0, "JY2").unwrap();
    let bytes = book.save_to_buffer().unwrap();
    let mut table = Table::open(Cursor::new(bytes.clone()), &Options::default()).unwrap();
    assert_eq!(table.kind(), Kind::Xlsx);
    let mut row = Row::default();
    assert!(table.next_row(&mut row).unwrap());
    assert_eq!(
        row.cells,
        strings(&[
            "JY<&>1",
            "2022-09-05",
            "120000000000000000",
            "编号x",
            "TRUE",
            "",
            "末"
        ])
    );
    assert!(table.next_row(&mut row).unwrap());
    assert_eq!((row.number, row.line, row.cells[0].as_str()), (2, 5, "JY2"));
    assert!(!table.next_row(&mut row).unwrap());
    let missing = Options {
        sheet: Some("无".into()),
        ..Options::default()
    };
    assert!(matches!(
        read_with(&bytes, &missing),
        Err(TableError::NoSheet(_))
    ));
}

fn packed(parts: &[(&str, &str)]) -> Vec<u8> {
    use std::io::Write;
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn ods_is_read_as_shown() {
    let content = r#"<?xml version="1.0"?><office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x"><office:body><office:spreadsheet><table:table table:name="数据"><table:table-column/><table:table-row><table:table-cell office:value-type="string"><text:p>编号</text:p></table:table-cell><table:table-cell office:value-type="string"><text:p>日期</text:p></table:table-cell><table:table-cell><text:p>数</text:p></table:table-cell><table:table-cell table:number-columns-repeated="16381"/></table:table-row><table:table-row table:number-rows-repeated="2"><table:table-cell office:value-type="string"><office:annotation><text:p>批注</text:p></office:annotation><text:p>甲<text:s text:c="2"/>乙</text:p><text:p>丙</text:p></table:table-cell><table:table-cell office:value-type="date" office:date-value="2022-09-05T00:00:00"><text:p>22/9/5</text:p></table:table-cell><table:table-cell office:value-type="float" office:value="1.2E+17"><text:p>1.2E17</text:p></table:table-cell></table:table-row><table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"#;
    let (headings, rows) = read(&packed(&[("content.xml", content)]));
    assert_eq!(headings, strings(&["编号", "日期", "数"]));
    let row = strings(&["甲  乙\n丙", "2022-09-05", "120000000000000000"]);
    assert_eq!(rows, [row.clone(), row]);
}

#[test]
fn hostile_files_are_refused_within_bounds() {
    let sheet = format!(
        "<worksheet><sheetData><row><c t=\"str\"><v>{}</v></c></row></sheetData></worksheet>",
        "a".repeat(20 << 20)
    );
    let workbook = r#"<workbook><sheets><sheet name="a" id="r1"/></sheets></workbook>"#;
    let relations = r#"<r><Relationship Id="r1" Target="worksheets/s.xml"/></r>"#;
    let parts = |sheet: &str, shared: &str| {
        packed(&[
            ("xl/workbook.xml", workbook),
            ("xl/_rels/workbook.xml.rels", relations),
            ("xl/worksheets/s.xml", sheet),
            ("xl/sharedStrings.xml", shared),
        ])
    };
    let bomb = parts(&sheet, "<sst/>");
    assert!(bomb.len() < 100_000);
    assert!(read_with(&bomb, &Options::default()).is_err());
    let shared = format!("<sst>{}</sst>", "<si><t>a</t></si>".repeat(100_000));
    let small = Options {
        limits: Limits {
            shared_bytes: 300_000,
            ..Limits::default()
        },
        ..Options::default()
    };
    assert!(matches!(
        read_with(&parts("<worksheet/>", &shared), &small),
        Err(TableError::TooLarge { .. })
    ));
    let entity = "<!DOCTYPE a [<!ENTITY b \"c\">]><worksheet/>";
    assert!(read_with(&parts(entity, "<sst/>"), &Options::default()).is_err());
    for bytes in [
        &b"PK\x03\x04rubbish"[..],
        b"\xd0\xcf\x11\xe0old",
        b"",
        b"a\0b\n",
    ] {
        assert!(read_with(bytes, &Options::default()).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    /// Whatever is written is read back as it was.
    #[test]
    fn csv_comes_back_as_it_was(rows in prop::collection::vec(
        prop::collection::vec("(?s)([=+@'\",;\r\n\t -]|[a-z证照䶮]){0,6}", 3), 0..8)
    ) {
        let bytes = csv(&["列一", "列二", "列三"], &rows);
        prop_assert_eq!(read(&bytes).1, rows);
    }

    /// XLSX too, but for rows that are blank, which a sheet has without end.
    #[test]
    fn xlsx_comes_back_as_it_was(rows in prop::collection::vec(
        prop::collection::vec("[=+@'\",;\n\ta-z证照_x0D<&>-]{1,6}", 3), 0..8)
    ) {
        let bytes = xlsx(&["列一", "列二", "列三"], &rows);
        let kept: Rows = rows.iter()
            .filter(|row| row.iter().any(|cell| !cell.trim().is_empty()))
            .cloned().collect();
        prop_assert_eq!(read(&bytes).1, kept.iter().map(|row| row.iter().map(|cell| {
            // A mark before a formula is taken back, as from CSV.
            let bare = cell.trim_start_matches('\'');
            let runs = bare.starts_with(['=', '+', '-', '@', '\t', '\r']);
            if cell.starts_with('\'') && runs { cell[1..].to_owned() } else { cell.clone() }
        }).collect::<Vec<_>>()).collect::<Rows>());
    }

    /// Nothing that is sent brings the reader down.
    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = read_with(&bytes, &Options::default());
        let mut zip = packed(&[
            ("xl/workbook.xml", r#"<workbook><sheets><sheet name="a" id="r1"/></sheets></workbook>"#),
            ("xl/_rels/workbook.xml.rels", r#"<r><Relationship Id="r1" Target="s.xml"/></r>"#),
            ("xl/s.xml", "<worksheet><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>"),
        ]);
        for (at, byte) in bytes.iter().enumerate() {
            let place = (at * 131 + *byte as usize * 7) % zip.len();
            if at % 40 == 0 { zip[place] ^= *byte; }
        }
        let _ = read_with(&zip, &Options::default());
    }
}
