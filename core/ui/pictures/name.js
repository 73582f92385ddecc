// A name in too little room loses its middle: at its end stand its number and its kind.

const KEPT_AT_THE_END = 8;
const CUT = "white-space: pre; overflow: hidden; text-overflow: ellipsis; max-width: 100%; flex: 0";

/** @param {string} name @param {string} className @returns {HTMLSpanElement} */
function shownName(name, className) {
  // Composed: macOS writes a Korean syllable as three characters.
  const letters = [...name.normalize()];
  const whole = document.createElement("span");
  whole.className = className;
  whole.style.display = "flex";
  for (const [part, shrinks] of [[letters.slice(0, -KEPT_AT_THE_END), 1], [letters.slice(-KEPT_AT_THE_END), 0]]) {
    const span = document.createElement("span");
    span.style.cssText = `${CUT} ${shrinks} auto`;
    span.textContent = part.join("");
    whole.append(span);
  }
  return whole;
}
