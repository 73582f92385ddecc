/**
 * Copies in the browser of what the server has not acknowledged: written when the page is left or the server is gone,
 * removed when the server has it, looked at when the drawing is opened again.
 */

/**
 * @typedef {{client_id: string, sequence: number}} Writer
 * @typedef {{client_id: string, sequence: number, base: Writer | null, threshold: number,
 *            layer_png: string}} Copy `base` is whose draft was on disk when the copy was made
 */

const COPY_PREFIX = "maskLoop.copy.";

/** @returns {Copy} of a message */
function asCopy({ client_id, sequence, threshold, layer_png }, base) {
  return { client_id, sequence, base, threshold, layer_png };
}

/** @param {string} imageId @param {Copy} copy */
function writeCopy(imageId, copy) {
  try {
    localStorage.setItem(COPY_PREFIX + imageId, JSON.stringify(copy));
  } catch {
    // Full or forbidden: the copy is a second net, the server's draft is the first.
  }
}

/** Forget a copy, unless another tab wrote it or it is newer than what arrived. */
function removeCopy(imageId, clientId, sequence) {
  const copy = readCopy(imageId);
  if (copy && copy.client_id === clientId && copy.sequence <= sequence) dropCopy(imageId);
}

function dropCopy(imageId) {
  try {
    localStorage.removeItem(COPY_PREFIX + imageId);
  } catch {
    // As above.
  }
}

/** @returns {Copy | null} */
function readCopy(imageId) {
  try {
    const copy = JSON.parse(localStorage.getItem(COPY_PREFIX + imageId));
    return typeof copy?.layer_png === "string" && Number.isFinite(copy.threshold) ? copy : null;
  } catch {
    return null;
  }
}

/**
 * What to do with a copy, knowing whose draft is on disk now.
 *
 * @param {Copy} copy
 * @param {Writer | null} onDisk
 * @returns {"drop" | "restore" | "ask"}
 */
function judgeCopy(copy, onDisk) {
  const isOf = (writer) => writer && onDisk.client_id === writer.client_id;
  if (!onDisk) return "restore";
  if (isOf(copy)) return onDisk.sequence >= copy.sequence ? "drop" : "restore";
  return isOf(copy.base) && onDisk.sequence === copy.base.sequence ? "restore" : "ask";
}
