//! 使用统计: calls, citations in place of paper, verifications and failures, by consumer and type
//! [H-75].

mod count;
mod table;

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;
use kernel::{Permission, Scope};
use sealing::Reason;
use store::Ctx;

use crate::error::LicenceError;
use crate::query::agencies_in_scope;

pub(crate) use count::count_uses;

kernel::codes! {
    /// What was done with a licence.
    UseKind {
        Cited = "cited", "引用免交材料", "Cited in place of paper";
        Passed = "passed", "核验通过", "Verified";
        Failed = "failed", "核验未通过", "Failed verification";
        Called = "called", "接口调用", "Read by an interface";
        Copied = "copied", "制作加注件", "Annotated copy made";
        Fetched = "fetched", "下载加注件", "Annotated copy fetched";
    }
}

/// Who used it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Consumer {
    /// Agency code.
    Agency(String),
    /// Client of the interface.
    Client(String),
    Holder,
    Public,
    System,
}

impl Consumer {
    fn code(&self) -> String {
        match self {
            Self::Agency(code) => format!("agency:{code}"),
            Self::Client(id) => format!("client:{id}"),
            Self::Holder => "holder".into(),
            Self::Public => "public".into(),
            Self::System => "system".into(),
        }
    }

    fn from_code(code: &str) -> Self {
        match code.split_once(':') {
            Some(("agency", agency)) => Self::Agency(agency.to_owned()),
            Some(("client", id)) => Self::Client(id.to_owned()),
            _ if code == "holder" => Self::Holder,
            _ if code == "public" => Self::Public,
            _ => Self::System,
        }
    }
}

/// Uses of one kind of one agency's licences of one type by one consumer in a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UseCount {
    /// As `2026-11`.
    pub month: String,
    /// Short code; empty where what was verified is no licence of the library.
    pub type_code: String,
    /// Code of the agency that issued them; empty likewise.
    pub issuer: String,
    pub what: UseKind,
    /// Of failures.
    pub reason: Option<Reason>,
    pub consumer: Consumer,
    pub n: u64,
}

/// The uses of a period.
#[derive(Clone, Debug)]
pub struct Usage {
    /// Up to when they are counted; none before anything happened.
    pub counted: Option<Timestamp>,
    pub counts: Vec<UseCount>,
    /// Names of the clients among the consumers, by their ids.
    pub clients: HashMap<String, String>,
}

impl Usage {
    /// The sum of the counts that `of` admits.
    pub fn sum(&self, of: impl Fn(&UseCount) -> bool) -> u64 {
        self.counts.iter().filter(|c| of(c)).map(|c| c.n).sum()
    }
}

/// The uses from a day to a day, of the licences of the agencies in the actor's scope. What could
/// not be found in the library belongs to no agency: who sees more than one agency's sees it.
pub async fn usage(ctx: &Ctx, from: Date, to: Date) -> Result<Usage, LicenceError> {
    if ctx.actor.scopes(Permission::LicenceQuery).is_empty() {
        return Err(kernel::Denied(Permission::LicenceQuery).into());
    }
    let reader = &mut ctx.db.reader();
    let mut counts = table::counts(reader, from, to).await?;
    if let Some(mine) = agencies_in_scope(ctx).await? {
        let scopes = ctx.actor.scopes(Permission::LicenceQuery);
        let wide = scopes
            .iter()
            .any(|s| matches!(s, Scope::All | Scope::Region(_)));
        counts.retain(|c| mine.contains(&c.issuer) || (wide && c.issuer.is_empty()));
    }
    let mut clients = HashMap::new();
    if counts
        .iter()
        .any(|c| matches!(c.consumer, Consumer::Client(_)))
    {
        let known = identity::clients(&ctx.as_system())
            .await
            .map_err(LicenceError::other)?;
        clients.extend(known.into_iter().map(|c| (c.client_id, c.name)));
    }
    Ok(Usage {
        counted: journal::read_until(reader, count::NAME).await?,
        counts,
        clients,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn consumers_are_read_as_they_were_written() {
        for consumer in [
            Consumer::Agency("YD_SCJG".into()),
            Consumer::Client("bank:1".into()),
            Consumer::Holder,
            Consumer::Public,
            Consumer::System,
        ] {
            assert_eq!(Consumer::from_code(&consumer.code()), consumer);
        }
    }
}
