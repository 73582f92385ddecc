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
/** What was made background, where every colour may be a class's. */
const REMOVED_OF_SEVERAL_RGB = [255, 255, 255];
const UNCHECKED_RGB = [0, 0, 0];
const HATCH_RGB = [150, 150, 150];

class Painter {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    /** Colour by class, those that the person decided 256 further on; inside and at the edge. */
    this.fill = new Uint32Array(512);
    this.edge = new Uint32Array(512);
    /** Whether what nobody decided is hatched, since it does not count. */
    this.checkedOnly = false;
    this.hatch = packColour(HATCH_RGB, 0.4);
    this.hatchPeriod = 8;
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
   * Lay down the colour of each class: two tables, inside and edge.
   *
   * @param {MaskClass[]} classes those that can be painted
   * @param {{colour: number, opacity: number, outline: boolean, corrections: boolean, zoomed: boolean,
   *          hiddenClasses: Set<number>, checkedOnly: boolean}} style
   *   `zoomed`: pixels are so large that the edge needs little to stand out
   */
  setColours(classes, style) {
    const isOne = classes.length === 1;
    const added = style.colour === 1 ? ADDED_INSTEAD_RGB : ADDED_RGB;
    const removed = style.colour === 4 ? REMOVED_INSTEAD_RGB : REMOVED_RGB;
    const inside = style.outline ? 0 : style.opacity;
    const extra = style.zoomed && !style.outline ? 0.15 : 0.45;
    const edge = style.opacity === 0 ? 0 : Math.min(1, style.opacity + extra);
    this.fill.fill(0);
    this.edge.fill(0);
    for (const each of classes) {
      if (style.hiddenClasses.has(each.value)) continue;
      const rgb = colourOf(each, classes, style.colour);
      const decided = style.corrections && isOne ? added : rgb;
      // Of several classes each keeps its colour; what nobody painted steps back.
      const faint = style.corrections && !isOne ? 0.3 : 1;
      this.fill[each.value] = packColour(rgb, inside * faint);
      this.edge[each.value] = packColour(rgb, edge * faint);
      this.fill[256 + each.value] = packColour(decided, inside);
      this.edge[256 + each.value] = packColour(decided, edge);
    }
    if (style.corrections) {
      this.fill[256] = packColour(isOne ? removed : REMOVED_OF_SEVERAL_RGB, Math.max(0.25, style.opacity * 0.6));
    }
    this.checkedOnly = style.checkedOnly;
    if (this.checkedOnly) this.fill[0] = packColour(UNCHECKED_RGB, 0.35);
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
      if (!this.checkedOnly && tiles.isPlain(row, column)) {
        this.paintPlain(drawing, row, column);
        continue;
      }
      while (end < last && (this.checkedOnly || !tiles.isPlain(row, end + 1))) end++;
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
    const colour = this.fill[drawing.tiles.states[row * drawing.tiles.across + column]];
    if (colour) this.context.putImageData(this.plainTile(colour), column * TILE, row * TILE);
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
    const labels = this.labelsWithMargin(drawing, band, margin);
    if (this.pixels.width !== width || this.pixels.height !== height) {
      this.pixels = new ImageData(width, height);
    }
    const out = new Uint32Array(this.pixels.data.buffer);
    const { layer } = drawing;
    const { fill, edge, checkedOnly, hatch } = this;
    const up = margin * across;
    // Stripes of about eight points on the screen.
    const period = this.hatchPeriod - 1;
    const half = this.hatchPeriod >> 1;
    for (let y = 0, to = 0; y < height; y++) {
      let from = (band.top + y) * drawing.width + band.left;
      let at = (y + margin) * across + margin;
      for (let x = 0; x < width; x++, from++, at++, to++) {
        const label = labels[at];
        const decided = layer[from] ? 256 : 0;
        const isInside =
          labels[at - margin] === label && labels[at + margin] === label &&
          labels[at - up] === label && labels[at + up] === label;
        if (label === 0 || isInside) out[to] = fill[decided + label];
        else out[to] = edge[decided + label];
        if (checkedOnly && !decided && ((band.left + x + band.top + y) & period) < half && isInside) out[to] = hatch;
      }
    }
    this.context.putImageData(this.pixels, band.left, band.top);
  }

  /** The classes around a band; beyond the image is background, so the image's border is an edge. */
  labelsWithMargin(drawing, band, margin) {
    const across = band.right - band.left + 2 * margin;
    const down = band.bottom - band.top + 2 * margin;
    if (this.scratch.length < across * down) this.scratch = new Uint8Array(across * down);
    const labels = this.scratch;
    const { width, height, layer, confidence, proposed, reads, cut } = drawing;
    const first = Math.max(0, band.left - margin);
    const last = Math.min(width, band.right + margin);
    labels.fill(0, 0, across * down);
    for (let row = 0; row < down; row++) {
      const y = band.top - margin + row;
      if (y < 0 || y >= height) continue;
      let at = row * across + first - (band.left - margin);
      for (let i = y * width + first; i < y * width + last; i++, at++) {
        const value = layer[i];
        if (value) labels[at] = reads[value - 1];
        else if (confidence[i] >= cut) labels[at] = reads[proposed === null ? 1 : proposed[i]];
      }
    }
    return labels;
  }
}

/** A class's own colour; the one foreground of a task has the one that the person chose. */
function colourOf(each, classes, colour) {
  return classes.length > 1 && each.colour ? each.colour : MASK_COLOURS[colour].rgb;
}

/** @param {number[]} rgb 0 to 255 @param {number} alpha 0 to 1 @returns {number} as ImageData holds it in memory */
function packColour(rgb, alpha) {
  if (alpha === 0) return 0;
  const bytes = Uint8Array.of(...rgb, Math.round(alpha * 255));
  return new Uint32Array(bytes.buffer)[0];
}
