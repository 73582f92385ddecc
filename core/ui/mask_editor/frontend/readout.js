/** Numbers and the state of saving, in words. */

const SAVE_WORDS = {
  untouched: "untouched",
  saving: "saving",
  saved: "saved",
  late: "not_saved",
  conflict: "kept_apart",
};

class Readout {
  /** @param {Controls} controls */
  constructor(controls) {
    this.controls = controls;
    this.shown = {};
  }

  /** While an image is loading there is nothing to say, least of all about the one before. */
  showNothing() {
    for (const part of ["foreground", "pixels", "dice", "iou", "status"]) this.text(part, "");
    this.controls.part("status").dataset.state = "";
    this.controls.part("conflict").hidden = true;
  }

  /** @param {Drawing} drawing */
  showNumbers(drawing) {
    const { words } = this.controls;
    const numbers = drawing.numbers();
    this.text("foreground", `${words.foreground} ${(100 * numbers.part).toFixed(2)} %`);
    this.text("pixels", `${numbers.pixels.toLocaleString("en")} ${words.pixels}`);
    this.text("dice", numbers.dice === null ? "" : `${words.dice} ${numbers.dice.toFixed(4)}`);
    this.text("iou", numbers.iou === null ? "" : `${words.iou} ${numbers.iou.toFixed(4)}`);
  }

  /**
   * @param {SaveState} state
   * @param {string} refused the reason where the server refused
   * @param {boolean} hasConflict whether the person has to choose between two drafts
   */
  showState(state, refused, hasConflict) {
    const { words } = this.controls;
    const text = state === "refused" ? words.refused.replace("{reason}", refused) : words[SAVE_WORDS[state]];
    this.controls.part("status").dataset.state = state;
    this.text("status", text);
    this.controls.part("conflict").hidden = !hasConflict;
  }

  /** Touch the page only where a text changes, so that screen readers are not told twice. */
  text(part, text) {
    if (this.shown[part] === text) return;
    this.shown[part] = text;
    const element = this.controls.part(part);
    element.textContent = text;
    if (part === "dice" || part === "iou") element.hidden = text === "";
  }
}
