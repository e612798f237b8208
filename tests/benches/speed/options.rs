//! What is measured and with what.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

/// A part of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    Documents,
    Large,
    Start,
    Search,
    Guide,
    Verify,
    CasesSqlite,
    CasesPostgres,
    Lists,
    Stock,
}

impl Section {
    const ALL: [Self; 10] = [
        Self::Documents,
        Self::Large,
        Self::Start,
        Self::Search,
        Self::Guide,
        Self::Verify,
        Self::CasesSqlite,
        Self::CasesPostgres,
        Self::Lists,
        Self::Stock,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Documents => "documents",
            Self::Large => "large",
            Self::Start => "start",
            Self::Search => "search",
            Self::Guide => "guide",
            Self::Verify => "verify",
            Self::CasesSqlite => "cases-sqlite",
            Self::CasesPostgres => "cases-postgres",
            Self::Lists => "lists",
            Self::Stock => "stock",
        }
    }
}

/// The command line.
#[derive(Debug)]
pub struct Options {
    pub json: bool,
    /// This process was pinned to one core for the figures of one core.
    pub pinned: bool,
    /// This process verifies a large file of that kind, `OFD` or `PDF`.
    pub large: Option<String>,
    only: Vec<Section>,
    /// The release program.
    pub program: PathBuf,
    /// A database of its own on a server that flushes: `postgres://…/name`.
    pub postgres: Option<String>,
    /// PostgreSQL's own bench, for the limit.
    pub pgbench: PathBuf,
    /// First of the ports used on loopback.
    pub port: u16,
    /// Cases submitted in the flood.
    pub cases: usize,
    /// Rows of the long lists.
    pub rows: u64,
}

impl Options {
    pub fn read(args: impl Iterator<Item = String>) -> Result<Self> {
        let mut options = Self {
            json: false,
            pinned: false,
            large: None,
            only: Vec::new(),
            program: PathBuf::from("target/release/tongban"),
            postgres: None,
            pgbench: PathBuf::from("pgbench"),
            port: 18_160,
            cases: 2_000,
            rows: 1_000_000,
        };
        let mut args = args.peekable();
        while let Some(arg) = args.next() {
            let mut value = || args.next().with_context(|| format!("{arg} needs a value"));
            match arg.as_str() {
                "--json" => options.json = true,
                "--pinned" => options.pinned = true,
                "--large" => options.large = Some(value()?),
                "--only" => {
                    let name = value()?;
                    let section = Section::ALL.into_iter().find(|s| s.name() == name);
                    let section = section.with_context(|| {
                        let names: Vec<_> = Section::ALL.iter().map(|s| s.name()).collect();
                        format!("no section {name}; there are {}", names.join(", "))
                    })?;
                    options.only.push(section);
                }
                "--program" => options.program = value()?.into(),
                "--postgres" => options.postgres = Some(value()?),
                "--pgbench" => options.pgbench = value()?.into(),
                "--port" => options.port = value()?.parse()?,
                "--cases" => options.cases = value()?.parse()?,
                "--rows" => options.rows = value()?.parse()?,
                // `cargo bench` adds this by itself.
                "--bench" => {}
                other => bail!("unknown option {other}"),
            }
        }
        Ok(options)
    }

    pub fn sections(&self) -> Vec<Section> {
        let wanted = |s: &Section| self.only.is_empty() || self.only.contains(s);
        Section::ALL.into_iter().filter(wanted).collect()
    }
}
