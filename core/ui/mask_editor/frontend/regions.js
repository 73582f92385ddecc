/** Connected regions of a mask: what Fill, Fill holes and Remove specks work on. */

/**
 * Visit one region span by span.
 *
 * @param {{mask: Uint8Array, width: number, height: number, seen: Uint8Array}} field `seen` is marked
 * @param {number} seed index of a pixel of the region
 * @param {boolean} diagonal whether pixels that touch at corners belong together
 * @param {(y: number, left: number, right: number) => void} visit
 */
function floodRegion(field, seed, diagonal, visit) {
  const { mask, width, height, seen } = field;
  const value = mask[seed];
  const reach = diagonal ? 1 : 0;
  const stack = [seed];
  while (stack.length > 0) {
    const index = stack.pop();
    if (seen[index]) continue;
    const y = Math.floor(index / width);
    const start = y * width;
    let left = index;
    let right = index;
    while (left > start && mask[left - 1] === value && !seen[left - 1]) left--;
    while (right < start + width - 1 && mask[right + 1] === value && !seen[right + 1]) right++;
    seen.fill(1, left, right + 1);
    visit(y, left - start, right - start);
    for (const next of [y - 1, y + 1]) {
      if (next < 0 || next >= height) continue;
      const from = next * width + Math.max(0, left - start - reach);
      const to = next * width + Math.min(width - 1, right - start + reach);
      for (let i = from; i <= to; i++) {
        const open = mask[i] === value && !seen[i];
        if (open && (i === from || mask[i - 1] !== value || seen[i - 1])) stack.push(i);
      }
    }
  }
}

/**
 * Visit every background region (joined by sides) that the foreground encloses.
 *
 * @param {{mask: Uint8Array, width: number, height: number}} picture
 * @param {(y: number, left: number, right: number) => void} visit
 */
function visitHoles(picture, visit) {
  const { mask, width, height } = picture;
  const field = { mask, width, height, seen: new Uint8Array(mask.length) };
  const outside = (index) => {
    if (!mask[index] && !field.seen[index]) floodRegion(field, index, false, () => {});
  };
  for (let x = 0; x < width; x++) {
    outside(x);
    outside((height - 1) * width + x);
  }
  for (let y = 0; y < height; y++) {
    outside(y * width);
    outside(y * width + width - 1);
  }
  for (let i = 0; i < mask.length; i++) {
    if (!mask[i] && !field.seen[i]) floodRegion(field, i, false, visit);
  }
}

/**
 * Visit every foreground region (joined by sides or corners) of fewer than `smallest` pixels.
 *
 * @param {{mask: Uint8Array, width: number, height: number}} picture
 * @param {number} smallest
 * @param {(y: number, left: number, right: number) => void} visit
 */
function visitSpecks(picture, smallest, visit) {
  const { mask, width, height } = picture;
  const field = { mask, width, height, seen: new Uint8Array(mask.length) };
  for (let i = 0; i < mask.length; i++) {
    if (!mask[i] || field.seen[i]) continue;
    const spans = [];
    let count = 0;
    floodRegion(field, i, true, (y, left, right) => {
      count += right - left + 1;
      if (count < smallest) spans.push([y, left, right]);
    });
    if (count < smallest) for (const span of spans) visit(...span);
  }
}
