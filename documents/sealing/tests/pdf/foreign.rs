//! Software that is not ours: pyHanko, poppler, qpdf. A tool that is missing fails the test.

use std::path::Path;
use std::process::Command;

use gm::KeyKind;
use sealing::pdf::{PdfSignJob, RectMm, sign_pdf, verify_pdf};
use serde_json::Value;

use crate::make::*;

pub fn run(program: &str, arguments: &[&str]) -> Option<(i32, String)> {
    run_in(Path::new("."), program, arguments)
}

fn run_in(folder: &Path, program: &str, arguments: &[&str]) -> Option<(i32, String)> {
    match Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .output()
    {
        Ok(output) => {
            let text = [output.stdout, output.stderr].concat();
            Some((
                output.status.code().unwrap_or(-1),
                String::from_utf8_lossy(&text).into_owned(),
            ))
        }
        Err(error) => panic!("{program} cannot be run; cargo xtask test installs it: {error}"),
    }
}

/// What pyHanko says, or none where it is not installed.
fn pyhanko(file: &Path, root: &Path) -> Option<Value> {
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/tools/pyhanko_verify.py"
    );
    let (code, text) = run(
        "python3",
        &[script, file.to_str().unwrap(), root.to_str().unwrap()],
    )?;
    assert_ne!(
        code, 3,
        "python3 has no pyhanko; cargo xtask test installs it"
    );
    let line = text.lines().find(|line| line.starts_with('{'));
    Some(serde_json::from_str(line.unwrap_or_else(|| panic!("{text}"))).unwrap())
}

pub struct Files {
    pub folder: tempfile::TempDir,
    root: std::path::PathBuf,
}

impl Files {
    pub fn new(house: &House) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root.pem");
        std::fs::write(&root, house.root.to_pem()).unwrap();
        Self { folder, root }
    }

    /// Runs a program in this folder.
    pub fn run(&self, program: &str, arguments: &[&str]) -> Option<(i32, String)> {
        run_in(self.folder.path(), program, arguments)
    }

    pub fn write(&self, name: &str, bytes: &[u8]) -> std::path::PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

/// All foreign verifiers accept the file.
pub fn accepted(files: &Files, name: &str, pdf: &[u8], signatures: u64) {
    accepted_shown(files, name, pdf, signatures, signatures);
}

/// The same for signatures that are shown in more than one place: poppler counts places.
pub fn accepted_shown(files: &Files, name: &str, pdf: &[u8], signatures: u64, places: u64) {
    let path = files.write(name, pdf);
    let file = path.to_str().unwrap();
    if let Some(said) = pyhanko(&path, &files.root) {
        assert_eq!(said["valid"], true, "{name}: {said}");
        assert_eq!(said["intact"], true, "{name}: {said}");
        assert_eq!(said["covers_whole"], true, "{name}: {said}");
        assert_eq!(said["signatures"], signatures, "{name}: {said}");
    }
    if let Some((_, said)) = run("pdfsig", &[file]) {
        let valid = said.matches("Signature is Valid.").count() as u64;
        assert_eq!(valid, places, "{name}: {said}");
        assert!(said.contains("Total document signed"), "{name}: {said}");
        assert!(said.contains("ETSI.CAdES.detached"), "{name}: {said}");
    }
    if let Some((code, said)) = run("qpdf", &["--check", file]) {
        assert_eq!(code, 0, "{name}: {said}");
    }
}

/// [I-07] The impression is seen and printed, the signature covers the whole file, and readers that
/// are not ours find it valid under the platform's certificate authority.
#[test]
fn others_accept_one_two_and_three_signatures() {
    let house = House::new(KeyKind::P256, 1);
    let files = Files::new(&house);
    let seal = seal();
    let mut pdf = document(2);
    for number in 1..=3u64 {
        let signer = house.signer(&format!("公章{number}"), number);
        let field = format!("Seal{number}");
        let mut job = job(&signer, &seal, &field);
        job.rect.y = 60.0 * number as f64;
        job.closing = number == 3;
        pdf = sign_pdf(&pdf, &job).unwrap();
        accepted(&files, &format!("signed{number}.pdf"), &pdf, number);
        if let Some(ring) = pixel(&files, &pdf, 0, 151.0, job.rect.y + 2.0) {
            assert!(
                ring[0] > 180 && ring[1] < 100,
                "impression {number}: {ring:?}"
            );
        }
    }
}

/// Files with object and cross-reference streams, compressed and linearised, as other writers make
/// them.
#[test]
fn others_accept_signatures_on_files_of_other_writers() {
    let house = House::new(KeyKind::P256, 1);
    let files = Files::new(&house);
    let plain = files.write("plain.pdf", &document(3));
    let seal = seal();
    for (name, options) in [
        ("streams", &["--object-streams=generate"][..]),
        ("tables", &["--object-streams=disable"]),
        ("linear", &["--linearize"]),
        (
            "linear-streams",
            &["--linearize", "--object-streams=generate"],
        ),
    ] {
        let path = files.folder.path().join(format!("{name}.pdf"));
        let arguments = [options, &[plain.to_str().unwrap(), path.to_str().unwrap()]].concat();
        let Some((code, said)) = run("qpdf", &arguments) else {
            return;
        };
        assert_eq!(code, 0, "{said}");
        let mut pdf = std::fs::read(&path).unwrap();
        for number in 1..=2 {
            let signer = house.signer("公章", number);
            let field = format!("Seal{number}");
            let mut job = job(&signer, &seal, &field);
            job.page = number as usize;
            pdf = sign_pdf(&pdf, &job).unwrap();
            let verdict = check(&pdf, &house);
            assert!(verdict.is_valid(), "{name}: {verdict:#?}");
            accepted(&files, &format!("{name}-{number}.pdf"), &pdf, number);
        }
    }
}

#[test]
fn others_reject_a_changed_byte_where_we_do() {
    let house = House::new(KeyKind::P256, 1);
    let files = Files::new(&house);
    let pdf = signed(&house);
    let gap = contents(&pdf);
    // Places spread over page content, the picture, the dictionary and the end of the file.
    let covered: Vec<usize> = (0..pdf.len())
        .filter(|at| *at + 1 < gap.start || *at > gap.end)
        .collect();
    for at in covered
        .iter()
        .step_by(covered.len() / 6)
        .copied()
        .chain([gap.end + 1])
    {
        let mut changed = pdf.clone();
        changed[at] ^= 1;
        let ours = verify_pdf(&changed, &house.trust());
        assert!(!ours.is_ok_and(|verdict| verdict.is_valid()), "byte {at}");
        let path = files.write("changed.pdf", &changed);
        if let Some(said) = pyhanko(&path, &files.root) {
            assert_eq!(said["valid"], false, "byte {at}: {said}");
        }
        if let Some((_, said)) = run("pdfsig", &[path.to_str().unwrap()]) {
            assert!(!said.contains("Signature is Valid."), "byte {at}: {said}");
        }
    }
}

/// Draws a page at 72 dots an inch and returns a pixel at that many millimetres.
pub fn pixel(files: &Files, pdf: &[u8], page: usize, x: f64, y: f64) -> Option<[u8; 3]> {
    let path = files.write("draw.pdf", pdf);
    let out = files.folder.path().join("draw");
    let number = (page + 1).to_string();
    let arguments = [
        "-r",
        "72",
        "-f",
        &number,
        "-l",
        &number,
        "-png",
        "-singlefile",
        path.to_str().unwrap(),
        out.to_str().unwrap(),
    ];
    let (code, said) = run("pdftoppm", &arguments)?;
    assert_eq!(code, 0, "{said}");
    let file = std::fs::File::open(out.with_extension("png")).unwrap();
    let mut reader = png::Decoder::new(std::io::BufReader::new(file))
        .read_info()
        .unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    assert_eq!(info.color_type, png::ColorType::Rgb);
    let dot = |mm: f64| (mm * 72.0 / 25.4) as usize;
    let at = (dot(y) * info.width as usize + dot(x)) * 3;
    Some([pixels[at], pixels[at + 1], pixels[at + 2]])
}

#[test]
fn the_impression_is_seen_where_it_was_put_and_lets_the_page_shine_through() {
    let house = House::new(KeyKind::P256, 1);
    let files = Files::new(&house);
    let signer = house.signer("公章", 1);
    let seal = seal();
    let plain = document(1);
    for turn in [0, 90, 180, 270] {
        let turned = if turn == 0 {
            plain.clone()
        } else {
            let (number, body) = body_with(&plain, "/Type/Page/");
            let body = body.replacen("<<", &format!("<</Rotate {turn}"), 1);
            append(&plain, &[(number, body)])
        };
        let rect = RectMm {
            x: 20.0,
            y: 100.0,
            width: 42.0,
            height: 42.0,
        };
        let pdf = sign_pdf(
            &turned,
            &PdfSignJob {
                rect,
                ..job(&signer, &seal, "S")
            },
        )
        .unwrap();
        let Some(ring) = pixel(&files, &pdf, 0, 20.0 + 21.0, 100.0 + 2.0) else {
            return;
        };
        assert!(ring[0] > 180 && ring[1] < 100, "turned {turn}: {ring:?}");
        let middle = pixel(&files, &pdf, 0, 20.0 + 21.0, 100.0 + 21.0).unwrap();
        assert_eq!(
            middle,
            [255, 255, 255],
            "turned {turn}: the middle is transparent"
        );
    }
}
