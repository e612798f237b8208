//! Staff and their roles.

use jiff::Timestamp;
use jiff::civil::Date;
use store::{Row, Run, StoreError, args};

/// A staff member as stored.
#[derive(Clone)]
pub(crate) struct StaffRow {
    pub username: String,
    pub staff_no: String,
    /// Name, document and phone, encrypted.
    pub profile: Vec<u8>,
    pub agency: String,
    pub region: String,
    pub post_name: String,
    pub window_no: Option<String>,
    pub enabled: bool,
    pub on_duty: bool,
    /// Secret of the code generator, encrypted.
    pub totp: Vec<u8>,
    pub totp_step: i64,
    pub created_at: Timestamp,
}

/// A role as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RoleRow {
    pub role: String,
    /// Empty for all items.
    pub item: String,
    pub on_spot: bool,
    pub from: Option<Date>,
    pub to: Option<Date>,
}

const COLUMNS: &str = "s.username, s.staff_no, s.profile, s.agency_code, s.region_code, \
     s.post_name, s.window_no, s.enabled, s.on_duty, s.totp, s.totp_step, s.created_at";

fn read(r: &Row) -> Result<StaffRow, StoreError> {
    Ok(StaffRow {
        username: r.get(0)?,
        staff_no: r.get(1)?,
        profile: r.get(2)?,
        agency: r.get(3)?,
        region: r.get(4)?,
        post_name: r.get(5)?,
        window_no: r.get(6)?,
        enabled: r.get(7)?,
        on_duty: r.get(8)?,
        totp: r.get(9)?,
        totp_step: r.get(10)?,
        created_at: r.get(11)?,
    })
}

pub(crate) async fn load(
    run: &mut impl Run,
    username: &str,
) -> Result<Option<StaffRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM staff s WHERE s.username = ?");
    run.row(&sql, args![username])
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

pub(crate) async fn of_agency(
    run: &mut impl Run,
    agency: &str,
) -> Result<Vec<StaffRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM staff s WHERE s.agency_code = ? ORDER BY s.username");
    run.rows(&sql, args![agency])
        .await?
        .iter()
        .map(read)
        .collect()
}

pub(crate) async fn all(
    run: &mut impl Run,
    after: &str,
    limit: i64,
) -> Result<Vec<StaffRow>, StoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM staff s WHERE s.username > ? ORDER BY s.username LIMIT ?");
    run.rows(&sql, args![after, limit])
        .await?
        .iter()
        .map(read)
        .collect()
}

pub(crate) async fn with_role(
    run: &mut impl Run,
    role: &str,
    day: Date,
) -> Result<Vec<StaffRow>, StoreError> {
    let sql = format!(
        "SELECT DISTINCT {COLUMNS} FROM staff_role r JOIN staff s ON s.username = r.username \
         WHERE r.role = ? AND (r.valid_from IS NULL OR r.valid_from <= ?) \
         AND (r.valid_to IS NULL OR r.valid_to >= ?) AND s.enabled = 1 ORDER BY s.username"
    );
    run.rows(&sql, args![role, day, day])
        .await?
        .iter()
        .map(read)
        .collect()
}

pub(crate) async fn insert(run: &mut impl Run, s: &StaffRow) -> Result<bool, StoreError> {
    let sql = "INSERT INTO staff (username, staff_no, profile, agency_code, region_code, \
               post_name, window_no, enabled, on_duty, totp, totp_step, created_at, rev) \
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1) ON CONFLICT (username) DO NOTHING";
    let args = args![
        &s.username,
        &s.staff_no,
        s.profile.clone(),
        &s.agency,
        &s.region,
        &s.post_name,
        &s.window_no,
        s.enabled,
        s.on_duty,
        s.totp.clone(),
        s.totp_step,
        s.created_at
    ];
    Ok(run.exec(sql, args).await? == 1)
}

pub(crate) async fn set_enabled(
    run: &mut impl Run,
    username: &str,
    enabled: bool,
) -> Result<bool, StoreError> {
    let sql = "UPDATE staff SET enabled = ?, rev = rev + 1 WHERE username = ? AND enabled <> ?";
    Ok(run.exec(sql, args![enabled, username, enabled]).await? == 1)
}

pub(crate) async fn set_totp(
    run: &mut impl Run,
    username: &str,
    secret: Vec<u8>,
) -> Result<bool, StoreError> {
    let sql = "UPDATE staff SET totp = ?, totp_step = 0, rev = rev + 1 WHERE username = ?";
    Ok(run.exec(sql, args![secret, username]).await? == 1)
}

/// Takes a step of the code generator; false when it, or a later one, was taken before.
pub(crate) async fn take_step(
    run: &mut impl Run,
    username: &str,
    step: i64,
) -> Result<bool, StoreError> {
    let sql = "UPDATE staff SET totp_step = ? WHERE username = ? AND totp_step < ?";
    Ok(run.exec(sql, args![step, username, step]).await? == 1)
}

pub(crate) async fn roles(run: &mut impl Run, username: &str) -> Result<Vec<RoleRow>, StoreError> {
    let sql = "SELECT role, item, on_spot, valid_from, valid_to FROM staff_role \
               WHERE username = ? ORDER BY role, item";
    run.rows(sql, args![username])
        .await?
        .iter()
        .map(|r| {
            Ok(RoleRow {
                role: r.get(0)?,
                item: r.get(1)?,
                on_spot: r.get(2)?,
                from: r.get(3)?,
                to: r.get(4)?,
            })
        })
        .collect()
}

/// Replaces the roles.
pub(crate) async fn set_roles(
    run: &mut impl Run,
    username: &str,
    roles: &[RoleRow],
) -> Result<(), StoreError> {
    run.exec("DELETE FROM staff_role WHERE username = ?", args![username])
        .await?;
    for r in roles {
        let sql = "INSERT INTO staff_role (username, role, item, on_spot, valid_from, valid_to) \
                   VALUES (?, ?, ?, ?, ?, ?)";
        run.exec(
            sql,
            args![username, &r.role, &r.item, r.on_spot, r.from, r.to],
        )
        .await?;
    }
    Ok(())
}
