/**
 * Tools turn pointer positions (in image pixels) into steps of the drawing. All have the same four calls: down, move,
 * up, cancel; an editor holds one of them at a time.
 */

/** Brush, eraser and restore: the same stroke with another value. */
class BrushTool {
  /** @param {Editor} editor @param {() => number} value what it paints */
  constructor(editor, value) {
    this.editor = editor;
    this.value = value;
    this.hasCircle = true;
    this.last = null;
  }

  down(point) {
    this.editor.drawing.history.begin();
    this.painted = this.value();
    this.last = snapBrush(point, this.editor.settings.brushSize);
    this.drawTo(this.last);
  }

  move(point) {
    if (!this.last) return;
    const next = snapBrush(point, this.editor.settings.brushSize);
    if (next.x !== this.last.x || next.y !== this.last.y) this.drawTo(next);
  }

  drawTo(next) {
    const { drawing, settings } = this.editor;
    brushSpans(this.last, next, settings.brushSize, drawing, (y, left, right) =>
      drawing.paintSpan(y, left, right, this.painted),
    );
    this.last = next;
    this.editor.strokeGoesOn();
  }

  up() {
    if (!this.last) return;
    this.last = null;
    this.editor.stepDone(this.editor.drawing.history.commit());
  }

  cancel() {
    if (!this.last) return;
    this.last = null;
    this.editor.drawing.abandonStep();
    this.editor.stepDone(false);
  }

  isBusy() {
    return this.last !== null;
  }
}

/** Polygon and Cut out: corners by clicks, the inside is decided when the polygon is closed. */
class PolygonTool {
  /** @param {Editor} editor @param {() => number} value what the inside becomes */
  constructor(editor, value) {
    this.editor = editor;
    this.value = value;
    this.hasCircle = false;
    this.corners = [];
    this.hover = null;
  }

  down(point) {
    const closes = this.corners.length > 2 && this.editor.isNear(point, this.corners[0]);
    if (closes) {
      this.close();
      return;
    }
    this.corners.push(point);
    this.show();
  }

  move(point) {
    this.hover = point;
    if (this.corners.length > 0) this.show();
  }

  up() {}

  /** A double click has put its corner twice. */
  closeByDoubleClick() {
    const [before, last] = this.corners.slice(-2);
    if (last && before && this.editor.isNear(before, last)) this.corners.pop();
    this.close();
  }

  close() {
    const corners = this.corners;
    this.cancel();
    if (corners.length < 3) return;
    const { drawing } = this.editor;
    const value = this.value();
    const changed = drawing.asStep(() =>
      polygonSpans(corners, drawing, (y, left, right) => drawing.paintSpan(y, left, right, value)),
    );
    this.editor.stepDone(changed);
  }

  back() {
    this.corners.pop();
    this.show();
  }

  cancel() {
    this.corners = [];
    this.show();
  }

  isBusy() {
    return this.corners.length > 0;
  }

  show() {
    this.editor.showSketch(this.corners, this.hover);
  }
}

/** Switch the region under the pointer to the chosen class, and a region of that to background. */
class FillTool {
  /** @param {Editor} editor */
  constructor(editor) {
    this.editor = editor;
    this.hasCircle = false;
  }

  down(point) {
    const { drawing, classes } = this.editor;
    const x = Math.floor(point.x);
    const y = Math.floor(point.y);
    if (x < 0 || y < 0 || x >= drawing.width || y >= drawing.height) return;
    const mask = drawing.labels();
    const seed = y * drawing.width + x;
    const value = mask[seed] === classes.chosen ? BACKGROUND : classes.chosen + BACKGROUND;
    const field = { mask, width: drawing.width, height: drawing.height, seen: new Uint8Array(mask.length) };
    const changed = drawing.asStep(() =>
      floodRegion(field, seed, false, (row, left, right) => drawing.paintSpan(row, left, right, value)),
    );
    this.editor.stepDone(changed);
  }

  move() {}
  up() {}
  cancel() {}

  isBusy() {
    return false;
  }
}

/** A frame around what was checked: all of it counts as it is shown, where only what was checked does. */
class FrameTool {
  /** @param {Editor} editor */
  constructor(editor) {
    this.editor = editor;
    this.hasCircle = false;
    this.start = null;
    this.end = null;
  }

  down(point) {
    this.start = this.end = point;
  }

  move(point) {
    if (!this.start) return;
    this.end = point;
    const { start, end } = this;
    const corners = [start, { x: end.x, y: start.y }, end, { x: start.x, y: end.y }, start];
    this.editor.showSketch(corners, null);
  }

  up() {
    if (!this.start) return;
    const { drawing } = this.editor;
    const [left, right] = pixelsBetween(this.start.x, this.end.x, drawing.width);
    const [top, bottom] = pixelsBetween(this.start.y, this.end.y, drawing.height);
    this.cancel();
    if (left > right || top > bottom) return;
    const changed = drawing.asStep(() => {
      for (let y = top; y <= bottom; y++) drawing.confirmSpan(y, left, right);
    });
    this.editor.stepDone(changed);
  }

  cancel() {
    this.start = this.end = null;
    this.editor.showSketch([], null);
  }

  isBusy() {
    return this.start !== null;
  }
}

/** First and last pixel between two coordinates, inside the image. */
function pixelsBetween(one, other, size) {
  const low = Math.max(0, Math.floor(Math.min(one, other)));
  return [low, Math.min(size - 1, Math.floor(Math.max(one, other)))];
}

/** @param {Editor} editor */
function makeTools(editor) {
  const chosen = () => editor.classes.chosen + BACKGROUND;
  return {
    brush: new BrushTool(editor, chosen),
    eraser: new BrushTool(editor, () => BACKGROUND),
    restore: new BrushTool(editor, () => UNTOUCHED),
    polygon: new PolygonTool(editor, chosen),
    cut: new PolygonTool(editor, () => BACKGROUND),
    fill: new FillTool(editor),
    frame: new FrameTool(editor),
    smart_click: new ClickTool(editor),
  };
}
