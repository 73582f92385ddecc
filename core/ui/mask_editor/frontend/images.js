/** Images by id: unpacked from a carrier's bytes and decoded at once, also the one that comes next. */

/**
 * @typedef {{picture: ImageBitmap, proposed: Uint8Array | null, confidence: Uint8Array,
 *            reference: Uint8Array | null, levels: Levels | null, width: number, height: number}} ReadyImage
 *   `proposed` is null where that is class 1 everywhere
 * @typedef {{ready: Promise<ReadyImage>}} StoredImage
 */

const MOST_IMAGES = 4;

/**
 * Take in what a carrier brought: a 4-byte length, a JSON header, then the parts (see `pack_image` in Python).
 *
 * @param {Uint8Array} bytes
 */
function storeImage(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const image = registry.images.get(header.id) ?? { ready: decodeImage(header, bytes.subarray(4 + length)) };
  // A broken image is told by the editor that opens it; fetched ahead, nobody waits for it yet.
  image.ready.catch(() => {});
  registry.images.delete(header.id);
  registry.images.set(header.id, image);
  for (const id of registry.images.keys()) {
    if (registry.images.size <= MOST_IMAGES) break;
    registry.images.delete(id);
  }
  for (const listener of registry.listeners) listener(header.id);
}

/** @returns {Promise<ReadyImage>} */
async function decodeImage(header, bytes) {
  const parts = {};
  let at = 0;
  for (const [name, length] of Object.entries(header.parts)) {
    parts[name] = bytes.slice(at, at + length);
    at += length;
  }
  const { width, height } = header;
  const plane = (name) => (parts[name].length ? decodeGrey(parts[name], width, height) : null);
  const [picture, confidence, proposed, reference, levels] = await Promise.all([
    decodeBitmap(parts.picture),
    plane("confidence"),
    plane("proposed"),
    plane("reference"),
    decodeLevels(parts.levels, width, height),
  ]);
  return { picture, proposed, confidence, reference, levels, width, height };
}
