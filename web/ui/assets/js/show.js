// A part of the page is exchanged while the page is looked at; a picture of it would stand still.
for (const part of document.querySelectorAll("[data-exchange]")) {
  const every = Number(part.dataset.every) * 1000;
  setInterval(async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(part.dataset.exchange, { credentials: "same-origin" });
      // Signed out, or shown no more: the page itself says why.
      if (!answer.ok || answer.redirected) return location.reload();
      part.innerHTML = await answer.text();
    } catch {
      // Without a network the old code stays until it is over.
    }
  }, every);
}

// The clock of whoever shows: seconds that run tell a page from a picture.
for (const clock of document.querySelectorAll("[data-clock]")) {
  const tell = () => {
    clock.textContent = new Date().toLocaleTimeString("zh-CN", { timeZone: "Asia/Shanghai", hour12: false });
  };
  tell();
  setInterval(tell, 1000);
}
