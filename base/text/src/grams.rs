//! Atoms and pairs of atoms: what makes two-character words, and even one character, findable.

use crate::fold::is_latin;

/// Longer runs of letters and digits are cut; nobody searches for them.
const LONGEST_ATOM: usize = 40;

/// A Chinese character each, or a whole run of letters and digits.
pub(crate) fn atoms(chars: &[char]) -> Vec<String> {
    let mut all: Vec<String> = Vec::with_capacity(chars.len());
    let mut open = false;
    for &c in chars {
        match all.last_mut() {
            Some(last) if open && is_latin(c) => {
                if last.len() < LONGEST_ATOM {
                    last.push(c);
                }
            }
            _ => all.push(c.to_string()),
        }
        open = is_latin(c);
    }
    all
}

/// Neighbouring atoms, joined.
pub(crate) fn pairs(atoms: &[String]) -> impl Iterator<Item = String> + '_ {
    atoms.windows(2).map(|pair| pair.concat())
}

/// All atoms and pairs of a run, for indexing.
pub(crate) fn push_grams(chars: &[char], out: &mut Vec<String>) {
    let atoms = atoms(chars);
    out.extend(pairs(&atoms));
    out.extend(atoms);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_stay_together_and_characters_stand_alone() {
        let chars: Vec<char> = "ktv商场a级".chars().collect();
        let atoms = atoms(&chars);
        assert_eq!(atoms, ["ktv", "商", "场", "a", "级"]);
        assert_eq!(
            pairs(&atoms).collect::<Vec<_>>(),
            ["ktv商", "商场", "场a", "a级"]
        );
    }
}
