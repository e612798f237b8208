//! The main job without a browser: one case of each mode through the same use cases that the pages
//! call, and every file that comes out of them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use cases::{Case, Complete, Decide, HandOver, Seen, SignedOpinion};
use kernel::{Actor, Channel, PageRequest};
use materials::{Group, Upload};
use serde_json::Value;
use store::Ctx;

use crate::demo::{City, Loaded};
use crate::platform::Platform;
use crate::stop::Stop;

/// Runs one case of each mode and writes what was issued into the folder.
pub async fn once(
    platform: &Platform,
    city: &City,
    loaded: &Loaded,
    out: &Path,
) -> Result<(), Stop> {
    std::fs::create_dir_all(out)
        .map_err(|e| Stop::new(format!("无法写入 / cannot write {}: {e}", out.display())))?;
    let password = match &loaded.passwords {
        Some(passwords) => passwords.residents.clone(),
        None => return Err(Stop::new("--once needs a database of its own")),
    };
    let run = Once {
        platform,
        city,
        password,
        out: out.to_owned(),
    };
    run.roots()?;
    // One item of each mode of D-01, applied for by the people of the scenarios.
    for (mode, item) in [
        ("全程网办", "YSZC"),
        ("原件核验", "PSXK"),
        ("原件预审", "CJRZ"),
    ] {
        run.case(mode, item).await?;
    }
    platform.worker.drain().await?;
    Ok(())
}

struct Once<'a> {
    platform: &'a Platform,
    city: &'a City,
    password: String,
    out: PathBuf,
}

impl Once<'_> {
    fn ctx(&self) -> &Ctx {
        &self.platform.ctx
    }

    fn say(&self, text: &str) {
        println!("{} {text}", kernel::time::minute(self.ctx().now()));
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Stop> {
        let path = self.out.join(name);
        std::fs::write(&path, bytes)
            .map_err(|e| Stop::new(format!("无法写入 / cannot write {}: {e}", path.display())))
    }

    /// The root certificates, for whoever verifies elsewhere.
    fn roots(&self) -> Result<(), Stop> {
        let authorities = &self.platform.authorities;
        let (roots, issuing) = (authorities.roots(), authorities.issuing());
        let pem: String = roots
            .iter()
            .chain(&issuing)
            .map(gm::Certificate::to_pem)
            .collect();
        self.write("root.pem", pem.as_bytes())?;
        for (name, root) in ["root-sm2.pem", "root-p256.pem"].into_iter().zip(&roots) {
            self.write(name, root.to_pem().as_bytes())?;
        }
        self.say("根证书 root.pem / root certificates");
        Ok(())
    }

    /// Signs the applicant of a scenario's form in, as the portal does: password, code, agreement.
    async fn applicant(&self, form: &Value) -> Result<Ctx, Stop> {
        let login = form["applicant_username"].as_str().unwrap_or_default();
        let visitor = self.ctx().with_actor(Actor::visitor(Channel::Portal));
        let challenge = identity::sign_in_password(&visitor, login, &self.password).await?;
        let code = self.newest_code().await?;
        let new = identity::sign_in_code(&visitor, &challenge.id, &code, "headless").await?;
        let agreement = identity::current_agreement(self.ctx()).await?;
        let ctx = self.ctx().with_actor(new.session.actor.clone());
        if !new.session.duties.is_empty() {
            identity::accept_agreement(&ctx, &agreement.version).await?;
        }
        let session = identity::session_actor(&visitor, &new.token, Channel::Portal)
            .await?
            .ok_or_else(|| Stop::new(format!("{login}: no session")))?;
        self.say(&format!("{login} 已登录 / signed in"));
        Ok(self.ctx().with_actor(session.actor.clone()))
    }

    /// The six digits of the newest SMS, as the simulator shows them.
    async fn newest_code(&self) -> Result<String, Stop> {
        let newest = messages::sent(self.ctx(), 1).await?;
        let text = newest.first().map(|s| s.text.clone()).unwrap_or_default();
        let codes = text.split(|c: char| !c.is_ascii_digit());
        codes
            .filter(|d| d.len() == 6)
            .map(str::to_owned)
            .next()
            .ok_or_else(|| Stop::new("没有收到短信验证码 / no code was sent"))
    }

    async fn officer(&self, username: &str) -> Result<Ctx, Stop> {
        let actor = identity::staff_actor(self.ctx(), username, Channel::Console)
            .await?
            .ok_or_else(|| Stop::new(format!("没有人员 / no officer {username}")))?;
        Ok(self.ctx().with_actor(actor))
    }

    /// The first officer of the open post of a step.
    async fn on_duty(&self, case: &Case, step: flow_step::Step) -> Result<Vec<Ctx>, Stop> {
        let names = flow_step::officers(self.ctx(), case, step).await?;
        let mut all = Vec::new();
        for name in names {
            all.push(self.officer(&name).await?);
        }
        Ok(all)
    }

    async fn case(&self, mode: &str, item: &str) -> Result<(), Stop> {
        let forms: Vec<Value> = self.city.part("scenario_forms.json", "forms")?;
        let form = forms
            .iter()
            .find(|f| f["item_id"] == item)
            .ok_or_else(|| Stop::new(format!("scenario_forms.json: {item}")))?;
        let me = self.applicant(form).await?;
        let case = self.apply(&me, mode, item, form).await?;
        let case = self.decide(case).await?;
        self.deliver(&me, case).await
    }

    async fn apply(&self, me: &Ctx, mode: &str, item: &str, form: &Value) -> Result<Case, Stop> {
        let draft = problem(cases::start(me, item).await)?;
        let answers: HashMap<String, Vec<String>> = form["answers"]
            .as_object()
            .map(|o| {
                let one = |v: &Value| v.as_str().map(|s| vec![s.to_owned()]).unwrap_or_default();
                o.iter().map(|(k, v)| (k.clone(), one(v))).collect()
            })
            .unwrap_or_default();
        problem(cases::save_answers(me, &draft.case_id, &answers).await)?;
        let values = form["form_data"].as_object().cloned().unwrap_or_default();
        problem(cases::save_values(me, &draft.case_id, values).await)?;
        self.upload_missing(me, &draft.case_id).await?;
        let submitted = problem(cases::submit(me, &draft.case_id).await)?;
        let case = submitted.case;
        self.say(&format!(
            "{mode}：{} 已提交 {} / submitted",
            case.data.item_name,
            case.number()
        ));
        Ok(case)
    }

    /// Uploads a drawing for every material that the platform does not hold.
    async fn upload_missing(&self, me: &Ctx, case_id: &str) -> Result<(), Stop> {
        let detail = problem(cases::detail(me, case_id).await)?;
        for need in detail.item.materials_for(&detail.case.data.answers) {
            let code = &need.material.material_code;
            if !need.required || detail.materials.iter().any(|m| m.material_code == *code) {
                continue;
            }
            let upload = Upload {
                owner: me.actor.owner().to_owned(),
                name: format!("{}.png", need.material.material_name),
                group: Group::SelfMade,
                bytes: drawing(&need.material.material_name, self.ctx().now())?,
            };
            let file = materials::upload(me, upload).await?;
            problem(cases::attach_file(me, case_id, code, &file.file_key).await)?;
        }
        Ok(())
    }

    async fn decide(&self, case: Case) -> Result<Case, Stop> {
        use cases::State as S;
        let id = case.case_id.clone();
        let clerk = self.first(&case, flow_step::Step::Accept).await?;
        let mut case = case;
        if case.data.max_visits == 2 {
            problem(cases::pass_pre_review(&clerk, (&id).into(), "材料齐全").await)?;
            case = problem(cases::take_originals(&clerk, (&id).into()).await)?;
        }
        if matches!(case.state, S::Submitted | S::TakenIn) {
            case = problem(cases::accept(&clerk, (&id).into(), "材料齐全，符合法定形式").await)?;
            self.say(&format!("{} 已受理 / accepted", case.number()));
        }
        for step in [
            flow_step::Step::Review,
            flow_step::Step::TechnicalReview,
            flow_step::Step::SiteCheck,
        ] {
            for officer in self.on_duty(&case, step).await? {
                if !flow_step::is_open(self.ctx(), &case, step).await? {
                    break;
                }
                let opinion = SignedOpinion {
                    agree: true,
                    text: "符合条件，建议准予".into(),
                };
                case = problem(cases::sign_opinion(&officer, (&id).into(), &opinion).await)?;
            }
        }
        self.say(&format!("{} 审查完毕 / reviewed", case.number()));
        let decider = self.first(&case, flow_step::Step::Decide).await?;
        let decision = Decide {
            approve: true,
            reason: "符合法定条件、标准".into(),
            basis: String::new(),
        };
        let case = problem(cases::decide(&decider, (&id).into(), &decision).await)?;
        self.say(&format!("{} 决定准予 / approved", case.number()));
        let officer = self.first(&case, flow_step::Step::Complete).await?;
        let preview = problem(cases::preview_face(&officer, (&id).into()).await)?;
        let mut complete = Complete::default();
        for (field, _) in preview.map(|f| f.missing).unwrap_or_default() {
            complete.face.insert(field, "见附件".into());
        }
        let case = problem(cases::complete(&officer, (&id).into(), &complete).await)?;
        self.say(&format!("{} 已办结 / completed", case.number()));
        Ok(case)
    }

    async fn first(&self, case: &Case, step: flow_step::Step) -> Result<Ctx, Stop> {
        self.on_duty(case, step)
            .await?
            .into_iter()
            .next()
            .ok_or_else(|| Stop::new(format!("{}没有待办岗位 / no open post", case.number())))
    }

    async fn deliver(&self, me: &Ctx, case: Case) -> Result<(), Stop> {
        if case.state == cases::State::Completed {
            let officer = self.first(&case, flow_step::Step::Deliver).await?;
            let act = HandOver {
                collector: case.private.applicant.name.clone(),
                originals_match: true,
                note: String::new(),
            };
            problem(cases::hand_over(&officer, Seen::case(&case), &act).await)?;
        }
        self.platform.worker.drain().await?;
        let number = case.number().to_owned();
        for notice in notices::list(me, &case.case_id).await? {
            for format in [
                notices::Format::Ofd,
                notices::Format::Pdf,
                notices::Format::Png,
            ] {
                let file = notices::file(me, &notice.doc_id, format).await?;
                let name = format!("{number}-{}.{}", notice.kind.code(), format.code());
                self.write(&name, &file.bytes)?;
            }
            self.say(&format!("{number} {} {}", notice.title, notice.number));
        }
        let key = case
            .data
            .result
            .as_ref()
            .and_then(|r| r.licence_key.clone());
        if let Some(key) = key {
            for format in [
                licences::Format::Ofd,
                licences::Format::Pdf,
                licences::Format::Png,
            ] {
                let bytes = licences::file(me, &key, format).await?;
                self.write(&format!("{number}-licence.{}", format.code()), &bytes)?;
            }
            let ofd = licences::file(me, &key, licences::Format::Ofd).await?;
            let visitor = self.ctx().with_actor(Actor::visitor(Channel::Portal));
            let (verified, bundle) = licences::bundle(&visitor, ofd).await?;
            let Some(bundle) = bundle else {
                return Err(Stop::new(format!(
                    "{number} 证照核验未通过 / licence not valid"
                )));
            };
            self.write(&format!("{number}-bundle.zip"), &bundle)?;
            for format in [licences::Format::Ofd, licences::Format::Pdf] {
                let report = licences::report(&visitor, &verified.number, format).await?;
                let name = format!("{number}-verification.{}", format.code());
                self.write(&name, &report.bytes)?;
            }
            self.say(&format!(
                "{number} 证照已签发并核验通过 / licence issued and verified"
            ));
        }
        let mine = problem(cases::my_cases(me, PageRequest::default()).await)?;
        if !mine
            .rows
            .iter()
            .any(|r| r.case_no.as_deref() == Some(number.as_str()))
        {
            return Err(Stop::new(format!(
                "{number} 不在用户空间 / not in the user space"
            )));
        }
        Ok(())
    }
}

/// Cases explain themselves in both languages.
fn problem<T>(outcome: Result<T, cases::CaseError>) -> Result<T, Stop> {
    outcome.map_err(|e| {
        let cause = e.to_string();
        let p = kernel::Problem::from(e);
        Stop::new(format!("{} / {} ({cause})", p.zh, p.en))
    })
}

/// A page with the material's name, as a scan would be.
fn drawing(name: &str, at: jiff::Timestamp) -> Result<Vec<u8>, Stop> {
    let mut page = paper::Page::a4();
    page.items
        .push(paper::Item::Text(paper::Text::new(name, 30.0, 60.0, 8.0)));
    let meta = paper::Meta {
        title: name.into(),
        created: at,
        ..paper::Meta::default()
    };
    let document = paper::Document {
        meta,
        pages: vec![page],
        attachments: Vec::new(),
    };
    Ok(paper::to_png(
        &paper::lay_out(&document)?,
        0,
        paper::Scale::Dpi(72.0),
    )?)
}

/// Which officers stand at the open posts of a case.
mod flow_step {
    use cases::Case;
    use store::Ctx;

    use crate::stop::Stop;

    pub use flow::Step;

    pub async fn officers(ctx: &Ctx, case: &Case, step: Step) -> Result<Vec<String>, Stop> {
        let item = items::version(ctx, &case.data.item_id, case.data.item_version).await?;
        let Some(state) = &case.data.flow else {
            return Ok(Vec::new());
        };
        let posts = state.tasks().filter_map(|(code, _)| item.flow.post(code));
        Ok(posts
            .filter(|p| p.step == step)
            .flat_map(|p| p.staff.clone())
            .collect())
    }

    pub async fn is_open(ctx: &Ctx, case: &Case, step: Step) -> Result<bool, Stop> {
        let case = cases::detail(&ctx.as_system(), &case.case_id)
            .await
            .map_err(|e| Stop::new(e.to_string()))?
            .case;
        Ok(!officers(ctx, &case, step).await?.is_empty())
    }
}
