//! Application materials [C-30], and which of them somebody needs [C-16].

use std::sync::Arc;

use conditions::Answers;
use serde::{Deserialize, Serialize};

use crate::codes;
use crate::item::Item;

/// 申请材料: a document required for an application.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(from = "RawMaterial")]
pub struct Material {
    pub material_code: String,
    pub material_name: String,
    /// Code of [`codes::MATERIAL_TYPES`].
    pub material_type: String,
    pub required: Required,
    /// Situations that ask for it.
    pub situation_codes: Vec<String>,
    /// 依据: law and clause.
    pub basis: Option<MaterialBasis>,
    pub sample: Option<Sample>,
    /// Filled in online.
    pub electronic_form: Option<BlankForm>,
    /// 空白表格.
    pub blank_form: Option<BlankForm>,
    /// The electronic form of the application itself: nothing to upload.
    pub from_form: bool,
    pub source: Source,
    pub paper_copies: PaperCopies,
    /// 填报须知.
    pub filling_notes: String,
    /// 受理标准.
    pub acceptance_standard: String,
    /// 电子化提交.
    pub electronic: bool,
    /// 出具部门, when another agency issues it.
    pub issuing_department: Option<String>,
    pub intermediary: Option<Intermediary>,
    /// Licence type that stands for it.
    pub satisfied_by_licence_type: Option<String>,
    /// `ID_CARD`, `DRIVING`: credential that stands for it.
    pub satisfied_by_credential: Option<String>,
    /// Register that the data come from.
    pub shared_data_source: Option<String>,
    /// 可容缺: may be promised and handed in later.
    pub promise_allowed: bool,
    /// `A` to `D` [B-39].
    pub accepted_trust_levels: Vec<String>,
    pub max_files: u32,
    /// `pdf`, `ofd`, `jpg`, `png`.
    pub file_formats: Vec<String>,
    /// 审查要点.
    pub review_points: Vec<ReviewPoint>,
}

#[derive(Deserialize)]
struct RawMaterial {
    material_code: String,
    material_name: String,
    material_type: String,
    required: Required,
    situation_codes: Vec<String>,
    basis: Option<MaterialBasis>,
    sample: Option<Sample>,
    #[serde(default)]
    electronic_form: Option<BlankForm>,
    #[serde(default)]
    blank_form: Option<BlankForm>,
    source_channel: Source,
    #[serde(default)]
    paper_copies: PaperCopies,
    #[serde(default)]
    filling_notes: String,
    #[serde(default)]
    acceptance_standard: String,
    electronic: bool,
    #[serde(default)]
    issuing_department: Option<String>,
    #[serde(default)]
    intermediary: Option<Intermediary>,
    #[serde(default)]
    satisfied_by_licence_type: Option<String>,
    #[serde(default)]
    satisfied_by_credential: Option<String>,
    #[serde(default)]
    shared_data_source: Option<String>,
    #[serde(default)]
    promise_allowed: bool,
    accepted_trust_levels: Vec<String>,
    max_files: u32,
    file_formats: Vec<String>,
    #[serde(default)]
    review_points: Vec<ReviewPoint>,
}

impl From<RawMaterial> for Material {
    fn from(raw: RawMaterial) -> Self {
        let from_form = raw
            .electronic_form
            .as_ref()
            .is_some_and(BlankForm::is_application_form);
        Self {
            material_code: raw.material_code,
            material_name: raw.material_name,
            material_type: raw.material_type,
            required: raw.required,
            situation_codes: raw.situation_codes,
            basis: raw.basis,
            sample: raw.sample,
            electronic_form: raw.electronic_form,
            blank_form: raw.blank_form,
            from_form,
            source: raw.source_channel,
            paper_copies: raw.paper_copies,
            filling_notes: raw.filling_notes,
            acceptance_standard: raw.acceptance_standard,
            electronic: raw.electronic,
            issuing_department: raw.issuing_department,
            intermediary: raw.intermediary,
            satisfied_by_licence_type: raw.satisfied_by_licence_type,
            satisfied_by_credential: raw.satisfied_by_credential,
            shared_data_source: raw.shared_data_source,
            promise_allowed: raw.promise_allowed,
            accepted_trust_levels: raw.accepted_trust_levels,
            max_files: raw.max_files,
            file_formats: raw.file_formats,
            review_points: raw.review_points,
        }
    }
}

/// Whether a material is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Required {
    /// 必要.
    Required,
    /// 按情形: in the situations that list it.
    Conditional,
    /// 非必要.
    Optional,
}

/// Law and clause that ask for a material [C-31].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaterialBasis {
    pub law: String,
    pub clause: String,
    #[serde(default)]
    pub clause_confirmed: bool,
}

/// 样例.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// `text`, or the format of a file named in `content`.
    pub format: String,
    pub title: String,
    pub content: String,
}

/// A form behind a material.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlankForm {
    /// `form_schema`: a form of this item; `file`: a file.
    pub kind: String,
    #[serde(rename = "ref")]
    pub reference: String,
}

impl BlankForm {
    fn is_application_form(&self) -> bool {
        self.kind == "form_schema"
    }
}

/// 来源渠道: who makes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// 申请人自备.
    Applicant,
    /// 政府部门核发.
    Agency,
    /// 中介或法定机构产生.
    Intermediary,
}

impl Source {
    pub fn zh(self) -> &'static str {
        match self {
            Self::Applicant => "申请人自备",
            Self::Agency => "政府部门核发",
            Self::Intermediary => "中介或法定机构产生",
        }
    }
}

/// 纸质材料份数和规格.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperCopies {
    pub original: u32,
    pub copy: u32,
    pub size: String,
    #[serde(default)]
    pub needed_when: String,
}

/// 中介机构 and how to reach it [C-32].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intermediary {
    pub kind: String,
    pub name: String,
    pub phone: String,
    #[serde(default)]
    pub query_url: String,
}

/// 审查要点: one point that an officer looks at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewPoint {
    pub no: u32,
    pub text: String,
    #[serde(default)]
    pub highlight: bool,
    /// `formal` or `substantive`.
    pub kind: String,
}

impl Material {
    /// Why it need not be handed in, if the platform can get it.
    pub fn exempt(&self) -> Option<Exempt<'_>> {
        if self.from_form {
            return Some(Exempt::Form);
        }
        let licence = self
            .satisfied_by_licence_type
            .as_deref()
            .map(Exempt::Licence);
        let credential = self
            .satisfied_by_credential
            .as_deref()
            .map(Exempt::Credential);
        let shared = self.shared_data_source.as_deref().map(Exempt::Shared);
        licence.or(credential).or(shared)
    }

    pub fn type_zh(&self) -> &str {
        codes::MATERIAL_TYPES.zh(&self.material_type)
    }
}

/// 免提交: where the platform gets a material instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "by", content = "what", rename_all = "snake_case")]
pub enum Exempt<'m> {
    /// The form filled in online.
    Form,
    /// A licence of this type in the wallet.
    Licence(&'m str),
    /// A credential read by a card reader or shared by its department.
    Credential(&'m str),
    /// Data of this register.
    Shared(&'m str),
}

/// A material that somebody with certain answers needs.
#[derive(Clone, Debug)]
pub struct MaterialNeed {
    pub material: Arc<Material>,
    /// Without it the application is not complete.
    pub required: bool,
    /// Names of the situations that ask for it; empty for what everybody needs.
    pub situations: Vec<String>,
}

impl MaterialNeed {
    pub fn exempt(&self) -> Option<Exempt<'_>> {
        self.material.exempt()
    }
}

/// Numbers for the key-facts strip.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct MaterialCounts {
    pub total: usize,
    /// 自备: to be brought or uploaded.
    pub own: usize,
    /// 免提交: got by the platform, the online form included.
    pub exempt: usize,
    /// 可容缺: of those to be brought, how many may be promised.
    pub promise_allowed: usize,
}

impl MaterialCounts {
    pub fn of(needs: &[MaterialNeed]) -> Self {
        let mut counts = Self {
            total: needs.len(),
            ..Self::default()
        };
        for need in needs {
            match need.exempt() {
                Some(_) => counts.exempt += 1,
                None => {
                    counts.own += 1;
                    counts.promise_allowed += usize::from(need.material.promise_allowed);
                }
            }
        }
        counts
    }
}

/// A material as the guide lists it, whatever the situation.
#[derive(Clone, Debug)]
pub struct MaterialRow {
    pub material: Arc<Material>,
    /// Situations that ask for it, in words; empty when everybody needs it.
    pub when: Vec<String>,
}

impl Item {
    /// What somebody with these answers needs, in the order of the list [C-16]. Situations whose
    /// question is not answered yet ask for nothing.
    pub fn materials_for(&self, answers: &Answers) -> Vec<MaterialNeed> {
        let holding: Vec<_> = self
            .situations
            .iter()
            .filter(|s| s.condition.holds(answers))
            .collect();
        let need = |material: &Arc<Material>| {
            let asking: Vec<_> = holding
                .iter()
                .filter(|s| s.material_codes.contains(&material.material_code))
                .collect();
            if asking.is_empty() {
                return None;
            }
            let everybody = asking.iter().any(|s| s.is_base());
            let names = asking.iter().map(|s| s.name.clone());
            Some(MaterialNeed {
                material: material.clone(),
                required: material.required != Required::Optional,
                situations: if everybody {
                    Vec::new()
                } else {
                    names.collect()
                },
            })
        };
        self.materials.iter().filter_map(need).collect()
    }

    /// The codes of the situations that hold for these answers.
    pub fn situations_for(&self, answers: &Answers) -> Vec<&str> {
        let holding = self
            .situations
            .iter()
            .filter(|s| s.condition.holds(answers));
        holding.map(|s| s.code.as_str()).collect()
    }

    /// All materials with the situations that ask for them.
    pub fn material_rows(&self) -> Vec<MaterialRow> {
        let row = |material: &Arc<Material>| {
            let asking = self
                .situations
                .iter()
                .filter(|s| s.material_codes.contains(&material.material_code));
            let (base, others): (Vec<_>, Vec<_>) = asking.partition(|s| s.is_base());
            let when = if base.is_empty() {
                others.iter().map(|s| s.name.clone()).collect()
            } else {
                Vec::new()
            };
            MaterialRow {
                material: material.clone(),
                when,
            }
        };
        self.materials.iter().map(row).collect()
    }
}
