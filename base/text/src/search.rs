//! Asking: candidates by arithmetic over posting lists, the best of them judged one by one.

use std::collections::BTreeMap;

use kernel::PageRequest;
use serde::Serialize;

use crate::gather::{Acc, gather};
use crate::highlight::{Segment, marked, snippet};
use crate::plan::Plan;
pub use crate::rank::Matched;
use crate::rank::{BODY, Verdict, WRITTEN, judge};
use crate::schema::Fields;
use crate::snapshot::Snapshot;
use crate::tally::{Best, Counts, Sieve};
use crate::{TextError, nearest};

/// Candidates that are judged one by one; those behind keep the order of their score.
const JUDGED: usize = 120;
/// Documents that may contain a slip and are judged.
const NEAR: usize = 60;
/// A question that more documents contain as written is taken at its word, not by ear.
const FEW: u64 = 200;
/// Pages beyond this many documents are empty.
const DEEPEST: usize = 10_000;

/// Keeps documents that have one of these values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    pub facet: String,
    pub any_of: Vec<String>,
}

/// A question.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// As typed. Empty finds everything, the most wanted first.
    pub text: String,
    pub filters: Vec<Filter>,
    pub page: PageRequest,
}

/// How many documents have a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FacetCount {
    pub value: String,
    pub count: u64,
}

/// One document found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    pub id: String,
    pub kind: String,
    /// The title with matches marked.
    pub title: Vec<Segment>,
    /// The everyday name or synonym that matched, marked.
    pub name: Option<Vec<Segment>>,
    /// Where the body matched, if title and names did not.
    pub snippet: Vec<Segment>,
    pub matched: Matched,
    /// Found by ear or in spite of a slip.
    pub guessed: bool,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    pub hits: Vec<Hit>,
    pub total: u64,
    /// For each facet its values, the most frequent first. A facet's own filter does not count
    /// for its own numbers, so that another value can be chosen.
    pub facets: BTreeMap<String, Vec<FacetCount>>,
    /// True when nothing has all words and documents with most of them are shown.
    pub relaxed: bool,
    /// When nothing is found: the nearest names, for 「换个说法」.
    pub nearest: Vec<String>,
}

/// A document offered while somebody types.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    pub id: String,
    pub kind: String,
    pub title: String,
    /// The everyday name or synonym that fits what was typed.
    pub name: Option<String>,
}

/// One look at all documents.
struct Pass {
    total: u64,
    best: Vec<u32>,
    near: Vec<u32>,
    counts: Counts,
}

/// Which documents one look takes.
enum Take {
    /// All bits of one of the alternatives.
    All,
    /// So many of these bits.
    Most(u64, u32),
    /// Only those near.
    Near,
}

impl Take {
    fn fits(&self, plan: &Plan, slot: &Acc) -> bool {
        match self {
            Self::All => plan.need.iter().any(|need| slot.any & need == *need),
            Self::Most(bits, least) => (slot.any & bits).count_ones() >= *least,
            Self::Near => false,
        }
    }
}

fn look(
    snapshot: &Snapshot,
    plan: &Plan,
    acc: &[Acc],
    sieve: &Sieve,
    take: &Take,
    room: usize,
) -> Pass {
    let mut pass = Pass {
        total: 0,
        best: Vec::new(),
        near: Vec::new(),
        counts: Counts::new(snapshot),
    };
    let (mut best, mut near) = (Best::new(room), Best::new(NEAR));
    if sieve.closed {
        return pass;
    }
    let everything = plan.chars.is_empty();
    for segment in &snapshot.segments {
        let deletes = segment.reader.has_deletes();
        let columns = &segment.data.columns;
        let from = segment.base as usize;
        let slots = &acc[from..from + segment.reader.max_doc() as usize];
        for (at, slot) in slots.iter().enumerate() {
            if slot.any == 0 && !everything {
                continue;
            }
            let hit = take.fits(plan, slot);
            let alike = (slot.head & plan.near).count_ones();
            let close = plan.near != 0 && alike >= plan.near_least;
            if !hit && !close || deletes && segment.reader.is_deleted(at as u32) {
                continue;
            }
            let mut failed = None;
            let mut fails = 0;
            for (facet, passes) in sieve.passes.iter().enumerate() {
                if let Some(passes) = passes {
                    let set = columns.get(facet).map_or(0, |c| c[at]);
                    if !passes[set as usize] {
                        failed = Some(facet);
                        fails += 1;
                    }
                }
            }
            let doc = segment.base + at as u32;
            if fails == 0 && close {
                near.offer(alike as f32 * 1000.0 + slot.score, doc);
            }
            if !hit || fails > 1 {
                continue;
            }
            if let Some(facet) = failed {
                let set = columns.get(facet).map_or(0, |c| c[at]);
                pass.counts.0[facet][set as usize] += 1;
                continue;
            }
            pass.total += 1;
            for (facet, counts) in pass.counts.0.iter_mut().enumerate() {
                counts[columns.get(facet).map_or(0, |c| c[at]) as usize] += 1;
            }
            best.offer(slot.score + segment.data.prior[at], doc);
        }
    }
    pass.best = best.sorted();
    pass.near = near.sorted();
    pass
}

/// A judged document.
#[derive(Clone, Copy)]
struct Ranked {
    doc: u32,
    verdict: Verdict,
    /// Among the documents counted; those found in spite of a slip are added to the count.
    counted: bool,
}

struct Outcome {
    ranked: Vec<Ranked>,
    /// Behind them, in the order of their score.
    rest: Vec<u32>,
    total: u64,
    counts: Counts,
    relaxed: bool,
}

fn ask(
    snapshot: &Snapshot,
    fields: &Fields,
    plan: &Plan,
    query: &Query,
    acc: &mut Vec<Acc>,
) -> Result<Outcome, TextError> {
    let sieve = Sieve::new(snapshot, &query.filters);
    let wanted = (query.page.page as usize).saturating_mul(query.page.size as usize);
    let room = wanted.clamp(JUDGED, DEEPEST);
    gather(snapshot, &plan.probes, acc)?;
    let mut take = Take::All;
    let mut pass = look(snapshot, plan, acc, &sieve, &take, room);
    let mut ranked = judged(snapshot, plan, acc, &pass, &take);
    let mut relaxed = false;
    if ranked.is_empty()
        && let Some((bits, least)) = plan.relaxed()
    {
        take = Take::Most(bits, least);
        pass = look(snapshot, plan, acc, &sieve, &take, room);
        ranked = judged(snapshot, plan, acc, &pass, &take);
        relaxed = pass.total > 0;
    }
    let doubtful = ranked.first().is_none_or(|r| r.verdict.value < WRITTEN);
    if doubtful
        && pass.total <= FEW
        && let Some(ear) = plan.by_ear(fields)
    {
        gather(snapshot, &ear.probes, acc)?;
        let heard = look(snapshot, &ear, acc, &sieve, &Take::Near, room);
        add_heard(snapshot, &ear, &heard, acc, &mut ranked);
    }
    let rest = pass.best.iter().copied().skip(JUDGED);
    let rest = rest
        .filter(|&doc| !ranked.iter().any(|r| r.doc == doc))
        .collect();
    let mut outcome = Outcome {
        ranked,
        rest,
        total: pass.total,
        counts: pass.counts,
        relaxed,
    };
    for ranked in outcome.ranked.iter().filter(|r| !r.counted) {
        outcome.total += 1;
        count(snapshot, ranked.doc, &mut outcome.counts);
    }
    Ok(outcome)
}

/// Judges the best candidates and those near.
fn judged(snapshot: &Snapshot, plan: &Plan, acc: &[Acc], pass: &Pass, take: &Take) -> Vec<Ranked> {
    let first = &pass.best[..pass.best.len().min(JUDGED)];
    let mut out: Vec<Ranked> = first
        .iter()
        .map(|&doc| Ranked {
            doc,
            verdict: verdict(snapshot, plan, acc, doc),
            counted: true,
        })
        .collect();
    for &doc in pass.near.iter().filter(|doc| !first.contains(doc)) {
        let verdict = verdict(snapshot, plan, acc, doc);
        if verdict.value >= BODY {
            out.push(Ranked {
                doc,
                verdict,
                counted: take.fits(plan, &acc[doc as usize]),
            });
        }
    }
    sort(snapshot, &mut out);
    out
}

fn verdict(snapshot: &Snapshot, plan: &Plan, acc: &[Acc], doc: u32) -> Verdict {
    let (segment, at) = snapshot.locate(doc);
    let prior = segment.data.prior[at as usize];
    let mut verdict = judge(
        plan,
        &segment.data.heads[at as usize],
        acc[doc as usize].score,
    );
    // Among equals the more wanted and the shorter come first.
    verdict.value += prior * 10.0;
    verdict
}

fn sort(snapshot: &Snapshot, ranked: &mut [Ranked]) {
    ranked.sort_by(|a, b| {
        b.verdict
            .value
            .total_cmp(&a.verdict.value)
            .then_with(|| snapshot.head(a.doc).title.cmp(&snapshot.head(b.doc).title))
            .then_with(|| snapshot.head(a.doc).id.cmp(&snapshot.head(b.doc).id))
    });
}

/// Adds what sounds like the question.
fn add_heard(snapshot: &Snapshot, ear: &Plan, heard: &Pass, acc: &[Acc], ranked: &mut Vec<Ranked>) {
    for &doc in &heard.near {
        let verdict = verdict(snapshot, ear, acc, doc);
        if verdict.value < BODY {
            continue;
        }
        match ranked.iter_mut().find(|r| r.doc == doc) {
            Some(known) if known.verdict.value >= verdict.value => {}
            Some(known) => known.verdict = verdict,
            None => ranked.push(Ranked {
                doc,
                verdict,
                counted: false,
            }),
        }
    }
    sort(snapshot, ranked);
}

fn count(snapshot: &Snapshot, doc: u32, counts: &mut Counts) {
    let (segment, at) = snapshot.locate(doc);
    for (facet, counts) in counts.0.iter_mut().enumerate() {
        let set = segment
            .data
            .columns
            .get(facet)
            .map_or(0, |c| c[at as usize]);
        counts[set as usize] += 1;
    }
}

/// Finds documents.
pub(crate) fn search(
    snapshot: &Snapshot,
    fields: &Fields,
    query: &Query,
    acc: &mut Vec<Acc>,
) -> Result<Found, TextError> {
    let plan = Plan::new(&query.text, fields);
    let outcome = ask(snapshot, fields, &plan, query, acc)?;
    let mut found = Found {
        total: outcome.total,
        facets: outcome.counts.named(snapshot),
        relaxed: outcome.relaxed,
        ..Found::default()
    };
    let skip = (query.page.page as usize - 1).saturating_mul(query.page.size as usize);
    let judged = outcome.ranked.iter().map(|r| (r.doc, Some(r.verdict)));
    let rest = outcome.rest.iter().map(|&doc| (doc, None));
    for (doc, known) in judged.chain(rest).skip(skip).take(query.page.size as usize) {
        let verdict = known.unwrap_or_else(|| judge(&plan, snapshot.head(doc), 0.0));
        found.hits.push(hit(snapshot, fields, &plan, doc, verdict)?);
    }
    if found.total == 0 && !plan.chars.is_empty() {
        found.nearest = nearest::nearest(snapshot, fields, &plan, acc)?;
    }
    Ok(found)
}

fn hit(
    snapshot: &Snapshot,
    fields: &Fields,
    plan: &Plan,
    doc: u32,
    verdict: Verdict,
) -> Result<Hit, TextError> {
    let (segment, at) = snapshot.locate(doc);
    let head = &segment.data.heads[at as usize];
    let matched = verdict.matched;
    // Found by ear: the same sounds are marked in the name.
    let ear = if verdict.guessed {
        plan.by_ear(fields)
    } else {
        None
    };
    let mark = |text: &str| {
        let plain = marked(text, plan);
        match &ear {
            Some(ear) if !plain.iter().any(|s| s.hit) => marked(text, ear),
            _ => plain,
        }
    };
    let name = alias(head, matched).map(mark);
    let snippet = if matched == Matched::Body && !plan.chars.is_empty() {
        snippet(&segment.body(fields, at)?, plan)
    } else {
        Vec::new()
    };
    Ok(Hit {
        id: head.id.clone(),
        kind: head.kind.clone(),
        title: mark(&head.title),
        name,
        snippet,
        matched,
        guessed: verdict.guessed,
    })
}

fn alias(head: &crate::schema::Head, matched: Matched) -> Option<&str> {
    match matched {
        Matched::Name(i) => head.names.get(i).map(String::as_str),
        Matched::Synonym(i) => head.synonyms.get(i).map(String::as_str),
        _ => None,
    }
}

/// Documents for an unfinished question.
pub(crate) fn suggest(
    snapshot: &Snapshot,
    fields: &Fields,
    query: &Query,
    acc: &mut Vec<Acc>,
) -> Result<Vec<Suggestion>, TextError> {
    let plan = Plan::new(&query.text, fields);
    if plan.chars.is_empty() {
        return Ok(Vec::new());
    }
    let outcome = ask(snapshot, fields, &plan, query, acc)?;
    let rows = outcome.ranked.iter().filter(|r| r.verdict.value >= BODY);
    Ok(rows
        .take(query.page.size as usize)
        .map(|ranked| {
            let head = snapshot.head(ranked.doc);
            Suggestion {
                id: head.id.clone(),
                kind: head.kind.clone(),
                title: head.title.clone(),
                name: alias(head, ranked.verdict.matched).map(str::to_owned),
            }
        })
        .collect())
}
