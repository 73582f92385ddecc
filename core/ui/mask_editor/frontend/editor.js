/**
 * The editor: one image, its drawing, and everything around it. It owns the state; tools change the drawing, the
 * painter shows it, the outbox sends it. All showing happens once a frame.
 */

const LEAST_HEIGHT = 440;
const SPACE_BELOW = 20;
/** A pause longer than this is no work on the image. */
const IDLE_MS = 30000;
const THICKEST_EDGE = 6;
const PEEK_MS = 350;

class Editor {
  /** @param {ShadowRoot} parent */
  constructor(parent) {
    this.parent = parent;
    this.settings = loadSettings();
    this.root = document.createElement("div");
    this.root.className = "editor";
    this.root.innerHTML = `<style>${EDITOR_CSS}</style>${EDITOR_HTML}`;
    parent.append(this.root);
    this.controls = new Controls(this.root, (id) => this.run(id));
    this.surface = this.controls.part("surface");
    this.readout = new Readout(this.controls);
    this.painter = new Painter(this.controls.part("overlay"));
    this.view = new View(() => this.scheduleFrame());
    const canvases = ["picture", "original-picture"].map((part) => this.controls.part(part));
    this.display = new Display(canvases, this.controls.part("panes"), {
      inSight: () => this.view.inSight(),
      onPanel: () => this.showControls(),
    });
    this.outbox = new Outbox({
      snapshot: () => this.snapshot(),
      send: (envelope) => this.component.setTriggerValue("message", envelope),
      sendToPage: (envelope) => registry.sendToPage(envelope),
      onState: () => this.showState(),
    });
    this.tools = makeTools(this);
    this.commands = makeCommands(this);
    this.classes = new Classes(this);
    this.pointer = new PointerInput(this, this.surface, this.controls.part("original-pane"));
    this.opening = new Opening(this);
    /** @type {Drawing | null} */
    this.drawing = null;
    this.ready = false;
    this.hidden = false;
    this.clock = { seconds: 0, last: 0 };
    this.frame = 0;
    this.listen();
  }

  listen() {
    this.ending = new AbortController();
    const { signal } = this.ending;
    // In the capture phase: what was painted is on its way before the page hears of the click.
    const outside = (name, react) =>
      document.addEventListener(
        name,
        (event) => {
          if (!event.composedPath().includes(this.root)) react(event);
        },
        { capture: true, signal },
      );
    for (const name of ["pointerdown", "keydown"]) outside(name, () => this.outbox.sendAlong());
    outside("click", (event) => clickOutside(this.outbox, event));
    window.addEventListener("blur", () => this.outbox.flush(), { signal });
    window.addEventListener("pagehide", () => this.leave(), { signal });
    document.addEventListener("visibilitychange", () => document.hidden && this.leave(), { signal });
    window.addEventListener("resize", () => this.fitWindow(), { signal });
    this.watcher = new ResizeObserver(() => this.measure());
    this.watcher.observe(this.surface);
    // Notices come and go above it while its own data stay the same.
    this.pageWatcher = new ResizeObserver(() => requestAnimationFrame(() => this.fitWindow()));
    const page = this.parent.host?.closest('[data-testid="stMainBlockContainer"]');
    if (page) this.pageWatcher.observe(page);
    for (const name of ["pointermove", "pointerdown", "keydown"]) {
      this.root.addEventListener(name, () => this.work(), { capture: true });
    }
    const by = (name) => () => (this.root.dataset.input = name);
    this.root.addEventListener("pointerover", by("pointer"), { capture: true });
    this.root.addEventListener("keydown", (event) => event.key === "Tab" && by("keys")(), { capture: true });
    listenToKeys(this);
    listenToSliders(this);
    listenToSlices(this);
    this.controls.part("keep-mine").addEventListener("click", () => this.opening.keepMine());
    this.controls.part("use-theirs").addEventListener("click", () => this.opening.useTheirs());
  }

  /** Streamlit has run: take in what is new. */
  update(component) {
    this.component = component;
    [this.data] = component.data;
    this.controls.setWords(this.data.words);
    this.display.setWords(this.data.words);
    this.classes.update(this.data);
    this.showWhatCounts();
    markContainer(this.parent, "maskEditor");
    this.fitWindow();
    this.opening.update();
    this.tools.smart_click.take(this.data.preview);
    this.showControls();
    this.scheduleFrame();
  }

  showWhatCounts() {
    if (this.checkedOnly === this.data.checked_only) return;
    this.checkedOnly = this.data.checked_only;
    this.set(this.checkedOnly || this.settings.tool !== "frame" ? {} : { tool: "brush" });
  }

  /** The state of the open drawing as a message carries it. */
  snapshot() {
    const { drawing } = this;
    return {
      image_id: this.opening.imageId,
      threshold: drawing.threshold,
      layer_png: toBase64(encodeLayer(drawing.layer, drawing.width, drawing.height, drawing.numClasses)),
      seconds: Math.round(this.clock.seconds * 1000) / 1000,
      draft_token: this.opening.draftToken,
      insert_token: this.opening.insertToken,
    };
  }

  /** Count time at work: gaps up to half a minute. */
  work() {
    const now = performance.now();
    const gap = now - this.clock.last;
    if (this.clock.last && gap < IDLE_MS) this.clock.seconds += gap / 1000;
    this.clock.last = now;
  }

  canDraw() {
    return this.ready;
  }

  tool() {
    return this.tools[this.settings.tool];
  }

  /** @param {string} id of a command */
  run(id) {
    const changes = CHANGING.has(id);
    if (!this.ready && MOVES.includes(id)) this.opening.onward.push(id);
    if ((changes && !this.canDraw()) || (!this.ready && id !== "help")) return;
    if (changes && id !== "undo" && this.tool() instanceof BrushTool) this.tool().up();
    this.commands[id]();
  }

  chooseTool(id) {
    if (id === "frame" ? !this.checkedOnly : id === "smart_click" && !this.data.smart_click) return;
    this.toolEnd();
    this.set({ tool: id });
  }

  /** An open polygon loses its last corner first, a preview its last click. */
  undo() {
    const tool = this.tool();
    if (tool.back && tool.isBusy()) tool.back();
    else if (!tool.isBusy()) this.stepDone(this.drawing.undo());
  }

  toolDown(point, how) {
    this.tool().down(point, how);
  }

  toolMove(points) {
    if (!this.canDraw()) return;
    for (const point of points) this.tool().move(point);
  }

  toolUp() {
    this.tool().up();
  }

  toolCancel() {
    this.tool().cancel();
  }

  /** Something else comes: a stroke under way is finished, what is only sketched is dropped. */
  toolEnd() {
    const tool = this.tool();
    if (tool instanceof BrushTool) tool.up();
    else if (this.drawing) tool.cancel();
  }

  toolDoubleClick() {
    if (this.canDraw()) this.tool().closeByDoubleClick?.();
  }

  /** A stroke is under way: show it, and know that there is something to send. */
  strokeGoesOn() {
    this.outbox.touch();
    this.scheduleFrame();
  }

  /** A step is finished. */
  stepDone(changed) {
    if (changed) this.outbox.changed();
    else this.outbox.untouch();
    this.scheduleFrame();
  }

  /** At once, not with the next frame: "Saved" must not outlive the first pixel of a new stroke. */
  showState() {
    if (this.ready) this.readout.showState(this.outbox.state(), this.outbox.refused, this.opening.hasConflict());
    else this.readout.showNothing();
  }

  setThreshold(threshold) {
    if (!this.canDraw() || threshold === this.drawing.threshold) return;
    this.drawing.setThreshold(threshold);
    this.outbox.changed(DRAG_DEBOUNCE_MS);
    this.scheduleFrame();
  }

  setBrushSize(size) {
    this.set({ brushSize: within(1, this.largestBrush(), Math.round(size)) });
  }

  largestBrush() {
    const side = this.drawing ? Math.min(this.drawing.width, this.drawing.height) : 0;
    return Math.max(200, Math.round(side / 4));
  }

  /** Change settings, keep them, show them. */
  set(changes) {
    Object.assign(this.settings, changes);
    keepSettings(this.settings);
    if (this.drawing) {
      this.drawing.allowed = this.classes.allowed();
      this.drawing.tiles.markAll();
    }
    this.showControls();
    this.scheduleFrame();
  }

  hide(hidden) {
    this.hidden = hidden;
    this.showControls();
    this.scheduleFrame();
  }

  /** Keys work without a click, unless the person is typing somewhere. */
  takeFocus() {
    const typing = document.activeElement?.matches(TYPING);
    const inside = this.parent.activeElement;
    if (!typing && !inside) this.surface.focus({ preventScroll: true });
  }

  /** @param {{x: number, y: number} | null} place of the pointer in the surface */
  hover(place, pointerType) {
    this.hoverPlace = pointerType === "touch" ? null : place;
    this.scheduleFrame();
  }

  isNear(one, other) {
    return Math.hypot(one.x - other.x, one.y - other.y) * this.view.scale < 8;
  }

  showSketch(corners, hover) {
    this.sketch = { corners, hover };
    this.scheduleFrame();
  }

  notice(text) {
    const notice = this.controls.part("notice");
    notice.textContent = text;
    notice.hidden = text === "";
    this.controls.part("sheet").hidden = text !== "";
    this.controls.part("original-sheet").hidden = text !== "";
  }

  fitWindow() {
    const box = this.root.getBoundingClientRect();
    const scroller = this.parent.host?.closest('[data-testid="stMain"]');
    const top = box.top + (scroller?.scrollTop ?? 0);
    const height = this.data.height ?? Math.max(LEAST_HEIGHT, innerHeight - top - SPACE_BELOW);
    this.root.style.height = `${Math.round(height)}px`;
  }

  measure() {
    this.view.setPane(this.surface.clientWidth, this.surface.clientHeight);
  }

  leave() {
    if (!this.drawing) return;
    this.outbox.flush();
    this.outbox.keepCopies();
  }

  scheduleFrame() {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      showFrame(this);
    });
  }

  showControls() {
    showControls(this);
  }

  destroy() {
    this.leave();
    this.ending.abort();
    this.watcher.disconnect();
    this.pageWatcher.disconnect();
    this.opening.destroy();
    this.outbox.destroy();
    cancelAnimationFrame(this.frame);
    this.root.remove();
  }
}
