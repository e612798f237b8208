// What is cut off a scanned page is drawn with the mouse; the four numbers beside it say the same and
// are what is sent.
for (const area of document.querySelectorAll("[data-crop]")) {
  const path = area.querySelector("path");
  const field = (name) => document.querySelector(`form[data-crop-numbers] [name="${name}"]`);
  if (!path || !field("left")) continue;
  const place = (event) => {
    const box = area.getBoundingClientRect();
    const part = (at, from, size) => Math.min(1, Math.max(0, (at - from) / size));
    return [part(event.clientX, box.left, box.width), part(event.clientY, box.top, box.height)];
  };
  let from = null;
  area.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    area.setPointerCapture(event.pointerId);
    from = place(event);
  });
  area.addEventListener("pointerup", () => {
    from = null;
  });
  area.addEventListener("pointermove", (event) => {
    if (!from) return;
    const to = place(event);
    const [left, right] = [from[0], to[0]].sort((a, b) => a - b);
    const [top, bottom] = [from[1], to[1]].sort((a, b) => a - b);
    // A click is no frame.
    if (right - left < 0.1 || bottom - top < 0.1) return;
    const percent = (share) => String(Math.round(share * 1000) / 10);
    field("left").value = percent(left);
    field("top").value = percent(top);
    field("right").value = percent(1 - right);
    field("bottom").value = percent(1 - bottom);
    const at = (share) => Math.round(share * 1000);
    path.setAttribute(
      "d",
      `M0 0H1000V1000H0ZM${at(left)} ${at(top)}H${at(right)}V${at(bottom)}H${at(left)}Z`,
    );
  });
}
