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

/**
 * @typedef {{value: number, reads: number, name: string, colour: number[] | null, key: string}} MaskClass
 *   `reads` is the value that its pixels count as: its own, or another one's or 0 once it was merged or deleted
 */

/** What each value counts as; unknown ones are background. @param {MaskClass[]} classes */
function readingTable(classes) {
  const table = new Uint8Array(256);
  for (const { value, reads } of classes) table[value] = reads;
  return table;
}

class Drawing {
  /**
   * @param {ReadyImage} image
   * @param {number} threshold
   * @param {MaskClass[]} classes
   */
  constructor(image, threshold, classes) {
    this.width = image.width;
    this.height = image.height;
    this.numClasses = Math.max(...classes.map((each) => each.value));
    this.reads = readingTable(classes);
    this.layer = new Uint8Array(this.width * this.height);
    this.history = new LayerHistory(this.layer, this.width, this.height, layerBits(this.numClasses));
    this.tiles = new Tiles(this.width, this.height);
    this.threshold = threshold;
    this.cut = cutOf(threshold);
    /** Classes that painting may change, by value; null for all. @type {Uint8Array | null} */
    this.allowed = null;
    this.proposed = image.proposed;
    this.confidence = image.confidence;
    this.reference = image.reference;
    this.recount();
    this.tiles.setProposal(this.confidence, this.proposed);
    this.tiles.setStates(this.cut, this.reads);
    this.tiles.markAll();
  }

  /** Other classes can be painted now, or some count as others. @param {MaskClass[]} classes */
  setClasses(classes) {
    this.reads = readingTable(classes);
    this.numClasses = Math.max(this.numClasses, ...classes.map((each) => each.value));
    this.history.widen(layerBits(this.numClasses));
    this.recount();
    this.tiles.setStates(this.cut, this.reads);
    this.tiles.markAll();
  }

  setThreshold(threshold) {
    const cut = cutOf(threshold);
    this.tiles.moveCut(this.cut, cut);
    this.tiles.setStates(cut, this.reads);
    this.threshold = threshold;
    this.cut = cut;
  }

  /** Take the layer that a drawing begins with; no step, since there is nothing before it. */
  startWith(layer) {
    this.layer.set(layer);
    this.recount();
    this.tiles.touchWhere(layer);
  }

  /** The class of a pixel as it is seen, counted and saved; 0 for background. */
  labelAt(index) {
    const value = this.layer[index];
    if (value) return this.reads[value - 1];
    if (this.confidence[index] < this.cut) return 0;
    return this.reads[this.proposed ? this.proposed[index] : 1];
  }

  /**
   * Count pixels by proposed class and confidence where untouched, else by layer value; those that agree with the
   * reference apart. All numbers follow from these counts, at any threshold.
   */
  recount() {
    this.decidedAt = 256 * (this.numClasses + 1);
    this.numSlots = this.decidedAt + this.numClasses + FOREGROUND;
    this.counts = new Int32Array(2 * this.numSlots);
    this.inReference = new Int32Array(256);
    const { layer, reference, counts } = this;
    for (let i = 0; i < layer.length; i++) {
      counts[this.slotOf(i, layer[i])]++;
      if (reference) this.inReference[this.reads[reference[i]]]++;
    }
  }

  slotOf(index, value) {
    const proposed = this.proposed ? this.proposed[index] : 1;
    const label = this.reads[value ? value - BACKGROUND : proposed];
    const known = proposed > this.numClasses ? 0 : proposed;
    const slot = value ? this.decidedAt + value : known * 256 + this.confidence[index];
    const agrees = this.reference !== null && label > 0 && this.reads[this.reference[index]] === label;
    return agrees ? slot + this.numSlots : slot;
  }

  /** Decide a row's pixels from `left` to `right`, both included, where their class may be changed. */
  paintSpan(y, left, right, value, allowed = this.allowed) {
    this.history.touch(y, left, right);
    const start = y * this.width;
    for (let i = start + left; i <= start + right; i++) {
      if (allowed === null || allowed[this.labelAt(i)]) this.setPixel(i, value);
    }
    this.tiles.touch(left, y, right + 1, y + 1);
  }

  /** Decide what is still untouched of a row, as it is shown. */
  confirmSpan(y, left, right) {
    this.history.touch(y, left, right);
    const start = y * this.width;
    for (let i = start + left; i <= start + right; i++) {
      if (this.layer[i] === UNTOUCHED) this.setPixel(i, this.labelAt(i) + BACKGROUND);
    }
    this.tiles.touch(left, y, right + 1, y + 1);
  }

  setPixel(index, value) {
    const old = this.layer[index];
    if (old === value) return;
    this.counts[this.slotOf(index, old)]--;
    this.counts[this.slotOf(index, value)]++;
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

  /** Take another layer as one step. */
  takeLayer(layer) {
    return this.asStep(() => this.takeRows(layer, (value) => value));
  }

  /**
   * Lay a mask of one object into a class, as one step: its foreground where the class may be painted, its background
   * where that class is; with one class that is every pixel that the other layer decides. Where `chosen` is null the
   * layer says itself which class each pixel is.
   */
  insert(layer, chosen) {
    return this.asStep(() => this.takeRows(layer, (value, index) => this.inserted(value, index, chosen)));
  }

  /** What a pixel of the layer becomes where such a mask says `value`. */
  inserted(value, index, chosen) {
    const label = this.labelAt(index);
    const isOpen = this.allowed === null || this.allowed[label];
    if (value === UNTOUCHED || !isOpen) return this.layer[index];
    if (chosen === null) return value;
    if (value !== BACKGROUND) return chosen + BACKGROUND;
    return label === chosen || label === 0 ? BACKGROUND : this.layer[index];
  }

  /** The same for a crop. @param {ClickCrop} crop */
  insertCrop(crop, chosen) {
    return this.asStep(() => {
      for (let y = 0, i = 0; y < crop.height && crop.values.length > 0; y++) {
        const start = (crop.top + y) * this.width + crop.left;
        this.history.touch(crop.top + y, crop.left, crop.left + crop.width - 1);
        for (let x = 0; x < crop.width; x++, i++) {
          this.setPixel(start + x, this.inserted(crop.values[i], start + x, chosen));
        }
      }
      this.tiles.touch(crop.left, crop.top, crop.left + crop.width, crop.top + crop.height);
    });
  }

  /** What of a crop would be seen to change: by pixel 0, `BACKGROUND` or `FOREGROUND`. @param {ClickCrop} crop */
  cropStates(crop, chosen) {
    const states = new Uint8Array(crop.values.length);
    for (let i = 0; i < states.length; i++) {
      if (crop.values[i] === UNTOUCHED) continue;
      const index = (crop.top + Math.floor(i / crop.width)) * this.width + crop.left + (i % crop.width);
      const value = this.inserted(crop.values[i], index, chosen);
      if (value !== this.layer[index] && this.reads[value - BACKGROUND] !== this.labelAt(index)) {
        states[i] = value === BACKGROUND ? BACKGROUND : FOREGROUND;
      }
    }
    return states;
  }

  /** Forget every decision, as one step. */
  clear() {
    return this.takeLayer(new Uint8Array(this.layer.length));
  }

  takeRows(layer, valueOf) {
    for (let y = 0; y < this.height; y++) {
      const start = y * this.width;
      let first = -1;
      let last = -1;
      for (let x = 0; x < this.width; x++) {
        if (valueOf(layer[start + x], start + x) === this.layer[start + x]) continue;
        if (first < 0) first = x;
        last = x;
      }
      if (first < 0) continue;
      this.history.touch(y, first, last);
      for (let i = start + first; i <= start + last; i++) this.setPixel(i, valueOf(layer[i], i));
      this.tiles.touch(first, y, last + 1, y + 1);
    }
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

  /** @returns {Uint8Array} where a class is, 0 and 1 */
  maskOf(value) {
    const mask = this.labels();
    for (let i = 0; i < mask.length; i++) mask[i] = mask[i] === value ? 1 : 0;
    return mask;
  }

  /** @returns {Uint8Array} the class of every pixel */
  labels() {
    const labels = new Uint8Array(this.layer.length);
    for (let i = 0; i < labels.length; i++) labels[i] = this.labelAt(i);
    return labels;
  }

  /**
   * What is seen of each class.
   *
   * @returns {{pixels: Int32Array, shared: Int32Array, inReference: Int32Array | null}} by value; `shared` are the pixels
   *   that the reference has too
   */
  numbers() {
    const pixels = new Int32Array(256);
    const shared = new Int32Array(256);
    const add = (label, slot) => {
      pixels[label] += this.counts[slot] + this.counts[slot + this.numSlots];
      shared[label] += this.counts[slot + this.numSlots];
    };
    for (let proposed = 1; proposed <= this.numClasses; proposed++) {
      const label = this.reads[proposed];
      for (let level = this.cut; level < 256; level++) add(label, proposed * 256 + level);
    }
    for (let value = FOREGROUND; value <= this.numClasses + BACKGROUND; value++) {
      add(this.reads[value - BACKGROUND], this.decidedAt + value);
    }
    return { pixels, shared, inReference: this.reference ? this.inReference : null };
  }

  /** Part of the pixels that the person decided. */
  checkedPart() {
    let decided = 0;
    for (let value = BACKGROUND; value <= this.numClasses + BACKGROUND; value++) {
      const slot = this.decidedAt + value;
      decided += this.counts[slot] + this.counts[slot + this.numSlots];
    }
    return decided / this.layer.length;
  }
}

/** Dice and IoU of two sets by their sizes; two empty ones agree. */
function agreement(one, other, shared) {
  const either = one + other - shared;
  return { dice: one + other === 0 ? 1 : (2 * shared) / (one + other), iou: either === 0 ? 1 : shared / either };
}
