/**
 * The classes that can be painted: which one is chosen, shown and locked, and what painting may go over. With one
 * class there is nothing to choose, and nothing of this is seen.
 */

/** What painting may change, as 3D Slicer has it. */
const PAINT_OVER = ["unlocked", "background", "everything"];

class Classes {
  /** @param {Editor} editor */
  constructor(editor) {
    this.editor = editor;
    /** Living ones, in order. @type {MaskClass[]} */
    this.list = [];
    /** With those that were merged or deleted. @type {MaskClass[]} */
    this.all = [];
    this.told = "";
    this.hidden = new Set();
    this.locked = new Set();
    this.panel = editor.controls.part("classes");
    // After the mouse the keys belong to the picture again; who came here by keys stays.
    this.panel.addEventListener("click", (event) => {
      if (event.detail > 0 && !event.target.matches("select, option")) editor.surface.focus({ preventScroll: true });
    });
    this.over = editor.controls.part("paint-over");
    this.over.addEventListener("change", () => {
      this.set({ paintOver: this.over.value });
      editor.surface.focus({ preventScroll: true });
    });
    this.rows = editor.controls.part("class-rows");
  }

  /** Take in what the page says. @param {{classes: MaskClass[], words: Record<string, string>}} data */
  update({ classes: all, words }) {
    const told = JSON.stringify([all, words]);
    if (told === this.told) return;
    this.told = told;
    this.all = all;
    this.list = all.filter((each) => each.value === each.reads);
    const living = new Set(this.list.map((each) => each.value));
    for (const values of [this.hidden, this.locked]) {
      for (const value of values) if (!living.has(value)) values.delete(value);
    }
    this.letters = lettersOf(this.list);
    this.fill(words);
    if (!this.editor.drawing) return;
    this.editor.drawing.setClasses(all);
    this.editor.set({});
  }

  /** Value of the class that tools paint. */
  get chosen() {
    const wanted = this.editor.settings.chosenClass;
    return (this.list.find((each) => each.value === wanted) ?? this.list[0]).value;
  }

  get isSeveral() {
    return this.list.length > 1;
  }

  choose(value) {
    this.editor.toolEnd();
    this.set({ chosenClass: value });
  }

  /** @param {string} key a number from 1 to 9 */
  chooseByKey(key) {
    const found = this.list.find((each) => each.key === key);
    if (found && this.isSeveral) this.choose(found.value);
  }

  set(changes) {
    this.editor.set(changes);
  }

  toggle(values, value) {
    if (!values.delete(value)) values.add(value);
    this.editor.set({});
  }

  /** Which classes painting may change, by value; null for all. @returns {Uint8Array | null} */
  allowed() {
    const { paintOver } = this.editor.settings;
    if (!this.isSeveral || paintOver === "everything") return null;
    if (paintOver === "unlocked" && this.locked.size === 0) return null;
    const allowed = new Uint8Array(256);
    if (paintOver === "unlocked") allowed.fill(1);
    else allowed[0] = allowed[this.chosen] = 1;
    for (const value of this.locked) allowed[value] = 0;
    return allowed;
  }

  fill(words) {
    const options = PAINT_OVER.map((name) =>
      Object.assign(document.createElement("option"), { value: name, textContent: words[`over_${name}`] }),
    );
    this.over.replaceChildren(...options);
    const rows = this.isSeveral ? this.list : [];
    this.rows.replaceChildren(...rows.map((each, place) => this.row(each, place, words)));
  }

  row(each, place, words) {
    const name = each.name || words.foreground;
    const row = document.createElement("div");
    row.className = "class-row";
    const button = document.createElement("button");
    button.type = "button";
    button.className = "class-name";
    button.setAttribute("role", "radio");
    button.setAttribute("aria-label", name);
    button.title = name;
    if (each.key) button.setAttribute("aria-keyshortcuts", each.key);
    button.addEventListener("click", () => this.choose(each.value));
    const label = Object.assign(document.createElement("span"), { className: "name", textContent: name });
    const key = Object.assign(document.createElement("kbd"), { textContent: each.key, ariaHidden: "true" });
    button.append(swatch(each, this.letters[place]), label, key);
    row.append(button, this.box(this.hidden, each.value, `${words.show}: ${name}`, true));
    row.append(this.box(this.locked, each.value, `${words.lock}: ${name}`, false));
    return row;
  }

  /** A check box that says whether a class is in a set, or that it is not. */
  box(values, value, label, isOpposite) {
    const box = Object.assign(document.createElement("input"), { type: "checkbox" });
    box.dataset.value = value;
    box.setAttribute("aria-label", label);
    box.checked = values.has(value) !== isOpposite;
    box.addEventListener("change", () => this.toggle(values, value));
    return box;
  }

  show() {
    this.panel.hidden = !this.isSeveral;
    this.over.value = this.editor.settings.paintOver;
    for (const [place, button] of [...this.rows.querySelectorAll(".class-name")].entries()) {
      button.setAttribute("aria-checked", String(this.list[place].value === this.chosen));
    }
  }
}

/** The colour of a class with its letter, so that nobody has to tell colours apart. */
function swatch(each, letter) {
  const mark = Object.assign(document.createElement("span"), { className: "class-mark", textContent: letter });
  const [red, green, blue] = each.colour ?? MASK_COLOURS[0].rgb;
  mark.style.background = `rgb(${red} ${green} ${blue})`;
  mark.style.color = 0.299 * red + 0.587 * green + 0.114 * blue > 120 ? "#000" : "#fff";
  mark.setAttribute("aria-hidden", "true");
  return mark;
}

/** A letter for each class: of its name where that is free, else the next one that is. */
function lettersOf(classes) {
  const taken = new Set();
  return classes.map((each) => {
    const own = [...each.name.toUpperCase()].filter((sign) => /\p{L}|\p{N}/u.test(sign));
    const letter = [...own, ..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"].find((sign) => !taken.has(sign)) ?? "";
    taken.add(letter);
    return letter;
  });
}
