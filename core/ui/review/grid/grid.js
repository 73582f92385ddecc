// Tiles in rows: marks and their reasons are kept here until they are decided on; a decision is said again until it is taken.

/** @typedef {{look: string, jpeg: string, name: string, why: string, said: string, label: string, is_coming: boolean}} Tile */

const LEAST_SIDE = 220;
const GAP = 12;
const SAY_AGAIN_MS = 4000;
/** Of a tile's picture; and what the bar covers at the bottom of the window, in pixels. */
const IN_SIGHT = 0.9;
const BAR_HEIGHT = 56;

class Grid {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.client = crypto.randomUUID?.() ?? String(Math.random());
    this.number = 0;
    /** @type {Map<string, Set<string>>} What is wrong, by look. */
    this.marked = new Map();
    /** Looks whose picture was in sight: nobody decides on what is still below the window. */
    this.inSight = new Set();
    this.at = 0;
    this.columns = 0;
    this.waiting = null;
    this.timer = 0;
    this.tiles = element("div", "tiles", "");
    this.tiles.setAttribute("role", "group");
    this.bar = element("div", "bar", "");
    root.replaceChildren(this.tiles, this.bar);
    root.addEventListener("keydown", (event) => this.onKey(event));
    this.onWindowKey = (event) => {
      if (this.root.isConnected && event.target === document.body && isFree(event)) this.onKey(event);
    };
    window.addEventListener("keydown", this.onWindowKey);
    passShortcuts();
    this.observer = new ResizeObserver(() => this.measure());
    this.observer.observe(root);
    this.sight = new IntersectionObserver((entries) => this.onSight(entries), {
      threshold: IN_SIGHT,
      rootMargin: `0px 0px -${BAR_HEIGHT}px 0px`,
    });
  }

  update(component) {
    this.component = component;
    [this.data] = component.data;
    const { items, handled } = this.data;
    if (this.waiting && (handled[this.client] ?? -1) >= this.waiting.number) this.taken();
    const drawn = items.map((item) => item.look).join();
    const isNew = drawn !== this.drawn;
    if (isNew) {
      // Somebody else may have decided on one of them: what was marked and seen of the others stays.
      const looks = items.map((item) => item.look);
      const focused = this.drawn?.split(",")[this.at];
      for (const kept of [this.marked, this.inSight]) {
        for (const look of kept.keys()) if (!looks.includes(look)) kept.delete(look);
      }
      this.at = Math.max(0, looks.indexOf(focused));
      this.drawn = drawn;
    }
    const shown = JSON.stringify([this.data, this.waiting?.number]);
    if (shown !== this.shown) {
      const hadFocus = this.tiles.contains(this.root.getRootNode().activeElement);
      this.shown = shown;
      this.draw();
      if (hadFocus) this.focus();
    }
    // By keys from the start; nothing is taken from somebody who types elsewhere.
    const isTyping = ["INPUT", "TEXTAREA"].includes(document.activeElement?.tagName);
    if (isNew && !isTyping) requestAnimationFrame(() => this.focus());
    this.measure();
  }

  taken() {
    this.waiting = null;
    clearTimeout(this.timer);
  }

  draw() {
    const { items, words } = this.data;
    this.tiles.setAttribute("aria-label", words.label);
    this.tiles.replaceChildren(...items.map((item, index) => this.tile(item, index)));
    this.sight.disconnect();
    for (const frame of this.tiles.querySelectorAll(".frame")) this.sight.observe(frame);
    this.drawBar();
    this.root.classList.toggle("waiting", this.waiting !== null);
  }

  drawBar() {
    const { items, canJudge, words } = this.data;
    this.bar.replaceChildren();
    if (canJudge && items.length) this.bar.append(this.approveButton());
    if (items.length) this.bar.append(element("span", "keys", words.keys));
  }

  onSight(entries) {
    const before = this.inSight.size;
    const tiles = [...this.tiles.children];
    for (const { intersectionRatio, target } of entries) {
      const item = this.data.items[tiles.indexOf(target.closest(".cell"))];
      if (intersectionRatio >= IN_SIGHT && item?.jpeg) this.inSight.add(item.look);
    }
    if (this.inSight.size > before) this.drawBar();
  }

  /** @param {Tile} item @param {number} index @returns {HTMLElement} */
  tile(item, index) {
    const { canJudge, words } = this.data;
    const chosen = this.marked.get(item.look);
    const isMarked = chosen !== undefined;
    const cell = element("div", "cell", "");
    const button = element("button", `tile${isMarked ? " marked" : ""}`, "");
    button.tabIndex = index === this.at ? 0 : -1;
    button.title = [item.name, item.label, item.why, item.said].filter(Boolean).join("\n");
    button.setAttribute("aria-label", button.title.replaceAll("\n", ", "));
    if (canJudge) button.setAttribute("aria-pressed", String(isMarked));
    const frame = element("span", `frame${item.is_coming ? " coming" : ""}`, "");
    if (item.jpeg) {
      const image = document.createElement("img");
      image.src = item.jpeg;
      image.alt = "";
      image.draggable = false;
      frame.append(image);
    }
    const said = words.reasons.filter(([code]) => chosen?.has(code)).map(([, title]) => title);
    if (isMarked) frame.append(element("span", "sign", `✕ ${said.join(", ") || words.marked}`));
    button.append(frame, shownName(item.name, "name"));
    if (item.label) button.append(element("span", "label", item.label));
    button.append(element("span", item.said ? "why said" : "why", item.said || item.why));
    button.addEventListener("click", () => {
      this.at = index;
      this.choose(index);
    });
    button.addEventListener("dblclick", () => this.say("open", [item.look]));
    cell.append(button);
    if (isMarked) cell.append(this.reasons(index, chosen));
    return cell;
  }

  /** Why a marked tile is wrong, to be clicked or by its number. */
  reasons(index, chosen) {
    const { words } = this.data;
    const list = element("div", "reasons", "");
    list.setAttribute("role", "group");
    list.setAttribute("aria-label", words.why);
    words.reasons.forEach(([code, title], place) => {
      const button = element("button", "reason", title);
      button.tabIndex = -1;
      button.prepend(element("kbd", "", String(place + 1)));
      button.setAttribute("aria-pressed", String(chosen.has(code)));
      button.setAttribute("aria-keyshortcuts", String(place + 1));
      button.addEventListener("click", () => {
        this.at = index;
        this.giveReason(place);
      });
      list.append(button);
    });
    return list;
  }

  /** Nobody decides on what was not shown yet. */
  seen() {
    return this.data.items.filter((item) => item.jpeg && this.inSight.has(item.look)).map((item) => item.look);
  }

  approveButton() {
    const { words } = this.data;
    const button = element("button", "approve", `${words.approve} (${this.seen().length - this.marked.size})`);
    button.setAttribute("aria-keyshortcuts", "Enter");
    button.disabled = this.waiting !== null;
    button.addEventListener("click", () => this.decide());
    return button;
  }

  /** Mark or unmark a tile; where nothing can be judged, open it. */
  choose(index) {
    const { items, canJudge } = this.data;
    const { look, jpeg } = items[index];
    if (!canJudge) return this.say("open", [look]);
    if (this.waiting || !jpeg) return;
    this.inSight.add(look);
    if (!this.marked.delete(look)) this.marked.set(look, new Set());
    this.draw();
    this.focus();
  }

  /** Say or take back why the tile is wrong; it is marked by that where it was not. */
  giveReason(place) {
    const { items, canJudge, words } = this.data;
    const { look, jpeg } = items[this.at];
    if (!canJudge || this.waiting || !jpeg) return;
    const [code] = words.reasons[place];
    const chosen = this.marked.get(look) ?? new Set();
    if (!chosen.delete(code)) chosen.add(code);
    this.inSight.add(look);
    this.marked.set(look, chosen);
    this.draw();
    this.focus();
  }

  decide() {
    const looks = this.seen();
    if (this.data.canJudge && looks.length && !this.waiting) this.say("decide", looks);
  }

  say(action, looks) {
    this.number += 1;
    const marked = Object.fromEntries([...this.marked].map(([look, reasons]) => [look, [...reasons]]));
    const message = { client: this.client, number: this.number, action, looks, marked };
    if (action === "decide") this.waiting = message;
    this.send(message);
    if (action === "decide") this.draw();
  }

  send(message) {
    this.component.setTriggerValue("message", message);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (this.waiting === message && this.root.isConnected) this.send(message);
    }, SAY_AGAIN_MS);
  }

  onKey(event) {
    const { items, words } = this.data;
    if (!items.length || event.ctrlKey || event.metaKey || event.altKey) return;
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -this.columns, ArrowDown: this.columns };
    // By place: an input method keeps their names to itself.
    const { code } = event;
    const reason = Number(/^(?:Digit|Numpad)([1-9])$/.exec(code)?.[1]) - 1;
    if (code in steps) this.move(steps[code]);
    else if (reason in words.reasons) this.giveReason(reason);
    else if (code === "Space") this.choose(this.at);
    else if (code === "Enter" || code === "NumpadEnter") this.decide();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  move(step) {
    const next = this.at + step;
    if (next < 0 || next >= this.data.items.length) return;
    this.buttonAt(this.at).tabIndex = -1;
    this.at = next;
    this.focus();
  }

  focus() {
    const tile = this.buttonAt(this.at);
    if (!tile) return;
    tile.tabIndex = 0;
    tile.focus({ preventScroll: false });
  }

  /** @param {number} index @returns {HTMLButtonElement | undefined} */
  buttonAt(index) {
    return this.tiles.children[index]?.querySelector(".tile");
  }

  /** As many as fit, 6 at the most; the page is told so that it sends whole rows. */
  measure() {
    const width = this.root.clientWidth;
    if (!width || !this.component) return;
    const columns = Math.min(6, Math.max(1, Math.floor((width + GAP) / (LEAST_SIDE + GAP))));
    if (columns === this.columns) return;
    this.columns = columns;
    this.root.style.setProperty("--columns", String(columns));
    this.component.setStateValue("columns", columns);
  }

  destroy() {
    this.observer.disconnect();
    this.sight.disconnect();
    window.removeEventListener("keydown", this.onWindowKey);
    clearTimeout(this.timer);
  }
}

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (tag === "button") made.type = "button";
  made.className = className;
  made.textContent = text;
  return made;
}

/** @type {WeakMap<object, Grid>} */
const grids = new WeakMap();

export default function (component) {
  const root = component.parentElement.querySelector(".review-grid");
  let grid = grids.get(root);
  if (!grid) {
    grid = new Grid(root);
    grids.set(root, grid);
  }
  grid.update(component);
  return () => {
    // It may only be moved: look again when it has settled.
    setTimeout(() => {
      if (!root.isConnected) grid.destroy();
    });
  };
}
