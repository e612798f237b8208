//! Rows as they really come: each test with its edges, defects in company.

use cleaning::{Action, Field, Line, StockRow};

use crate::common::{clean, library};
use crate::spoilt::{DRIVER, FOOD, city, codes};

/// A type, what is changed in a good row, the defects found then, and the action.
type Case<'a> = (&'a str, &'a [(Field, &'a str)], &'a [&'a str], Action);

/// Each test with values on both sides of its edge.
#[test]
fn each_test_knows_its_edges() {
    let city = city();
    use Field::*;
    let cases: &[Case] = &[
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
    cleaning::CharacterCheck::ResidentId.passes(id, crate::common::today())
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
        let verdict = clean(std::slice::from_ref(&good), &city.facts, &library).remove(0);
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
