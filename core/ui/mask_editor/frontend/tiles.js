/**
 * What is known of each tile of 64 x 64 pixels, so that most of them need no look at their pixels: which have to be
 * painted again, which confidences they hold, and whether their mask is all the same.
 */

const TILE = 64;
/** State of a tile with more than one class; else the state is the class that all of it has, 0 for background. */
const MIXED = 255;

class Tiles {
  /** @param {number} width @param {number} height */
  constructor(width, height) {
    this.width = width;
    this.height = height;
    this.across = Math.ceil(width / TILE);
    this.down = Math.ceil(height / TILE);
    const count = this.across * this.down;
    this.dirty = new Uint8Array(count).fill(1);
    this.anyDirty = true;
    /** 256 bits a tile: which confidences are in it. */
    this.present = new Uint32Array(8 * count);
    /** Tiles with decisions of the person, now or once. */
    this.touched = new Uint8Array(count);
    /** The proposed class of the whole tile, `MIXED` where there are several. */
    this.proposals = new Uint8Array(count).fill(1);
    this.states = new Uint8Array(count).fill(MIXED);
  }

  /** @param {Uint8Array} confidence @param {Uint8Array | null} proposed null for class 1 everywhere */
  setProposal(confidence, proposed) {
    this.present.fill(0);
    for (let y = 0, i = 0; y < this.height; y++) {
      const row = (y >> 6) * this.across;
      for (let x = 0; x < this.width; x++, i++) {
        const value = confidence[i];
        this.present[(row + (x >> 6)) * 8 + (value >> 5)] |= 1 << (value & 31);
      }
    }
    this.proposals.fill(1);
    if (proposed) this.setClasses(proposed);
  }

  setClasses(proposed) {
    const seen = new Uint8Array(this.proposals.length);
    for (let y = 0, i = 0; y < this.height; y++) {
      const row = (y >> 6) * this.across;
      for (let x = 0; x < this.width; x++, i++) {
        const tile = row + (x >> 6);
        if (!seen[tile]) {
          seen[tile] = 1;
          this.proposals[tile] = proposed[i];
        } else if (this.proposals[tile] !== proposed[i]) this.proposals[tile] = MIXED;
      }
    }
  }

  /** A new threshold: only tiles that hold a confidence between the two look different. */
  moveCut(from, to) {
    const low = Math.min(from, to);
    const high = Math.max(from, to);
    for (let tile = 0; tile < this.dirty.length; tile++) {
      if (!this.dirty[tile] && this.holds(tile, low, high)) this.dirty[tile] = 1;
    }
    this.anyDirty = true;
  }

  /** @param {number} cut smallest confidence that is foreground @param {Uint8Array} reads what each class counts as */
  setStates(cut, reads) {
    for (let tile = 0; tile < this.states.length; tile++) this.states[tile] = this.stateOf(tile, cut, reads);
  }

  stateOf(tile, cut, reads) {
    if (this.touched[tile]) return MIXED;
    if (!this.holds(tile, cut, 256)) return 0;
    if (this.holds(tile, 0, cut) || this.proposals[tile] === MIXED) return MIXED;
    return reads[this.proposals[tile]];
  }

  /** Whether a tile holds a confidence of at least `low` and below `high`. */
  holds(tile, low, high) {
    for (let word = low >> 5; word * 32 < high; word++) {
      let bits = this.present[tile * 8 + word];
      if (word === low >> 5) bits &= -1 << (low & 31);
      if (high - word * 32 < 32) bits &= ~(-1 << (high & 31));
      if (bits) return true;
    }
    return false;
  }

  /** Pixels that were decided on; right and bottom are outside. */
  touch(left, top, right, bottom) {
    this.anyDirty = true;
    for (let row = top >> 6; row <= (bottom - 1) >> 6; row++) {
      for (let column = left >> 6; column <= (right - 1) >> 6; column++) {
        const tile = row * this.across + column;
        this.dirty[tile] = this.touched[tile] = 1;
        this.states[tile] = MIXED;
      }
    }
  }

  /** @param {Uint8Array} layer a layer that is there from the beginning */
  touchWhere(layer) {
    for (let y = 0, i = 0; y < this.height; y++) {
      const row = (y >> 6) * this.across;
      for (let x = 0; x < this.width; x++, i++) if (layer[i]) this.touched[row + (x >> 6)] = 1;
    }
    for (let tile = 0; tile < this.touched.length; tile++) if (this.touched[tile]) this.states[tile] = MIXED;
    this.markAll();
  }

  markAll() {
    this.dirty.fill(1);
    this.anyDirty = true;
  }

  /**
   * Call for every run of dirty tiles side by side, and forget them. Tiles whose neighbours are dirty within the
   * margin come along, since the mask's edge can lie there.
   *
   * @param {(row: number, first: number, last: number) => void} visit
   */
  takeDirty(visit) {
    const { dirty, across, down } = this;
    const spread = this.withNeighbours();
    for (let row = 0; row < down; row++) {
      for (let first = 0; first < across; first++) {
        if (!spread[row * across + first]) continue;
        let last = first;
        while (last + 1 < across && spread[row * across + last + 1]) last++;
        visit(row, first, last);
        first = last;
      }
    }
    dirty.fill(0);
    this.anyDirty = false;
  }

  withNeighbours() {
    const { dirty, across } = this;
    const spread = dirty.slice();
    for (let tile = 0; tile < dirty.length; tile++) {
      if (!dirty[tile]) continue;
      if (tile >= across) spread[tile - across] = 1;
      if (tile + across < dirty.length) spread[tile + across] = 1;
      if (tile % across > 0) spread[tile - 1] = 1;
      if ((tile + 1) % across > 0) spread[tile + 1] = 1;
    }
    return spread;
  }

  /** Whether a tile and those beside it are all the same, with no border of the image between. */
  isPlain(row, column) {
    const state = this.states[row * this.across + column];
    if (state === MIXED) return false;
    const beside = [[row - 1, column], [row + 1, column], [row, column - 1], [row, column + 1]];
    return beside.every(([r, c]) => {
      if (r < 0 || c < 0 || r >= this.down || c >= this.across) return state === 0;
      return this.states[r * this.across + c] === state;
    });
  }
}
