// Upload with progress. Without this script the form is sent as it is.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-upload]") || !window.FormData || !window.XMLHttpRequest) return;
  const input = form.querySelector("input[type=file]");
  const status = form.querySelector("[data-upload-status]");
  const say = (words, bad) => {
    status.hidden = false;
    status.classList.toggle("err", bad);
    status.textContent = words;
  };
  const most = Number(input.dataset.max ?? 0);
  const large = [...input.files].find((file) => most && file.size > most);
  if (large) {
    event.preventDefault();
    delete form.dataset.sent;
    say(form.dataset.tooBig.replace("%s", large.name), true);
    return;
  }
  event.preventDefault();
  const request = new XMLHttpRequest();
  const bar = document.createElement("progress");
  bar.max = 100;
  const free = () => {
    delete form.dataset.sent;
    const button = form.querySelector("button[aria-busy]");
    if (!button) return;
    button.textContent = button.dataset.rest;
    button.removeAttribute("aria-busy");
    button.removeAttribute("aria-disabled");
  };
  request.upload.addEventListener("progress", (progress) => {
    if (!progress.lengthComputable) return;
    const percent = Math.round((progress.loaded / progress.total) * 100);
    bar.value = percent;
    say(`${form.dataset.sending.replace("%s", percent)} `, false);
    status.append(bar);
  });
  request.addEventListener("error", () => {
    say(form.dataset.failed, true);
    free();
  });
  request.addEventListener("load", () => {
    const here = (address) => new URL(address, location.href).pathname;
    // Somewhere else: the login, say. Always by GET, so that no form is sent again.
    if (request.status < 400 && here(request.responseURL) !== here(location.href)) {
      location.assign(request.responseURL);
      return;
    }
    // The answer is this page as it is now, with its notice: its main region takes the old one's place.
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    const main = page.getElementById("main");
    if (!main) {
      say(form.dataset.failed, true);
      free();
      return;
    }
    if (request.status < 400) history.replaceState(null, "", request.responseURL);
    document.getElementById("main").replaceWith(document.adoptNode(main));
    document.title = page.title;
    (document.getElementById("errors") ?? document.getElementById("main")).focus();
  });
  request.open("POST", form.action);
  request.setRequestHeader("accept", "text/html");
  request.send(new FormData(form));
});

// The drop area is the file field itself; it only shows that a file is over it.
for (const name of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(name, (event) => {
    event.target.closest?.(".upload")?.classList.toggle("over", name === "dragover");
  });
}
