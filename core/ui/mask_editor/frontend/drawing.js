/**
 * One drawing: the layer of an image, the proposal under it, and the numbers that follow from both. A pixel of the mask
 * is what the layer decided, else the proposed class where its confidence reaches the threshold, else background;
 * nothing else is ever shown, counted or sent.
 */

const UNTOUCHED = 0;
const BACKGROUND = 1;
/** Class 1; class k is k + 1. */
const FOREGROUND = 2;

/** Smallest 8-bit confidence that is foreground; the same formula as in core/imaging/masks.py. */
function cutOf(threshold) {
  return Math.ceil(threshold * 255 - 1e-9);
}

/** Whether a pixel is foreground, by layer value * 256 + confidence. */
function maskTable(threshold, numClasses) {
  const table = new Uint8Array(256 * (numClasses + FOREGROUND));
  table.fill(1, Math.max(0, cutOf(threshold)), 256);
  table.fill(1, 256 * FOREGROUND);
  return table;
}

class Drawing {
  /**
   * @param {ReadyImage} image
   * @param {number} threshold
   */
  constructor(image, threshold) {
    this.width = image.width;
    this.height = image.height;
    this.numClasses = image.numClasses;
    this.layer = new Uint8Array(this.width * this.height);
    this.history = new LayerHistory(this.layer, this.width, this.height, layerBits(this.numClasses));
    this.tiles = new Tiles(this.width, this.height);
    this.threshold = threshold;
    this.table = maskTable(threshold, this.numClasses);
    /** Pixels by reference (0, 1), layer value and confidence: all numbers follow from these counts. */
    this.counts = new Int32Array(2 * this.table.length);
    this.setImage(image);
  }

  /** Put another prediction or reference under the layer. */
  setImage(image) {
    this.proposed = image.proposed;
    this.confidence = image.confidence;
    this.reference = image.reference;
    this.recount();
    this.tiles.setConfidence(this.confidence, cutOf(this.threshold));
  }

  setThreshold(threshold) {
    this.tiles.moveCut(cutOf(this.threshold), cutOf(threshold));
    this.threshold = threshold;
    this.table = maskTable(threshold, this.numClasses);
  }

  /** Take the layer that a drawing begins with; no step, since there is nothing before it. */
  startWith(layer) {
    this.layer.set(layer);
    this.recount();
    this.tiles.touchWhere(layer);
  }

  recount() {
    const { layer, confidence, reference, counts } = this;
    const inReference = this.table.length;
    counts.fill(0);
    for (let i = 0; i < layer.length; i++) {
      counts[(reference && reference[i] ? inReference : 0) + layer[i] * 256 + confidence[i]]++;
    }
  }

  /** Decide a row's pixels from `left` to `right`, both included. */
  paintSpan(y, left, right, value) {
    this.history.touch(y, left, right);
    const start = y * this.width;
    for (let i = start + left; i <= start + right; i++) this.setPixel(i, value);
    this.tiles.touch(left, y, right + 1, y + 1);
  }

  setPixel(index, value) {
    const old = this.layer[index];
    if (old === value) return;
    const column = (this.reference && this.reference[index] ? this.table.length : 0) + this.confidence[index];
    this.counts[column + old * 256]--;
    this.counts[column + value * 256]++;
    this.layer[index] = value;
  }

  /**
   * Change the layer as one step that undo takes back.
   *
   * @param {() => void} change
   * @returns {boolean} whether anything changed
   */
  asStep(change) {
    this.history.begin();
    change();
    return this.history.commit();
  }

  /** Take another layer as one step; where `keepUntouched`, its zeros leave what is there. */
  takeLayer(layer, keepUntouched) {
    return this.asStep(() => {
      for (let y = 0; y < this.height; y++) this.takeRow(layer, y, keepUntouched);
    });
  }

  /** Forget every decision, as one step. */
  clear() {
    return this.takeLayer(new Uint8Array(this.layer.length), false);
  }

  takeRow(layer, y, keepUntouched) {
    const start = y * this.width;
    let first = -1;
    let last = -1;
    for (let x = 0; x < this.width; x++) {
      const value = layer[start + x];
      if (value === this.layer[start + x] || (keepUntouched && value === UNTOUCHED)) continue;
      if (first < 0) first = x;
      last = x;
    }
    if (first < 0) return;
    this.history.touch(y, first, last);
    for (let x = first; x <= last; x++) {
      const value = layer[start + x];
      if (!keepUntouched || value !== UNTOUCHED) this.setPixel(start + x, value);
    }
    this.tiles.touch(first, y, last + 1, y + 1);
  }

  putTiles(tiles) {
    for (const [tile, packed] of tiles) {
      const bounds = this.history.boundsOf(tile);
      for (let y = bounds.top; y < bounds.bottom; y++) {
        let at = (y - bounds.top) * TILE;
        for (let x = bounds.left; x < bounds.right; x++, at++) {
          this.setPixel(y * this.width + x, this.history.valueOf(packed, at));
        }
      }
      this.tiles.touch(bounds.left, bounds.top, bounds.right, bounds.bottom);
    }
  }

  undo() {
    return this.history.undo((tiles) => this.putTiles(tiles));
  }

  redo() {
    return this.history.redo((tiles) => this.putTiles(tiles));
  }

  abandonStep() {
    this.putTiles(this.history.abandon());
  }

  isForeground(index) {
    return this.table[this.layer[index] * 256 + this.confidence[index]];
  }

  /** @returns {Uint8Array} where the whole mask is foreground, 0 and 1 */
  mask() {
    const { layer, confidence, table } = this;
    const mask = new Uint8Array(layer.length);
    for (let i = 0; i < mask.length; i++) mask[i] = table[layer[i] * 256 + confidence[i]];
    return mask;
  }

  /** @returns {{pixels: number, part: number, dice: number | null, iou: number | null}} */
  numbers() {
    const inMask = [0, 0];
    const all = [0, 0];
    const { counts, table } = this;
    for (let i = 0; i < counts.length; i++) {
      const side = i < table.length ? 0 : 1;
      all[side] += counts[i];
      if (table[i - side * table.length]) inMask[side] += counts[i];
    }
    const pixels = inMask[0] + inMask[1];
    const part = pixels / (this.width * this.height);
    if (!this.reference) return { pixels, part, dice: null, iou: null };
    const shared = inMask[1];
    const either = pixels + all[1] - shared;
    // Two empty masks agree.
    const dice = pixels + all[1] === 0 ? 1 : (2 * shared) / (pixels + all[1]);
    return { pixels, part, dice, iou: either === 0 ? 1 : shared / either };
  }
}
