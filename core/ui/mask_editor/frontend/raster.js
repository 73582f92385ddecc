/**
 * Shapes as spans of pixels. Coordinates are image pixels; pixel (x, y) has its centre at (x + 0.5, y + 0.5), and a
 * pixel belongs to a shape when its centre does.
 */

/** Keeps centres that lie on a shape's edge inside it, whatever the rounding. */
const EDGE = 1e-6;

/**
 * Where the middle of a brush sits for a point: on a pixel's centre for odd sizes, on a corner for even ones, so that
 * a brush of 1 covers the pixel under the cursor and a brush of 2 covers four.
 *
 * @param {{x: number, y: number}} point
 * @param {number} diameter whole pixels
 */
function snapBrush(point, diameter) {
  if (diameter % 2 === 1) return { x: Math.floor(point.x) + 0.5, y: Math.floor(point.y) + 0.5 };
  return { x: Math.round(point.x), y: Math.round(point.y) };
}

/**
 * A round brush drawn from one point to another: every pixel whose centre is at most half a diameter from the line.
 *
 * @param {{x: number, y: number}} from
 * @param {{x: number, y: number}} to
 * @param {number} diameter
 * @param {{width: number, height: number}} size
 * @param {(y: number, left: number, right: number) => void} visit gets each row's first and last pixel
 */
function brushSpans(from, to, diameter, size, visit) {
  const radius = diameter / 2;
  const first = Math.max(0, Math.ceil(Math.min(from.y, to.y) - radius - 0.5 - EDGE));
  const last = Math.min(size.height - 1, Math.floor(Math.max(from.y, to.y) + radius - 0.5 + EDGE));
  const sides = rectangleAround(from, to, radius);
  for (let y = first; y <= last; y++) {
    const row = y + 0.5;
    let low = Infinity;
    let high = -Infinity;
    for (const centre of [from, to]) {
      const rest = radius * radius + EDGE - (row - centre.y) ** 2;
      if (rest < 0) continue;
      low = Math.min(low, centre.x - Math.sqrt(rest));
      high = Math.max(high, centre.x + Math.sqrt(rest));
    }
    for (const [a, b] of sides) {
      if (Math.min(a.y, b.y) > row || Math.max(a.y, b.y) < row || a.y === b.y) continue;
      const x = a.x + ((row - a.y) / (b.y - a.y)) * (b.x - a.x);
      low = Math.min(low, x);
      high = Math.max(high, x);
    }
    visitClipped(y, low, high, size.width, visit);
  }
}

/** The four sides of the rectangle that a brush sweeps between two points. */
function rectangleAround(from, to, radius) {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  if (length === 0) return [];
  const across = { x: (-(to.y - from.y) / length) * radius, y: ((to.x - from.x) / length) * radius };
  const corner = (point, sign) => ({ x: point.x + sign * across.x, y: point.y + sign * across.y });
  const [a, b, c, d] = [corner(from, 1), corner(to, 1), corner(to, -1), corner(from, -1)];
  return [[a, b], [b, c], [c, d], [d, a]];
}

/** Visit the pixels of a row whose centres lie in [low, high]. */
function visitClipped(y, low, high, width, visit) {
  const left = Math.max(0, Math.ceil(low - 0.5 - EDGE));
  const right = Math.min(width - 1, Math.floor(high - 0.5 + EDGE));
  if (left <= right) visit(y, left, right);
}

/**
 * The inside of a closed polygon; what its line winds around counts as inside, also where it crosses itself.
 *
 * @param {{x: number, y: number}[]} corners
 * @param {{width: number, height: number}} size
 * @param {(y: number, left: number, right: number) => void} visit
 */
function polygonSpans(corners, size, visit) {
  const rows = corners.map((corner) => corner.y);
  const first = Math.max(0, Math.floor(Math.min(...rows)));
  const last = Math.min(size.height - 1, Math.ceil(Math.max(...rows)));
  for (let y = first; y <= last; y++) {
    let winding = 0;
    let start = 0;
    for (const crossing of crossingsOf(corners, y + 0.5)) {
      if (winding === 0) start = crossing.x;
      winding += crossing.direction;
      if (winding === 0) visitClipped(y, start, crossing.x, size.width, visit);
    }
  }
}

/** Where a polygon's sides cross a row, from left to right, with +1 downwards and -1 upwards. */
function crossingsOf(corners, row) {
  const crossings = [];
  for (let i = 0; i < corners.length; i++) {
    const a = corners[i];
    const b = corners[(i + 1) % corners.length];
    if (a.y <= row === b.y <= row) continue;
    const x = a.x + ((row - a.y) / (b.y - a.y)) * (b.x - a.x);
    crossings.push({ x, direction: a.y <= row ? 1 : -1 });
  }
  return crossings.sort((one, other) => one.x - other.x);
}
