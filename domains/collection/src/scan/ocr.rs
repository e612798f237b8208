//! 文字识别: the words of a picture with their places and confidences, as the program `tesseract`
//! reads them where it is installed. Nothing depends on it: what is not read is typed.

use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use store::Ctx;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;
use tokio::sync::Semaphore;

use crate::error::CollectionError;

const PROGRAM: &str = "tesseract";
/// Both scripts together read numbers best, Chinese by itself reads short names best.
pub(crate) const LANGUAGES: [&str; 2] = ["chi_sim+eng", "chi_sim"];
/// How long a page may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// Most bytes that it may say of a page.
const SAID: u64 = 8 << 20;

/// Readers beside each other, one a core; and whether the program was found.
struct Readers {
    room: Arc<Semaphore>,
    found: AtomicBool,
}

impl Default for Readers {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            room: Arc::new(Semaphore::new(cores)),
            found: AtomicBool::new(false),
        }
    }
}

/// A word with its place in pixels.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Word {
    pub text: String,
    /// From 0 to 100.
    pub confidence: f32,
    pub left: f32,
    pub top: f32,
    pub width: f32,
    pub height: f32,
}

/// Whether pictures can be read here: the program is there and knows Chinese.
pub async fn can_read(ctx: &Ctx) -> bool {
    let readers = ctx.shared.get_or_make::<Readers>();
    if readers.found.load(Ordering::Relaxed) {
        return true;
    }
    let mut asked = Command::new(PROGRAM);
    asked
        .arg("--list-langs")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let told = tokio::time::timeout(Duration::from_secs(5), asked.output()).await;
    let knows = |out: &std::process::Output| {
        let text = String::from_utf8_lossy(&out.stdout).into_owned();
        text + &String::from_utf8_lossy(&out.stderr)
    };
    let found = matches!(told, Ok(Ok(out)) if knows(&out).lines().any(|l| l.trim() == "chi_sim"));
    readers.found.store(found, Ordering::Relaxed);
    found
}

/// Reads the words of a picture in one of [`LANGUAGES`].
pub(crate) async fn words(
    ctx: &Ctx,
    picture: &[u8],
    languages: &str,
) -> Result<Vec<Word>, CollectionError> {
    let readers = ctx.shared.get_or_make::<Readers>();
    let _room = readers
        .room
        .acquire()
        .await
        .map_err(CollectionError::data)?;
    let unread = |why: String| {
        tracing::warn!(%why, "a page could not be read");
        CollectionError::Field(
            "文字识别",
            "本机的识别程序没有读出这一页，请人工录入".into(),
        )
    };
    match tokio::time::timeout(PATIENCE, read(picture, languages)).await {
        Ok(Ok(said)) => Ok(parse(&said)),
        Ok(Err(error)) => Err(unread(error.to_string())),
        Err(_) => Err(unread("it took too long".into())),
    }
}

async fn read(picture: &[u8], languages: &str) -> std::io::Result<String> {
    let mut child = Command::new(PROGRAM)
        .args(["stdin", "stdout", "-l", languages, "--psm", "3", "tsv"])
        // One core a page: several pages are read beside each other.
        .env("OMP_THREAD_LIMIT", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let (input, output) = (child.stdin.take(), child.stdout.take());
    let give = async {
        if let Some(mut input) = input {
            // A reader that does not want it says so by how it ends.
            let _ = input.write_all(picture).await;
            let _ = input.shutdown().await;
        }
    };
    let take = async {
        let mut said = Vec::new();
        if let Some(output) = output {
            output.take(SAID).read_to_end(&mut said).await?;
        }
        Ok::<_, std::io::Error>(said)
    };
    let ((), said) = tokio::join!(give, take);
    let said = said?;
    match child.wait().await? {
        status if status.success() => Ok(String::from_utf8_lossy(&said).into_owned()),
        status => Err(std::io::Error::other(status.to_string())),
    }
}

/// The words of a table as the program writes it: level, page, block, paragraph, line, word, left,
/// top, width, height, confidence, text.
fn parse(said: &str) -> Vec<Word> {
    let word = |line: &str| {
        let cells: Vec<&str> = line.split('\t').collect();
        let [
            "5",
            _,
            _,
            _,
            _,
            _,
            left,
            top,
            width,
            height,
            confidence,
            text,
        ] = cells.as_slice()
        else {
            return None;
        };
        let number = |text: &str| text.parse::<f32>().ok().filter(|n| n.is_finite());
        let text = text.trim();
        (!text.is_empty()).then_some(Word {
            text: text.to_owned(),
            confidence: number(confidence)?.clamp(0.0, 100.0),
            left: number(left)?,
            top: number(top)?,
            width: number(width)?,
            height: number(height)?,
        })
    };
    said.lines().filter_map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_of_the_table_are_taken() {
        let said = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\t\
                    height\tconf\ttext\n4\t1\t1\t1\t1\t0\t5\t6\t70\t8\t-1\t\n\
                    5\t1\t1\t1\t1\t1\t10\t20\t30\t40\t91.5\t许可证\n5\t1\t1\t1\t1\t2\tx\ty\t\n\
                    5\t1\t1\t1\t1\t3\t10\t20\t30\t40\tnan\t无\n";
        let words = parse(said);
        assert_eq!(words.len(), 1);
        assert_eq!(
            (words[0].text.as_str(), words[0].confidence),
            ("许可证", 91.5)
        );
        assert_eq!((words[0].left, words[0].height), (10.0, 40.0));
    }
}
