// Everything here only adds to pages that are complete without it.
"use strict";

document.documentElement.dataset.js = "on";

// A page with problems begins at their summary, also where autofocus is not honoured.
document.addEventListener("DOMContentLoaded", () => {
  document.getElementById("errors")?.focus();
});

// Links of the error summary move into the control, not only to it.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.('.errors a[href^="#"]');
  const target = link && document.getElementById(link.hash.slice(1));
  if (!target) return;
  const control = target.matches("fieldset") ? target.querySelector("input:not([disabled])") : target;
  (control ?? target).focus();
  (control ?? target).scrollIntoView({ block: "center" });
  event.preventDefault();
});

// The user menu closes on Escape and when something else is used.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.who[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.who[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

// A question that unfolds becomes a native dialog.
document.addEventListener("click", (event) => {
  const summary = event.target.closest?.("details[data-confirm] > summary");
  if (!summary || typeof HTMLDialogElement === "undefined") return;
  event.preventDefault();
  const details = summary.parentElement;
  const body = details.querySelector(".confirm-b");
  const dialog = document.createElement("dialog");
  const heading = body.querySelector(".q-h");
  heading.id ||= `q-${Math.random().toString(36).slice(2)}`;
  dialog.setAttribute("aria-labelledby", heading.id);
  const close = body.querySelector("[data-dialog-close]");
  close.hidden = false;
  close.onclick = () => dialog.close();
  dialog.append(body);
  dialog.addEventListener("close", () => {
    details.append(body);
    close.hidden = true;
    dialog.remove();
    summary.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
});

// Browsers print; where one runs scripts, a button says so.
document.addEventListener("DOMContentLoaded", () => {
  for (const button of document.querySelectorAll("button[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
});

// The contents list of a guide shows where the reader is.
document.addEventListener("DOMContentLoaded", () => {
  const links = [...document.querySelectorAll('.toc a[href^="#"]')];
  if (!links.length || !("IntersectionObserver" in window)) return;
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      for (const link of links) {
        if (link.hash === `#${entry.target.id}`) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      }
    }
  }, { rootMargin: "-20% 0px -70% 0px" });
  for (const link of links) {
    const section = document.getElementById(link.hash.slice(1));
    if (section) seen.observe(section);
  }
});
