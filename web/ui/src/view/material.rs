//! Material rows of guides and applications, and the upload control.

use super::{component, confirm::ConfirmDialog};
use crate::chips::{Chip, Kind};

/// Whether a material must be there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MaterialNeed {
    /// 必要
    #[default]
    Required,
    /// 可容缺, to be added within so many working days.
    Later(u32),
    /// 免提交: the platform holds it.
    Free,
    /// 非必要
    Optional,
}

/// Where a material of an application stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum MaterialState {
    /// Shown in a guide: no state.
    #[default]
    Guide,
    Missing,
    /// Percent done.
    Uploading(u8),
    Uploaded,
    /// Taken from a library, with its name.
    Fetched(String),
    /// Sent back, with the reason.
    Returned(String),
    /// Promised until a date in words.
    Promised(String),
}

impl MaterialState {
    /// The chip of the state.
    pub fn chip(&self) -> Option<Chip> {
        let code = match self {
            MaterialState::Guide => return None,
            MaterialState::Missing => "MISSING",
            MaterialState::Uploading(_) => "UPLOADING",
            MaterialState::Uploaded => "UPLOADED",
            MaterialState::Fetched(_) => "FETCHED",
            MaterialState::Returned(_) => "RETURNED",
            MaterialState::Promised(_) => "PROMISED",
        };
        Some(Chip::new(Kind::Material, code))
    }
}

/// One material: name, source, form, need, samples, state and upload.
#[derive(Clone, Debug, Default)]
pub struct Material {
    pub name: String,
    /// 来源: 「自动调取」「申请人自备」「在线填写」.
    pub source: String,
    /// 形式: 「电子件 1 份，JPG/PDF，20 MB 以内」.
    pub form: String,
    pub need: MaterialNeed,
    /// Address of 看样例.
    pub sample: Option<String>,
    /// Address of 空表.
    pub blank: Option<String>,
    pub state: MaterialState,
    /// What an applicant may note below the name.
    pub note: Option<String>,
    /// What to know when preparing it: a label, which may be empty, and the words.
    pub notes: Vec<(String, String)>,
    pub upload: Option<Upload>,
}

component!(Material, MaterialHtml, "components/material.html");

impl Material {
    fn class(&self) -> &'static str {
        match (&self.state, self.need) {
            (MaterialState::Returned(_), _) => "returned",
            (MaterialState::Fetched(_), _) | (_, MaterialNeed::Free) => "free",
            _ => "",
        }
    }

    /// A guide's list.
    pub fn sample_guide() -> Vec<Self> {
        let free = |name: &str| Self {
            name: name.into(),
            source: "自动调取".into(),
            form: "电子证照 1 份".into(),
            need: MaterialNeed::Free,
            ..Self::default()
        };
        vec![
            free("营业执照"),
            free("法定代表人身份证件"),
            Self {
                name: "食品经营许可申请书".into(),
                source: "在线填写".into(),
                form: "自动生成，电子签名".into(),
                sample: Some("/samples/1".into()),
                ..Self::default()
            },
            Self {
                name: "经营场所平面图与设备布局".into(),
                source: "申请人自备".into(),
                form: "电子件 1 份，JPG/PDF，20 MB 以内".into(),
                sample: Some("/samples/2".into()),
                blank: Some("/blanks/2".into()),
                ..Self::default()
            },
            Self {
                name: "从业人员健康证明".into(),
                source: "申请人自备".into(),
                form: "电子件，每人 1 份".into(),
                need: MaterialNeed::Later(5),
                sample: Some("/samples/3".into()),
                ..Self::default()
            },
        ]
    }

    /// An application's list, in every state.
    pub fn sample() -> Vec<Self> {
        let mut list = Self::sample_guide();
        list[0].state = MaterialState::Fetched("市场监督管理局电子证照库".into());
        list[1].state = MaterialState::Fetched("公安电子证照库".into());
        list[2].state = MaterialState::Uploaded;
        list[3].state = MaterialState::Returned("缺少操作间尺寸标注，请补画后重新上传".into());
        list[3].upload = Some(Upload::sample());
        list[4].state = MaterialState::Promised("11 月 27 日 17:00 前".into());
        list
    }
}

/// A file already received.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileView {
    pub name: String,
    /// 「2.4 MB · 11 月 20 日 09:12」
    pub detail: String,
    /// Address that shows it.
    pub preview: Option<String>,
    /// Address a rotation is posted to; pictures only.
    pub rotate: Option<String>,
    /// Address a deletion is posted to.
    pub delete: Option<String>,
    /// Trust level and watermark note, if it has one [B-39].
    pub level: Option<String>,
    /// Why this one failed, while others went through.
    pub failed: Option<String>,
}

/// Choose files, with the limits named before the choice; what is finished stays.
#[derive(Clone, Debug, Default)]
pub struct Upload {
    /// Field name of the files.
    pub name: String,
    /// Name of the material, for the label.
    pub label: String,
    /// 「JPG、PNG 或 PDF，每份 20 MB 以内，最多 5 份」
    pub limits: String,
    /// HTML `accept`.
    pub accept: String,
    pub multiple: bool,
    /// Largest file in bytes, for the script to warn early; 0 is no limit.
    pub max_bytes: u64,
    /// Address of its own form (`multipart/form-data`); empty if it stands inside another form.
    pub action: String,
    /// Address of 「从我的材料选」.
    pub pick: Option<String>,
    pub files: Vec<FileView>,
    pub error: Option<String>,
    pub csrf: String,
    /// Words that unfold the file field, where a file is not what is needed first.
    pub folded: Option<String>,
}

component!(Upload, UploadHtml, "components/upload.html");

impl Upload {
    fn id(&self) -> String {
        // A page has one control of this name for each material: the address tells them apart.
        let path = self.action.split('?').next().unwrap_or_default();
        let own = path.rsplit('/').next().unwrap_or_default();
        let safe: String = format!("{} {own}", self.name)
            .trim_end()
            .chars()
            .map(|c| if c.is_alphanumeric() { c } else { '-' })
            .collect();
        format!("f-{safe}")
    }

    fn confirm(&self, l: &crate::L, file: &FileView, action: &str) -> ConfirmDialog {
        ConfirmDialog {
            trigger: l.t("delete"),
            title: l.t1("upload-delete-title", "name", &file.name),
            body: l.t("upload-delete-body"),
            action: action.to_owned(),
            confirm: l.t("delete"),
            csrf: self.csrf.clone(),
            small: true,
            ..ConfirmDialog::default()
        }
    }

    /// Two files, one of which failed.
    pub fn sample() -> Self {
        Self {
            name: "plan".into(),
            label: "经营场所平面图与设备布局".into(),
            limits: "JPG、PNG 或 PDF，每份 20 MB 以内，最多 5 份".into(),
            accept: ".jpg,.jpeg,.png,.pdf,image/jpeg,image/png,application/pdf".into(),
            multiple: true,
            max_bytes: 20 * 1024 * 1024,
            action: "/apply/d/1/materials/plan".into(),
            pick: Some("/my/materials?pick=plan".into()),
            files: vec![
                FileView {
                    name: "平面图.jpg".into(),
                    detail: "2.4 MB · 11 月 20 日 09:12".into(),
                    preview: Some("/files/1".into()),
                    rotate: Some("/files/1/rotate".into()),
                    delete: Some("/files/1/delete".into()),
                    level: Some("D 级 本人提供".into()),
                    failed: None,
                },
                FileView {
                    name: "设备清单.exe".into(),
                    detail: "1.1 MB".into(),
                    failed: Some("不能上传可执行文件，请换成 JPG、PNG 或 PDF".into()),
                    ..FileView::default()
                },
            ],
            error: None,
            csrf: "sample".into(),
            folded: None,
        }
    }
}
