//! When nothing is found: the names nearest to what was typed.

use crate::TextError;
use crate::fold::folded;
use crate::gather::{Acc, Probe, Weight, gather};
use crate::grams::{atoms, pairs};
use crate::plan::Plan;
use crate::schema::Fields;
use crate::snapshot::Snapshot;
use crate::sound;
use crate::typo::distance;

/// Documents whose names are compared.
const LOOKED_AT: usize = 60;
/// Words offered.
const OFFERED: usize = 5;
/// Names less alike than this are not offered: 1 is equal, 0 has nothing in common.
const ALIKE: f32 = 0.3;

/// Titles and names that look or sound most like the question, best first.
pub(crate) fn nearest(
    snapshot: &Snapshot,
    fields: &Fields,
    plan: &Plan,
    acc: &mut Vec<Acc>,
) -> Result<Vec<String>, TextError> {
    gather(snapshot, &probes(plan, fields), acc)?;
    let mut best: Vec<(f32, u32)> = Vec::new();
    for segment in &snapshot.segments {
        for doc in 0..segment.reader.max_doc() {
            let slot = acc[(segment.base + doc) as usize];
            if slot.any != 0 && !segment.reader.is_deleted(doc) {
                best.push((slot.score, segment.base + doc));
            }
        }
    }
    if best.len() > LOOKED_AT {
        best.select_nth_unstable_by(LOOKED_AT, |a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        best.truncate(LOOKED_AT);
    }
    let mut words: Vec<(f32, String)> = Vec::new();
    for (_, doc) in best {
        let head = snapshot.head(doc);
        let names = std::iter::once(&head.title)
            .chain(&head.names)
            .chain(&head.synonyms);
        for name in names {
            let alike = alike(&plan.chars, &folded(name));
            if alike >= ALIKE && !words.iter().any(|(_, known)| known == name) {
                words.push((alike, name.clone()));
            }
        }
    }
    words.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    words.truncate(OFFERED);
    Ok(words.into_iter().map(|(_, word)| word).collect())
}

fn probes(plan: &Plan, fields: &Fields) -> Vec<Probe> {
    let mut all = Vec::new();
    let mut probe = |field, term: String, weight| {
        let weight = Weight::Rare(weight);
        all.push(Probe {
            field,
            term,
            bits: 1,
            head: true,
            weight,
        });
    };
    let atoms = atoms(&plan.chars);
    for term in pairs(&atoms) {
        probe(fields.names, term.clone(), 3.0);
        probe(fields.title, term, 3.0);
    }
    for term in atoms {
        probe(fields.names, term.clone(), 1.0);
        probe(fields.title, term, 1.0);
    }
    let letters: Vec<char> = sound::usual(&sound::sounds(&plan.chars).0)
        .chars()
        .collect();
    for window in letters.windows(3) {
        probe(fields.letters, window.iter().collect(), 0.5);
    }
    all
}

/// The better of how alike two texts look and how alike they sound.
fn alike(asked: &[char], name: &[char]) -> f32 {
    let letters =
        |chars: &[char]| -> Vec<char> { sound::usual(&sound::sounds(chars).0).chars().collect() };
    let look = share(asked, name);
    let sound = share(&letters(asked), &letters(name));
    // Many names share letters by chance.
    look.max(sound - 0.25)
}

fn share(a: &[char], b: &[char]) -> f32 {
    let longest = a.len().max(b.len());
    if longest == 0 {
        return 0.0;
    }
    let apart = distance(a, b, longest).unwrap_or(longest);
    1.0 - apart as f32 / longest as f32
}
