//! The rules of delegation, pure: terms, chains, and what a change or an end does to the chains
//! below.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Levels a chain may have: the representative's delegate is the first.
pub const MAX_LEVELS: u32 = 3;

/// For which items a delegate may act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Items {
    All,
    /// Short codes of items.
    Only(BTreeSet<String>),
}

impl Items {
    pub fn only<'a>(codes: impl IntoIterator<Item = &'a str>) -> Self {
        Self::Only(codes.into_iter().map(str::to_owned).collect())
    }

    /// Whether an item is among them.
    pub fn allow(&self, item: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(codes) => codes.contains(item),
        }
    }

    fn within(&self, outer: &Self) -> bool {
        match (self, outer) {
            (_, Self::All) => true,
            (Self::All, Self::Only(_)) => false,
            (Self::Only(inner), Self::Only(outer)) => inner.is_subset(outer),
        }
    }

    fn cut(&self, outer: &Self) -> Self {
        match (self, outer) {
            (_, Self::All) => self.clone(),
            (Self::All, Self::Only(_)) => outer.clone(),
            (Self::Only(a), Self::Only(b)) => Self::Only(a.intersection(b).cloned().collect()),
        }
    }
}

/// Scope and period; both days are included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    pub items: Items,
    pub from: Date,
    pub to: Date,
}

impl Terms {
    /// Whether these terms stay inside others.
    pub fn within(&self, outer: &Self) -> bool {
        self.items.within(&outer.items) && outer.from <= self.from && self.to <= outer.to
    }

    /// Whether the day lies in the period.
    pub fn on(&self, day: Date) -> bool {
        self.from <= day && day <= self.to
    }

    /// What of these terms is left inside others; none when nothing is.
    fn cut(&self, outer: &Self) -> Option<Self> {
        let items = self.items.cut(&outer.items);
        let (from, to) = (self.from.max(outer.from), self.to.min(outer.to));
        let empty = matches!(&items, Items::Only(codes) if codes.is_empty()) || from > to;
        if empty {
            None
        } else {
            Some(Self { items, from, to })
        }
    }

    /// Refuses terms that say nothing or are over.
    pub(crate) fn check(&self, today: Date) -> Result<(), DelegationFault> {
        if matches!(&self.items, Items::Only(codes) if codes.is_empty()) {
            return Err(DelegationFault::NoItems);
        }
        if self.from > self.to || self.to < today {
            return Err(DelegationFault::Period);
        }
        Ok(())
    }
}

kernel::codes! {
    /// Where a delegation stands.
    DelegationState {
        Requested = "REQUESTED", "待同意";
        Active = "ACTIVE", "有效";
        Refused = "REFUSED", "未同意";
        Cancelled = "CANCELLED", "已取消";
    }
}

/// Why a delegation is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DelegationFault {
    /// The actor does not act for the legal person.
    NotRepresenting,
    /// No user of that name and number.
    NoSuchDelegate,
    /// The delegate is the representative, the grantor, or already above in the chain.
    SamePerson,
    NoItems,
    Period,
    TooLong,
    /// More than the grantor's own delegation holds.
    BeyondParent,
    /// The grantor's own delegation is over.
    ParentOver,
    /// It is not in a state that allows this.
    WrongState(DelegationState),
}

impl DelegationFault {
    pub fn zh(self) -> String {
        match self {
            Self::NotRepresenting => "请先切换到法人身份".into(),
            Self::NoSuchDelegate => {
                "没有找到该用户，或姓名与证件号码不一致；被授权人须先实名注册".into()
            }
            Self::SamePerson => "不能授权给法定代表人、授权人本人或上级被授权人".into(),
            Self::NoItems => "请至少选择一个事项".into(),
            Self::Period => "授权期限有误：止日不得早于起日，也不得早于今天".into(),
            Self::TooLong => "授权最多三级，不能再转授权".into(),
            Self::BeyondParent => "转授权的事项和期限不得超出上级授权".into(),
            Self::ParentOver => "上级授权已失效".into(),
            Self::WrongState(state) => format!("授权当前状态为“{}”，不能这样做", state.zh()),
        }
    }

    pub fn en(self) -> String {
        match self {
            Self::NotRepresenting => "Please switch to the legal person first".into(),
            Self::NoSuchDelegate => {
                "No user of that name and number; a delegate registers with real name first".into()
            }
            Self::SamePerson => {
                "The delegate cannot be the representative, yourself or somebody above you".into()
            }
            Self::NoItems => "Choose at least one item".into(),
            Self::Period => "The period ends before it begins, or before today".into(),
            Self::TooLong => "Delegation has at most three levels".into(),
            Self::BeyondParent => {
                "A sub-delegation stays within the items and period of the one above".into()
            }
            Self::ParentOver => "The delegation above is over".into(),
            Self::WrongState(state) => format!("The delegation is {state}"),
        }
    }

    /// The field at fault.
    pub fn field(self) -> &'static str {
        match self {
            Self::NoSuchDelegate | Self::SamePerson => "delegate",
            Self::NoItems | Self::BeyondParent => "items",
            Self::Period => "valid_to",
            _ => "delegation",
        }
    }
}

/// A delegation as the rules see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    pub key: String,
    pub parent: Option<String>,
    pub level: u32,
    pub delegate: String,
    pub terms: Terms,
    pub state: DelegationState,
}

/// All delegations of one legal person.
pub(crate) struct Tree<'a>(pub &'a [Node]);

impl Tree<'_> {
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.0.iter().find(|n| n.key == key)
    }

    /// The delegation and those above it, itself first.
    pub fn above(&self, key: &str) -> Vec<&Node> {
        let mut path = Vec::new();
        let mut next = self.get(key);
        while let Some(node) = next {
            path.push(node);
            let parent = node
                .parent
                .as_deref()
                .filter(|_| path.len() <= MAX_LEVELS as usize);
            next = parent.and_then(|p| self.get(p));
        }
        path
    }

    /// Whether the delegation and all above it are active, and the day lies in each period.
    pub fn holds(&self, key: &str, day: Date) -> bool {
        let path = self.above(key);
        !path.is_empty()
            && path
                .iter()
                .all(|n| n.state == DelegationState::Active && n.terms.on(day))
    }

    /// The level a new delegation under `parent` would have, if it may be given.
    pub fn new_level(
        &self,
        parent: Option<&str>,
        delegate: &str,
        representative: &str,
        terms: &Terms,
        today: Date,
    ) -> Result<u32, DelegationFault> {
        terms.check(today)?;
        if delegate == representative {
            return Err(DelegationFault::SamePerson);
        }
        let Some(parent) = parent else { return Ok(1) };
        if !self.holds(parent, today) {
            return Err(DelegationFault::ParentOver);
        }
        let path = self.above(parent);
        if path.iter().any(|n| n.delegate == delegate) {
            return Err(DelegationFault::SamePerson);
        }
        let level = path.len() as u32 + 1;
        if level > MAX_LEVELS {
            return Err(DelegationFault::TooLong);
        }
        if !path.iter().all(|n| terms.within(&n.terms)) {
            return Err(DelegationFault::BeyondParent);
        }
        Ok(level)
    }

    /// Everything below a delegation, nearest first.
    fn below(&self, key: &str) -> Vec<&Node> {
        let mut found: Vec<&Node> = Vec::new();
        let mut edge = vec![key.to_owned()];
        while !edge.is_empty() {
            let next: Vec<&Node> = self
                .0
                .iter()
                .filter(|n| n.parent.as_ref().is_some_and(|p| edge.contains(p)))
                .filter(|n| !found.iter().any(|f| f.key == n.key))
                .collect();
            edge = next.iter().map(|n| n.key.clone()).collect();
            found.extend(next);
        }
        found
    }

    /// What ends when a delegation is cancelled: itself and all active ones below it.
    pub fn ended_with(&self, key: &str) -> Vec<String> {
        let open = |n: &&&Node| {
            matches!(
                n.state,
                DelegationState::Active | DelegationState::Requested
            )
        };
        let below = self.below(key);
        self.get(key)
            .iter()
            .chain(below.iter())
            .filter(open)
            .map(|n| n.key.clone())
            .collect()
    }

    /// What new terms of a delegation do to those below: each is cut to what is left of it; where
    /// nothing is left it ends. Unchanged ones are not named.
    pub fn cut_below(&self, key: &str, terms: &Terms) -> Vec<(String, Option<Terms>)> {
        let mut changed = Vec::new();
        let mut outer = vec![(key.to_owned(), Some(terms.clone()))];
        for node in self.below(key) {
            if node.state != DelegationState::Active {
                continue;
            }
            let above = outer.iter().find(|(k, _)| Some(k) == node.parent.as_ref());
            let Some((_, above)) = above else { continue };
            let left = above.as_ref().and_then(|above| node.terms.cut(above));
            if left.as_ref() != Some(&node.terms) {
                changed.push((node.key.clone(), left.clone()));
            }
            outer.push((node.key.clone(), left));
        }
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn terms(items: &[&str], from: &str, to: &str) -> Terms {
        let items = if items == ["*"] {
            Items::All
        } else {
            Items::only(items.iter().copied())
        };
        Terms {
            items,
            from: day(from),
            to: day(to),
        }
    }

    fn node(key: &str, parent: Option<&str>, level: u32, terms: Terms) -> Node {
        Node {
            key: key.into(),
            parent: parent.map(str::to_owned),
            level,
            delegate: format!("person-{key}"),
            terms,
            state: DelegationState::Active,
        }
    }

    fn chain() -> Vec<Node> {
        vec![
            node("a", None, 1, terms(&["*"], "2026-11-01", "2027-10-31")),
            node(
                "b",
                Some("a"),
                2,
                terms(&["X", "Y"], "2026-11-01", "2027-06-30"),
            ),
            node("c", Some("b"), 3, terms(&["X"], "2026-12-01", "2027-01-31")),
            node("d", None, 1, terms(&["Z"], "2026-11-01", "2026-12-31")),
        ]
    }

    const TODAY: &str = "2026-11-16";

    fn new_level(parent: Option<&str>, who: &str, terms: &Terms) -> Result<u32, DelegationFault> {
        Tree(&chain()).new_level(parent, who, "boss", terms, day(TODAY))
    }

    #[test]
    fn a_chain_has_three_levels_and_no_person_twice() {
        let small = terms(&["X"], "2026-12-01", "2027-01-31");
        assert_eq!(new_level(None, "new", &small), Ok(1));
        assert_eq!(new_level(Some("a"), "new", &small), Ok(2));
        assert_eq!(new_level(Some("b"), "new", &small), Ok(3));
        // `c` begins in December.
        assert_eq!(
            new_level(Some("c"), "new", &small),
            Err(DelegationFault::ParentOver)
        );
        let later = Tree(&chain()).new_level(Some("c"), "new", "boss", &small, day("2026-12-05"));
        assert_eq!(later, Err(DelegationFault::TooLong));
        assert_eq!(
            new_level(Some("b"), "person-a", &small),
            Err(DelegationFault::SamePerson)
        );
        assert_eq!(
            new_level(None, "boss", &small),
            Err(DelegationFault::SamePerson)
        );
    }

    #[test]
    fn a_sub_delegation_stays_inside() {
        let beyond = Err(DelegationFault::BeyondParent);
        for (items, from, to) in [
            (&["Z"][..], "2026-11-20", "2026-12-01"),
            (&["*"], "2026-11-20", "2026-12-01"),
            (&["X"], "2026-11-20", "2027-07-01"),
            (&["X"], "2026-10-31", "2027-06-30"),
        ] {
            assert_eq!(new_level(Some("b"), "new", &terms(items, from, to)), beyond);
        }
        assert_eq!(
            new_level(None, "new", &terms(&[], "2026-11-20", "2026-12-01")),
            Err(DelegationFault::NoItems)
        );
        for (from, to) in [("2026-12-02", "2026-12-01"), ("2026-11-01", "2026-11-15")] {
            let wrong = new_level(None, "new", &terms(&["X"], from, to));
            assert_eq!(wrong, Err(DelegationFault::Period));
        }
    }

    #[test]
    fn an_end_ends_everything_below_and_nothing_beside() {
        let all = chain();
        assert_eq!(Tree(&all).ended_with("a"), ["a", "b", "c"]);
        assert_eq!(Tree(&all).ended_with("c"), ["c"]);
        let mut part = chain();
        part[1].state = DelegationState::Cancelled;
        assert!(!Tree(&part).holds("c", day("2026-12-05")));
        assert!(Tree(&all).holds("c", day("2026-12-05")));
        assert!(!Tree(&all).holds("c", day(TODAY)));
        assert!(!Tree(&all).holds("none", day(TODAY)));
    }

    #[test]
    fn narrower_terms_cut_those_below() {
        let all = chain();
        let cut = Tree(&all).cut_below("a", &terms(&["Y"], "2026-11-01", "2027-03-31"));
        assert_eq!(
            cut,
            [
                ("b".into(), Some(terms(&["Y"], "2026-11-01", "2027-03-31"))),
                ("c".into(), None),
            ]
        );
        assert!(
            Tree(&all)
                .cut_below("a", &terms(&["*"], "2026-11-01", "2028-01-01"))
                .is_empty()
        );
    }

    proptest! {
        /// However the top is changed, nothing below ever exceeds what is above it.
        #[test]
        fn after_a_change_every_child_is_within_its_parent(
            keep in proptest::collection::btree_set("[XYZ]", 0..3), start in 0i64..200, len in 0i64..400,
        ) {
            let from = day("2026-10-01").checked_add(jiff::Span::new().days(start)).unwrap();
            let to = from.checked_add(jiff::Span::new().days(len)).unwrap();
            let new = Terms { items: Items::Only(keep), from, to };
            let mut all = chain();
            for (key, left) in Tree(&chain()).cut_below("a", &new) {
                let node = all.iter_mut().find(|n| n.key == key).unwrap();
                match left {
                    Some(terms) => node.terms = terms,
                    None => node.state = DelegationState::Cancelled,
                }
            }
            all[0].terms = new;
            for node in all.iter().filter(|n| n.state == DelegationState::Active) {
                if let Some(parent) = node.parent.as_deref() {
                    let parent = Tree(&all).get(parent).cloned().unwrap();
                    prop_assert!(node.terms.within(&parent.terms));
                    prop_assert_eq!(parent.state, DelegationState::Active);
                }
            }
        }
    }
}
