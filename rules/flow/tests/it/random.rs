//! Random choices on the demonstration flows and on random flows with nested branches: whatever
//! people do, the case comes to its end, and nothing is left waiting.

use calendar::{Limit, Unit};
use conditions::{Answers, Questions};
use flow::{Definition, Effect, Opinion, State, Step};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

use crate::{Item, items};

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// A random choice for each answer and each act.
fn choices() -> impl Strategy<Value = (Vec<Index>, Vec<(Index, Index, u8)>)> {
    let acts = prop::collection::vec((any::<Index>(), any::<Index>(), 0u8..12), 400);
    (prop::collection::vec(any::<Index>(), 12), acts)
}

fn answers(questions: &Questions, choices: &[Index]) -> Answers {
    let mut answers = Answers::new();
    for (question, index) in questions.iter().zip(choices.iter().cycle()) {
        // One more than there are options: the question may stay open.
        let options = &question.options;
        if let Some(chosen) = options.get(index.index(options.len() + 1)) {
            answers.set(&question.code, chosen.value.as_str());
        }
    }
    answers
}

/// What must be true of every state.
fn sound(flow: &Definition, state: &State, effects: &[Effect]) -> Result<(), TestCaseError> {
    for (join, arrived) in state.waiting() {
        prop_assert!(!arrived.is_empty(), "{} waits for nothing", join);
        let coming = state
            .tasks()
            .any(|(post, _)| flow.ahead(post, state.answers()).contains(join));
        prop_assert!(coming, "nothing can come to {} any more", join);
    }
    for effect in effects {
        let Effect::Opened { post, .. } = effect else {
            continue;
        };
        if flow.post(post).unwrap().join.is_some() {
            let late = state.tasks().find(|(other, _)| {
                *other != post && flow.ahead(other, state.answers()).contains(post.as_str())
            });
            prop_assert_eq!(late, None, "{} began too early", post);
        }
    }
    let finished = effects.contains(&Effect::Finished);
    prop_assert_eq!(finished, state.is_finished() && !effects.is_empty());
    Ok(())
}

/// Lets random people do random things until the case is at its end.
fn play(
    item: &Item,
    answers: Answers,
    acts: &[(Index, Index, u8)],
) -> Result<State, TestCaseError> {
    let flow = &item.flow;
    let (mut state, effects) = flow.start(answers).unwrap();
    sound(flow, &state, &effects)?;
    let mut returns = 0;
    for (which, who, what) in acts {
        if state.is_finished() {
            break;
        }
        let tasks: Vec<_> = state.tasks().map(|(post, _)| post.to_owned()).collect();
        let post = flow.post(&tasks[which.index(tasks.len())]).unwrap();
        let who = who.get(&post.staff);
        let outcome = match what {
            0 if returns < 5 => {
                let done: Vec<_> = state.done().iter().map(|d| d.post.clone()).collect();
                let target = done.first().unwrap_or(&post.code);
                let outcome = flow.return_to(&state, &post.code, target, who);
                returns += u32::from(outcome.is_ok());
                outcome
            }
            1 => flow.claim(&state, &post.code, who),
            2 => flow.transfer(&state, &post.code, who, "manager"),
            3..=6 => flow.sign(&state, &post.code, who, Opinion::Agree),
            _ => flow.complete(&state, &post.code, who),
        };
        // A refused act changes nothing.
        if let Ok((next, effects)) = outcome {
            sound(flow, &next, &effects)?;
            state = next;
        }
    }
    // Whatever is open now can be finished by dutiful people.
    loop {
        let open = state
            .tasks()
            .next()
            .map(|(code, task)| (code.to_owned(), task.clone()));
        let Some((code, task)) = open else { break };
        let post = flow.post(&code).unwrap();
        let signer = task
            .signatures
            .first()
            .map(|signature| signature.who.clone());
        let holder = task.holder.filter(|_| post.countersign == 1);
        let who = holder.or(signer).unwrap_or_else(|| post.staff[0].clone());
        for person in std::iter::once(&who).chain(&post.staff) {
            let enough = state.task(&code).unwrap().signatures.len() >= post.countersign as usize;
            if *person == who || !enough {
                // Refused where the person has signed already.
                let outcome = flow.sign(&state, &code, person, Opinion::Disagree);
                state = outcome.map(|(next, _)| next).unwrap_or(state);
            }
        }
        let (next, effects) = flow.complete(&state, &code, &who).unwrap();
        sound(flow, &next, &effects)?;
        state = next;
    }
    Ok(state)
}

fn ended(item: &Item, state: &State) -> Result<(), TestCaseError> {
    prop_assert!(state.is_finished());
    prop_assert_eq!(state.waiting().count(), 0, "an orphan join");
    let last = item.flow.post(&state.done().last().unwrap().post).unwrap();
    prop_assert!(last.next.is_empty() && last.step == Step::Deliver);
    let mut reached = item.flow.ahead(&item.flow.start, state.answers());
    reached.insert(&item.flow.start);
    let mut done: Vec<_> = state.done().iter().map(|d| d.post.as_str()).collect();
    done.sort_unstable();
    prop_assert_eq!(
        done,
        reached.into_iter().collect::<Vec<_>>(),
        "every post once"
    );
    Ok(())
}

/// A piece of a flow: a post, a detour some answers take, or branches side by side.
#[derive(Clone, Debug)]
enum Piece {
    Post { signers: u32 },
    Detour { question: usize, inner: Vec<Piece> },
    Fork { branches: Vec<(bool, Vec<Piece>)> },
}

fn pieces() -> impl Strategy<Value = Vec<Piece>> {
    let post = (1u32..3).prop_map(|signers| Piece::Post { signers });
    let piece = post.prop_recursive(3, 12, 3, |inner| {
        let list = prop::collection::vec(inner, 1..3);
        let branches = prop::collection::vec((any::<bool>(), list.clone()), 2..4);
        prop_oneof![
            (0usize..3, list).prop_map(|(question, inner)| Piece::Detour { question, inner }),
            branches.prop_map(|branches| Piece::Fork { branches }),
        ]
    });
    prop::collection::vec(piece, 1..4)
}

/// Later posts sort first, so that an outer join comes before the joins inside it.
fn code(n: usize) -> String {
    format!("P{:03}", 999 - n)
}

struct Builder {
    posts: Vec<Value>,
}

impl Builder {
    fn post(&mut self, step: &str, signers: u32) -> usize {
        let n = self.posts.len();
        self.posts.push(json!({
            "post_code": code(n), "step": step, "post_name": format!("岗{n}"),
            "role": "r", "duty": "d", "limit_value": 0, "limit_unit": "working_day",
            "counted": true, "staff_usernames": ["a", "b", "c"], "countersign": signers,
            "parallel": false, "join": null, "next": [],
        }));
        n
    }

    fn link(&mut self, from: usize, to: usize, when: Value) {
        let route = json!({ "when": when, "to": code(to) });
        self.posts[from]["next"].as_array_mut().unwrap().push(route);
    }

    /// Appends pieces after `from`; gives the last post.
    fn pieces(&mut self, mut from: usize, pieces: &[Piece]) -> usize {
        for piece in pieces {
            from = self.piece(from, piece);
        }
        from
    }

    fn piece(&mut self, from: usize, piece: &Piece) -> usize {
        let when = |question: usize| json!({ "question": format!("q{question}"), "op": "eq", "value": "yes" });
        match piece {
            Piece::Post { signers } => {
                let post = self.post("review", *signers);
                self.link(from, post, Value::Null);
                post
            }
            Piece::Detour { question, inner } => {
                // A fork of its own, so that its routes do not mix with those of `from`.
                let fork = self.post("review", 1);
                self.link(from, fork, Value::Null);
                let first = self.post("review", 1);
                self.link(fork, first, when(*question));
                let last = self.pieces(first, inner);
                let after = self.post("review", 1);
                self.link(fork, after, Value::Null);
                self.link(last, after, Value::Null);
                after
            }
            Piece::Fork { branches } => {
                let fork = self.post("review", 1);
                self.link(from, fork, Value::Null);
                self.posts[fork]["parallel"] = json!(true);
                let mut ends = Vec::new();
                for (i, (always, inner)) in branches.iter().enumerate() {
                    let first = self.post("review", 1);
                    let when = if *always || i < 2 {
                        Value::Null
                    } else {
                        when(i % 3)
                    };
                    self.link(fork, first, when);
                    ends.push(self.pieces(first, inner));
                }
                let join = self.post("review", 1);
                self.posts[join]["join"] = json!("all");
                for end in ends {
                    self.link(end, join, Value::Null);
                }
                join
            }
        }
    }
}

fn built(pieces: &[Piece]) -> Item {
    let mut builder = Builder { posts: Vec::new() };
    let first = builder.post("accept", 1);
    let mut last = builder.post("review", 1);
    builder.link(first, last, Value::Null);
    last = builder.pieces(last, pieces);
    for step in ["decide", "complete", "deliver"] {
        let post = builder.post(step, 1);
        builder.link(last, post, Value::Null);
        last = post;
    }
    let raw = json!({
        "outward": [], "start": code(0), "internal_posts": builder.posts,
        "methods": ["document_review"], "return_to": ["accept", "review"],
    });
    let option = |v: &str| json!({ "value": v, "label": v });
    let question = |n: u32| json!({ "question_code": format!("q{n}"), "question": "?", "options": [option("yes"), option("no")] });
    Item {
        id: "random".into(),
        flow: serde_json::from_value(raw.clone()).unwrap(),
        questions: serde_json::from_value(json!([question(0), question(1), question(2)])).unwrap(),
        promised: Limit::new(5, Unit::WorkingDay),
        raw,
    }
}

proptest! {
    #![proptest_config(config(60))]

    #[test]
    fn demo_flows_always_end((first, acts) in choices()) {
        for item in items() {
            let state = play(&item, answers(&item.questions, &first), &acts)?;
            ended(&item, &state)?;
        }
    }
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn random_flows_are_valid_and_always_end(pieces in pieces(), (first, acts) in choices()) {
        let item = built(&pieces);
        prop_assert_eq!(item.flow.validate(&item.questions, item.promised), []);
        let state = play(&item, answers(&item.questions, &first), &acts)?;
        ended(&item, &state)?;
    }
}
