/**
 * Mouse, pen and fingers: which pointer draws, which moves the image. One finger draws, two move and zoom; once a pen
 * was seen, fingers only move, so that a resting hand paints nothing.
 */

const WHEEL_STEP = 0.0016;
/** A second finger this soon after the first means that the first was no stroke. */
const SECOND_FINGER_MS = 250;

class PointerInput {
  /** @param {Editor} editor @param {HTMLElement} surface @param {HTMLElement} other the pane of the original */
  constructor(editor, surface, other) {
    this.editor = editor;
    this.surface = surface;
    /** Pointers that are down. @type {Map<number, {x: number, y: number}>} */
    this.down = new Map();
    /** @type {"" | "draw" | "pan" | "window"} */
    this.mode = "";
    this.penSeen = false;
    this.spaceHeld = false;
    const on = (name, handler, options) => surface.addEventListener(name, handler.bind(this), options);
    on("pointerdown", this.onDown);
    on("pointermove", this.onMove);
    on("pointerup", this.onUp);
    on("pointercancel", this.onCancel);
    on("pointerenter", this.onEnter);
    on("pointerleave", this.onLeave);
    on("dblclick", this.onDoubleClick);
    on("contextmenu", (event) => event.preventDefault());
    for (const pane of [surface, other]) {
      pane.addEventListener("wheel", (event) => this.onWheel(event), { passive: false });
    }
  }

  place(event) {
    const box = this.surface.getBoundingClientRect();
    const { clientLeft, clientTop } = this.surface;
    return { x: event.clientX - box.left - clientLeft, y: event.clientY - box.top - clientTop };
  }

  onDown(event) {
    this.surface.focus({ preventScroll: true });
    if (event.pointerType === "pen") this.penSeen = true;
    const place = this.place(event);
    this.down.set(event.pointerId, place);
    this.capture(event.pointerId);
    // The middle button would otherwise start the browser's own scrolling.
    if (event.button === 1) event.preventDefault();
    if (this.down.size === 2) this.startPinch();
    if (this.down.size > 1) return;
    this.downAt = event.timeStamp;
    this.mode = this.draws(event) ? "draw" : event.button === 2 ? "window" : "pan";
    if (this.mode === "draw") {
      const excludes = event.button === 2 || event.altKey;
      this.editor.toolDown(this.editor.view.toImage(place.x, place.y), { excludes, frames: event.shiftKey });
    }
    this.showState();
  }

  draws(event) {
    const button = event.button === 0 || (event.button === 2 && this.editor.tool().takesRight);
    if (!this.editor.canDraw() || this.spaceHeld || !button) return false;
    return event.pointerType !== "touch" || !this.penSeen;
  }

  startPinch() {
    if (this.mode === "draw") {
      const wasStroke = performance.now() - this.downAt > SECOND_FINGER_MS;
      if (wasStroke) this.editor.toolUp();
      else this.editor.toolCancel();
    }
    this.mode = "pan";
    this.pinch = this.spread();
  }

  /** Middle and distance of the two fingers. */
  spread() {
    const [a, b] = [...this.down.values()];
    return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, distance: Math.hypot(a.x - b.x, a.y - b.y) || 1 };
  }

  onMove(event) {
    const place = this.place(event);
    this.editor.hover(place, event.pointerType);
    const before = this.down.get(event.pointerId);
    if (!before) {
      this.editor.toolMove([this.editor.view.toImage(place.x, place.y)]);
      return;
    }
    this.down.set(event.pointerId, place);
    if (this.mode === "draw") this.drawThrough(event);
    else if (this.down.size === 2) this.pinchOn();
    else if (this.mode === "window") this.editor.display.drag(place.x - before.x, place.y - before.y);
    else this.editor.view.panBy(place.x - before.x, place.y - before.y);
  }

  /** All points since the last frame, so that quick curves stay round. */
  drawThrough(event) {
    const events = event.getCoalescedEvents?.() ?? [];
    const points = (events.length > 0 ? events : [event]).map((each) => {
      const place = this.place(each);
      return this.editor.view.toImage(place.x, place.y);
    });
    this.editor.toolMove(points);
  }

  pinchOn() {
    const now = this.spread();
    const { view } = this.editor;
    view.panBy(now.x - this.pinch.x, now.y - this.pinch.y);
    view.zoomBy(now.distance / this.pinch.distance, now.x, now.y);
    this.pinch = now;
  }

  onUp(event) {
    if (!this.down.has(event.pointerId)) return;
    if (this.mode === "draw" && this.down.size === 1) {
      this.drawThrough(event);
      this.editor.toolUp();
    }
    this.release(event);
  }

  onCancel(event) {
    if (this.mode === "draw" && this.down.has(event.pointerId)) this.editor.toolUp();
    this.release(event);
  }

  release(event) {
    this.down.delete(event.pointerId);
    if (this.down.size === 0) this.mode = "";
    if (event.pointerType === "touch") this.editor.hover(null, "touch");
    this.showState();
  }

  onEnter() {
    this.editor.takeFocus();
  }

  onLeave() {
    if (this.mode === "draw") return;
    this.editor.hover(null, "");
    this.editor.outbox.flush();
  }

  onDoubleClick() {
    this.editor.toolDoubleClick();
  }

  onWheel(event) {
    event.preventDefault();
    const place = this.place(event);
    // Over the original the same place of the image is meant.
    const pane = this.editor.view.pane.width;
    if (place.x > pane) place.x -= event.currentTarget.offsetLeft - this.surface.offsetLeft;
    const lines = event.deltaMode === 1 ? 18 : 1;
    const pinch = event.ctrlKey ? 6 : 1;
    this.editor.view.zoomBy(Math.exp(-event.deltaY * lines * pinch * WHEEL_STEP), place.x, place.y);
    this.editor.hover(place, event.pointerType ?? "mouse");
  }

  holdSpace(held) {
    this.spaceHeld = held;
    this.showState();
  }

  showState() {
    const pans = this.mode === "pan" || this.spaceHeld || !this.editor.canDraw();
    this.surface.dataset.pointer = pans ? (this.mode === "pan" ? "grabbing" : "grab") : "draw";
  }

  capture(pointerId) {
    try {
      this.surface.setPointerCapture(pointerId);
    } catch {
      // The pointer is already gone (a tap that ended, or a scripted event).
    }
  }
}
