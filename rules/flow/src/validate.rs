//! Whether a definition can be followed to its end, in time, by those it names.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use calendar::Limit;
use conditions::{Answers, Questions};

use crate::{Definition, Method, Post, Problem, Span, Step, decides_on_the_spot};

/// The role of those who decide [C-42].
const DECIDER: &str = "decider";

/// Combinations of answers looked through; real items have a few dozen.
const MOST_CASES: usize = 20_000;

impl Definition {
    /// Everything wrong with the flow, for an item that asks `questions` and promises `promised`
    /// [C-29, C-40, C-41]. Every combination of answers that makes a difference is walked through,
    /// unanswered questions included.
    pub fn validate(&self, questions: &Questions, promised: Limit) -> Vec<Problem> {
        let mut problems = self.structure();
        let sound = problems.is_empty();
        for post in &self.posts {
            post.check(questions, &mut problems);
        }
        self.people(&mut problems);
        self.methods_and_steps(promised, &mut problems);
        self.decisions(&mut problems);
        if sound {
            self.limits(promised, &mut problems);
            self.order(&mut problems);
            self.walks(questions, &mut problems);
        }
        problems
    }

    /// Codes and the graph they make; what follows presumes that these are sound.
    fn structure(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut codes = BTreeSet::new();
        for post in &self.posts {
            if !codes.insert(post.code.as_str()) {
                problems.push(Problem::DuplicatePost {
                    post: post.code.clone(),
                });
            }
        }
        if !codes.contains(self.start.as_str()) {
            problems.push(Problem::UnknownStart {
                post: self.start.clone(),
            });
        }
        for post in &self.posts {
            let missing = post
                .next
                .iter()
                .filter(|route| !codes.contains(route.to.as_str()));
            problems.extend(missing.map(|route| Problem::UnknownTarget {
                post: post.code.clone(),
                to: route.to.clone(),
            }));
        }
        if !self.posts.iter().any(|post| post.next.is_empty()) {
            problems.push(Problem::NoEnd);
        }
        if problems.is_empty() {
            let mut reached = BTreeSet::new();
            self.descend(&self.start, &mut Vec::new(), &mut reached, &mut problems);
            let lost = codes.difference(&reached);
            problems.extend(lost.map(|post| Problem::Unreachable {
                post: (*post).to_owned(),
            }));
        }
        problems
    }

    fn descend<'a>(
        &'a self,
        code: &'a str,
        path: &mut Vec<&'a str>,
        reached: &mut BTreeSet<&'a str>,
        problems: &mut Vec<Problem>,
    ) {
        if path.contains(&code) {
            let cycle = Problem::Cycle {
                post: code.to_owned(),
            };
            if !problems.contains(&cycle) {
                problems.push(cycle);
            }
            return;
        }
        if !reached.insert(code) {
            return;
        }
        path.push(code);
        for route in self.post(code).into_iter().flat_map(|post| &post.next) {
            self.descend(&route.to, path, reached, problems);
        }
        path.pop();
    }

    fn people(&self, problems: &mut Vec<Problem>) {
        let of = |step: Step| self.posts.iter().filter(move |post| post.step == step);
        for technical in of(Step::TechnicalReview) {
            for review in of(Step::Review) {
                if technical.staff.iter().any(|who| review.lists(who)) {
                    let (review, technical) = (review.code.clone(), technical.code.clone());
                    problems.push(Problem::SharedStaff { review, technical });
                }
            }
        }
    }

    fn methods_and_steps(&self, promised: Limit, problems: &mut Vec<Problem>) {
        let has = |step: Step| self.posts.iter().any(|post| post.step == step);
        // An immediate case is decided at the window, where nobody goes to look at the place.
        let site_check = self.methods.contains(&Method::SiteCheck) && !promised.is_immediate();
        if site_check != has(Step::SiteCheck) {
            problems.push(Problem::MethodStep {
                method: Method::SiteCheck,
            });
        }
        if self.methods.contains(&Method::TechnicalReview) != has(Step::TechnicalReview) {
            problems.push(Problem::MethodStep {
                method: Method::TechnicalReview,
            });
        }
        let missing = self.return_to.iter().filter(|step| !has(**step));
        problems.extend(missing.map(|step| Problem::ReturnTo { step: *step }));
    }

    /// Who decides, against what the methods ask for [C-42]. Where it is decided on the spot, the
    /// deciding post may still be another's: the reviewer's opinion is confirmed at once.
    fn decisions(&self, problems: &mut Vec<Problem>) {
        let on_the_spot = decides_on_the_spot(&self.methods, self.standards_shown);
        for post in self.posts.iter().filter(|p| p.step == Step::Decide) {
            let named = post.code.clone();
            if on_the_spot && post.countersign > 1 {
                problems.push(Problem::OnTheSpot { post: named });
            } else if !on_the_spot && post.role != DECIDER {
                problems.push(Problem::DeciderNeeded { post: named });
            }
        }
    }

    /// Every decision follows a review, whatever the answers, unless nothing is reviewed at all. The
    /// flow must be without circles.
    fn order(&self, problems: &mut Vec<Problem>) {
        let mut known = BTreeMap::new();
        for post in self.posts.iter().filter(|p| p.step == Step::Decide) {
            if !self.methods.is_empty() && !self.is_reviewed(post, &mut known) {
                problems.push(Problem::DecidedUnreviewed {
                    post: post.code.clone(),
                });
            }
        }
    }

    /// Whether every way to the post has passed a review. A join waits for all its branches, so one
    /// that was reviewed is enough; whether it is entered at all is what [`Self::walks`] looks at.
    fn is_reviewed<'a>(&'a self, post: &'a Post, known: &mut BTreeMap<&'a str, bool>) -> bool {
        if let Some(reviewed) = known.get(post.code.as_str()) {
            return *reviewed;
        }
        let leads = |from: &&Post| from.next.iter().any(|route| route.to == post.code);
        let mut reviewed = self
            .posts
            .iter()
            .filter(leads)
            .map(|from| from.step.is_review() || self.is_reviewed(from, known));
        let all = match post.join {
            Some(_) => reviewed.any(|r| r),
            None => post.code != self.start && reviewed.all(|r| r),
        };
        known.insert(&post.code, all);
        all
    }

    fn limits(&self, promised: Limit, problems: &mut Vec<Problem>) {
        let counted = self.posts.iter().filter(|post| post.counted);
        for post in counted.filter(|post| post.limit_unit != promised.unit) {
            problems.push(Problem::LimitUnit {
                post: post.code.clone(),
            });
        }
        let (sum, promised) = (self.longest_path(), Span::whole(promised.value));
        if sum > promised {
            problems.push(Problem::OverPromised { sum, promised });
        }
        if let Some(declared) = self.longest_path_limit.filter(|declared| *declared != sum) {
            problems.push(Problem::Declared { sum, declared });
        }
    }

    /// The sum of the counted post limits on the longest of all ways through the flow, whatever
    /// the answers [C-40]. The flow must be without circles.
    pub fn longest_path(&self) -> Span {
        self.longest_from(&self.start, &mut BTreeMap::new())
    }

    fn longest_from<'a>(&'a self, code: &'a str, known: &mut BTreeMap<&'a str, Span>) -> Span {
        if let Some(span) = known.get(code) {
            return *span;
        }
        // A circle ends here with what is known so far: nothing.
        known.insert(code, Span::default());
        let Some(post) = self.post(code) else {
            return Span::default();
        };
        let rest = post
            .next
            .iter()
            .map(|route| self.longest_from(&route.to, known))
            .max();
        let own = if post.counted {
            post.limit
        } else {
            Span::default()
        };
        let span = own + rest.unwrap_or_default();
        known.insert(code, span);
        span
    }

    fn walks(&self, questions: &Questions, problems: &mut Vec<Problem>) {
        let routes = self.posts.iter().flat_map(|post| &post.next);
        let conditions: Vec<_> = routes.filter_map(|route| route.when.as_ref()).collect();
        let Some(cases) = questions.cases(&conditions, MOST_CASES) else {
            problems.push(Problem::TooManyCases);
            return;
        };
        let (mut found, mut joined) = (Vec::new(), BTreeSet::new());
        for answers in &cases {
            self.walk(answers, &mut joined, &mut found);
        }
        for post in self.posts.iter().filter(|p| p.join.is_some()) {
            if !joined.contains(post.code.as_str()) {
                found.push(Problem::IdleJoin {
                    post: post.code.clone(),
                });
            }
        }
        for problem in found {
            if !problems.contains(&problem) {
                problems.push(problem);
            }
        }
    }

    /// One way through: which posts are entered, and how often.
    fn walk<'a>(
        &'a self,
        answers: &'a Answers,
        joined: &mut BTreeSet<&'a str>,
        found: &mut Vec<Problem>,
    ) {
        let mut visited = self.ahead(&self.start, answers);
        visited.insert(&self.start);
        let posts = || visited.iter().filter_map(|code| self.post(code));
        let mut entered = BTreeMap::<&str, usize>::new();
        for to in posts().flat_map(|post| post.taken(answers)) {
            *entered.entry(to).or_default() += 1;
        }
        for (code, _) in entered.iter().filter(|(_, times)| **times > 1) {
            if self.post(code).is_some_and(|post| post.join.is_some()) {
                joined.insert(*code);
            } else {
                found.push(Problem::MissingJoin {
                    post: (*code).to_owned(),
                });
            }
        }
        if posts().filter(|post| post.next.is_empty()).count() > 1 {
            found.push(Problem::SeveralEnds);
        }
        for step in [
            Step::Accept,
            Step::Review,
            Step::Decide,
            Step::Complete,
            Step::Deliver,
        ] {
            if !posts().any(|post| post.step == step) {
                found.push(Problem::MissingStep { step });
            }
        }
    }
}

impl Post {
    fn check(&self, questions: &Questions, problems: &mut Vec<Problem>) {
        let post = || self.code.clone();
        for error in self
            .next
            .iter()
            .filter_map(|r| r.when.as_ref()?.check(questions).err())
        {
            problems.push(Problem::Condition {
                post: post(),
                error,
            });
        }
        let free = |route: &crate::Route| route.when.is_none();
        if self.parallel {
            if self.next.len() < 2 || !self.next.iter().any(free) {
                problems.push(Problem::ParallelRoutes { post: post() });
            }
        } else if let Some((last, others)) = self.next.split_last()
            && (!free(last) || others.iter().any(free))
        {
            problems.push(Problem::DefaultRoute { post: post() });
        }
        if self.next.is_empty() != (self.step == Step::Deliver) {
            problems.push(Problem::EndIsDelivery { post: post() });
        }
        if self.name.is_empty() || self.duty.is_empty() {
            problems.push(Problem::NoDuty { post: post() });
        }
        if self.staff.is_empty() || self.role.is_empty() {
            problems.push(Problem::NoStaff { post: post() });
        } else if self.countersign < 1 || self.countersign as usize > self.staff.len() {
            problems.push(Problem::Countersign { post: post() });
        }
        if self.step != Step::Decide && !self.seals.is_plain() {
            problems.push(Problem::SealsNoDecision { post: post() });
        }
        let agencies = &self.seals.agencies;
        let distinct: HashSet<&str> = agencies.iter().map(|code| code.trim()).collect();
        if agencies.len() > 7 || distinct.len() < agencies.len() || distinct.contains("") {
            problems.push(Problem::SealingAgencies { post: post() });
        }
        if self.step == Step::SiteCheck && self.countersign < 2 {
            problems.push(Problem::SiteCheckAlone { post: post() });
        }
    }
}
