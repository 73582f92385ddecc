/**
 * What is black and what is white on the screen, and whether grey is turned round: of the picture alone, never of what
 * is predicted, saved or trained on. The large picture of a review has it too.
 */

const DISPLAY_KEY = "maskLoop.display";
/** Hounsfield units that become black and white. */
const PRESETS = { lung: [-1350, 150], soft: [-160, 240], bone: [-500, 1300], full: [-1024, 3071] };
/** A drag of so many pixels changes width or level by the whole range that is usual for the image. */
const DRAG_PIXELS = 400;
/** Parts of all pixels that may be black and white after "Auto contrast". */
const AUTO_PARTS = 0.005;
const NUM_LEVELS = 65536;

/**
 * @typedef {{numbers: Uint16Array, low: number, step: number, shown: [number, number], isHu: boolean}} Levels
 *   value = low + step * number; `shown` are the values that are black and white in the picture
 */

/** Values as `pack_levels` in Python writes them. @returns {Promise<Levels | null>} null where the picture has all */
async function decodeLevels(bytes, width, height) {
  if (!bytes.length) return null;
  const end = bytes.indexOf(10);
  const { low, step, shown, is_hu: isHu } = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end)));
  const halves = await decodeGrey(bytes.slice(end + 1), width, 2 * height);
  const numbers = new Uint16Array(width * height);
  for (let i = 0; i < numbers.length; i++) numbers[i] = (halves[i] << 8) | halves[i + numbers.length];
  return { numbers, low, step, shown, isHu };
}

class Display {
  /**
   * @param {HTMLCanvasElement[]} canvases that show the picture
   * @param {HTMLElement} holder where the panel and the line beside the picture stand
   * @param {{inSight: () => {left: number, top: number, right: number, bottom: number}, onPanel: () => void}} around
   */
  constructor(canvases, holder, around) {
    this.canvases = canvases;
    this.around = around;
    /** Windows as the person chose them: of Hounsfield units, and of others as parts of the usual range. */
    this.kept = { hu: null, other: null, inverted: false, ...readKept() };
    this.words = {};
    this.image = null;
    this.panel = Object.assign(document.createElement("div"), { className: "display-panel", hidden: true });
    this.panel.setAttribute("role", "group");
    this.told = Object.assign(document.createElement("div"), { className: "display-told" });
    this.told.dataset.part = "display-told";
    this.told.setAttribute("role", "status");
    holder.append(this.told, this.panel);
    this.panel.addEventListener("keydown", (event) => event.key === "Escape" && this.toggle(false));
  }

  /** @param {Record<string, string>} words */
  setWords(words) {
    if (JSON.stringify(this.words) === JSON.stringify(words)) return;
    this.words = words;
    this.panel.setAttribute("aria-label", words.display);
    if (this.image) this.fillPanel();
    this.showNumbers();
  }

  /** @param {{picture: ImageBitmap, levels: Levels | null, width: number, height: number}} image */
  setImage({ picture, levels, width, height }) {
    this.image = { picture, levels, width, height };
    this.source = this.target = null;
    this.kind = levels?.isHu ? "hu" : "other";
    this.usual = levels?.shown ?? [0, 255];
    this.ends = levels ? endsOf(levels) : [0, 255];
    for (const canvas of this.canvases) Object.assign(canvas, { width, height });
    this.fillPanel();
    this.show();
  }

  /** Stored values that are black and white now. @returns {[number, number]} */
  range() {
    const chosen = this.kept[this.kind];
    if (!chosen) return this.usual;
    if (this.kind === "hu") return chosen;
    const [low, high] = this.usual;
    return chosen.map((part) => low + part * (high - low));
  }

  setRange(low, high) {
    const least = this.image.levels?.step ?? 1;
    if (high - low < least) [low, high] = [(low + high - least) / 2, (low + high + least) / 2];
    const [from, to] = this.usual;
    this.keep({ [this.kind]: this.kind === "hu" ? [low, high] : [low, high].map((value) => (value - from) / (to - from)) });
  }

  /** @param {number} x pixels to the right: wider @param {number} y pixels down: darker */
  drag(x, y) {
    if (!this.image) return;
    const [low, high] = this.range();
    const unit = (this.usual[1] - this.usual[0]) / DRAG_PIXELS;
    const width = Math.max(high - low + x * unit, unit);
    const level = (low + high) / 2 + y * unit;
    this.setRange(level - width / 2, level + width / 2);
  }

  invert() {
    this.keep({ inverted: !this.kept.inverted });
  }

  reset() {
    this.keep({ [this.kind]: null, inverted: false });
  }

  /** The range of what is in sight, but for the few darkest and lightest pixels. */
  auto() {
    const { left, top, right, bottom } = this.around.inSight();
    const { width, levels } = this.image;
    const counts = new Uint32Array(levels ? NUM_LEVELS : 256);
    for (let y = top; y < bottom; y++) {
      for (let at = y * width + left; at < y * width + right; at++) {
        if (levels) counts[levels.numbers[at]]++;
        else for (let channel = 0; channel < 3; channel++) counts[this.pixels()[4 * at + channel]]++;
      }
    }
    const all = counts.reduce((sum, count) => sum + count, 0);
    if (all === 0) return;
    const spare = all * AUTO_PARTS;
    const value = (number) => (levels ? levels.low + levels.step * number : number);
    this.setRange(value(firstAbove(counts, spare)), value(counts.length - 1 - firstAbove(counts.toReversed(), spare)));
  }

  keep(changes) {
    Object.assign(this.kept, changes);
    try {
      localStorage.setItem(DISPLAY_KEY, JSON.stringify(this.kept));
    } catch {
      // Full or forbidden: it only lasts until the page is left.
    }
    this.show();
  }

  isOpen() {
    return !this.panel.hidden;
  }

  toggle(open = !this.isOpen()) {
    this.panel.hidden = !open;
    this.around.onPanel();
  }

  isChanged() {
    return Boolean(this.kept[this.kind]) || this.kept.inverted;
  }

  show() {
    if (!this.image) return;
    this.showNumbers();
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.paint();
    });
  }

  /** As it came where nothing was chosen, else from all values; a canvas that is hidden is painted once it is not. */
  paint() {
    const { picture, width, height } = this.image;
    const changed = this.isChanged() ? this.changedPixels() : null;
    for (const canvas of this.canvases) {
      if (!canvas.offsetParent) continue;
      const context = canvas.getContext("2d");
      if (changed) context.putImageData(changed, 0, 0);
      else context.drawImage(picture, 0, 0, width, height);
    }
  }

  changedPixels() {
    const { levels, width, height } = this.image;
    const grey = this.table(levels ? NUM_LEVELS : 256, levels ?? { low: 0, step: 1 });
    this.target ??= new ImageData(width, height);
    const out = new Uint32Array(this.target.data.buffer);
    if (levels) {
      const { numbers } = levels;
      const opaque = Uint32Array.from(grey, (value) => 0xff000000 + value * 0x10101);
      for (let i = 0; i < out.length; i++) out[i] = opaque[numbers[i]];
    } else {
      const source = new Uint32Array(this.pixels().buffer);
      for (let i = 0; i < out.length; i++) {
        const rgb = source[i];
        out[i] = 0xff000000 | (grey[(rgb >> 16) & 255] << 16) | (grey[(rgb >> 8) & 255] << 8) | grey[rgb & 255];
      }
    }
    return this.target;
  }

  /** What each number is on the screen. */
  table(size, { low, step }) {
    const [black, white] = this.range();
    const grey = new Uint8ClampedArray(size);
    for (let number = 0; number < size; number++) {
      const shown = (255 * (low + step * number - black)) / (white - black);
      grey[number] = this.kept.inverted ? 255 - Math.min(255, Math.max(0, shown)) : shown;
    }
    return grey;
  }

  /** The 8 bits of the picture itself. @returns {Uint8ClampedArray} */
  pixels() {
    if (!this.source) {
      const { picture, width, height } = this.image;
      const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
      context.drawImage(picture, 0, 0, width, height);
      this.source = context.getImageData(0, 0, width, height).data;
    }
    return this.source;
  }

  fillPanel() {
    const { words } = this;
    const button = (name, run) => {
      const made = Object.assign(document.createElement("button"), { type: "button", className: "plain" });
      made.textContent = words[name];
      if (words[`${name}_hint`]) made.title = words[`${name}_hint`];
      made.addEventListener("click", run);
      return made;
    };
    const row = (...parts) => {
      const made = document.createElement("div");
      made.append(...parts);
      return made;
    };
    const presets = Object.entries(PRESETS).map(([name, ends]) => button(`preset_${name}`, () => this.setRange(...ends)));
    this.sliders = [this.slider("window"), this.slider("level")];
    this.turned = button("invert", () => this.invert());
    const rows = [
      row(...this.sliders.map(({ label }) => label)),
      row(button("auto_contrast", () => this.auto()), this.turned, button("display_reset", () => this.reset())),
      Object.assign(document.createElement("p"), { textContent: words.display_help }),
    ];
    this.panel.replaceChildren(...(this.kind === "hu" ? [row(...presets)] : []), ...rows);
    this.showNumbers();
  }

  slider(name) {
    const label = Object.assign(document.createElement("label"), { textContent: this.words[name] });
    const [low, high] = this.ends;
    const step = Math.max((high - low) / 1000, this.image.levels?.step ?? 1);
    const input = Object.assign(document.createElement("input"), { type: "range", step });
    Object.assign(input, name === "window" ? { min: step, max: high - low || step } : { min: low, max: high });
    input.addEventListener("input", () => {
      const [width, level] = this.sliders.map((each) => Number(each.input.value));
      this.setRange(level - width / 2, level + width / 2);
    });
    label.append(input);
    return { label, input };
  }

  /** Beside the picture: the window where it is one that readers know by number, or another than usual. */
  showNumbers() {
    if (!this.image) return;
    const [black, white] = this.range();
    const [width, level] = [white - black, (black + white) / 2];
    const write = (number) => rounded(number, this.usual[1] - this.usual[0]);
    const parts = [];
    if (this.kind === "hu" || this.kept[this.kind]) {
      parts.push(this.words.window_told.replace("{window}", write(width)).replace("{level}", write(level)));
    }
    if (this.kept.inverted) parts.push(this.words.inverted);
    this.told.textContent = parts.join(" · ");
    for (const [place, { input }] of this.sliders.entries()) input.value = [width, level][place];
    this.turned.setAttribute("aria-pressed", String(this.kept.inverted));
  }
}

function readKept() {
  try {
    const kept = JSON.parse(localStorage.getItem(DISPLAY_KEY)) ?? {};
    const isWindow = (ends) => Array.isArray(ends) && ends.length === 2 && ends.every(Number.isFinite) && ends[0] < ends[1];
    return {
      hu: isWindow(kept.hu) ? kept.hu : null,
      other: isWindow(kept.other) ? kept.other : null,
      inverted: kept.inverted === true,
    };
  } catch {
    return {};
  }
}

function endsOf({ numbers, low, step }) {
  let most = 0;
  for (const number of numbers) if (number > most) most = number;
  return [low, low + step * most];
}

function firstAbove(counts, spare) {
  let sum = 0;
  return counts.findIndex((count) => (sum += count) > spare);
}

/** Whole where the range is wide, else with as many digits as tell its steps apart. */
function rounded(number, range) {
  const digits = range >= 20 ? 0 : Math.min(6, Math.ceil(2 - Math.log10(range)));
  return number.toFixed(digits).replace(/^-0*(\.0*)?$/, "0").replace("-", "−");
}
