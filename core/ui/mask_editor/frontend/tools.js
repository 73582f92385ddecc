/**
 * Tools turn pointer positions (in image pixels) into steps of the drawing. All have the same four calls: down, move,
 * up, cancel; an editor holds one of them at a time.
 */

/** Brush, eraser and restore: the same stroke with another value. */
class BrushTool {
  /** @param {Editor} editor @param {number} value what it paints */
  constructor(editor, value) {
    this.editor = editor;
    this.value = value;
    this.hasCircle = true;
    this.last = null;
  }

  down(point) {
    this.editor.drawing.history.begin();
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
      drawing.paintSpan(y, left, right, this.value),
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
  /** @param {Editor} editor @param {number} value what the inside becomes */
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
    const changed = drawing.asStep(() =>
      polygonSpans(corners, drawing, (y, left, right) => drawing.paintSpan(y, left, right, this.value)),
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

/** Switch the region under the pointer between foreground and background. */
class FillTool {
  /** @param {Editor} editor */
  constructor(editor) {
    this.editor = editor;
    this.hasCircle = false;
  }

  down(point) {
    const { drawing } = this.editor;
    const x = Math.floor(point.x);
    const y = Math.floor(point.y);
    if (x < 0 || y < 0 || x >= drawing.width || y >= drawing.height) return;
    const mask = drawing.mask();
    const seed = y * drawing.width + x;
    const value = mask[seed] ? BACKGROUND : FOREGROUND;
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

/** @param {Editor} editor */
function makeTools(editor) {
  return {
    brush: new BrushTool(editor, FOREGROUND),
    eraser: new BrushTool(editor, BACKGROUND),
    restore: new BrushTool(editor, UNTOUCHED),
    polygon: new PolygonTool(editor, FOREGROUND),
    cut: new PolygonTool(editor, BACKGROUND),
    fill: new FillTool(editor),
  };
}
