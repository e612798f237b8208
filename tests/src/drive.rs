//! Driving a case through the city by the people who stand at its posts.

use std::collections::HashMap;

use cases::{Case, CaseError, Complete, Decide, MarkPoint, Seen, SignedOpinion, State};
use flow::Step;
use materials::{Group, Upload};
use serde_json::{Map, Value};
use store::Ctx;

use crate::{Town, drawing};

/// The steps at which opinions are signed, in their order.
const REVIEWS: [Step; 3] = [Step::Review, Step::TechnicalReview, Step::SiteCheck];

impl Town {
    /// The whole form of an item's scenario: answers, values, who applies.
    pub fn form(&self, item: &str) -> Value {
        let forms: Vec<Value> = self.city.part("scenario_forms.json", "forms").unwrap();
        forms.into_iter().find(|f| f["item_id"] == item).unwrap()
    }

    /// The person of an item's scenario applies and submits. Gives the person and the case.
    pub async fn apply(&self, item: &str) -> (Ctx, Case) {
        let form = self.form(item);
        let me = self
            .person(form["applicant_username"].as_str().unwrap())
            .await;
        let draft = self.fill(&me, item).await;
        let case = cases::submit(&me, &draft.case_id).await.unwrap().case;
        (me, case)
    }

    /// A draft of an item's scenario with everything in it, ready to be submitted.
    pub async fn fill(&self, me: &Ctx, item: &str) -> Case {
        self.ready_draft(me, item, &Map::new()).await.unwrap()
    }

    /// The case as it is now.
    pub async fn case(&self, id: &str) -> Case {
        cases::detail(self.ctx(), id).await.unwrap().case
    }

    /// Uploads a drawing for every material that the platform does not hold.
    pub async fn upload_missing(&self, me: &Ctx, id: &str) {
        let detail = cases::detail(me, id).await.unwrap();
        for need in detail.item.materials_for(&detail.case.data.answers) {
            let material = &need.material;
            let code = &material.material_code;
            let there = detail.materials.iter().any(|m| m.material_code == *code);
            if !need.required || there {
                continue;
            }
            let upload = Upload {
                owner: detail.case.data.owner.clone(),
                name: format!("{}.png", material.material_name),
                group: Group::SelfMade,
                bytes: drawing(&material.material_name, me.now()),
            };
            let file = materials::upload(me, upload).await.unwrap();
            cases::attach_file(me, id, code, &file.file_key)
                .await
                .unwrap();
        }
    }

    /// Ticks every review point of the materials that the case asks for.
    pub async fn pass_points(&self, officer: &Ctx, id: &str) {
        let detail = cases::detail(officer, id).await.unwrap();
        let needs = detail.item.materials_for(&detail.case.data.answers);
        let marks = needs.iter().flat_map(|n| {
            n.material.review_points.iter().map(|p| MarkPoint {
                material_code: n.material.material_code.clone(),
                point_no: i64::from(p.no),
                passed: true,
            })
        });
        let marks: Vec<MarkPoint> = marks.collect();
        cases::mark_points(officer, id.into(), marks).await.unwrap();
    }

    /// Everybody who may act at the open posts of a step.
    pub async fn on_duty(&self, case: &Case, step: Step) -> Vec<Ctx> {
        let case = self.case(&case.case_id).await;
        let d = &case.data;
        let item = items::version(self.ctx(), &d.item_id, d.item_version)
            .await
            .unwrap();
        let mut all = Vec::new();
        let flow = d.flow.as_ref().unwrap();
        let posts = flow.tasks().filter_map(|(code, _)| item.flow.post(code));
        for username in posts.filter(|p| p.step == step).flat_map(|p| &p.staff) {
            all.push(self.officer(username).await);
        }
        all
    }

    /// The first officer of the open post of a step.
    pub async fn first(&self, case: &Case, step: Step) -> Ctx {
        let mut officers = self.on_duty(case, step).await;
        assert!(!officers.is_empty(), "nobody at {step:?}");
        officers.swap_remove(0)
    }

    /// Takes in what has to be taken in, and accepts.
    pub async fn accept(&self, case: &Case) -> Case {
        let id = &case.case_id;
        let clerk = self.first(case, Step::Accept).await;
        if case.data.max_visits == 2 && case.state == State::Submitted {
            cases::pass_pre_review(&clerk, id.into(), "材料齐全")
                .await
                .unwrap();
            cases::take_originals(&clerk, id.into()).await.unwrap();
        }
        self.pass_points(&clerk, id).await;
        cases::accept(&clerk, id.into(), "材料齐全，符合法定形式")
            .await
            .unwrap()
    }

    /// Signs at every reviewing post until the case waits for its decision.
    pub async fn review(&self, case: &Case) {
        let opinion = SignedOpinion {
            agree: true,
            text: "符合条件，建议准予".into(),
        };
        for step in REVIEWS {
            for officer in self.on_duty(case, step).await {
                if self.on_duty(case, step).await.is_empty() {
                    break;
                }
                cases::sign_opinion(&officer, (&case.case_id).into(), &opinion)
                    .await
                    .unwrap();
            }
        }
    }

    /// Decides, by the decider of the open post.
    pub async fn decide(&self, case: &Case, approve: bool) -> Case {
        let decider = self.first(case, Step::Decide).await;
        let decide = Decide {
            approve,
            reason: if approve {
                "符合法定条件、标准".into()
            } else {
                "不符合法定条件".into()
            },
            basis: if approve {
                String::new()
            } else {
                "《行政许可法》第三十八条".into()
            },
        };
        cases::decide(&decider, (&case.case_id).into(), &decide)
            .await
            .unwrap()
    }

    /// Completes, filling in what no source gives.
    pub async fn complete(&self, case: &Case) -> Case {
        let officer = self.first(case, Step::Complete).await;
        complete_as(&officer, case.case_id.as_str().into())
            .await
            .unwrap()
    }

    /// From submission to completion.
    pub async fn run_through(&self, case: &Case) -> Case {
        self.accept(case).await;
        self.run_on(case).await
    }

    /// From acceptance to completion.
    pub async fn run_on(&self, case: &Case) -> Case {
        self.review(case).await;
        self.decide(case, true).await;
        self.complete(case).await
    }
}

/// Completes a case as this officer; face fields that no source gives say 见附件.
pub async fn complete_as(officer: &Ctx, seen: Seen<'_>) -> Result<Case, CaseError> {
    let face = cases::preview_face(officer, seen).await?;
    let mut complete = Complete::default();
    for (field, _) in face.map(|f| f.missing).unwrap_or_default() {
        complete.face.insert(field, "见附件".into());
    }
    cases::complete(officer, seen, &complete).await
}

/// Answers as a form posts them.
pub fn answers(of: &Value) -> HashMap<String, Vec<String>> {
    let of = of.as_object().unwrap();
    let one = |v: &Value| vec![v.as_str().unwrap().to_owned()];
    of.iter().map(|(k, v)| (k.clone(), one(v))).collect()
}
