//! Duplicates, alone and in groups.

use cleaning::{Action, Field, Line, StockRow};

use crate::spoilt::{FOOD, HEALTH, city, codes};

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
