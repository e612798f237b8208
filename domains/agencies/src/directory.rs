//! The snapshot that everybody asks.

use std::collections::HashMap;

use calendar::Calendar;
use kernel::number;
use serde::de::DeserializeOwned;

use crate::table::Entry;
use crate::{AgenciesError, Agency, Hall, Region, Window};

pub(crate) const REGION: &str = "region";
pub(crate) const AGENCY: &str = "agency";
pub(crate) const HALL: &str = "hall";
pub(crate) const CALENDAR: &str = "calendar";

/// Regions, agencies, halls and calendars as they stood at one revision. Lists keep the order of
/// their codes.
#[derive(Debug, Default)]
pub struct Directory {
    revision: i64,
    regions: Vec<Region>,
    agencies: Vec<Agency>,
    halls: Vec<Hall>,
    calendars: Vec<Calendar>,
    by_uscc: HashMap<String, usize>,
    by_agency: HashMap<String, usize>,
    by_region: HashMap<String, usize>,
    windows: HashMap<String, (usize, usize)>,
}

impl Directory {
    /// Reads the entries and checks that they agree with each other.
    pub(crate) fn build(revision: i64, entries: &[Entry]) -> Result<Self, AgenciesError> {
        let mut it = Self {
            revision,
            ..Self::default()
        };
        let mut raw_calendars = Vec::new();
        for entry in entries {
            match entry.kind.as_str() {
                REGION => it.regions.push(read(entry)?),
                AGENCY => it.agencies.push(read(entry)?),
                HALL => it.halls.push(read(entry)?),
                CALENDAR => raw_calendars.push(read::<serde_json::Value>(entry)?),
                other => return Err(AgenciesError::Entry(format!("kind {other}"))),
            }
        }
        for raw in raw_calendars {
            it.calendars.push(read_calendar(raw, &it.halls)?);
        }
        it.by_region = index(it.regions.iter().map(|r| &r.code));
        it.by_agency = index(it.agencies.iter().map(|a| &a.code));
        it.by_uscc = index(it.agencies.iter().map(|a| &a.uscc));
        for (h, hall) in it.halls.iter().enumerate() {
            for (w, window) in hall.windows.iter().enumerate() {
                if it
                    .windows
                    .insert(window.window_no.clone(), (h, w))
                    .is_some()
                {
                    return Err(twice(&window.window_no));
                }
            }
        }
        it.check()?;
        Ok(it)
    }

    fn check(&self) -> Result<(), AgenciesError> {
        for region in &self.regions {
            if let Some(parent) = &region.parent_code {
                self.region(parent)
                    .ok_or_else(|| unknown(&region.code, parent))?;
            }
        }
        for agency in &self.agencies {
            number::uscc(&agency.uscc)
                .map_err(|e| AgenciesError::invalid(&agency.code, e.to_string(), e.en()))?;
            let region = &agency.region_code;
            self.region(region)
                .ok_or_else(|| unknown(&agency.code, region))?;
            if let Some(parent) = &agency.parent_agency_code {
                self.agency(parent)
                    .ok_or_else(|| unknown(&agency.code, parent))?;
            }
        }
        if self.by_uscc.len() != self.agencies.len() {
            return Err(twice("uscc"));
        }
        for hall in &self.halls {
            self.agency(&hall.agency_code)
                .ok_or_else(|| unknown(&hall.code, &hall.agency_code))?;
            self.region(&hall.region_code)
                .ok_or_else(|| unknown(&hall.code, &hall.region_code))?;
            if let Some(id) = &hall.calendar_id {
                self.calendar(id).ok_or_else(|| unknown(&hall.code, id))?;
            }
        }
        Ok(())
    }

    /// Raised with every change.
    pub fn revision(&self) -> i64 {
        self.revision
    }

    pub fn regions(&self) -> &[Region] {
        &self.regions
    }

    pub fn region(&self, code: &str) -> Option<&Region> {
        self.by_region.get(code).and_then(|&i| self.regions.get(i))
    }

    /// The region and those above it, nearest first.
    pub fn region_path(&self, code: &str) -> Vec<&Region> {
        let mut path = Vec::new();
        let mut next = self.region(code);
        while let Some(region) = next {
            path.push(region);
            // A ring among the parents must not turn into an endless walk.
            let parent = region.parent_code.as_deref().filter(|_| path.len() < 8);
            next = parent.and_then(|code| self.region(code));
        }
        path
    }

    /// The regions directly below.
    pub fn children_of<'a>(&'a self, code: &'a str) -> impl Iterator<Item = &'a Region> {
        self.regions
            .iter()
            .filter(move |r| r.parent_code.as_deref() == Some(code))
    }

    pub fn agencies(&self) -> &[Agency] {
        &self.agencies
    }

    /// By the short local code.
    pub fn agency(&self, code: &str) -> Option<&Agency> {
        self.by_agency.get(code).and_then(|&i| self.agencies.get(i))
    }

    pub fn agency_by_uscc(&self, uscc: &str) -> Option<&Agency> {
        self.by_uscc.get(uscc).and_then(|&i| self.agencies.get(i))
    }

    /// Agencies of exactly this region.
    pub fn agencies_in<'a>(&'a self, region: &'a str) -> impl Iterator<Item = &'a Agency> {
        self.agencies
            .iter()
            .filter(move |a| a.region_code == region)
    }

    /// 政务服务管理机构 of a region: its own, else the nearest one above [U-11].
    pub fn management_body(&self, region: &str) -> Option<&Agency> {
        self.region_path(region).into_iter().find_map(|r| {
            self.agencies
                .iter()
                .find(|a| a.region_code == r.code && a.is_management_body())
        })
    }

    /// Halls and points of service.
    pub fn halls(&self) -> &[Hall] {
        &self.halls
    }

    pub fn hall(&self, code: &str) -> Option<&Hall> {
        self.halls.iter().find(|h| h.code == code)
    }

    /// A window by its number, with its hall.
    pub fn window(&self, window_no: &str) -> Option<(&Hall, &Window)> {
        let &(h, w) = self.windows.get(window_no)?;
        let hall = self.halls.get(h)?;
        Some((hall, hall.windows.get(w)?))
    }

    pub fn calendars(&self) -> &[Calendar] {
        &self.calendars
    }

    /// A calendar by its identifier, `YZ-CN`.
    pub fn calendar(&self, id: &str) -> Option<&Calendar> {
        self.calendars.iter().find(|c| c.id() == id)
    }

    /// The calendar of a region: its own, else that of the nearest region above. An installation
    /// with a single calendar uses it everywhere: public holidays are the same in the whole state.
    pub fn calendar_for(&self, region: &str) -> Option<&Calendar> {
        let above = self.region_path(region);
        let own = above
            .iter()
            .find_map(|r| self.calendars.iter().find(|c| c.region_code() == r.code));
        own.or(match self.calendars.as_slice() {
            [only] => Some(only),
            _ => None,
        })
    }
}

fn index<'a>(codes: impl Iterator<Item = &'a String>) -> HashMap<String, usize> {
    codes
        .enumerate()
        .map(|(i, code)| (code.clone(), i))
        .collect()
}

fn read<T: DeserializeOwned>(entry: &Entry) -> Result<T, AgenciesError> {
    serde_json::from_str(&entry.data)
        .map_err(|e| AgenciesError::Entry(format!("{} {}: {e}", entry.kind, entry.code)))
}

/// A calendar that names no office hours takes those of the first hall that uses it.
fn read_calendar(raw: serde_json::Value, halls: &[Hall]) -> Result<Calendar, AgenciesError> {
    let bare = raw.get("hours").is_none_or(serde_json::Value::is_null);
    let id = raw
        .get("calendar_id")
        .and_then(|v| v.as_str())
        .unwrap_or_default()
        .to_owned();
    check_counts(&raw, &id)?;
    let calendar: Calendar = serde_json::from_value(raw).map_err(|e| {
        AgenciesError::invalid(
            &id,
            format!("日历不能使用：{e}"),
            format!("Unusable calendar: {e}"),
        )
    })?;
    let hours = halls
        .iter()
        .filter(|h| h.calendar_id.as_deref() == Some(calendar.id()))
        .find_map(|h| h.hours.clone());
    Ok(match hours {
        Some(hours) if bare => calendar.with_hours(hours),
        _ => calendar,
    })
}

/// Where the calendar says how many working days a year has, the count must come out so: a slip in
/// a holiday moves due dates of the whole city.
fn check_counts(raw: &serde_json::Value, id: &str) -> Result<(), AgenciesError> {
    let Ok(calendar) = serde_json::from_value::<Calendar>(raw.clone()) else {
        return Ok(()); // reported with its reason by the caller
    };
    let counts = calendar.working_day_counts();
    for year in raw
        .get("years")
        .and_then(|y| y.as_array())
        .into_iter()
        .flatten()
    {
        let number = year
            .get("year")
            .and_then(|y| y.as_i64())
            .and_then(|y| i16::try_from(y).ok());
        let said = year.get("working_day_count").and_then(|c| c.as_u64());
        if let (Some(number), Some(said)) = (number, said) {
            let counted = counts.get(&number).copied().unwrap_or(0);
            if u64::from(counted) != said {
                return Err(AgenciesError::invalid(
                    id,
                    format!("{number}年应有{said}个工作日，按日历为{counted}个"),
                    format!("{number} should have {said} working days, the calendar has {counted}"),
                ));
            }
        }
    }
    Ok(())
}

fn unknown(what: &str, missing: &str) -> AgenciesError {
    AgenciesError::invalid(
        what,
        format!("引用了不存在的代码{missing}"),
        format!("It names {missing}, which does not exist"),
    )
}

fn twice(what: &str) -> AgenciesError {
    AgenciesError::invalid(what, "编号重复", "The number is used twice")
}
