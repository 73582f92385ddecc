/** The mask as colours on a canvas of the image's own size; only what changed is painted again. */

/** Okabe and Ito's colours that stand out from grey and from skin; the first is the one of saved overlays. */
const MASK_COLOURS = [
  { name: "orange", rgb: [230, 159, 0] },
  { name: "sky blue", rgb: [86, 180, 233] },
  { name: "bluish green", rgb: [0, 158, 115] },
  { name: "yellow", rgb: [240, 228, 66] },
  { name: "reddish purple", rgb: [204, 121, 167] },
];
const ADDED_RGB = [86, 180, 233];
const ADDED_INSTEAD_RGB = [230, 159, 0];
const REMOVED_RGB = [204, 121, 167];
const REMOVED_INSTEAD_RGB = [213, 94, 0];

class Painter {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.fill = new Uint32Array(0);
    this.edge = new Uint32Array(0);
    /** Width of the edge in image pixels. */
    this.thickness = 1;
    this.zoomed = false;
    this.scratch = new Uint8Array(0);
    this.pixels = new ImageData(1, 1);
    /** A tile of one colour. */
    this.plain = new ImageData(TILE, TILE);
    this.plainColour = 0;
  }

  resize(width, height) {
    this.canvas.width = width;
    this.canvas.height = height;
  }

  /**
   * Lay down the colour of each layer value and confidence: two tables, inside and edge.
   *
   * @param {Drawing} drawing
   * @param {{colour: number, opacity: number, outline: boolean, corrections: boolean, zoomed: boolean}} style
   *   `zoomed`: pixels are so large that the edge needs little to stand out
   */
  setColours(drawing, style) {
    const mask = MASK_COLOURS[style.colour].rgb;
    const added = style.colour === 1 ? ADDED_INSTEAD_RGB : ADDED_RGB;
    const removed = style.colour === 4 ? REMOVED_INSTEAD_RGB : REMOVED_RGB;
    const inside = style.outline ? 0 : style.opacity;
    const extra = style.zoomed && !style.outline ? 0.15 : 0.45;
    const edge = style.opacity === 0 ? 0 : Math.min(1, style.opacity + extra);
    const numEntries = drawing.table.length;
    if (this.fill.length !== numEntries) {
      this.fill = new Uint32Array(numEntries);
      this.edge = new Uint32Array(numEntries);
    }
    for (let entry = 0; entry < numEntries; entry++) {
      const value = entry >> 8;
      const rgb = style.corrections && value >= FOREGROUND ? added : mask;
      this.fill[entry] = drawing.table[entry] ? packColour(rgb, inside) : 0;
      this.edge[entry] = packColour(rgb, edge);
      if (style.corrections && value === BACKGROUND) {
        this.fill[entry] = packColour(removed, Math.max(0.25, style.opacity * 0.6));
      }
    }
  }

  /** Paint what has changed. @param {Drawing} drawing */
  paint(drawing) {
    drawing.tiles.takeDirty((row, first, last) => this.paintRun(drawing, row, first, last));
  }

  /** Tiles side by side: plain ones by a fill, those between by their pixels. */
  paintRun(drawing, row, first, last) {
    const { tiles } = drawing;
    for (let column = first; column <= last; column++) {
      let end = column;
      if (tiles.isPlain(row, column)) {
        this.paintPlain(drawing, row, column);
        continue;
      }
      while (end < last && !tiles.isPlain(row, end + 1)) end++;
      this.paintBand(drawing, {
        left: column * TILE,
        top: row * TILE,
        right: Math.min((end + 1) * TILE, drawing.width),
        bottom: Math.min((row + 1) * TILE, drawing.height),
      });
      column = end;
    }
  }

  paintPlain(drawing, row, column) {
    const isForeground = drawing.tiles.states[row * drawing.tiles.across + column] === ALL_FOREGROUND;
    // Untouched and foreground: entry 255 has the colour, whatever the threshold.
    if (isForeground) this.context.putImageData(this.plainTile(this.fill[255]), column * TILE, row * TILE);
    else this.context.clearRect(column * TILE, row * TILE, TILE, TILE);
  }

  plainTile(colour) {
    if (this.plainColour !== colour) {
      new Uint32Array(this.plain.data.buffer).fill(colour);
      this.plainColour = colour;
    }
    return this.plain;
  }

  paintBand(drawing, band) {
    const width = band.right - band.left;
    const height = band.bottom - band.top;
    const margin = this.thickness;
    const across = width + 2 * margin;
    const mask = this.maskWithMargin(drawing, band, margin);
    if (this.pixels.width !== width || this.pixels.height !== height) {
      this.pixels = new ImageData(width, height);
    }
    const out = new Uint32Array(this.pixels.data.buffer);
    const { layer, confidence } = drawing;
    const { fill, edge } = this;
    const up = margin * across;
    for (let y = 0, to = 0; y < height; y++) {
      let from = (band.top + y) * drawing.width + band.left;
      let at = (y + margin) * across + margin;
      for (let x = 0; x < width; x++, from++, at++, to++) {
        const entry = (layer[from] << 8) | confidence[from];
        const inside = mask[at - margin] & mask[at + margin] & mask[at - up] & mask[at + up];
        out[to] = mask[at] > inside ? edge[entry] : fill[entry];
      }
    }
    this.context.putImageData(this.pixels, band.left, band.top);
  }

  /** The mask around a band; beyond the image is background, so the image's border is an edge. */
  maskWithMargin(drawing, band, margin) {
    const across = band.right - band.left + 2 * margin;
    const down = band.bottom - band.top + 2 * margin;
    if (this.scratch.length < across * down) this.scratch = new Uint8Array(across * down);
    const mask = this.scratch;
    const { layer, confidence, table, width, height } = drawing;
    const first = Math.max(0, band.left - margin);
    const last = Math.min(width, band.right + margin);
    mask.fill(0, 0, across * down);
    for (let row = 0; row < down; row++) {
      const y = band.top - margin + row;
      if (y < 0 || y >= height) continue;
      let at = row * across + first - (band.left - margin);
      for (let i = y * width + first; i < y * width + last; i++, at++) {
        mask[at] = table[(layer[i] << 8) | confidence[i]];
      }
    }
    return mask;
  }
}

/** @param {number[]} rgb 0 to 255 @param {number} alpha 0 to 1 @returns {number} as ImageData holds it in memory */
function packColour(rgb, alpha) {
  if (alpha === 0) return 0;
  const bytes = Uint8Array.of(...rgb, Math.round(alpha * 255));
  return new Uint32Array(bytes.buffer)[0];
}
