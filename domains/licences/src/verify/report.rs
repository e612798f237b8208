//! 核验报告: the outcome of a verification as a document that the platform's operator seals
//! [H-58].

use std::sync::Arc;

use blobs::Blobs;
use kernel::time;
use paper::{Align, Block, Column, Letter, Meta};
use sealing::Outcome;
use seals::{Marks, Order, Papers, Reserve, SealType, UseResult};
use store::Ctx;

use super::{Verification, verification};
use crate::error::LicenceError;
use crate::licence::Format;
use crate::table::verification::{self as table, Files};

/// What the standing authorisation of the operator's seal names.
pub(crate) const DOCUMENT_KIND: &str = "verification";

/// The agency that runs the platform and answers for its verifications. Put into the context's
/// shared things at start-up; without it there are no sealed reports.
#[derive(Clone, Debug)]
pub struct Operator {
    /// Agency code.
    pub agency: String,
}

/// A sealed report.
#[derive(Clone, Debug)]
pub struct Report {
    pub bytes: Vec<u8>,
    /// `核验报告-….pdf`.
    pub file_name: String,
}

/// The report of a verification, sealed when it is first asked for and the same ever after.
pub async fn report(ctx: &Ctx, number: &str, format: Format) -> Result<Report, LicenceError> {
    if format == Format::Png {
        return Err(LicenceError::NotFound);
    }
    let verification = verification(ctx, number).await?;
    let known = table::files(&mut ctx.db.reader(), number).await?;
    let files = match known {
        Some(files) => files,
        None => make(&ctx.as_system(), verification).await?,
    };
    let blob = match format {
        Format::Ofd => &files.ofd_blob,
        Format::Pdf | Format::Png => &files.pdf_blob,
    };
    Ok(Report {
        bytes: blobs(ctx)?.get(ctx, blob).await?,
        file_name: format!("核验报告-{number}.{}", format.code()),
    })
}

fn blobs(ctx: &Ctx) -> Result<Arc<Blobs>, LicenceError> {
    ctx.shared
        .get::<Blobs>()
        .ok_or_else(|| LicenceError::Data("no file store".into()))
}

async fn make(ctx: &Ctx, verification: Verification) -> Result<Files, LicenceError> {
    let operator = ctx
        .shared
        .get::<Operator>()
        .ok_or(LicenceError::NoOperator)?;
    let directory = agencies::directory(ctx)
        .await
        .map_err(LicenceError::other)?;
    let agency = directory
        .agency(&operator.agency)
        .ok_or(LicenceError::NoOperator)?;
    let name = agency.name.clone();
    let site = ctx
        .shared
        .get::<notices::Site>()
        .ok_or_else(|| LicenceError::Data("no site".into()))?;
    let seal = seals::find(ctx, &operator.agency, SealType::Official).await?;
    let number = verification.number.clone();
    // Composed before the seal is touched: what cannot be drawn costs no use.
    let drawn = tokio::task::spawn_blocking(move || draw(&verification, name, &site.base_url));
    let (package, pdf, place) = drawn
        .await
        .map_err(|e| LicenceError::Data(e.to_string()))??;
    let wish = Reserve {
        seal: seal.key,
        purpose: format!("电子证照文件核验报告 {number}"),
        document_kind: DOCUMENT_KIND.into(),
        ..Reserve::default()
    };
    let papers = Papers {
        ofd: Some(seals::parts_of(&package)),
        pdf: Some(pdf),
    };
    let order = Order {
        wish,
        marks: Marks::at(place),
    };
    let sealed = seals::seal_in_order(ctx, vec![order], papers, true).await?;
    let store = blobs(ctx)?;
    let files = Files {
        use_key: sealed.uses[0].as_str().to_owned(),
        ofd_blob: store.put(ctx, sealed.ofd.clone()).await?.name,
        pdf_blob: store.put(ctx, sealed.pdf.clone()).await?.name,
    };
    let work = Arc::new((number, files, sealed.documents(), sealed.uses));
    let (inner, given) = (ctx.clone(), work.clone());
    let done = ctx
        .db
        .write(move |tx| {
            let (ctx, work) = (inner.clone(), given.clone());
            Box::pin(async move {
                let (number, files, documents, uses) = &*work;
                let first = table::put_files(tx, number, files, ctx.now()).await?;
                // Somebody asked at the same moment and was first: his is the report.
                let result = match first {
                    true => UseResult::Signed,
                    false => UseResult::Superseded,
                };
                seals::finish_all(tx, &ctx, uses, documents, result).await?;
                Ok::<_, LicenceError>(())
            })
        })
        .await;
    if let Err(error) = done {
        // What was signed is told all the same, also when the seal was taken out of use meanwhile.
        let note = error.to_string();
        seals::close_all(ctx, &work.3, &work.2, UseResult::Superseded, &note).await;
        // Who takes a seal out of use closes its uses first: then say that, not that two met.
        seals::find(ctx, &operator.agency, SealType::Official).await?;
        return Err(error);
    }
    let kept = table::files(&mut ctx.db.reader(), &work.0).await?;
    kept.ok_or(LicenceError::NotFound)
}

type Drawn = (ofd::Package, Vec<u8>, paper::Place);

fn draw(v: &Verification, agency: String, base_url: &str) -> Result<Drawn, LicenceError> {
    let composed = paper::letter(&letter(v, agency, base_url))?;
    let place = composed
        .seal
        .ok_or_else(|| LicenceError::Data("no place for the seal".into()))?;
    let laid = paper::lay_out(&composed.document)?;
    let info = ofd::DocInfo {
        id: hex::encode(&gm::sm3(v.number.as_bytes())[..16]),
        // Machines find the verdict here, under the report's own seal.
        custom: vec![
            ("文书种类".into(), "verification".into()),
            ("核验编号".into(), v.number.clone()),
            (
                "核验结论".into(),
                (if v.valid { "valid" } else { "invalid" }).into(),
            ),
            ("文件摘要SM3".into(), v.digest.clone().unwrap_or_default()),
        ],
    };
    Ok((ofd::compose(&laid, &info)?, paper::to_pdf(&laid)?, place))
}

fn conclusion(v: &Verification) -> String {
    match v.failure() {
        None => "核验通过：安全核验、吊销核查、数据核验均通过。".into(),
        Some(failure) => format!(
            "核验未通过：{}未通过，原因是{}。按规定顺序，其后的核验不再进行。",
            failure.step.zh(),
            failure.reason.map(|r| r.zh()).unwrap_or_default()
        ),
    }
}

fn letter(v: &Verification, agency: String, base_url: &str) -> Letter {
    let mut blocks = vec![
        Block::Paragraph(format!(
            "应申请，本平台于{}对所提交的{}进行核验，结果如下。",
            time::chinese_minute(v.at),
            v.way.zh()
        )),
        Block::Heading("一、核验结论".into()),
        Block::Paragraph(conclusion(v)),
    ];
    blocks.push(Block::Heading("二、核验对象".into()));
    blocks.push(Block::KeyValues(subject(v)));
    blocks.push(Block::Heading("三、核验步骤".into()));
    blocks.push(steps(v));
    if let Some(verdict) = v.verdict.as_ref().filter(|one| !one.signatures.is_empty()) {
        blocks.push(Block::Heading("四、签章".into()));
        for signature in &verdict.signatures {
            let rows = [
                ("印章", signature.seal_name.clone()),
                ("签章人", Some(signature.signer.clone())),
                ("证书签发者", Some(signature.issuer.clone())),
                ("证书序列号", Some(signature.signer_serial.clone())),
                ("签名算法", Some(signature.algorithm.clone())),
                ("签章时间", signature.signed_at.as_deref().map(moment)),
                ("可信时间", signature.stamped_at.as_deref().map(moment)),
            ];
            let rows = rows.into_iter().filter_map(|(label, value)| {
                Some((label.to_owned(), value.filter(|v| !v.is_empty())?))
            });
            blocks.push(Block::KeyValues(rows.collect()));
        }
        blocks.push(Block::Heading("五、签章检查".into()));
        blocks.push(findings(verdict));
    }
    let base = base_url.trim_end_matches('/');
    let address = format!("{base}/verify/report/{}", v.number);
    Letter {
        meta: Meta {
            title: "电子文件核验报告".into(),
            author: Some(agency.clone()),
            subject: Some(v.number.clone()),
            keywords: Vec::new(),
            created: v.at,
        },
        agency,
        title: "电子文件核验报告".into(),
        number: Some(format!("核验编号 {}", v.number)),
        addressee: None,
        blocks,
        date_text: time::chinese_date(time::beijing_date(v.at)),
        seal_mm: Some(f32::from(SealType::Official.size_mm())),
        qr: Some(address.clone()),
        qr_caption: "扫码查看核验记录".into(),
        footer: vec![
            "本报告只说明核验当时的结果；证照状态以再次核验为准。".into(),
            format!("核对地址：{address}"),
        ],
        ..Letter::default()
    }
}

/// The time a signature says, as official documents write it.
fn moment(text: &str) -> String {
    text.parse()
        .map(time::chinese_minute)
        .unwrap_or_else(|_| text.to_owned())
}

fn subject(v: &Verification) -> Vec<(String, String)> {
    let mut rows: Vec<(&str, String)> = vec![("提交方式", v.way.zh().into())];
    if let Some(digest) = &v.digest {
        rows.push(("文件摘要（SM3）", digest.clone()));
    }
    if let Some(s) = &v.summary {
        let until = s
            .valid_to
            .map_or_else(|| "长期".to_owned(), time::chinese_date);
        rows.extend([
            ("证照名称", s.type_name.clone()),
            ("证照编号", s.licence_no.clone()),
            ("持证主体", s.holder.clone()),
            ("发证机关", s.issuer.clone()),
            ("发证日期", time::chinese_date(s.issue_date)),
            ("有效期至", until),
            ("证照状态", s.state.zh().into()),
        ]);
    }
    if let Some(document) = &v.document {
        rows.extend([
            ("文书名称", document.title.clone()),
            ("文号", document.number.clone()),
            ("文书状态", document.state.zh().into()),
        ]);
    }
    rows.into_iter()
        .map(|(label, value)| (label.to_owned(), value))
        .collect()
}

fn column(title: &str, share: f32) -> Column {
    Column {
        title: title.into(),
        share,
        align: Align::Left,
    }
}

fn steps(v: &Verification) -> Block {
    let rows = v.steps.iter().map(|s| {
        let outcome = match s.passed {
            Some(true) => "通过",
            Some(false) => "未通过",
            None => "未进行",
        };
        let why = match s.reason {
            Some(reason) if s.evidence.is_empty() => reason.zh().to_owned(),
            Some(reason) => format!("{}（{}）", reason.zh(), s.evidence),
            None => s.evidence.clone(),
        };
        let at = time::beijing(s.at).strftime("%H:%M:%S").to_string();
        vec![s.step.zh().to_owned(), outcome.into(), why, at]
    });
    Block::Table {
        columns: vec![
            column("步骤", 2.0),
            column("结果", 1.4),
            column("依据或原因", 5.0),
            column("时间", 1.6),
        ],
        rows: rows.collect(),
    }
}

fn findings(verdict: &sealing::Verdict) -> Block {
    let rows = verdict.findings.iter().map(|f| {
        let outcome = match f.outcome {
            Outcome::Pass => "通过",
            Outcome::Fail => "未通过",
            Outcome::Warn => "提示",
            Outcome::NotChecked => "未核查",
        };
        let reason = f.reason.map(|r| r.zh()).unwrap_or_default();
        vec![f.check.zh().to_owned(), outcome.into(), reason.to_owned()]
    });
    // The same check of seal, signer and maker is told once where it ended alike.
    let mut rows: Vec<Vec<String>> = rows.collect();
    rows.dedup();
    Block::Table {
        columns: vec![
            column("检查", 2.4),
            column("结果", 1.4),
            column("说明", 6.2),
        ],
        rows,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::{Step, StepResult, Way};

    /// A failed verification says which step failed and why, and that the rest was not done.
    #[test]
    fn the_conclusion_names_the_step_that_failed() {
        let at = "2026-11-16T01:00:00Z".parse().unwrap();
        let step = |step, passed, reason| StepResult {
            step,
            passed,
            reason,
            evidence: String::new(),
            at,
        };
        let reason = sealing::Reason::LicenceVoid;
        let v = Verification {
            number: "N".into(),
            way: Way::Token,
            valid: false,
            steps: vec![
                step(Step::Security, Some(true), None),
                step(Step::Revocation, Some(false), Some(reason)),
                step(Step::Data, None, None),
            ],
            summary: None,
            copy: None,
            document: None,
            digest: None,
            verdict: None,
            at,
        };
        let said = conclusion(&v);
        assert!(
            said.contains("吊销核查未通过") && said.contains("证照已作废"),
            "{said}"
        );
        let letter = letter(&v, "云州市数据局".into(), "https://x");
        assert!(paper::letter(&letter).unwrap().seal.is_some());
    }
}
