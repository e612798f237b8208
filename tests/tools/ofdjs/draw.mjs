// Draws an OFD file with ofd.js 0.2.6 in Chromium, a reader that is not ours: one PNG a page.
//
// Usage: node draw.mjs FILE.ofd OUTDIR
// Needs `npm ci` in this folder (or the same packages above it), Debian's zstd and chromium; set
// CHROMIUM to use another one. Writes OUTDIR/page_0.png … and prints their paths.
//
// ofd.js never reads an embedded font: it asks the browser for a font of the same name. The page
// therefore offers the fonts shipped in documents/paper under their real family names.

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(join(process.cwd(), "x.js"));
const local = createRequire(import.meta.url);
const find = (name) => {
  try {
    return local.resolve(name);
  } catch {
    return require.resolve(name);
  }
};

const [file, out] = process.argv.slice(2);
if (!file || !out) {
  console.error("usage: node draw.mjs FILE.ofd OUTDIR");
  process.exit(2);
}

const here = dirname(fileURLToPath(import.meta.url));
const fonts = join(here, "../../../documents/paper/assets/fonts");
const face = (family, name) => {
  const packed = join(fonts, `${name}.zst`);
  const data = execFileSync("zstd", ["-dcq", packed], { maxBuffer: 1 << 26 }).toString("base64");
  return `@font-face{font-family:"${family}";src:url(data:font/ttf;base64,${data})}`;
};

const { chromium } = (await import(find("playwright-core"))).default;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
try {
  const page = await browser.newPage({ viewport: { width: 1700, height: 1200 } });
  const failures = [];
  page.on("pageerror", (error) => failures.push(String(error)));
  await page.setContent(
    `<!doctype html><meta charset="utf-8"><style>body{margin:0;background:#fff}
     ${face("WenQuanYi Micro Hei", "wqy-microhei.ttf")}
     ${face("Noto Sans CJK SC", "noto-sans-sc-rare.ttf")}</style><body></body>`,
  );
  await page.addScriptTag({ path: find("ofd.js/lib/ofd.umd.min.js") });
  const count = await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const parsed = await new Promise((success, fail) =>
      ofd.parseOfdDocument({
        ofd: new File([bytes], "x.ofd"),
        success,
        fail: (error) => fail(new Error(`ofd.js cannot read it: ${error}`)),
      }),
    );
    // The library crops pictures unless it is given this width for the page.
    const box = parsed[0].document["ofd:CommonData"]["ofd:PageArea"]["ofd:PhysicalBox"];
    const width = Number(box.split(" ")[2]) * 3.8 + 10;
    const pages = ofd.renderOfd(width, parsed[0]);
    for (const element of pages) {
      element.classList.add("drawn");
      document.body.append(element);
    }
    await document.fonts.ready;
    await Promise.all(
      [...document.images].map((image) => image.decode().catch(() => undefined)),
    );
    return pages.length;
  }, readFileSync(file).toString("base64"));
  mkdirSync(out, { recursive: true });
  const drawn = await page.$$(".drawn");
  for (const [number, element] of drawn.entries()) {
    const path = join(out, `page_${number}.png`);
    await element.screenshot({ path });
    console.log(path);
  }
  if (failures.length || drawn.length !== count) {
    console.error(failures.join("\n") || "not every page was drawn");
    process.exitCode = 1;
  }
} finally {
  await browser.close();
}
