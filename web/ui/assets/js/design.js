// The designer of a style: what stands on the paper is moved by mouse, finger or keys; the numbers of
// the form follow, and the picture is drawn anew from them.
for (const form of document.querySelectorAll("[data-design]")) {
  const stage = form.querySelector("[data-stage]");
  const picture = stage.querySelector("img");
  const said = form.querySelector("[data-said]");
  const undo = form.querySelector("[data-undo]");
  const paper = { w: Number(form.dataset.w), h: Number(form.dataset.h) };
  // Places stand in a sheet of their own: pages carry no style attributes.
  const places = new CSSStyleSheet();
  document.adoptedStyleSheets.push(places);
  const past = [];
  const boxes = [];
  const input = (name) => form.elements[name];
  const value = (name) => Number(input(name)?.value || 0);
  const tenth = (mm) => Math.round(mm * 10) / 10;
  const within = (mm, most) => tenth(Math.min(Math.max(mm, 0), most));

  // Where a shape lies, and what moving and sizing it writes.
  const shapes = {
    field: (p) => {
      const lines = Math.max(1, value(p + "max"));
      const height = value(p + "size") * 1.15 + (lines - 1) * value(p + "line");
      return { x: value(p + "x"), y: value(p + "y") - value(p + "size"), w: value(p + "w"), h: height, at: ["x", "y"], size: ["w", null] };
    },
    label: (p) => ({ x: value(p + "lx"), y: value(p + "ly") - value(p + "size"), w: value(p + "size") * 5, h: value(p + "size") * 1.15, at: ["lx", "ly"], size: [null, null] }),
    square: (p) => ({ x: value(p + "x"), y: value(p + "y"), w: value(p + "s"), h: value(p + "s"), at: ["x", "y"], size: ["s", null] }),
    photo: (p) => ({ x: value(p + "x"), y: value(p + "y"), w: value(p + "w"), h: value(p + "h"), at: ["x", "y"], size: ["w", "h"] }),
    frame: (p) => ({ x: value(p + "x"), y: value(p + "y"), w: value(p + "w"), h: value(p + "h"), at: ["x", "y"], size: ["w", "h"] }),
    line: (p) => ({ x: Math.min(value(p + "x"), value(p + "x2")), y: Math.min(value(p + "y"), value(p + "y2")), w: Math.abs(value(p + "x2") - value(p + "x")) || 1, h: Math.abs(value(p + "y2") - value(p + "y")) || 1, at: ["x", "y"], more: ["x2", "y2"], size: ["x2", "y2"] }),
    text: (p) => {
      const size = value(p + "size");
      const wide = size * Math.max(1, (input(p + "text")?.value || "").length);
      const stand = input(p + "align")?.value;
      const back = stand === "centre" ? wide / 2 : stand === "right" ? wide : 0;
      return { x: value(p + "x") - back, y: value(p + "y") - size, w: wide, h: size * 1.15, at: ["x", "y"], size: ["size", null] };
    },
  };

  const place = () => {
    const all = { w: value("w") || paper.w, h: value("h") || paper.h };
    const rules = [];
    for (const [n, { box, shape, prefix }] of boxes.entries()) {
      if (shape === "photo") box.hidden = !input("photo")?.checked;
      if (shape === "label") box.hidden = !input("labels")?.checked;
      const at = shapes[shape](prefix);
      const part = (mm, of) => ((mm / of) * 100).toFixed(3) + "%";
      // What is large lies below what is small, so that each can be taken.
      const below = 100 - Math.min(99, Math.round(((at.w * at.h) / (all.w * all.h)) * 100));
      rules.push(`#d-box-${n} { left: ${part(at.x, all.w)}; top: ${part(at.y, all.h)}; width: ${part(at.w, all.w)}; height: ${part(at.h, all.h)}; z-index: ${below} }`);
    }
    places.replaceSync(rules.join("\n"));
  };

  // The picture of what stands in the form now; only the last one asked for is shown.
  let asked = 0;
  let waiting;
  const draw = async () => {
    const mine = ++asked;
    const data = new FormData(form);
    const answer = await fetch(form.dataset.try, { method: "POST", body: data, credentials: "same-origin" });
    if (mine !== asked) return;
    if (answer.redirected || answer.status === 401) return location.reload();
    if (answer.ok) {
      const old = picture.src;
      picture.src = URL.createObjectURL(await answer.blob());
      if (old.startsWith("blob:")) URL.revokeObjectURL(old);
      said.textContent = "";
    } else {
      said.textContent = answer.status === 422 ? await answer.text() : said.textContent;
    }
  };
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => draw().catch(() => {}), 350);
  };

  const write = (pairs) => {
    const was = pairs.filter(([name]) => input(name)).map(([name]) => [name, input(name).value]);
    past.push(was);
    if (past.length > 200) past.shift();
    for (const [name, mm] of pairs) if (input(name)) input(name).value = mm;
    if (undo) undo.hidden = false;
    place();
    soon();
  };
  const back = () => {
    const was = past.pop();
    if (!was) return;
    for (const [name, old] of was) input(name).value = old;
    if (undo) undo.hidden = past.length === 0;
    place();
    soon();
  };
  undo?.addEventListener("click", back);

  const moved = (prefix, shape, dx, dy) => {
    const at = shapes[shape](prefix);
    const most = [value("w") || paper.w, value("h") || paper.h];
    const names = [...at.at, ...(at.more || [])];
    return names.map((key, n) => [prefix + key, within(value(prefix + key) + (n % 2 ? dy : dx), most[n % 2])]);
  };
  const sized = (prefix, shape, dx, dy) => {
    const { size } = shapes[shape](prefix);
    const pairs = [];
    if (size[0]) pairs.push([prefix + size[0], Math.max(0.5, tenth(value(prefix + size[0]) + dx))]);
    if (size[1]) pairs.push([prefix + size[1], Math.max(0, tenth(value(prefix + size[1]) + dy))]);
    return pairs;
  };

  const chosen = (entry) => {
    for (const other of boxes) other.box.setAttribute("aria-pressed", String(other === entry));
    entry.group.open = true;
    if (!matchMedia("(min-width: 1100px)").matches) return;
    entry.group.scrollIntoView({ block: "nearest" });
  };

  const drag = (entry, how) => (start) => {
    if (start.button) return;
    start.preventDefault();
    start.stopPropagation();
    entry.box.focus();
    chosen(entry);
    const rect = stage.getBoundingClientRect();
    const per = (value("w") || paper.w) / rect.width;
    const step = start.altKey ? 0.1 : 0.5;
    const snap = (mm) => Math.round(mm / step) * step;
    const from = how(entry.prefix, entry.shape, 0, 0).map(([name]) => [name, input(name)?.value]);
    let last = [0, 0];
    const target = start.currentTarget;
    target.setPointerCapture(start.pointerId);
    const go = (event) => {
      last = [snap((event.clientX - start.clientX) * per), snap((event.clientY - start.clientY) * per)];
      for (const [name, old] of from) if (input(name)) input(name).value = old;
      for (const [name, mm] of how(entry.prefix, entry.shape, ...last)) if (input(name)) input(name).value = mm;
      place();
    };
    const end = () => {
      target.removeEventListener("pointermove", go);
      for (const [name, old] of from) if (input(name)) input(name).value = old;
      if (last[0] || last[1]) write(how(entry.prefix, entry.shape, ...last));
      else place();
    };
    target.addEventListener("pointermove", go);
    target.addEventListener("pointerup", end, { once: true });
    target.addEventListener("pointercancel", end, { once: true });
  };

  // Arrows move by half a millimetre, with Shift by five, with Alt they size.
  const keys = (entry) => (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "z") {
      event.preventDefault();
      return back();
    }
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      return chosen(entry);
    }
    const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const arrow = arrows[event.key];
    if (!arrow) return;
    event.preventDefault();
    const step = event.shiftKey ? 5 : 0.5;
    const how = event.altKey ? sized : moved;
    write(how(entry.prefix, entry.shape, arrow[0] * step, arrow[1] * step));
  };

  const add = (group, shape) => {
    // The numbers of the form do the same for whoever cannot take something this small.
    const box = document.createElement("div");
    box.tabIndex = 0;
    box.setAttribute("role", "button");
    box.id = `d-box-${boxes.length}`;
    box.className = shape === "label" ? "d-box label" : "d-box";
    box.setAttribute("aria-pressed", "false");
    box.setAttribute("aria-label", group.querySelector("summary").textContent.trim() + (shape === "label" ? " *" : ""));
    const entry = { box, shape, prefix: group.dataset.prefix, group };
    box.addEventListener("pointerdown", drag(entry, moved));
    box.addEventListener("keydown", keys(entry));
    box.addEventListener("click", () => chosen(entry));
    if (shape !== "label") {
      const corner = document.createElement("i");
      corner.addEventListener("pointerdown", drag(entry, sized));
      box.append(corner);
    }
    boxes.push(entry);
    stage.append(box);
  };
  for (const group of form.querySelectorAll("[data-shape]")) {
    const { shape } = group.dataset;
    if (!shapes[shape]) continue;
    add(group, shape);
    if (shape === "field") add(group, "label");
  }
  form.addEventListener("input", (event) => {
    if (event.target.type === "file" && event.target.files.length === 0) return;
    place();
    soon();
  });
  place();
}
