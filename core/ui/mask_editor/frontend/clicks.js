/**
 * Smart click: clicks go to Python, which answers with a crop of what changes. Nothing of it is in the layer until it is
 * accepted, so nothing that was only looked at is ever sent or saved.
 */

/** Pixels of the screen between the points of a scribble. */
const SCRIBBLE_STEP = 24;
const MOST_SCRIBBLE_POINTS = 12;
/** A busy server may drop a request: ask again, each time later, since that interrupts an answer under way. */
const ASK_AGAIN_MS = 3000;
const ADDED_ALPHA = 0.6;
const REMOVED_COLOUR = [0, 0, 0];
const PREVIEW_EDGE = [255, 255, 255];

/** @typedef {{include: boolean, box: boolean, points: number[][]}} ClickStroke points are [row, column]; a box has two */
/** @typedef {{left: number, top: number, width: number, height: number, values: Uint8Array}} ClickCrop */

class ClickTool {
  /** @param {Editor} editor */
  constructor(editor) {
    this.editor = editor;
    this.hasCircle = false;
    /** Also the right button draws: it excludes. */
    this.takesRight = true;
    this.forget();
    for (const [part, act] of [["accept", () => this.close()], ["discard", () => this.cancel()]]) {
      editor.controls.part(part).addEventListener("click", () => {
        act();
        editor.surface.focus({ preventScroll: true });
      });
    }
  }

  forget() {
    clearTimeout(this.again);
    /** @type {ClickStroke[]} */
    this.strokes = [];
    /** What each number of strokes led to, as far as it was answered. @type {(ClickCrop | undefined)[]} */
    this.crops = [];
    /** The stroke under way. @type {ClickStroke | null} */
    this.open = null;
    this.problem = "";
    this.asked = 0;
  }

  /** @param {{x: number, y: number}} point @param {{excludes: boolean, frames: boolean}} how */
  down(point, how) {
    this.open = { include: !how.excludes, box: how.frames && !how.excludes, points: [] };
    this.move(point);
  }

  move(point) {
    if (!this.open) return;
    const { drawing, view } = this.editor;
    const place = [Math.floor(point.y), Math.floor(point.x)];
    const [row, column] = place;
    if (row < 0 || column < 0 || row >= drawing.height || column >= drawing.width) return;
    const { points, box } = this.open;
    if (box) {
      points.splice(1, 1, place);
      this.showBox();
      return;
    }
    const last = points.at(-1);
    const isFar = !last || Math.hypot(row - last[0], column - last[1]) * view.scale >= SCRIBBLE_STEP;
    if (!isFar || points.length >= MOST_SCRIBBLE_POINTS) return;
    points.push(place);
    this.show();
  }

  up() {
    const { open } = this;
    this.open = null;
    this.showBox();
    if (!open || open.points.length === 0) return;
    // Shift and a click is a click.
    if (open.box && open.points.length === 1) open.box = false;
    this.strokes.push(open);
    this.ask();
  }

  /** The box under way, along the outer edges of its pixels. */
  showBox() {
    const { box, points } = this.open ?? {};
    if (!box || points.length < 2) {
      this.editor.showSketch([], null);
      return;
    }
    const [rows, columns] = [0, 1].map((axis) => points.map((place) => place[axis]));
    const [top, bottom] = [Math.min(...rows), Math.max(...rows) + 1];
    const [left, right] = [Math.min(...columns), Math.max(...columns) + 1];
    const corners = [[left, top], [right, top], [right, bottom], [left, bottom], [left, top]];
    this.editor.showSketch(corners.map(([x, y]) => ({ x, y })), null);
  }

  /** Ask for what all strokes lead to; those of brushes go first, since Python starts from the mask that is there. */
  ask(patience = ASK_AGAIN_MS) {
    clearTimeout(this.again);
    this.problem = "";
    const { editor } = this;
    editor.outbox.flush();
    // Above those of a visit before, whose answer may still be there.
    this.asked = this.number = Math.max(Date.now(), (this.number ?? 0) + 1);
    editor.component.setTriggerValue("clicks", {
      image_id: editor.opening.imageId,
      number: this.asked,
      chosen: editor.classes.chosen,
      strokes: this.strokes,
    });
    this.again = setTimeout(() => this.ask(Math.min(2 * patience, LONGEST_PATIENCE_MS)), patience);
    this.show();
  }

  /** Take in Python's answer, where it is the one that was asked for. @param {object | null} preview */
  async take(preview) {
    if (!preview || !this.asked || preview.number !== this.asked) return;
    clearTimeout(this.again);
    const asked = this.asked;
    this.asked = 0;
    if (preview.problem) {
      this.problem = preview.problem;
      this.strokes.pop();
      this.show();
      return;
    }
    const { left, top, width, height, values } = preview;
    const crop = { left, top, width, height, values: new Uint8Array(0) };
    const count = this.strokes.length;
    if (values) crop.values = await decodeGrey(fromBase64(values), width, height);
    if (this.strokes.length !== count || (this.asked && this.asked !== asked)) return;
    this.crops[count] = crop;
    this.show();
  }

  /** Accept: the preview goes into the layer as one step. */
  close() {
    const { editor } = this;
    const crop = this.crops[this.strokes.length];
    if (this.asked || !crop) return;
    const changed = editor.drawing.insertCrop(crop, editor.classes.chosen);
    this.cancel();
    editor.stepDone(changed);
  }

  /** Take the last click back. */
  back() {
    this.strokes.pop();
    this.problem = "";
    if (this.strokes.length === 0) this.cancel();
    else if (this.crops[this.strokes.length]) this.forgetAsked();
    else this.ask();
  }

  forgetAsked() {
    clearTimeout(this.again);
    this.asked = 0;
    this.show();
  }

  cancel() {
    this.forget();
    this.showBox();
    this.show();
  }

  isBusy() {
    return this.strokes.length > 0 || this.open !== null;
  }

  show() {
    const { editor } = this;
    const { words } = editor.data;
    const { length } = this.strokes;
    const shown = this.problem || length > 0;
    const text = this.problem || (this.asked ? words.working : words.clicks.replace("{count}", length));
    const bar = editor.controls.part("preview-bar");
    bar.hidden = !shown;
    bar.dataset.waits = String(Boolean(this.asked));
    editor.controls.part("preview-text").textContent = shown ? text : "";
    editor.controls.part("accept").disabled = Boolean(this.asked) || !this.crops[length];
    const all = this.open ? [...this.strokes, this.open] : this.strokes;
    editor.marks = all.flatMap(({ include, box, points }) =>
      box ? [] : points.map(([row, column]) => ({ x: column + 0.5, y: row + 0.5, include })),
    );
    // While the next answer is on its way the last one stays.
    this.paint(this.crops.slice(0, length + 1).findLast((each) => each));
    editor.scheduleFrame();
  }

  /** @param {ClickCrop | undefined} crop */
  paint(crop) {
    const { drawing, classes, settings, controls } = this.editor;
    const canvas = controls.part("preview");
    canvas.hidden = !crop || crop.values.length === 0;
    if (canvas.hidden) return;
    const { left, top, width, height } = crop;
    Object.assign(canvas, { width, height });
    Object.assign(canvas.style, { left: `${left}px`, top: `${top}px` });
    const shown = classes.list.find((each) => each.value === classes.chosen);
    const added = packColour(colourOf(shown, classes.list, settings.colour), ADDED_ALPHA);
    const colours = { added, removed: packColour(REMOVED_COLOUR, 0.55), edge: packColour(PREVIEW_EDGE, 1) };
    const states = drawing.cropStates(crop, classes.chosen);
    const image = new ImageData(width, height);
    const out = new Uint32Array(image.data.buffer);
    for (let y = 0, i = 0; y < height; y++) {
      for (let x = 0; x < width; x++, i++) {
        const state = states[i];
        if (state === 0) continue;
        const isEdge =
          x === 0 || y === 0 || x === width - 1 || y === height - 1 ||
          states[i - 1] !== state || states[i + 1] !== state || states[i - width] !== state || states[i + width] !== state;
        out[i] = isEdge ? colours.edge : state === FOREGROUND ? colours.added : colours.removed;
      }
    }
    canvas.getContext("2d").putImageData(image, 0, 0);
  }
}

/** Marks of clicks: a plus where included, a minus where excluded. @param {Editor} editor */
function clickMarks(editor) {
  return (editor.marks ?? []).flatMap(({ x, y, include }) => {
    const place = editor.view.toPane({ x, y });
    const across = svg("path", { d: `M${place.x - 4} ${place.y}h8`, class: "sign" });
    const down = svg("path", { d: `M${place.x} ${place.y - 4}v8`, class: "sign" });
    const disc = svg("circle", { cx: place.x, cy: place.y, r: 7, class: include ? "include" : "exclude" });
    return include ? [disc, across, down] : [disc, across];
  });
}
