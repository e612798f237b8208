//! Rows as they really come: each test with its edges, defects in company, duplicates in groups.

mod common;

use cleaning::{Action, BaseLibrary, Facts, Field, Line, StockRow, Verdict};
use common::{clean, demo_stock, facts, library};

struct City {
    rows: Vec<StockRow>,
    facts: Facts,
    library: BaseLibrary,
}

fn city() -> City {
    City {
        rows: demo_stock(),
        facts: facts(),
        library: library(),
    }
}

impl City {
    /// A row without defects of that type, numbered 1.
    fn good(&self, kind: &str) -> StockRow {
        self.nth(kind, 0, 1)
    }

    fn nth(&self, kind: &str, nth: usize, number: u32) -> StockRow {
        let rows = self.rows.iter().take(100);
        let row = rows
            .filter(|row| row.get(Field::LicenceType) == kind)
            .nth(nth)
            .unwrap();
        let mut row = row.clone();
        row.number = number;
        row.set(Field::RowNo, number.to_string());
        row
    }

    fn clean(&self, rows: &[StockRow]) -> Vec<Verdict> {
        clean(rows, &self.facts, &self.library)
    }

    /// Codes of a changed row, its action and the row as cleaned.
    fn one(&self, kind: &str, changes: &[(Field, &str)]) -> (Vec<String>, Action, StockRow) {
        let mut row = self.good(kind);
        for (field, text) in changes {
            row.set(*field, *text);
        }
        let verdict = self.clean(&[row]).remove(0);
        (codes(&verdict), verdict.action, verdict.row)
    }
}

fn codes(verdict: &Verdict) -> Vec<String> {
    verdict.findings.iter().map(|f| f.code.clone()).collect()
}

const FOOD: &str = "SPJYXKZ";
const HEALTH: &str = "WSXKZ";
const DRIVER: &str = "DLYSCYZGZ";

/// Each test with values on both sides of its edge.
#[test]
fn each_test_knows_its_edges() {
    let city = city();
    use Field::*;
    let cases: &[(&str, &[(Field, &str)], &[&str], Action)] = &[
        (FOOD, &[], &[], Action::Keep),
        // Expired: the last day still counts.
        (
            FOOD,
            &[
                (IssueDate, "2021-11-17"),
                (ValidFrom, "2021-11-17"),
                (ValidTo, "2026-11-16"),
            ],
            &[],
            Action::Keep,
        ),
        (
            FOOD,
            &[
                (IssueDate, "2021-11-16"),
                (ValidFrom, "2021-11-16"),
                (ValidTo, "2026-11-15"),
            ],
            &["D03"],
            Action::Drop,
        ),
        // Issued today is not in the future.
        (FOOD, &[(IssueDate, "2026-11-16")], &[], Action::Keep),
        (
            FOOD,
            &[(IssueDate, "2026-11-17")],
            &["D06"],
            Action::ReturnToSource,
        ),
        (
            FOOD,
            &[
                (ValidFrom, "2026-01-02"),
                (ValidTo, "2026-01-01"),
                (IssueDate, "2025-12-31"),
            ],
            &["D06"],
            Action::ReturnToSource,
        ),
        (
            FOOD,
            &[
                (ValidFrom, "2031-01-01"),
                (ValidTo, "2026-01-02"),
                (IssueDate, "2026-01-02"),
            ],
            &["D08B"],
            Action::Correct,
        ),
        (FOOD, &[(ValidTo, "")], &["D05"], Action::ReturnToSource),
        (FOOD, &[(ValidTo, "长期")], &["D05"], Action::ReturnToSource),
        (
            FOOD,
            &[(ValidTo, "永久有效")],
            &["D05", "D10"],
            Action::ReturnToSource,
        ),
        (
            FOOD,
            &[(IssueDate, "2026-02-30")],
            &["D15"],
            Action::ReturnToSource,
        ),
        (FOOD, &[(IssueDate, "")], &["D12"], Action::ReturnToSource),
        (
            FOOD,
            &[(FaceExtra, "　 ")],
            &["D12", "D07"],
            Action::ReturnToSource,
        ),
        (FOOD, &[(Address, "")], &["D12"], Action::ReturnToSource),
        // A column that this type need not fill.
        (DRIVER, &[(Address, ""), (FaceExtra, "")], &[], Action::Keep),
        (
            FOOD,
            &[(LicenceType, "XXXX")],
            &["D13"],
            Action::ReturnToSource,
        ),
        (
            FOOD,
            &[(LicenceNo, "JY1990102200123X")],
            &["D02B"],
            Action::ReturnToSource,
        ),
        (FOOD, &[(LicenceNo, "")], &["D12"], Action::ReturnToSource),
        (
            FOOD,
            &[(LicenceNo, "证照")],
            &["D02B"],
            Action::ReturnToSource,
        ),
        (FOOD, &[(HolderIdType, "")], &["D14A"], Action::Correct),
        (FOOD, &[(HolderIdType, "111")], &["D14A"], Action::Correct),
        (
            FOOD,
            &[(HolderIdType, "111"), (Holder, "查无此店")],
            &["D04", "D14B"],
            Action::ReturnToSource,
        ),
        (
            FOOD,
            &[(Holder, "查无此店")],
            &["D04"],
            Action::ReturnToSource,
        ),
        (FOOD, &[(HolderId, "")], &["D12"], Action::ReturnToSource),
        (
            FOOD,
            &[(HolderId, "9.2990102E+17")],
            &["D04"],
            Action::ReturnToSource,
        ),
        (
            FOOD,
            &[(Issuer, "云州市城市管理局")],
            &["D09A"],
            Action::ReturnToSource,
        ),
        (
            FOOD,
            &[(Issuer, "云州市食药监局")],
            &["D09A"],
            Action::ReturnToSource,
        ),
        (FOOD, &[(IssuerCode, "")], &["D09B"], Action::Correct),
    ];
    for (kind, changes, expected, action) in cases {
        let (codes, got, _) = city.one(kind, changes);
        assert_eq!(
            (&codes[..], got),
            (
                &expected.iter().map(|c| (*c).to_owned()).collect::<Vec<_>>()[..],
                *action
            ),
            "{changes:?}"
        );
    }
}

#[test]
fn dates_of_every_kind_become_one() {
    let city = city();
    for text in [
        "2026.9.5",
        "2026年9月5日",
        "20260905",
        "2026/9/5",
        "46270",
        "2026-09-05 00:00:00",
        "2026年09月05号",
    ] {
        let (codes, action, row) = city.one(FOOD, &[(Field::IssueDate, text)]);
        assert_eq!(
            (codes, action),
            (vec!["D10".to_owned()], Action::Correct),
            "{text}"
        );
        assert_eq!(row.get(Field::IssueDate), "2026-09-05", "{text}");
    }
    // Wide and in another form: both are told, and the report gives the day.
    let mut row = city.good(FOOD);
    row.set(Field::IssueDate, "　２０２６．９．５ ");
    let verdict = city.clean(&[row]).remove(0);
    let lines = Line::of(&verdict);
    assert_eq!(codes(&verdict), ["D07", "D10"]);
    assert!(
        lines
            .iter()
            .all(|line| line.corrected_value == "2026-09-05")
    );
    assert_eq!(verdict.findings[0].put, ["2026.9.5"]);
    assert_eq!(verdict.findings[1].seen[0].1, "2026.9.5");
}

#[test]
fn holder_and_number_change_places_for_persons_and_companies() {
    let city = city();
    for kind in [FOOD, DRIVER] {
        let good = city.good(kind);
        let (name, id) = (
            good.get(Field::Holder).to_owned(),
            good.get(Field::HolderId).to_owned(),
        );
        let (codes, action, row) =
            city.one(kind, &[(Field::Holder, &id), (Field::HolderId, &name)]);
        assert_eq!((codes, action), (vec!["D08A".to_owned()], Action::Correct));
        assert_eq!(row, good);
        // Wide and swapped.
        let wide: String = id
            .chars()
            .map(|c| char::from_u32(c as u32 + 0xfee0).unwrap())
            .collect();
        let (codes, action, row) =
            city.one(kind, &[(Field::Holder, &wide), (Field::HolderId, &name)]);
        assert_eq!(
            (codes, action),
            (vec!["D07".to_owned(), "D08A".to_owned()], Action::Correct)
        );
        assert_eq!(row, good);
    }
}

#[test]
fn a_mistyped_number_is_corrected_only_when_one_holder_fits() {
    let city = city();
    let good = city.good(FOOD);
    let id = good.get(Field::HolderId);
    let wrong = format!("{}{}", &id[..17], if id.ends_with('A') { 'B' } else { 'A' });
    let (codes, action, row) = city.one(FOOD, &[(Field::HolderId, &wrong)]);
    assert_eq!(
        (codes, action, row),
        (vec!["D02A".to_owned()], Action::Correct, good.clone())
    );
    // Another name with that stem does not.
    let (codes, action, _) = city.one(
        FOOD,
        &[(Field::HolderId, &wrong), (Field::Holder, "查无此店")],
    );
    assert_eq!(
        (codes, action),
        (vec!["D04".to_owned()], Action::ReturnToSource)
    );
    // Two of that name and stem: nobody guesses.
    let mut two = library();
    let other = format!("{}{}", &id[..17], if id.ends_with('E') { 'F' } else { 'E' });
    two.add("001", &other, good.get(Field::Holder), "normal")
        .unwrap();
    let mut row = good.clone();
    row.set(Field::HolderId, wrong.as_str());
    let verdict = clean(&[row], &city.facts, &two).remove(0);
    assert_eq!(verdict.action, Action::ReturnToSource);
    assert_eq!(verdict.findings[0].code, "D04");
    assert!(
        verdict.findings[0].note.zh.contains("2个"),
        "{}",
        verdict.findings[0].note.zh
    );
}

#[test]
fn numbers_of_persons_lose_small_letters_and_gain_their_century() {
    let city = city();
    let mut library = library();
    let id = "99010219550301478X";
    let body = &id[..17];
    let full: String = "0123456789X"
        .chars()
        .map(|c| format!("{body}{c}"))
        .find(|id| kernel_check(id))
        .unwrap();
    library.add("111", &full, "欧阳甲", "normal").unwrap();
    let mut row = city.good(DRIVER);
    row.set(Field::Holder, "欧阳甲");
    row.set(Field::LicenceNo, full.as_str());
    row.set(Field::HolderId, format!("{}{}", &full[..6], &full[8..17]));
    let verdict = clean(&[row.clone()], &city.facts, &library).remove(0);
    assert_eq!(codes(&verdict), ["D02A"]);
    assert_eq!(verdict.row.get(Field::HolderId), full);

    // A holder whose number ends in X, typed small.
    let x = (0..9999)
        .map(|n| format!("9901021955030{n:04}X"))
        .find(|id| kernel_check(id))
        .unwrap();
    library.add("111", &x, "欧阳乙", "normal").unwrap();
    row.set(Field::Holder, "欧阳乙");
    row.set(Field::HolderId, x.to_lowercase());
    row.set(Field::LicenceNo, x.to_lowercase());
    let verdict = clean(&[row], &city.facts, &library).remove(0);
    assert_eq!(verdict.row.get(Field::HolderId), x);
    assert_eq!(verdict.action, Action::Correct);
}

fn kernel_check(id: &str) -> bool {
    cleaning::CharacterCheck::ResidentId.passes(id, common::today())
}

#[test]
fn the_dead_are_told_from_the_dissolved_by_their_register() {
    let city = city();
    let good = city.good(DRIVER);
    for (state, action) in [
        ("deceased", Action::Drop),
        ("cancelled", Action::Drop),
        ("normal", Action::Keep),
        ("moved", Action::Keep),
    ] {
        let mut library = library();
        library
            .add(
                "111",
                good.get(Field::HolderId),
                good.get(Field::Holder),
                state,
            )
            .unwrap();
        let verdict = clean(&[good.clone()], &city.facts, &library).remove(0);
        assert_eq!(verdict.action, action, "{state}");
        if action == Action::Drop {
            assert_eq!(verdict.findings[0].evidence, state);
        }
    }
}

#[test]
fn blank_rows_are_dropped_without_further_reproach() {
    let city = city();
    let mut row = StockRow::new(7, vec![]);
    row.set(Field::RowNo, "7");
    row.set(Field::SourceSystem, "旧系统");
    row.set(Field::Holder, "　 ");
    let verdict = city.clean(&[row]).remove(0);
    assert_eq!(
        (codes(&verdict), verdict.action),
        (vec!["D16".to_owned()], Action::Drop)
    );
}

/// Duplicates in all the company they keep.
#[test]
fn duplicates_are_merged_into_the_first_that_is_kept() {
    let city = city();
    let first = city.nth(FOOD, 0, 1);
    let other = city.nth(FOOD, 1, 2);
    let again = |number: u32, changes: &[(Field, &str)]| {
        let mut row = city.nth(FOOD, 0, number);
        for (field, text) in changes {
            row.set(*field, *text);
        }
        row
    };
    let told = |rows: &[StockRow]| -> Vec<(Vec<String>, Action, Option<u64>)> {
        city.clean(rows)
            .iter()
            .map(|v| (codes(v), v.action, v.merge_into()))
            .collect()
    };
    let one = |code: &str, action, into| (vec![code.to_owned()], action, into);
    let none = (vec![], Action::Keep, None);

    // Three times the same.
    assert_eq!(
        told(&[first.clone(), other.clone(), again(3, &[]), again(4, &[])]),
        [
            none.clone(),
            none.clone(),
            one("D01A", Action::Merge, Some(1)),
            one("D01A", Action::Merge, Some(1))
        ]
    );
    // Equal only when tidied: wide number, other form of the date, wrong code of the issuer.
    let wide: String = first
        .get(Field::LicenceNo)
        .chars()
        .map(|c| char::from_u32(c as u32 + 0xfee0).unwrap())
        .collect();
    let day = first.get(Field::IssueDate).replace('-', "");
    assert_eq!(
        told(&[
            first.clone(),
            again(
                2,
                &[
                    (Field::LicenceNo, &wide),
                    (Field::IssueDate, &day),
                    (Field::IssuerCode, "1")
                ]
            )
        ]),
        [
            none.clone(),
            (
                ["D01A", "D07", "D09B", "D10"].map(str::to_owned).to_vec(),
                Action::Merge,
                Some(1)
            )
        ]
    );
    // The first goes back for an empty face: the second is kept, the third goes into the second.
    assert_eq!(
        told(&[
            again(1, &[(Field::FaceMain, "")]),
            again(2, &[]),
            again(3, &[])
        ]),
        [
            one("D12", Action::ReturnToSource, None),
            none.clone(),
            one("D01A", Action::Merge, Some(2))
        ]
    );
    // All are dropped: none is merged, but each says what it is.
    let old: &[(Field, &str)] = &[
        (Field::IssueDate, "2020-01-01"),
        (Field::ValidFrom, "2020-01-01"),
        (Field::ValidTo, "2024-12-31"),
    ];
    assert_eq!(
        told(&[again(1, old), again(2, old)]),
        [
            one("D03", Action::Drop, None),
            (
                vec!["D03".to_owned(), "D01A".to_owned()],
                Action::Drop,
                None
            )
        ]
    );
    // An expired licence and its renewal under the same number are no conflict.
    assert_eq!(
        told(&[again(1, old), again(2, &[])]),
        [one("D03", Action::Drop, None), none.clone()]
    );
    // Two that would both be kept are.
    assert_eq!(
        told(&[again(1, &[]), again(2, &[(Field::ValidTo, "2031-12-31")])]),
        [
            one("D01C", Action::ReturnToSource, None),
            one("D01C", Action::ReturnToSource, None)
        ]
    );
    // Three rows of one number and two holders: all go back.
    let mut stranger = other.clone();
    stranger.set(Field::LicenceNo, first.get(Field::LicenceNo));
    stranger.set(Field::Issuer, first.get(Field::Issuer));
    stranger.set(Field::IssuerCode, first.get(Field::IssuerCode));
    let verdicts = city.clean(&[first.clone(), stranger, again(3, &[])]);
    for (verdict, note) in verdicts
        .iter()
        .zip(["与第2行冲突", "与第1、3行冲突", "与第2行冲突"])
    {
        assert_eq!(
            (codes(verdict), verdict.action),
            (vec!["D01B".to_owned()], Action::ReturnToSource)
        );
        assert_eq!(verdict.note(&verdict.findings[0]).zh, note);
    }
    // The same number of another type or without a number is nobody's twin.
    let mut health = city.nth(HEALTH, 0, 2);
    health.set(Field::LicenceNo, first.get(Field::LicenceNo));
    assert_eq!(told(&[first.clone(), health]), [none.clone(), none.clone()]);
    let nameless: &[(Field, &str)] = &[(Field::LicenceNo, "")];
    assert!(
        told(&[again(1, nameless), again(2, nameless)])
            .iter()
            .all(|t| t.0 == ["D12"])
    );
    // A merge that loses something says so.
    let verdicts = city.clean(&[
        first,
        again(2, &[(Field::Address, "云岭省云州市云东区东湖路1号")]),
    ]);
    assert_eq!(verdicts[1].action, Action::Merge);
    assert_eq!(
        verdicts[1].note(&verdicts[1].findings[0]).zh,
        "其余内容与第1行不同，以第1行为准"
    );
}

/// The row's own number names it in the report, wherever it stands in the file.
#[test]
fn rows_are_named_by_their_own_number() {
    let city = city();
    let mut one = city.nth(FOOD, 0, 1);
    one.set(Field::RowNo, "5001");
    let mut two = city.nth(FOOD, 0, 2);
    two.set(Field::RowNo, "5002");
    let verdicts = city.clean(&[one, two]);
    let line = Line::of(&verdicts[1]).remove(0);
    assert_eq!((line.row_no, line.merge_into_row), (5002, Some(5001)));
}

/// The heaviest defect decides, and the lesser ones are named.
#[test]
fn weights_decide_in_company() {
    let city = city();
    let (codes, action, row) = city.one(
        FOOD,
        &[
            (Field::LicenceNo, "JY1990102200123X"),
            (Field::ValidTo, "2025.1.1"),
            (Field::IssueDate, "2020-01-02"),
            (Field::ValidFrom, "2020-01-02"),
        ],
    );
    assert_eq!(
        (codes, action),
        (
            ["D03", "D02B", "D10"].map(str::to_owned).to_vec(),
            Action::Drop
        )
    );
    assert_eq!(row.get(Field::ValidTo), "2025-01-01");
}
