/**
 * Undo and redo of a layer by the tiles that a step changed. A tile is kept in as few bits as the classes need,
 * or as one number where it is uniform, so that 100 steps fit into memory at 4096 x 4096 too.
 */

const MOST_STEPS = 200;
const FEWEST_STEPS = 100;
const MOST_BYTES = 256 * 1024 * 1024;

/** @typedef {Uint8Array | number} PackedTile */
/** @typedef {{tiles: Map<number, PackedTile>, bytes: number}} Step */

class LayerHistory {
  /** @param {Uint8Array} layer @param {number} width @param {number} height @param {number} bits a pixel: 2, 4 or 8 */
  constructor(layer, width, height, bits) {
    this.layer = layer;
    this.bits = bits;
    this.width = width;
    this.height = height;
    this.tilesAcross = Math.ceil(width / TILE);
    /** @type {Step[]} */
    this.undoSteps = [];
    /** @type {Step[]} */
    this.redoSteps = [];
    /** Tiles as they were before the open step; null between steps. @type {Map<number, PackedTile> | null} */
    this.before = null;
  }

  /** Steps are kept in as many bits as newly added classes need. */
  widen(bits) {
    if (bits <= this.bits) return;
    for (const step of [...this.undoSteps, ...this.redoSteps]) {
      for (const [tile, packed] of step.tiles) {
        if (typeof packed !== "number") step.tiles.set(tile, repacked(packed, this.bits, bits));
      }
      step.bytes = bytesOf(step.tiles);
    }
    this.bits = bits;
  }

  begin() {
    this.before = new Map();
  }

  /** Keep what a row's pixels are, before they change. Outside a step nothing is kept. */
  touch(y, left, right) {
    if (!this.before) return;
    const row = (y >> 6) * this.tilesAcross;
    for (let column = left >> 6; column <= right >> 6; column++) {
      if (!this.before.has(row + column)) this.before.set(row + column, this.pack(row + column));
    }
  }

  /** Close the step. @returns {boolean} whether it changed anything */
  commit() {
    const tiles = new Map();
    for (const [tile, before] of this.before) {
      if (!sameTile(before, this.pack(tile))) tiles.set(tile, before);
    }
    this.before = null;
    if (tiles.size === 0) return false;
    this.undoSteps.push({ tiles, bytes: bytesOf(tiles) });
    this.redoSteps = [];
    this.forgetOldest();
    return true;
  }

  /** Tiles to put back in order to give the open step up. */
  abandon() {
    const tiles = this.before ?? new Map();
    this.before = null;
    return tiles;
  }

  forgetOldest() {
    let bytes = this.undoSteps.reduce((total, step) => total + step.bytes, 0);
    while (
      this.undoSteps.length > MOST_STEPS ||
      (bytes > MOST_BYTES && this.undoSteps.length > FEWEST_STEPS)
    ) {
      bytes -= this.undoSteps.shift().bytes;
    }
  }

  /**
   * Move one step from one stack to the other.
   *
   * @param {(tiles: Map<number, PackedTile>) => void} restore puts tiles into the layer
   * @returns {boolean} whether there was a step
   */
  move(from, to, restore) {
    const step = from.pop();
    if (!step) return false;
    const after = new Map();
    for (const tile of step.tiles.keys()) after.set(tile, this.pack(tile));
    restore(step.tiles);
    to.push({ tiles: after, bytes: bytesOf(after) });
    return true;
  }

  undo(restore) {
    return this.move(this.undoSteps, this.redoSteps, restore);
  }

  redo(restore) {
    return this.move(this.redoSteps, this.undoSteps, restore);
  }

  /** @returns {{left: number, top: number, right: number, bottom: number}} right and bottom are outside */
  boundsOf(tile) {
    const left = (tile % this.tilesAcross) * TILE;
    const top = Math.floor(tile / this.tilesAcross) * TILE;
    return {
      left,
      top,
      right: Math.min(left + TILE, this.width),
      bottom: Math.min(top + TILE, this.height),
    };
  }

  /** @returns {PackedTile} */
  pack(tile) {
    const { left, top, right, bottom } = this.boundsOf(tile);
    const first = this.layer[top * this.width + left];
    const { bits } = this;
    const packed = new Uint8Array((TILE * TILE * bits) / 8);
    let uniform = true;
    for (let y = top; y < bottom; y++) {
      let at = (y - top) * TILE;
      for (let i = y * this.width + left; i < y * this.width + right; i++, at++) {
        const value = this.layer[i];
        packed[(at * bits) >> 3] |= value << ((at * bits) & 7);
        if (value !== first) uniform = false;
      }
    }
    return uniform ? first : packed;
  }

  /** Value of a pixel of a tile, counted in rows of 64. */
  valueOf(tile, at) {
    if (typeof tile === "number") return tile;
    return (tile[(at * this.bits) >> 3] >> ((at * this.bits) & 7)) & ((1 << this.bits) - 1);
  }
}

function repacked(packed, from, to) {
  const wide = new Uint8Array((TILE * TILE * to) / 8);
  for (let at = 0; at < TILE * TILE; at++) {
    const value = (packed[(at * from) >> 3] >> ((at * from) & 7)) & ((1 << from) - 1);
    wide[(at * to) >> 3] |= value << ((at * to) & 7);
  }
  return wide;
}

function sameTile(one, other) {
  if (typeof one === "number" || typeof other === "number") return one === other;
  return one.every((value, index) => value === other[index]);
}

function bytesOf(tiles) {
  let bytes = 0;
  for (const tile of tiles.values()) bytes += typeof tile === "number" ? 64 : tile.length + 64;
  return bytes;
}
