// Two canvases in one sheet, as in the editor: the image, and over it the mask in colours.

// Okabe and Ito's. In a difference blue is new and purple is gone, as in the editor's corrections.
const ADDED = [86, 180, 233];
const REMOVED = [204, 121, 167];
const BOTH = [230, 159, 0];
const UNDECIDED = 255;
const BUTTONS = [
  ["outline", "L"], ["hide", "M"], ["prediction", "T"], ["difference", "D"],
  ["display", "O"], ["zoom_out", "−"], ["zoom_in", "+"], ["fit", "0"], ["actual", "⇧0"],
];
const KEYS = {
  l: "outline", m: "hide", t: "prediction", d: "difference", "-": "zoom_out", "+": "zoom_in", "=": "zoom_in", 0: "fit",
  "shift+0": "actual", o: "display", i: "invert", "shift+o": "display_reset", "{": "less", "}": "more", arrowleft: "left", arrowright: "right", arrowup: "up", arrowdown: "down",
};
const PAN_STEP = 60;
/** Around the mask, as on the tiles of the grid: an outline is seen on what has nearly its colour. */
const CASING = colour([0, 0, 0], 0.6);
/** What the person chose last, for every image of the page. */
const chosen = { outline: true, opacity: 0.35 };

class Look {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.shown = { hide: false, prediction: false, difference: false };
    this.view = new View(() => this.place());
    this.pane = make("div", "pane", { tabIndex: 0 });
    this.pane.setAttribute("role", "application");
    this.sheet = make("div", "sheet");
    this.picture = make("canvas");
    this.overlay = make("canvas");
    this.sheet.append(this.picture, this.overlay);
    this.notice = make("div", "notice");
    this.pane.append(this.sheet, this.notice);
    this.bar = make("div", "bar");
    this.bar.setAttribute("role", "toolbar");
    this.legend = make("div", "legend");
    root.replaceChildren(this.bar, this.pane, this.legend);
    this.display = new Display([this.picture], this.pane, {
      inSight: () => this.view.inSight(),
      onPanel: () => this.drawBar(),
    });
    // A panel over the picture: what is done in it moves no picture.
    for (const name of ["pointerdown", "pointermove", "dblclick", "wheel"]) {
      this.display.panel.addEventListener(name, (event) => event.stopPropagation());
    }
    this.listen();
    passShortcuts();
  }

  listen() {
    this.root.addEventListener("keydown", (event) => this.onKey(event));
    this.pane.addEventListener("wheel", (event) => {
      event.preventDefault();
      const box = this.pane.getBoundingClientRect();
      this.view.zoomBy(Math.exp(-event.deltaY / 400), event.clientX - box.left, event.clientY - box.top);
    }, { passive: false });
    this.pane.addEventListener("pointerdown", (event) => this.pane.setPointerCapture(event.pointerId));
    this.pane.addEventListener("pointermove", (event) => {
      if (event.buttons & 2) this.display.drag(event.movementX, event.movementY);
      else if (event.buttons) this.view.panBy(event.movementX, event.movementY);
    });
    this.pane.addEventListener("contextmenu", (event) => event.preventDefault());
    this.pane.addEventListener("dblclick", () => this.view.fit());
    // Everywhere on the page but where somebody types, so that no click is needed first.
    this.onWindowKey = (event) => {
      if (this.root.isConnected && isFree(event) && !event.composedPath().includes(this.root)) this.onKey(event);
    };
    window.addEventListener("keydown", this.onWindowKey);
    this.observer = new ResizeObserver(() => this.fill());
    this.observer.observe(this.root);
    const page = (this.root.getRootNode().host ?? this.root).closest('[data-testid="stMainBlockContainer"]');
    if (page) this.observer.observe(page);
    window.addEventListener("resize", (this.onResize = () => this.fill()));
  }

  /** As high as the window leaves below the place where it stands. */
  fill() {
    const scroller = (this.root.getRootNode().host ?? this.root).closest('[data-testid="stMain"]');
    const top = this.root.getBoundingClientRect().top + (scroller?.scrollTop ?? 0);
    const room = window.innerHeight - top - this.bar.offsetHeight - this.legend.offsetHeight - 28;
    this.pane.style.height = `${Math.max(320, room)}px`;
    this.view.setPane(this.pane.clientWidth, this.pane.clientHeight);
  }

  async update(component) {
    this.component = component;
    [this.data] = component.data;
    this.words = this.data.words;
    this.pane.setAttribute("aria-label", this.words.label);
    this.display.setWords(this.words);
    if (this.id !== this.data.id) {
      this.id = this.data.id;
      Object.assign(this.shown, { hide: false, prediction: false, difference: false });
      await this.load(this.data.id);
    }
    this.drawBar();
  }

  async load(id) {
    this.ready = false;
    this.sheet.style.visibility = "hidden";
    this.notice.textContent = this.words.loading;
    try {
      const [picture, mask, compared, levels] = await Promise.all(
        ["picture", "mask", "compared", "levels"].map((name) => bytesOf(this.data[name])),
      );
      const size = await decodeBitmap(mask);
      const { width, height } = size;
      const found = await Promise.all([
        decodeBitmap(picture),
        decodeGrey(mask, width, height),
        compared.length ? decodeGrey(compared, width, height) : null,
        decodeLevels(levels, width, height).catch(() => null),
      ]);
      if (this.id !== id) return;
      this.show(width, height, ...found);
    } catch {
      if (this.id === id) this.notice.textContent = this.words.broken;
    }
  }

  show(width, height, picture, mask, compared, levels) {
    Object.assign(this.overlay, { width, height });
    this.display.setImage({ picture, levels, width, height });
    this.mask = mask;
    this.compared = compared;
    this.ready = true;
    this.notice.textContent = "";
    this.sheet.style.visibility = "";
    this.view.setImage(width, height);
    this.fill();
    this.paint();
    this.drawBar();
  }

  place() {
    this.sheet.style.transform = this.view.transform();
    this.sheet.classList.toggle("pixelated", this.view.scale * devicePixelRatio > 2);
    const thickness = Math.max(1, Math.round(1.6 / this.view.scale));
    if (this.ready && thickness !== this.thickness) this.paint();
  }

  paint() {
    if (!this.ready) return;
    this.thickness = Math.max(1, Math.round(1.6 / this.view.scale));
    const { width, height } = this.overlay;
    const context = this.overlay.getContext("2d");
    context.clearRect(0, 0, width, height);
    if (this.shown.hide) return;
    const pixels = context.createImageData(width, height);
    const out = new Uint32Array(pixels.data.buffer);
    const isDifference = this.shown.difference && this.compared;
    const shown = this.shown.prediction && this.compared ? this.compared : this.mask;
    const values = isDifference ? difference(this.mask, this.compared) : shown;
    const table = isDifference ? [null, BOTH, ADDED, REMOVED] : [null, ...this.data.colours];
    const fill = table.map((rgb) => colour(rgb, isDifference ? Math.max(0.4, chosen.opacity) : chosen.outline ? 0 : chosen.opacity));
    const line = table.map((rgb) => colour(rgb, 1));
    const t = this.thickness;
    for (let y = 0, at = 0; y < height; y++) {
      for (let x = 0; x < width; x++, at++) {
        const value = values[at];
        const isInside = x >= t && y >= t && x < width - t && y < height - t;
        const up = at - t * width, down = at + t * width;
        if (!isDrawn(value)) {
          const isBeside = isDrawn(values[at - t]) || isDrawn(values[at + t]) || isDrawn(values[up]) || isDrawn(values[down]);
          if (isInside && isBeside) out[at] = CASING;
          continue;
        }
        const differs = values[at - t] !== value || values[at + t] !== value || values[up] !== value || values[down] !== value;
        const index = ((value - 1) % (table.length - 1)) + 1;
        out[at] = !isInside || differs ? line[index] : fill[index];
      }
    }
    context.putImageData(pixels, 0, 0);
  }

  drawBar() {
    const buttons = BUTTONS.filter(([id]) => this.data.compared || !["prediction", "difference"].includes(id));
    this.bar.replaceChildren(...buttons.map(([id, cap]) => this.button(id, cap)), this.slider());
    const { words } = this;
    const keyed = this.shown.difference && this.data.compared;
    const entries = keyed ? [[BOTH, words.both], [ADDED, words.mask_only], [REMOVED, words.prediction_only]] : [];
    this.legend.replaceChildren(
      ...entries.map(([rgb, text]) => {
        const entry = make("span", "entry", { textContent: text });
        const sample = make("i");
        sample.style.background = `rgb(${rgb.join(" ")})`;
        entry.prepend(sample);
        return entry;
      }),
      ...(entries.length ? [] : [make("span", "keys", { textContent: words.keys })]),
    );
  }

  button(id, cap) {
    const isOn = { ...this.shown, outline: chosen.outline, display: this.display.isOpen() }[id];
    const button = make("button", "tool", { type: "button", title: `${this.words[id]} (${cap})` });
    button.append(this.words[id], make("kbd", "", { textContent: cap }));
    if (isOn !== undefined) button.setAttribute("aria-pressed", String(isOn));
    button.setAttribute("aria-label", this.words[id]);
    button.addEventListener("click", () => this.act(id));
    return button;
  }

  slider() {
    const label = make("label", "opacity", { textContent: this.words.opacity });
    const input = make("input", "", { type: "range", min: 0, max: 100, value: Math.round(chosen.opacity * 100) });
    input.addEventListener("input", () => {
      Object.assign(chosen, { opacity: input.value / 100, outline: false });
      this.paint();
    });
    input.addEventListener("change", () => this.drawBar());
    label.append(input);
    return label;
  }

  act(id) {
    const { view, shown } = this;
    if (id === "outline") chosen.outline = !chosen.outline;
    if (id in shown) shown[id] = !shown[id];
    if (id === "display") this.display.toggle();
    if (id === "invert") this.display.invert();
    if (id === "display_reset") this.display.reset();
    if (id === "prediction") shown.difference = false;
    if (id === "difference") shown.prediction = false;
    if (id === "less") Object.assign(chosen, { opacity: Math.max(0, chosen.opacity - 0.1), outline: false });
    if (id === "more") Object.assign(chosen, { opacity: Math.min(1, chosen.opacity + 0.1), outline: false });
    if (id === "zoom_in") view.zoomBy(1.25);
    if (id === "zoom_out") view.zoomBy(0.8);
    if (id === "fit") view.fit();
    if (id === "actual") view.actualSize();
    const steps = { left: [PAN_STEP, 0], right: [-PAN_STEP, 0], up: [0, PAN_STEP], down: [0, -PAN_STEP] };
    if (id in steps) view.panBy(...steps[id]);
    this.paint();
    this.drawBar();
  }

  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.ready) return;
    const key = keyOf(event, (each) => each in KEYS);
    if (key >= 1 && key <= this.data.numReasons) this.component.setTriggerValue("reason", Number(key));
    const id = KEYS[key];
    const isMissing = ["prediction", "difference"].includes(id) && !this.data.compared;
    if (!id || isMissing || event.composedPath()[0]?.type === "range") return;
    event.preventDefault();
    event.stopPropagation();
    this.act(id);
  }

  destroy() {
    this.observer.disconnect();
    window.removeEventListener("keydown", this.onWindowKey);
    window.removeEventListener("resize", this.onResize);
  }
}

/** 0 neither, 1 both, 2 the mask alone, 3 the other alone or another class. */
function difference(mask, compared) {
  const values = new Uint8Array(mask.length);
  for (let i = 0; i < mask.length; i++) {
    const [own, other] = [mask[i] === UNDECIDED ? 0 : mask[i], compared[i] === UNDECIDED ? 0 : compared[i]];
    values[i] = own && own === other ? 1 : own ? 2 : other ? 3 : 0;
  }
  return values;
}

/** What a data address holds. @returns {Promise<Uint8Array>} empty where there is none */
async function bytesOf(url) {
  return url ? new Uint8Array(await (await fetch(url)).arrayBuffer()) : new Uint8Array();
}

function isDrawn(value) {
  return value !== 0 && value !== UNDECIDED;
}

function colour(rgb, alpha) {
  if (!rgb || alpha === 0) return 0;
  return new Uint32Array(Uint8Array.of(...rgb, Math.round(alpha * 255)).buffer)[0];
}

function make(tag, className = "", properties = {}) {
  return Object.assign(document.createElement(tag), { className, ...properties });
}

/** @type {WeakMap<object, Look>} */
const looks = new WeakMap();

export default function (component) {
  const root = component.parentElement.querySelector(".look");
  let look = looks.get(root);
  if (!look) {
    look = new Look(root);
    looks.set(root, look);
  }
  look.update(component);
  return () => {
    setTimeout(() => {
      if (!root.isConnected) look.destroy();
    });
  };
}
