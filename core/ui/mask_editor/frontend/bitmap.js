/** Image files as pixels: by the browser's own decoder, with nothing done to their values. */

/** Decode without any change of values: no colour conversion, no premultiplied alpha. */
function decodeBitmap(bytes) {
  return createImageBitmap(new Blob([bytes]), {
    colorSpaceConversion: "none",
    premultiplyAlpha: "none",
  });
}

/**
 * The first channel of an image file.
 *
 * @param {Uint8Array} bytes
 * @param {number} width expected
 * @param {number} height expected
 * @returns {Promise<Uint8Array>}
 */
async function decodeGrey(bytes, width, height) {
  const bitmap = await decodeBitmap(bytes);
  if (bitmap.width !== width || bitmap.height !== height) {
    throw new Error(`expected ${width} x ${height} pixels, got ${bitmap.width} x ${bitmap.height}`);
  }
  const canvas = document.createElement("canvas");
  canvas.width = width;
  const band = Math.min(height, 512);
  canvas.height = band;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const grey = new Uint8Array(width * height);
  // In bands, so that 4096 x 4096 needs 8 MB beside the result, not 64.
  for (let top = 0; top < height; top += band) {
    const rows = Math.min(band, height - top);
    context.clearRect(0, 0, width, band);
    context.drawImage(bitmap, 0, -top);
    const pixels = new Uint32Array(context.getImageData(0, 0, width, rows).data.buffer);
    const start = top * width;
    for (let i = 0; i < pixels.length; i++) grey[start + i] = pixels[i] & 255;
  }
  bitmap.close();
  return grey;
}
