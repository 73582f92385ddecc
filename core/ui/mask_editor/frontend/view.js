/** Where the image lies in its window: one scale and one offset, laid on by a single CSS transform. */

const LARGEST_SCALE = 40;
const FIT_MARGIN = 8;

class View {
  /** @param {() => void} onChange */
  constructor(onChange) {
    this.onChange = onChange;
    this.image = { width: 1, height: 1 };
    this.pane = { width: 0, height: 0 };
    /** CSS pixels for an image pixel. */
    this.scale = 1;
    this.x = 0;
    this.y = 0;
    /** Whether the image keeps fitting while the window changes. */
    this.fitted = true;
  }

  setImage(width, height) {
    this.image = { width, height };
    this.fit();
  }

  setPane(width, height) {
    const old = this.pane;
    if (old.width === width && old.height === height) return;
    this.pane = { width, height };
    if (this.fitted || old.width === 0) {
      this.fit();
      return;
    }
    this.x += (width - old.width) / 2;
    this.y += (height - old.height) / 2;
    this.changed();
  }

  fitScale() {
    const width = Math.max(1, this.pane.width - 2 * FIT_MARGIN);
    const height = Math.max(1, this.pane.height - 2 * FIT_MARGIN);
    return Math.min(width / this.image.width, height / this.image.height, LARGEST_SCALE);
  }

  fit() {
    this.scale = this.fitScale();
    this.centre();
    this.fitted = true;
    this.changed();
  }

  centre() {
    this.x = (this.pane.width - this.image.width * this.scale) / 2;
    this.y = (this.pane.height - this.image.height * this.scale) / 2;
  }

  /** One image pixel on one pixel of the screen, around the middle of the window. */
  actualSize() {
    this.zoomTo(1 / devicePixelRatio, this.pane.width / 2, this.pane.height / 2);
  }

  /** Zoom by a factor; what lies under (x, y) of the window stays there. */
  zoomBy(factor, x = this.pane.width / 2, y = this.pane.height / 2) {
    this.zoomTo(this.scale * factor, x, y);
  }

  zoomTo(wanted, x, y) {
    const smallest = Math.min(this.fitScale() / 2, 1 / devicePixelRatio);
    const scale = Math.min(LARGEST_SCALE, Math.max(smallest, wanted));
    this.x = x - ((x - this.x) / this.scale) * scale;
    this.y = y - ((y - this.y) / this.scale) * scale;
    this.scale = scale;
    this.fitted = false;
    this.changed();
  }

  panBy(x, y) {
    this.x += x;
    this.y += y;
    this.fitted = false;
    this.changed();
  }

  /** Keep some of the image in sight, on whole screen pixels, and tell. */
  changed() {
    const keep = 40;
    this.x = Math.min(this.pane.width - keep, Math.max(keep - this.image.width * this.scale, this.x));
    this.y = Math.min(this.pane.height - keep, Math.max(keep - this.image.height * this.scale, this.y));
    this.x = Math.round(this.x * devicePixelRatio) / devicePixelRatio;
    this.y = Math.round(this.y * devicePixelRatio) / devicePixelRatio;
    this.onChange();
  }

  /** @returns {{x: number, y: number}} image coordinates of a point of the window */
  toImage(x, y) {
    return { x: (x - this.x) / this.scale, y: (y - this.y) / this.scale };
  }

  /** @returns {{x: number, y: number}} */
  toPane(point) {
    return { x: point.x * this.scale + this.x, y: point.y * this.scale + this.y };
  }

  /** @returns {{left: number, top: number, right: number, bottom: number}} whole pixels of the image in the window */
  inSight() {
    const from = this.toImage(0, 0);
    const to = this.toImage(this.pane.width, this.pane.height);
    const inside = (value, size) => Math.min(size, Math.max(0, Math.round(value)));
    const { width, height } = this.image;
    return {
      left: inside(from.x, width), top: inside(from.y, height), right: inside(to.x, width), bottom: inside(to.y, height),
    };
  }

  transform() {
    return `translate(${this.x}px, ${this.y}px) scale(${this.scale})`;
  }
}
