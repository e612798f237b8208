//! 流程图: the outward flow drawn from the definition [C-34].

use std::collections::BTreeMap;
use std::fmt::Write;

use calendar::Limit;

use crate::{Definition, OutwardStep, limit_words};

/// What stands above a chart.
#[derive(Clone, Copy, Debug)]
pub struct ChartHead<'a> {
    pub item_name: &'a str,
    /// 法定办结时限.
    pub statutory: Limit,
    /// 承诺办结时限.
    pub promised: Limit,
}

const WIDTH: u32 = 720;
const BOX: u32 = 540;
const LEFT: u32 = 170;
const GAP: u32 = 28;
/// Sizes of the first line of a box, and of the lines below it.
const NAME: u32 = 17;
const SMALL: u32 = 14;
const PADDING: u32 = 14;

impl Definition {
    /// The outward flow as an SVG picture: steps in order with who acts and the limit in words;
    /// under the agency's own step the posts it is made of with their limits.
    ///
    /// The picture carries its colours as presentation attributes and every part has a class, so
    /// it stands alone as a file, follows a page's style sheet inside one, and needs no inline
    /// style that a content security policy would refuse.
    pub fn outward_chart(&self, head: &ChartHead<'_>) -> String {
        let limits = format!(
            "法定办结时限：{}　承诺办结时限：{}",
            limit_words(head.statutory),
            limit_words(head.promised)
        );
        let title = format!("{}流程图", head.item_name);
        let (mut body, mut y) = (String::new(), 16);
        for line in wrapped(&title, 20, WIDTH - 40) {
            y += 24;
            text(
                &mut body,
                "flow-title",
                WIDTH / 2,
                y,
                20,
                ("middle", "bold"),
                &line,
            );
        }
        y += 26;
        text(
            &mut body,
            "flow-limits",
            WIDTH / 2,
            y,
            SMALL,
            ("middle", "normal"),
            &limits,
        );
        y += 20;
        let mut steps: Vec<_> = self.outward.iter().collect();
        steps.sort_by_key(|step| step.no);
        for (i, step) in steps.iter().enumerate() {
            if i > 0 {
                arrow(&mut body, y);
                y += GAP;
            }
            y += self.step(&mut body, step, y);
        }
        let height = y + 16;
        let described: Vec<_> = steps.iter().map(|step| step.name.as_str()).collect();
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"flow-chart\" role=\"img\" \
             viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" \
             font-family=\"sans-serif\"><title>{}</title><desc>{}：{}</desc>{body}</svg>",
            escaped(&title),
            escaped(&limits),
            escaped(&described.join("—")),
        )
    }

    /// Draws one step with its top at `y`; gives its height.
    fn step(&self, body: &mut String, step: &OutwardStep, y: u32) -> u32 {
        let inner = BOX - 2 * PADDING;
        let name = wrapped(&format!("{}　{}", step.no, step.name), NAME, inner);
        let mut lines: Vec<_> = name.into_iter().map(|line| (NAME, "bold", line)).collect();
        let mut add = |line: &str| {
            lines.extend(
                wrapped(line, SMALL, inner)
                    .into_iter()
                    .map(|l| (SMALL, "normal", l)),
            );
        };
        match (step.duration_text.is_empty(), step.note.is_empty()) {
            (false, false) => add(&format!("{}；{}", step.duration_text, step.note)),
            (false, true) => add(&step.duration_text),
            (true, false) => add(&step.note),
            (true, true) => {}
        }
        if step.code == "review" {
            add(&self.posts_in_words());
        }
        let actors = wrapped(&step.actor, SMALL, LEFT - 24);
        let height = lines.iter().map(|(size, ..)| size + 7).sum::<u32>() + 2 * PADDING - 7;
        // The actor's name may be taller than the step.
        let height = height.max(actors.iter().map(|_| SMALL + 4).sum::<u32>() + 2 * PADDING);
        let dashes = if step.is_optional() {
            " stroke-dasharray=\"6 4\""
        } else {
            ""
        };
        let _ = write!(
            body,
            "<rect class=\"flow-box\" x=\"{LEFT}\" y=\"{y}\" width=\"{BOX}\" height=\"{height}\" \
             rx=\"6\" fill=\"#ffffff\" stroke=\"#34506b\" stroke-width=\"1.5\"{dashes}/>"
        );
        let mut line_y = y + PADDING;
        for (size, weight, line) in &lines {
            line_y += size - 2;
            text(
                body,
                "flow-text",
                LEFT + PADDING,
                line_y,
                *size,
                ("start", weight),
                line,
            );
            line_y += 9;
        }
        let mut actor_y = y + PADDING + NAME - 2;
        for line in &actors {
            text(
                body,
                "flow-actor",
                LEFT - 12,
                actor_y,
                SMALL,
                ("end", "normal"),
                line,
            );
            actor_y += SMALL + 4;
        }
        height
    }

    /// `审查1.5个工作日；现场核查1.5个工作日（按情形）；决定1个工作日`: the posts between
    /// acceptance and completion.
    fn posts_in_words(&self) -> String {
        let inside = |step| step != crate::Step::Accept && step < crate::Step::Complete;
        let words = |post: &crate::Post| {
            let limit = match (post.limit.as_hundredths(), post.limit_minutes) {
                (0, Some(minutes)) => format!("{minutes}分钟"),
                (0, None) => String::new(),
                _ => post.limit.words(post.limit_unit),
            };
            let sometimes = self.avoids(&self.start, &post.code, &mut BTreeMap::new());
            let mark = if sometimes { "（按情形）" } else { "" };
            format!("{}{limit}{mark}", post.step.words())
        };
        let posts = self.posts.iter().filter(|post| inside(post.step));
        posts.map(words).collect::<Vec<_>>().join("；")
    }

    /// Whether a case at `from` can come to the end without passing `post`.
    fn avoids<'a>(
        &'a self,
        from: &'a str,
        post: &str,
        known: &mut BTreeMap<&'a str, bool>,
    ) -> bool {
        if from == post {
            return false;
        }
        if let Some(known) = known.get(from) {
            return *known;
        }
        known.insert(from, false);
        let Some(here) = self.post(from) else {
            return false;
        };
        let mut on = |route: &'a crate::Route| self.avoids(&route.to, post, known);
        let avoids = if here.parallel {
            here.next
                .iter()
                .filter(|route| route.when.is_none())
                .all(&mut on)
        } else {
            here.next.is_empty() || here.next.iter().any(&mut on)
        };
        known.insert(from, avoids);
        avoids
    }
}

impl OutwardStep {
    /// Whether a case may pass without it; the list marks such steps with 如需.
    pub fn is_optional(&self) -> bool {
        self.code == "correction" || self.name.contains("如需")
    }
}

fn arrow(body: &mut String, y: u32) {
    let (x, end) = (LEFT + BOX / 2, y + GAP);
    let (left, right, neck) = (x - 5, x + 5, end - 8);
    let _ = write!(
        body,
        "<path class=\"flow-arrow\" d=\"M{x} {y}V{neck}M{left} {neck}H{right}L{x} {end}Z\" \
         fill=\"#34506b\" stroke=\"#34506b\" stroke-width=\"1.5\"/>"
    );
}

fn text(
    body: &mut String,
    class: &str,
    x: u32,
    y: u32,
    size: u32,
    (anchor, weight): (&str, &str),
    line: &str,
) {
    let _ = write!(
        body,
        "<text class=\"{class}\" x=\"{x}\" y=\"{y}\" font-size=\"{size}\" text-anchor=\"{anchor}\" \
         font-weight=\"{weight}\" fill=\"#1b1b1b\">{}</text>",
        escaped(line)
    );
}

/// Lines of at most `width`; a Chinese character is as wide as the size, others about half.
fn wrapped(line: &str, size: u32, width: u32) -> Vec<String> {
    let (mut lines, mut current, mut used) = (Vec::new(), String::new(), 0);
    for c in line.chars() {
        let wide = if c.is_ascii() { size * 6 / 10 } else { size };
        // Chinese punctuation does not begin a line.
        if used + wide > width && !"，。；、：）”".contains(c) {
            lines.push(std::mem::take(&mut current));
            used = 0;
        }
        current.push(c);
        used += wide;
    }
    if !current.is_empty() {
        lines.push(current);
    }
    lines
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // XML has no place for control characters, not even escaped.
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
