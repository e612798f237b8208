//! What lies in a case's file: materials, review points, documents.

use cases::{CaseMaterial, Collected};
use kernel::Permission;
use ui::chips::Kind;
use ui::view::{Action, Cell, Choice, Column, Empty, Field, KeyValue, KeyValues, Row, Table};
use ui::{Chip, L};

use super::can::Can;
use super::offer::Offers;
use super::show::View;
use crate::reply::{OrPage, enc};
use crate::sheet::Part;

impl View<'_> {
    pub(super) fn materials(&self, l: &L) -> Vec<Part> {
        if self.d.materials.is_empty() {
            return vec![Part::Empty(Empty::new(
                "folder",
                l.t("console-materials-none"),
            ))];
        }
        let columns = ["name", "way", "trust", "verified", "open"];
        vec![Part::Table(Table {
            caption: l.t("console-case-materials"),
            columns: columns
                .map(|key| Column::new(l.t(&format!("console-material-{key}"))))
                .to_vec(),
            rows: self
                .d
                .materials
                .iter()
                .map(|m| self.material(l, m))
                .collect(),
            ..Table::default()
        })]
    }

    fn material(&self, l: &L, m: &CaseMaterial) -> Row {
        let preview = |href: String| {
            Cell::Actions(vec![Action {
                label: l.t("preview"),
                href,
                about: m.name.clone(),
            }])
        };
        let number = enc(self.d.case.number());
        let library = !self
            .acting
            .ctx
            .actor
            .scopes(Permission::LicenceQuery)
            .is_empty();
        let (way, open) = match &m.collected {
            Collected::Licence { licence_key } if library => (
                "licence",
                preview(format!("/licences/{}", enc(licence_key))),
            ),
            Collected::Licence { .. } => ("licence", Cell::Empty),
            Collected::File { file_key } => (
                "file",
                preview(format!("/desk/files/{}?case={number}", enc(file_key))),
            ),
            Collected::Form => ("form", preview("#form".to_owned())),
            Collected::Shared { .. } => ("shared", Cell::Empty),
            Collected::Promised => ("promised", Cell::Empty),
            Collected::Paper => ("paper", Cell::Empty),
        };
        let name = match &m.returned {
            Some(why) => Cell::Lines(
                m.name.clone(),
                l.t1("console-material-returned", "why", why),
            ),
            None => Cell::text(m.name.clone()),
        };
        Row::new(vec![
            name,
            Cell::text(l.t(&format!("console-way-{way}"))),
            Cell::text(m.trust.clone().unwrap_or_else(|| "—".into())),
            Cell::text(m.verified.clone().unwrap_or_else(|| "—".into())),
            open,
        ])
    }

    /// The review points of the materials this case needs, with what was found.
    pub(super) fn points(&self, marks: &mut Offers<'_>, can: Can<'_>) {
        use flow::Step as S;
        let steps = [S::Accept, S::Review, S::SiteCheck, S::TechnicalReview];
        let mine = can.post(&steps).is_some()
            && (can.may(Permission::CaseAccept) || can.may(Permission::CaseReview));
        let l = marks.l;
        let (mut fields, mut rows) = (Vec::new(), Vec::new());
        for need in self.d.item.materials_for(&self.d.case.data.answers) {
            let material = &need.material;
            for point in &material.review_points {
                let known = self.d.checks.iter().find(|check| {
                    check.material_code == material.material_code
                        && check.point_no == i64::from(point.no)
                });
                let key = match known.map(|check| check.passed) {
                    Some(true) => "console-point-passed",
                    Some(false) => "console-point-failed",
                    None => "console-point-open",
                };
                rows.push(
                    KeyValue::new(material.material_name.clone(), point.text.clone())
                        .note(l.t(key)),
                );
                let choices = vec![
                    Choice::new("1", l.t("console-point-passed")),
                    Choice::new("0", l.t("console-point-failed")),
                ];
                let name = format!("points.{}.{}", material.material_code, point.no);
                let label = format!("{}：{}", material.material_name, point.text);
                let mut field = Field::radio(name, label, choices).optional();
                field.unmarked = true;
                if let Some(check) = known {
                    field = field.value(if check.passed { "1" } else { "0" });
                }
                fields.push(field);
            }
        }
        if mine && !fields.is_empty() {
            marks.add("points", "", fields);
        } else if !rows.is_empty() {
            marks.parts.push(Part::Facts(KeyValues::new(rows)));
        }
    }

    pub(super) async fn documents(&self, l: &L) -> Result<Vec<Part>, axum::response::Response> {
        let case = &self.d.case;
        let all = notices::list(&self.acting.ctx, &case.case_id)
            .await
            .or_page(self.shell)?;
        if all.is_empty() {
            return Ok(vec![Part::Empty(Empty::new(
                "file",
                l.t("console-documents-none"),
            ))]);
        }
        let row = |notice: &notices::Notice| {
            let sealed = notice.sealed_at.is_some();
            let files = if sealed {
                let file = |format: &str| Action {
                    label: l.t(&format!("console-download-{format}")),
                    href: format!("/desk/documents/{}.{format}", notice.doc_id),
                    about: notice.title.clone(),
                };
                Cell::Actions(vec![file("pdf"), file("ofd")])
            } else {
                Cell::text(l.t("console-sealing"))
            };
            let state = Chip::new(Kind::Document, &notice.state.code().to_uppercase());
            Row::new(vec![
                Cell::Lines(notice.title.clone(), notice.number.clone()),
                Cell::Chip(state),
                files,
            ])
        };
        let columns = ["title", "state", "files"];
        Ok(vec![Part::Table(Table {
            caption: l.t("console-case-documents"),
            columns: columns
                .map(|key| Column::new(l.t(&format!("console-document-{key}"))))
                .to_vec(),
            rows: all.iter().map(row).collect(),
            ..Table::default()
        })])
    }
}
