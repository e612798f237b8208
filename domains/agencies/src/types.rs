//! What the directory holds. The shapes are those of the import files, so that a region can hand
//! in its register as it is.

use calendar::Hours;
use serde::{Deserialize, Serialize};

/// Tier of a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegionLevel {
    Province,
    City,
    County,
    Township,
    Village,
}

/// 行政区划: a region by its code of GB/T 2260, with the codes of townships and villages below it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Region {
    #[serde(rename = "region_code")]
    pub code: String,
    #[serde(rename = "region_name")]
    pub name: String,
    pub full_name: String,
    pub level: RegionLevel,
    pub parent_code: Option<String>,
    /// An invented region of a demonstration.
    #[serde(default)]
    pub fictional: bool,
}

/// 政务服务实施机构: any body that may implement services [U-11].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agency {
    /// Short local code, `YD_SCJG`.
    #[serde(rename = "agency_code")]
    pub code: String,
    /// 统一社会信用代码.
    pub uscc: String,
    pub name: String,
    pub short_name: String,
    pub region_code: String,
    /// Tier: 1 state, 2 province, 3 city, 4 county, 5 township.
    pub level: u32,
    /// Code of the department's line of work.
    pub department_code: String,
    /// 实施主体性质: 1 statutory organ, 2 authorised organisation, 3 entrusted organisation, 9 other.
    pub agency_nature: String,
    pub parent_agency_code: Option<String>,
    pub address: String,
    pub consultation_phone: String,
    pub supervision_phone: String,
    /// It handles its cases in a system of its own.
    #[serde(default)]
    pub has_own_handling_system: bool,
    /// Kinds of seals it keeps: `official`, `acceptance`, `licence`.
    #[serde(default)]
    pub seal_types: Vec<String>,
    /// Says whether it is a management body where the code does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub management_body: Option<bool>,
}

impl Agency {
    /// 政务服务管理机构: it runs the services of its tier, and its windows receive for the agencies
    /// of its region. Where the register does not say, the code's ending does.
    pub fn is_management_body(&self) -> bool {
        self.management_body
            .unwrap_or_else(|| self.code.ends_with("_SJJ"))
    }
}

/// A hall, or a point of service without one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HallKind {
    /// 政务服务大厅.
    #[default]
    Hall,
    /// 便民服务点.
    ServicePoint,
}

/// What a window is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WindowKind {
    /// 综合窗口.
    #[default]
    Integrated,
    /// 专业窗口.
    Dedicated,
    /// 一件事窗口, for cases of several agencies.
    Parallel,
    /// 收费窗口.
    Cashier,
    /// 出件窗口.
    Delivery,
    /// 办不成事反映窗口.
    Complaint,
}

/// 窗口: a counter of a hall.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "RawWindow")]
pub struct Window {
    pub window_no: String,
    pub window_name: String,
    pub kind: WindowKind,
    /// Storey it is on.
    pub floor: Option<i32>,
    pub staff_usernames: Vec<String>,
    /// Kinds of devices at it: `card_reader`, `doc_camera`, …
    pub devices: Vec<String>,
}

/// Service points list their windows by number only.
#[derive(Deserialize)]
#[serde(untagged)]
enum RawWindow {
    Number(String),
    Whole {
        window_no: String,
        #[serde(default)]
        window_name: String,
        #[serde(default)]
        kind: WindowKind,
        #[serde(default)]
        floor: Option<i32>,
        #[serde(default)]
        staff_usernames: Vec<String>,
        #[serde(default)]
        devices: Vec<String>,
    },
}

impl From<RawWindow> for Window {
    fn from(raw: RawWindow) -> Self {
        match raw {
            RawWindow::Number(window_no) => Self {
                window_name: window_no.clone(),
                window_no,
                kind: WindowKind::Integrated,
                floor: None,
                staff_usernames: Vec::new(),
                devices: Vec::new(),
            },
            RawWindow::Whole {
                window_no,
                window_name,
                kind,
                floor,
                staff_usernames,
                devices,
            } => Self {
                window_no,
                window_name,
                kind,
                floor,
                staff_usernames,
                devices,
            },
        }
    }
}

/// A span of the day with its seats, `09:00-10:00`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    pub slot: String,
    pub max: u32,
}

/// How a hall takes appointments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appointment {
    pub open_days_ahead: u32,
    pub slots: Vec<Slot>,
    /// Minutes before a slot after which it is closed.
    pub lead_minutes: u32,
}

/// A machine that stands in a hall.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    pub device_id: String,
    pub kind: String,
    #[serde(default)]
    pub state: String,
}

/// 政务服务大厅 or 便民服务点.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hall {
    #[serde(rename = "hall_code")]
    pub code: String,
    #[serde(rename = "hall_name")]
    pub name: String,
    #[serde(default)]
    pub kind: HallKind,
    pub agency_code: String,
    pub region_code: String,
    pub level: u32,
    pub address: String,
    #[serde(default)]
    pub traffic: String,
    pub phone: String,
    #[serde(default)]
    pub longitude: Option<f64>,
    #[serde(default)]
    pub latitude: Option<f64>,
    /// Opening hours in words.
    #[serde(default)]
    pub hours_text: String,
    #[serde(default)]
    pub hours: Option<Hours>,
    #[serde(default)]
    pub calendar_id: Option<String>,
    #[serde(default)]
    pub windows: Vec<Window>,
    #[serde(default)]
    pub appointment: Option<Appointment>,
    #[serde(default)]
    pub kiosks: Vec<Device>,
    #[serde(default)]
    pub note: String,
}
