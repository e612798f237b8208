// What a rule engine cannot know of a page; runs in it, beside axe.
//
// Gives a list of [rule, what it says, where]: no sideways scroll, nothing squeezed, one h1 and a
// title of its own, text of at least 13 px (24 px in elder mode), targets of at least 24 px (60 px
// in elder mode), no style attribute, no inline script, no dead fragment.
window.tongbanMeasure = () => {
  const root = document.documentElement;
  const elder = root.dataset.mode === "elder";
  const main = document.querySelector("main") ?? document.body;
  const name = (e) => `${e.localName}.${e.className} “${(e.textContent ?? "").trim().slice(0, 16)}”`;
  const seen = (e) => {
    const style = getComputedStyle(e);
    const box = e.getBoundingClientRect();
    return e.checkVisibility() && style.visibility !== "hidden" && box.width > 1 && box.height > 1;
  };
  // What scrolls in a box of its own does not widen the page.
  const held = (e) => {
    for (let up = e.parentElement; up && up !== document.body; up = up.parentElement) {
      if (getComputedStyle(up).overflowX !== "visible") return true;
    }
    return false;
  };
  const wide = [];
  if (root.scrollWidth > root.clientWidth) {
    for (const e of document.querySelectorAll("body *")) {
      if (e.getBoundingClientRect().right > root.clientWidth + 1 && !held(e)) wide.push(name(e));
    }
    if (!wide.length) wide.push(`${root.scrollWidth} px`);
  }
  const small = [];
  const squeezed = [];
  const limit = elder ? 24 : 13;
  for (const e of main.querySelectorAll("*")) {
    const words = [...e.childNodes].filter((n) => n.nodeType === 3).map((n) => n.textContent.trim()).join("");
    if (!words || !seen(e) || e.closest(".vh, svg, [hidden]")) continue;
    const style = getComputedStyle(e);
    const size = parseFloat(style.fontSize);
    if (size < limit - 0.01) small.push(`${size}px ${name(e)}`);
    if (elder && parseFloat(style.lineHeight) < size * 1.3 - 0.5) small.push(`line ${name(e)}`);
    const box = e.getBoundingClientRect();
    if (words.length > 3 && box.width < size * 1.6 && box.height > size * 3) squeezed.push(name(e));
  }
  const targets = [];
  const least = elder ? 60 : 24;
  for (const e of main.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")) {
    const target = e.closest("label") ?? e;
    if (!seen(target) || e.closest(".vh")) continue;
    // Links inside a sentence are exempt (WCAG 2.5.8).
    if (!elder && getComputedStyle(e).display === "inline") continue;
    const { height } = target.getBoundingClientRect();
    if (height < least - 0.5) targets.push(`${Math.round(height)}px ${name(e)}`);
  }
  const inline = [...document.querySelectorAll("[style]")].map(name);
  for (const e of document.querySelectorAll("script:not([src]), style")) inline.push(name(e));
  for (const e of document.querySelectorAll("*")) {
    for (const a of e.attributes) if (/^on/.test(a.name)) inline.push(`${a.name} of ${name(e)}`);
  }
  const dead = [...document.querySelectorAll('a[href^="#"]')]
    .filter((a) => a.hash.length > 1 && !document.getElementById(decodeURIComponent(a.hash.slice(1))))
    .map(name);
  const raw = [...new Set((main.innerText.match(/(?<!\/)\b(?:portal|console|error|field|state|case|licence)-[a-z]+(?:-[a-z-]+)?\b/g) ?? []))];
  const h1 = document.querySelectorAll("h1").length;
  const some = (list) => [...new Set(list)].slice(0, 12);
  return [
    ["sideways-scroll", "the page scrolls sideways", some(wide)],
    ["squeezed", "text stands one character a line", some(squeezed)],
    ["text-size", `text is smaller than ${limit} px`, some(small)],
    ["target-size-own", `a control is lower than ${least} px`, some(targets)],
    ["one-h1", "the page has not exactly one h1", h1 === 1 ? [] : [String(h1)]],
    ["inline", "a style or script stands in the page", some(inline)],
    ["fragment", "a link leads to no place of the page", some(dead)],
    ["raw-key", "a text is missing", raw],
  ].filter(([, , where]) => where.length);
};
window.tongbanAudit = async () => {
  const found = await axe.run(document, {
    resultTypes: ["violations"],
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  });
  const list = found.violations.map(({ id, help, nodes }) =>
    [id, help, nodes.slice(0, 6).map((n) => `${n.target.join(" ")}: ${n.failureSummary ?? n.html}`)]);
  return [...list, ...window.tongbanMeasure()];
};
