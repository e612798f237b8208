//! Personal data that is put in anywhere comes to rest nowhere in the clear: planted numbers, names
//! and addresses are searched for in the database with its write-ahead log, the files, the
//! temporary folder, the logs at their most talkative, the backup, and every address and cookie
//! that the server gives out; plain, in hexadecimal, base64, UTF-16, escaped, unzipped, inflated.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod planted;
mod search;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use journeys::{Client, FilePart, Left, Process, Reply, Town};

use planted::Canaries;
use search::{Search, proves_itself};

const PROGRAM: &str = env!("CARGO_BIN_EXE_tongban");

/// A browser whose every answer is kept: where it led, and what it set.
struct Watched {
    client: Client,
    given: Vec<u8>,
}

impl Watched {
    fn note(&mut self, reply: std::io::Result<Reply>) -> Reply {
        let reply = reply.unwrap();
        assert!(reply.status < 500, "{} {}", reply.status, reply.text());
        for (name, value) in &reply.headers {
            self.given.extend(format!("{name}: {value}\n").bytes());
        }
        reply
    }

    async fn get(&mut self, path: &str) -> Reply {
        let reply = self.client.get(path).await;
        self.note(reply)
    }

    async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let reply = self.client.post(path, fields).await;
        self.note(reply)
    }

    async fn upload(&mut self, path: &str, name: &str, bytes: &[u8]) -> Reply {
        let file = FilePart {
            field: "file",
            name,
            bytes,
        };
        let reply = self.client.upload(path, &[], &[file]).await;
        self.note(reply)
    }
}

/// A picture with words in its metadata.
fn png_with(words: &str) -> Vec<u8> {
    let png = journeys::drawing("材料", "2026-11-16T01:00:00Z".parse().unwrap());
    let mut data = b"tEXtComment\0".to_vec();
    data.extend(words.bytes());
    let mut chunk = u32::try_from(data.len() - 4)
        .unwrap()
        .to_be_bytes()
        .to_vec();
    chunk.extend(&data);
    chunk.extend(crc32fast::hash(&data).to_be_bytes());
    // After the header chunk: signature 8, length 4, type 4, header 13, sum 4.
    [&png[..33], &chunk, &png[33..]].concat()
}

/// A page with words, as plain text in the file.
fn pdf_with(words: &str) -> Vec<u8> {
    let stream = format!("BT /F1 12 Tf 20 20 Td ({words}) Tj ET");
    let parts = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R >>".to_owned(),
        format!(
            "<< /Length {} >>\nstream\n{stream}\nendstream",
            stream.len()
        ),
    ];
    let mut file = String::from("%PDF-1.4\n");
    let mut places = Vec::new();
    for (n, part) in parts.iter().enumerate() {
        places.push(file.len());
        file.push_str(&format!("{} 0 obj\n{part}\nendobj\n", n + 1));
    }
    let start = file.len();
    file.push_str("xref\n0 5\n0000000000 65535 f \n");
    for place in places {
        file.push_str(&format!("{place:010} 00000 n \n"));
    }
    file.push_str(&format!(
        "trailer << /Size 5 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    ));
    file.into_bytes()
}

struct Story {
    draft: String,
    materials: Vec<String>,
    resident: String,
    window: String,
    decider: String,
    decided: (String, i64),
}

async fn prepare(town: &Town, c: &mut Canaries) -> Story {
    let mut more = serde_json::Map::new();
    more.insert("applicant_id_type".into(), "居民身份证".into());
    let (other, _) = town.sign_in("u_p06").await;
    let draft = town.ready_draft(&other, "YSZC", &more).await.unwrap();
    let case = cases::submit(&other, &draft.case_id).await.unwrap().case;
    let case = town.until_decision(&case).await;
    let decider = town.first(&case, flow::Step::Decide).await;
    let decider = decider.actor.id.clone();
    let (me, resident) = town.sign_in("u_p05").await;
    let draft = town.ready_draft(&me, "YSZC", &more).await.unwrap();
    let detail = cases::detail(&me, &draft.case_id).await.unwrap();
    let needs = detail.item.materials_for(&detail.case.data.answers);
    // Registration has no page yet: the use case takes what a page would.
    let agreement = identity::current_agreement(town.ctx()).await.unwrap();
    let registration = identity::Registration {
        name: c.words("registration: name", "欧阳"),
        id_number: c.id("registration: number"),
        mobile: c.phone("registration: mobile"),
        contents: identity::Contents {
            bank_account: Some(c.plant("registration: account", "6222990112345678905".into())),
            ..identity::Contents::default()
        },
        password: c.plant("registration: password", "Jin-Si-Que-2026".into()),
        agreement: agreement.version.clone(),
    };
    let _ = identity::register(&town.visitor(), &registration).await;
    Story {
        draft: draft.case_id,
        materials: needs
            .iter()
            .map(|n| n.material.material_code.clone())
            .collect(),
        resident,
        window: town.staff_token("ck_haosy").await,
        decider: town.staff_token(&decider).await,
        decided: (case.number().to_owned(), case.rev),
    }
}

/// Puts canaries into every input of the pages.
async fn plant(address: &str, story: &Story, c: &mut Canaries) -> Vec<u8> {
    let mut visitor = Watched {
        client: Client::new(address),
        given: Vec::new(),
    };
    let headers = &mut visitor.client.headers;
    headers.push(("Referer".into(), format!("http://x/{}", c.id("Referer"))));
    headers.push(("X-Forwarded-For".into(), c.phone("X-Forwarded-For")));
    headers.push(("X-Request-Id".into(), c.id("X-Request-Id")));
    headers.push(("Accept-Language".into(), c.id("Accept-Language")));
    headers[0].1 = c.phone("User-Agent of a visitor");
    for path in [
        "/search?q=",
        "/services?q=",
        "/services/",
        "/verify/",
        "/progress/",
    ] {
        let id = c.id(path);
        visitor.get(&format!("{path}{id}")).await;
        let words = journeys::encode(&c.words(path, "汪"));
        visitor
            .get(&format!("{path}{}", words.replace('+', "%20")))
            .await;
    }
    let (login, password) = (
        c.id("wrong sign-in: number"),
        c.id("wrong sign-in: password"),
    );
    visitor
        .post("/login", &[("login", &login), ("password", &password)])
        .await;
    let (login, password) = (c.phone("wrong sign-in: phone"), c.phone("as a password"));
    let back = format!("/my?x={}", c.id("back of the sign-in"));
    let fields = [
        ("login", login.as_str()),
        ("password", &password),
        ("back", &back),
    ];
    visitor.post("/login", &fields).await;
    let (challenge, code) = (c.id("challenge"), c.phone("code"));
    visitor
        .post("/login/code", &[("challenge", &challenge), ("code", &code)])
        .await;
    let (user, password) = (c.id("staff sign-in: name"), c.id("staff sign-in: password"));
    let fields = [
        ("username", user.as_str()),
        ("password", &password),
        ("code", "123456"),
    ];
    visitor.post("/desk/sign-in", &fields).await;
    let (no, last) = (c.id("verify by number"), "123X");
    visitor
        .post("/verify/number", &[("no", &no), ("last", last)])
        .await;
    let no = c.phone("progress by number");
    visitor
        .post("/progress", &[("no", &no), ("last", last)])
        .await;
    let name = format!("{}.pdf", c.id("verify: file name"));
    let pdf = pdf_with(&c.id("verify: inside a PDF"));
    visitor.upload("/verify", &name, &pdf).await;
    let junk = c.words("verify: something else", "司徒");
    visitor.upload("/verify", "a.ofd", junk.as_bytes()).await;

    let mut me = Watched {
        client: Client::new(address).with_cookie("tb_session", &story.resident),
        given: visitor.given,
    };
    me.client.headers[0].1 = c.phone("User-Agent of a resident");
    let base = format!("/apply/d/{}", story.draft);
    for section in 1..=4 {
        let address = c.words("form: address", "云州市");
        let (mobile, id) = (c.phone("form: mobile"), c.id("form: number"));
        let words = c.words("form: text", "医院");
        let fields = [
            ("address", address.as_str()),
            ("contact_mobile", &mobile),
            ("applicant_id", &id),
            ("qualification_no", &id),
            ("practice_org", &words),
            ("delivery_address", &address),
            ("no_such_field", &id),
        ];
        for end in ["", "/save"] {
            let path = format!("{base}/form-{section}{end}");
            let reply = me.client.post(&path, &fields).await;
            me.note(reply);
        }
    }
    for (n, code) in story.materials.iter().enumerate() {
        let id = c.id("upload: inside");
        let name = c.words("upload: file name", "户口簿");
        let (ending, bytes) = match n % 2 {
            0 => ("png", png_with(&id)),
            _ => ("pdf", pdf_with(&id)),
        };
        let path = format!("{base}/materials/{code}");
        me.upload(&path, &format!("{name}.{ending}"), &bytes).await;
        let path = format!("{base}/materials/{code}?back={}", c.id("upload: back"));
        let exe = c.id("upload: refused");
        me.upload(&path, "x.exe", format!("MZ{exe}").as_bytes())
            .await;
    }
    for page in [&base, "/my", "/my/materials", "/messages"] {
        me.get(page).await;
    }

    let mut desk = Watched {
        client: Client::new(address).with_cookie("tb_desk", &story.window),
        given: me.given,
    };
    let person = c.id("window intake: person");
    desk.post("/desk/intake", &[("_person", &person)]).await;
    let organisation = c.id("window intake: organisation");
    let fields = [
        ("_person", person.as_str()),
        ("_organisation", &organisation),
    ];
    desk.post("/desk/intake", &fields).await;
    let q = c.id("search of the desk");
    desk.get(&format!("/desk/search?q={q}")).await;
    let mut decider = Watched {
        client: Client::new(address).with_cookie("tb_desk", &story.decider),
        given: desk.given,
    };
    let (number, rev) = (&story.decided.0, story.decided.1.to_string());
    let reason = format!(
        "{} {}",
        c.id("opinion"),
        c.words("opinion: words", "申请人住")
    );
    let basis = c.phone("opinion: basis");
    let fields = [
        ("rev", rev.as_str()),
        ("decide.decision", "1"),
        ("decide.reason", &reason),
        ("decide.basis", &basis),
    ];
    let path = format!("/approve/cases/{number}/act/decide");
    let reply = decider.post(&path, &fields).await;
    assert_eq!(reply.status, 303, "{}", reply.text());
    decider.given
}

async fn nothing_rests_in_the_clear(town: Town) {
    let mut c = Canaries::default();
    let story = prepare(&town, &mut c).await;
    let left = town.leave().await;
    let work = tempfile::tempdir().unwrap();
    let temporary = work.path().join("tmp");
    std::fs::create_dir(&temporary).unwrap();
    let tmpdir = format!("TMPDIR={}", temporary.display());
    let program = ["env", "RUST_LOG=trace", &tmpdir, PROGRAM];
    let log = work.path().join("log");
    let server = Process::serve(&left, &program, "2026-11-16T09:10", &log).await;
    let given = plant(&server.address, &story, &mut c).await;
    // Receipts, decisions and messages are made meanwhile.
    tokio::time::sleep(Duration::from_secs(4)).await;
    let backup = backed_up(&left, work.path());
    // Killed, so that the write-ahead log lies there as it was.
    server.kill();
    let mut search = Search::new(&c);
    proves_itself(&c);
    search.bytes("addresses and cookies", &given, 0);
    search.folder(left.data());
    search.folder(&temporary);
    let logs = std::fs::read(&log).unwrap();
    assert!(logs.len() > 1_000, "the logs are silent");
    search.bytes("logs", &logs, 0);
    search.bytes("backup", &std::fs::read(&backup).unwrap(), 1);
    assert!(search.looked > 1 << 20, "nothing was searched");
    let found: Vec<_> = search.found.iter().cloned().collect();
    assert!(found.is_empty(), "in the clear:\n  {}", found.join("\n  "));
    left.remove().await;
}

fn backed_up(left: &Left, work: &Path) -> std::path::PathBuf {
    let file = work.join("saved.zip");
    let mut command = Command::new(PROGRAM);
    command.arg("backup").arg("--data").arg(left.data());
    command.arg("--out").arg(&file);
    if let Some(url) = &left.place.database {
        command.args(["--database", url]);
    }
    let out = command.output().unwrap();
    assert!(
        out.status.success(),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
    file
}

#[tokio::test(flavor = "multi_thread")]
async fn personal_data_rest_nowhere_in_the_clear() {
    nothing_rests_in_the_clear(Town::sqlite("2026-11-16T09:00").await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn personal_data_rest_nowhere_in_the_clear_on_postgres() {
    if let Some(town) = Town::postgres("2026-11-16T09:00").await {
        nothing_rests_in_the_clear(town).await;
    }
}
