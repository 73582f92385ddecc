/** Numbers and the state of saving, in words. */

const SAVE_WORDS = {
  untouched: "untouched",
  saving: "saving",
  saved: "saved",
  late: "not_saved",
  conflict: "kept_apart",
};

/** In square micrometres under a microscope, whose pixels are below 0.01 mm a side. */
function areaOf(count, pixelMm2) {
  const [area, unit] = pixelMm2 < 1e-4 ? [count * pixelMm2 * 1e6, "µm²"] : [count * pixelMm2, "mm²"];
  return `${area.toLocaleString("en", { maximumFractionDigits: area < 1 ? 4 : 1 })} ${unit}`;
}

class Readout {
  /** @param {Controls} controls */
  constructor(controls) {
    this.controls = controls;
    this.shown = {};
  }

  /** While an image is loading there is nothing to say, least of all about the one before. */
  showNothing() {
    for (const part of ["foreground", "pixels", "dice", "iou", "status", "checked"]) this.text(part, "");
    this.controls.part("class-figures").hidden = true;
    this.controls.part("status").dataset.state = "";
    this.controls.part("conflict").hidden = true;
  }

  /** @param {Drawing} drawing @param {Classes} classes @param {object} data what the page says */
  showNumbers(drawing, classes, data) {
    const numbers = drawing.numbers();
    const texts = classes.list.map((each) => this.textsOf(each.value, drawing, numbers, data.pixel_mm2));
    this.controls.part("figures").hidden = classes.isSeveral;
    this.controls.part("class-figures").hidden = !classes.isSeveral;
    const { words } = this.controls;
    if (classes.isSeveral) this.showClasses(classes, texts);
    else {
      const [only] = texts;
      this.text("foreground", `${words.foreground} ${only.percent}`);
      this.text("pixels", only.pixels);
      this.text("dice", only.dice);
      this.text("iou", only.iou);
    }
    const checked = `${words.checked} ${(100 * drawing.checkedPart()).toFixed(1)} %`;
    this.text("checked", data.checked_only ? checked : "");
  }

  textsOf(value, drawing, { pixels, shared, inReference }, pixelMm2) {
    const { words } = this.controls;
    const count = pixels[value];
    const area = pixelMm2 ? ` · ${areaOf(count, pixelMm2)}` : "";
    const texts = {
      percent: `${((100 * count) / (drawing.width * drawing.height)).toFixed(2)} %`,
      pixels: `${count.toLocaleString("en")} ${words.pixels}${area}`,
      dice: "",
      iou: "",
    };
    if (!inReference) return texts;
    const { dice, iou } = agreement(count, inReference[value], shared[value]);
    return { ...texts, dice: `${words.dice} ${dice.toFixed(4)}`, iou: `${words.iou} ${iou.toFixed(4)}` };
  }

  /** One line of numbers a class, each with the class's own mark. */
  showClasses(classes, texts) {
    const holder = this.controls.part("class-figures");
    if (this.classesTold !== classes.told) {
      this.classesTold = classes.told;
      holder.replaceChildren(
        ...classes.list.map((each, place) => {
          const figure = Object.assign(document.createElement("span"), { className: "class-figure" });
          figure.title = each.name;
          figure.dataset.value = each.value;
          figure.append(swatch(each, classes.letters[place]), document.createElement("b"), document.createElement("span"));
          return figure;
        }),
      );
    }
    for (const [place, figure] of [...holder.children].entries()) {
      const { percent, pixels, dice } = texts[place];
      const [, part, rest] = figure.children;
      if (part.textContent !== percent) part.textContent = percent;
      const line = dice ? `${pixels} · ${dice}` : pixels;
      if (rest.textContent !== line) rest.textContent = line;
    }
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
    if (["dice", "iou", "checked"].includes(part)) element.hidden = text === "";
  }
}
