// Accessibility audit of served pages.
//
//   npm ci
//   node run.mjs http://127.0.0.1:4100 / /guide /form
//
// Options, before the paths:
//   --mode standard|elder|both   interface modes to look at (default both)
//   --width 320,390,1280         viewport widths in pixels (default 390,1280)
//   --cookie name=value          sent with every request; may repeat (a session, a language)
//   --no-script                  with scripts switched off in the page
//   --chromium PATH              browser (default $CHROMIUM or /usr/bin/chromium)
//
// Besides the rules of axe (WCAG 2.2 A and AA, best practice) it checks what a rule engine cannot
// know: no sideways scroll, one h1, text of at least 13 px (24 px in elder mode), targets of at
// least 24 px (60 px in elder mode) in the main region, no request that leaves the site.
//
// Prints one JSON object: {"pages": n, "violations": [{page, mode, width, rule, impact, help,
// nodes}], "incomplete": [...]}. Exit code 1 when there is any violation, 2 on misuse.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const require = createRequire(import.meta.url);
const args = process.argv.slice(2);
const options = { mode: "both", widths: [390, 1280], cookies: [], script: true,
  chromium: process.env.CHROMIUM ?? "/usr/bin/chromium" };
let base;
const paths = [];
while (args.length) {
  const arg = args.shift();
  if (arg === "--mode") options.mode = args.shift();
  else if (arg === "--width") options.widths = args.shift().split(",").map(Number);
  else if (arg === "--cookie") options.cookies.push(args.shift());
  else if (arg === "--no-script") options.script = false;
  else if (arg === "--chromium") options.chromium = args.shift();
  else if (!base) base = arg.replace(/\/$/, "");
  else paths.push(arg);
}
if (!base || !paths.length) {
  console.error("usage: node run.mjs [options] BASE_URL PATH...");
  process.exit(2);
}
const modes = options.mode === "both" ? ["standard", "elder"] : [options.mode];
const axeSource = await readFile(require.resolve("axe-core/axe.min.js"), "utf8");

const browser = await chromium.launch({
  executablePath: options.chromium,
  args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars",
    "--force-color-profile=srgb", "--lang=zh-CN"],
});
const violations = [];
const incomplete = [];
let pages = 0;

for (const mode of modes) {
  for (const width of options.widths) {
    // The policy of the pages forbids foreign scripts; the audit itself is one.
    const context = await browser.newContext({
      viewport: { width, height: 844 }, locale: "zh-CN", bypassCSP: true,
      javaScriptEnabled: options.script, reducedMotion: "reduce",
    });
    const url = new URL(base);
    await context.addCookies([["ui_mode", mode], ...options.cookies.map((c) => c.split(/=(.*)/s))]
      .map(([name, value]) => ({ name, value, domain: url.hostname, path: "/" })));
    const page = await context.newPage();
    let foreign = [];
    page.on("request", (request) => {
      const target = new URL(request.url());
      if (/^https?:$/.test(target.protocol) && target.host !== url.host) foreign.push(request.url());
    });
    for (const path of paths) {
      foreign = [];
      const found = (rule, help, nodes, impact = "serious") =>
        violations.push({ page: path, mode, width, rule, impact, help, nodes });
      const answer = await page.goto(base + path, { waitUntil: "load" });
      pages += 1;
      if (!answer || !(answer.headers()["content-type"] ?? "").startsWith("text/html")) {
        found("answer", "the address answers no page", [String(answer?.status())], "critical");
        continue;
      }
      if (options.script) {
        const results = await page.evaluate(`(async () => { ${axeSource};
          return axe.run(document, { resultTypes: ["violations", "incomplete"],
            runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }); })()`);
        for (const [list, out] of [[results.violations, violations], [results.incomplete, incomplete]]) {
          for (const { id, impact, help, nodes } of list) {
            out.push({ page: path, mode, width, rule: id, impact, help,
              nodes: nodes.map((n) => `${n.target.join(" ")}: ${n.failureSummary ?? n.html}`) });
          }
        }
      }
      const own = await page.evaluate(measure, mode === "elder");
      for (const [rule, help, nodes] of own) if (nodes.length) found(rule, help, nodes);
      if (foreign.length) found("foreign-request", "a request left the site", foreign, "critical");
    }
    await context.close();
  }
}
await browser.close();
console.log(JSON.stringify({ pages, violations, incomplete }, null, 2));
process.exit(violations.length ? 1 : 0);

// Runs in the page.
function measure(elderAsked) {
  const root = document.documentElement;
  // Staff pages have no elder mode.
  const elder = elderAsked && root.dataset.mode === "elder";
  const staff = document.body.classList.contains("con");
  const main = document.querySelector("main") ?? document.body;
  const seen = (e) => {
    const style = getComputedStyle(e);
    const box = e.getBoundingClientRect();
    return style.visibility !== "hidden" && box.width > 1 && box.height > 1;
  };
  const name = (e) => `${e.localName}.${e.className} “${(e.textContent ?? "").trim().slice(0, 16)}”`;
  const wide = [];
  if (root.scrollWidth > root.clientWidth) {
    for (const e of document.querySelectorAll("body *")) {
      if (e.getBoundingClientRect().right > root.clientWidth + 1) wide.push(name(e));
    }
  }
  const small = [];
  const limit = elder ? 24 : 13;
  for (const e of main.querySelectorAll("*")) {
    const words = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!words || !seen(e) || e.closest(".vh, svg")) continue;
    const size = parseFloat(getComputedStyle(e).fontSize);
    if (size < limit - 0.01) small.push(`${size}px ${name(e)}`);
    if (elder && parseFloat(getComputedStyle(e).lineHeight) < size * 1.3 - 0.5) small.push(`line ${name(e)}`);
  }
  const targets = [];
  const least = elder ? 60 : 24;
  const controls = "a[href], button, input:not([type=hidden]), select, textarea, summary";
  for (const e of main.querySelectorAll(controls)) {
    const target = e.closest("label") ?? e;
    if (!seen(target) || e.closest(".vh")) continue;
    const { height } = target.getBoundingClientRect();
    const inline = getComputedStyle(e).display === "inline";
    // Links inside a sentence are exempt in standard mode (WCAG 2.5.8).
    if (height < least - 0.5 && !(inline && !elder && !staff) && !(inline && staff)) {
      targets.push(`${Math.round(height)}px ${name(e)}`);
    }
  }
  const h1 = document.querySelectorAll("h1").length;
  return [
    ["sideways-scroll", "the page scrolls sideways", wide.slice(0, 10)],
    ["text-size", `text is smaller than ${limit} px`, [...new Set(small)].slice(0, 20)],
    ["target-size-own", `a control is lower than ${least} px`, [...new Set(targets)].slice(0, 20)],
    ["one-h1", "the page has not exactly one h1", h1 === 1 ? [] : [String(h1)]],
    ["styles", "an element has a style attribute", [...document.querySelectorAll("[style]")].map(name)],
  ];
}
