/** Buttons, sliders, tooltips and the sheet of keys; they show a state and call back, and decide nothing. */

const TIP_DELAY_MS = 450;

class Controls {
  /**
   * @param {HTMLElement} root holds editor.html
   * @param {(id: string) => void} run what a button does
   */
  constructor(root, run) {
    this.root = root;
    this.run = run;
    this.words = {};
    /** @type {Map<string, HTMLButtonElement>} */
    this.buttons = new Map();
    for (const command of COMMANDS) this.addButton(command);
    // The size of the smallest part stands under the button that uses it, the zoom between its buttons.
    this.part("speck-label").before(this.buttons.get("fill_holes"), this.buttons.get("specks"));
    this.buttons.get("zoom_out").after(this.part("zoom-level"));
    this.tipTimer = 0;
    root.addEventListener("pointerover", (event) => this.offerTip(event));
    root.addEventListener("pointerdown", () => this.hideTip());
    root.addEventListener("focusin", (event) => this.offerTip(event));
    root.addEventListener("focusout", () => this.hideTip());
  }

  /** @returns {HTMLElement} */
  part(name) {
    return this.root.querySelector(`[data-part="${name}"]`);
  }

  addButton(command) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "tool";
    button.dataset.command = command.id;
    button.setAttribute("aria-keyshortcuts", spokenKeys(command));
    if (command.kind !== "action") button.setAttribute("aria-pressed", "false");
    const cap = command.cap && `<kbd aria-hidden="true">${command.cap}</kbd>`;
    button.innerHTML = iconOf(command.id) + cap;
    button.addEventListener("click", () => this.run(command.id));
    this.root.querySelector(`[data-place="${command.place}"]`).append(button);
    this.buttons.set(command.id, button);
  }

  /** @param {Record<string, string>} words */
  setWords(words) {
    if (JSON.stringify(words) === JSON.stringify(this.words)) return;
    this.words = words;
    for (const [id, button] of this.buttons) {
      button.setAttribute("aria-label", words[id]);
      if (words[`${id}_hint`]) button.setAttribute("aria-description", words[`${id}_hint`]);
    }
    for (const element of this.root.querySelectorAll("[data-word]")) {
      element.textContent = words[element.dataset.word];
    }
    for (const element of this.root.querySelectorAll("[data-label]")) {
      element.setAttribute("aria-label", words[element.dataset.label]);
    }
    this.fillSheetOfKeys();
  }

  press(id, pressed) {
    this.buttons.get(id).setAttribute("aria-pressed", String(pressed));
  }

  enable(id, enabled) {
    this.buttons.get(id).disabled = !enabled;
  }

  /** Show a slider's value, and how far it is along its way. */
  setSlider(name, value, text) {
    const slider = this.part(name);
    if (slider.value !== String(value)) slider.value = String(value);
    const along = (slider.value - slider.min) / (slider.max - slider.min || 1);
    slider.style.setProperty("--along", `${100 * along}%`);
    slider.setAttribute("aria-valuetext", text);
    this.part(`${name}-value`).textContent = text;
  }

  offerTip(event) {
    const button = event.target.closest?.("button.tool");
    this.hideTip();
    if (!button || event.pointerType === "touch") return;
    if (event.type === "focusin" && !button.matches(":focus-visible")) return;
    this.tipTimer = setTimeout(() => this.showTip(button), TIP_DELAY_MS);
  }

  showTip(button) {
    const tip = this.part("tip");
    const command = COMMANDS.find((each) => each.id === button.dataset.command);
    tip.innerHTML = "<b></b> <kbd></kbd><br><span></span>";
    tip.querySelector("b").textContent = this.words[command.id];
    tip.querySelector("kbd").textContent = writtenKey(command.keys[0]);
    tip.querySelector("span").textContent = this.words[`${command.id}_hint`] ?? "";
    tip.hidden = false;
    this.placeTip(tip, button);
  }

  /** Beside a button of the rail, under or over another one, always inside the editor. */
  placeTip(tip, button) {
    const frame = this.root.getBoundingClientRect();
    const at = button.getBoundingClientRect();
    const isInRail = button.closest(".rail") !== null;
    const below = at.bottom + 6 + tip.offsetHeight < frame.bottom;
    const left = isInRail ? at.right + 8 : at.left + at.width / 2 - tip.offsetWidth / 2;
    const top = isInRail ? at.top : below ? at.bottom + 6 : at.top - tip.offsetHeight - 6;
    const largest = frame.width - tip.offsetWidth - 4;
    tip.style.left = `${Math.max(4, Math.min(left - frame.left, largest))}px`;
    tip.style.top = `${top - frame.top}px`;
  }

  hideTip() {
    clearTimeout(this.tipTimer);
    this.part("tip").hidden = true;
  }

  fillSheetOfKeys() {
    const sheet = this.part("keys");
    sheet.replaceChildren();
    const close = document.createElement("button");
    close.type = "button";
    close.className = "plain close";
    close.textContent = this.words.close;
    close.addEventListener("click", () => this.run("help"));
    const lists = document.createElement("div");
    lists.className = "key-lists";
    sheet.append(close, lists);
    for (const [heading, lines] of SHEET_OF_KEYS) {
      const section = document.createElement("section");
      const title = document.createElement("h3");
      title.textContent = this.words[heading];
      const list = document.createElement("dl");
      for (const [keys, word] of lines) {
        const term = document.createElement("dt");
        for (const key of keys) term.append(Object.assign(document.createElement("kbd"), { textContent: key }));
        list.append(term, Object.assign(document.createElement("dd"), { textContent: this.words[word] }));
      }
      section.append(title, list);
      lists.append(section);
    }
  }

  /** Show or hide the sheet of keys, and give the focus back. */
  toggleSheetOfKeys() {
    const sheet = this.part("keys");
    sheet.hidden = !sheet.hidden;
    (sheet.hidden ? this.part("surface") : sheet).focus({ preventScroll: true });
  }
}
