// 读给我听: reads the main region. The button stays hidden where the device has no voice.
document.addEventListener("DOMContentLoaded", () => {
  const button = document.querySelector("[data-read-aloud]");
  const synth = window.speechSynthesis;
  if (!button || !synth) return;
  const rest = button.textContent;
  const show = () => {
    const lang = document.documentElement.lang;
    button.hidden = !synth.getVoices().some((voice) => voice.lang.startsWith(lang.slice(0, 2)));
  };
  show();
  synth.addEventListener?.("voiceschanged", show);
  button.addEventListener("click", () => {
    if (synth.speaking) {
      synth.cancel();
      return;
    }
    const words = new SpeechSynthesisUtterance(document.getElementById("main").innerText);
    words.lang = document.documentElement.lang;
    words.rate = 0.9;
    const end = () => { button.textContent = rest; };
    words.onend = end;
    words.onerror = end;
    button.textContent = button.dataset.stop;
    synth.speak(words);
  });
  window.addEventListener("pagehide", () => synth.cancel());
});
