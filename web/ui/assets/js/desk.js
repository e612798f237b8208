// Staff pages: keys and a running clock.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "?") {
    document.querySelector("dialog[data-keys]")?.showModal();
    return;
  }
  const target = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!target) return;
  event.preventDefault();
  if (target.matches("input")) target.focus();
  else target.click();
});

document.addEventListener("DOMContentLoaded", () => {
  const clock = document.querySelector("[data-clock]");
  if (!clock) return;
  // The server's time, carried on; the device's own clock may be wrong.
  const [date, time] = clock.textContent.trim().split(" ");
  const start = Date.parse(`${date}T${time}:00+08:00`);
  const began = performance.now();
  setInterval(() => {
    const now = new Date(start + performance.now() - began + 8 * 3600 * 1000);
    clock.textContent = now.toISOString().slice(0, 16).replace("T", " ");
  }, 15000);
});
