// A form is sent once: the pressed button says so and cannot be pressed again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  const button = event.submitter;
  if (form.method !== "post") return;
  form.dataset.sent = "yes";
  if (!button?.dataset.wait) return;
  // After the browser has read the button's name and value.
  setTimeout(() => {
    button.dataset.rest = button.textContent;
    button.textContent = button.dataset.wait;
    button.setAttribute("aria-busy", "true");
    button.setAttribute("aria-disabled", "true");
  });
});

// Coming back with the back button, the form can be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("button[aria-busy]")) {
    button.textContent = button.dataset.rest;
    button.removeAttribute("aria-busy");
    button.removeAttribute("aria-disabled");
  }
});

// Autosave: two seconds after the last change the form is posted to the address in data-autosave.
// The server answers {"saved_at": "14:03"}; anything else means that it was not saved.
document.addEventListener("DOMContentLoaded", () => {
  for (const form of document.querySelectorAll("form[data-autosave]")) {
    const status = form.querySelector("[data-autosave-status]");
    let timer = 0;
    let wait = 2000;
    const say = (words, bad) => {
      status.hidden = false;
      status.textContent = words;
      status.classList.toggle("bad", bad);
    };
    const save = async () => {
      const body = new URLSearchParams();
      for (const [name, value] of new FormData(form)) if (typeof value === "string") body.append(name, value);
      try {
        const answer = await fetch(form.dataset.autosave, {
          method: "POST", body, headers: { accept: "application/json" },
        });
        if (!answer.ok) throw new Error(String(answer.status));
        const { saved_at: at } = await answer.json();
        say(form.dataset.saved.replace("%s", at), false);
        wait = 2000;
      } catch {
        say(form.dataset.unsaved, true);
        wait = Math.min(wait * 2, 60000);
        timer = setTimeout(save, wait);
      }
    };
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(save, wait);
    });
    form.addEventListener("submit", () => clearTimeout(timer));
  }
});
