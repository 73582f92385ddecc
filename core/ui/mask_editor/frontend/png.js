/**
 * Layers as PNG files, written synchronously: a stroke has to be on the wire before the click that follows it.
 *
 * A palette of as few bits as the classes need, rows without content unfiltered (runs of zeros then go on over rows),
 * all others filtered "Up"; runs of one byte are the only matches, under one Huffman table made for them (a run of 258
 * costs two bits). A layer of 2048 x 2048 with strokes is a few kilobytes.
 */

/** Code lengths of the literal/length alphabet; complete, as inflate demands: the sum of 2^-length is 1. */
const RUN_CODE_LENGTHS = (() => {
  const lengths = new Uint8Array(286).fill(10, 0, 257).fill(7, 257, 261).fill(8, 261, 285);
  lengths[0] = 3;
  lengths[285] = 1;
  return lengths;
})();

/** First length and extra bits of each length code from 257 on (RFC 1951, 3.2.5). */
const LENGTH_BASE = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
];
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const LONGEST_RUN = 258;

/** Canonical Huffman codes with their bits in the order in which deflate sends them. */
function canonicalCodes(lengths) {
  const codes = new Uint16Array(lengths.length);
  let code = 0;
  for (let bits = 1; bits <= 15; bits++) {
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      if (lengths[symbol] !== bits) continue;
      for (let bit = 0; bit < bits; bit++) if (code & (1 << bit)) codes[symbol] |= 1 << (bits - 1 - bit);
      code++;
    }
    code <<= 1;
  }
  return codes;
}

const RUN_CODES = canonicalCodes(RUN_CODE_LENGTHS);

/** Length code index (0 for code 257) of each run length. */
const LENGTH_INDEX = (() => {
  const index = new Uint8Array(LONGEST_RUN + 1);
  for (let code = 0; code < LENGTH_BASE.length; code++) index.fill(code, LENGTH_BASE[code]);
  return index;
})();

const CRC_TABLE = Int32Array.from({ length: 256 }, (_, value) => {
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(bytes) {
  let crc = -1;
  for (let i = 0; i < bytes.length; i++) crc = CRC_TABLE[(crc ^ bytes[i]) & 255] ^ (crc >>> 8);
  return (crc ^ -1) >>> 0;
}

/** Bits into bytes, least significant first. */
class BitWriter {
  constructor() {
    this.bytes = new Uint8Array(4096);
    this.length = 0;
    this.held = 0;
    this.numHeld = 0;
  }

  /** @param {number} value @param {number} numBits at most 16 */
  put(value, numBits) {
    this.held |= value << this.numHeld;
    this.numHeld += numBits;
    while (this.numHeld >= 8) {
      this.byte(this.held & 255);
      this.held >>>= 8;
      this.numHeld -= 8;
    }
  }

  byte(value) {
    if (this.length === this.bytes.length) {
      const larger = new Uint8Array(this.length * 2);
      larger.set(this.bytes);
      this.bytes = larger;
    }
    this.bytes[this.length++] = value;
  }

  finish() {
    if (this.numHeld > 0) this.put(0, 8 - this.numHeld);
    return this.bytes.subarray(0, this.length);
  }
}

/** Head of a deflate block with the table above: the code lengths, themselves in Huffman code. */
function writeBlockHead(out) {
  out.put(1, 1);
  out.put(2, 2);
  out.put(286 - 257, 5);
  out.put(0, 5);
  // Lengths of the codes for the code lengths 16 (repeat), 8, 7, 10, 3 and 1, in the order that RFC 1951 gives.
  const order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1];
  const lengths = new Uint8Array(19);
  for (const [symbol, bits] of [[16, 2], [8, 2], [10, 2], [7, 3], [1, 4], [3, 4]]) lengths[symbol] = bits;
  const codes = canonicalCodes(lengths);
  out.put(order.length - 4, 4);
  for (const symbol of order) out.put(lengths[symbol], 3);
  const one = (symbol) => out.put(codes[symbol], lengths[symbol]);
  const repeat = (times) => {
    one(16);
    out.put(times - 3, 2);
  };
  one(3);
  one(10);
  for (let i = 0; i < 42; i++) repeat(6);
  repeat(3);
  one(7);
  repeat(3);
  one(8);
  for (let i = 0; i < 3; i++) repeat(6);
  repeat(5);
  one(1);
  // The only distance: 1, in one bit.
  one(1);
}

/** One byte, `count` times. */
function writeRun(out, value, count) {
  out.put(RUN_CODES[value], RUN_CODE_LENGTHS[value]);
  let left = count - 1;
  while (left > 2) {
    const length = Math.min(left, LONGEST_RUN);
    const index = LENGTH_INDEX[length];
    out.put(RUN_CODES[257 + index], RUN_CODE_LENGTHS[257 + index]);
    if (LENGTH_EXTRA[index]) out.put(length - LENGTH_BASE[index], LENGTH_EXTRA[index]);
    out.put(0, 1);
    left -= length;
  }
  for (; left > 0; left--) out.put(RUN_CODES[value], RUN_CODE_LENGTHS[value]);
}

/** A zlib stream of bytes whose repetition is all in runs. */
function compressRuns(raw) {
  const out = new BitWriter();
  out.put(0x78, 8);
  out.put(0x01, 8);
  writeBlockHead(out);
  let low = 1;
  let high = 0;
  for (let start = 0; start < raw.length; ) {
    const value = raw[start];
    let end = start + 1;
    while (end < raw.length && raw[end] === value) end++;
    const count = end - start;
    writeRun(out, value, count);
    // Adler-32 of a whole run; the largest number stays below 2^53.
    high = (high + count * low + (value * count * (count + 1)) / 2) % 65521;
    low = (low + count * value) % 65521;
    start = end;
  }
  out.put(RUN_CODES[256], RUN_CODE_LENGTHS[256]);
  if (out.numHeld > 0) out.put(0, 8 - out.numHeld);
  for (const byte of [high >> 8, high & 255, low >> 8, low & 255]) out.byte(byte);
  return out.finish();
}

/** Bits a pixel of a layer: the fewest of 2, 4 and 8 that hold untouched, background and each class. */
function layerBits(numClasses) {
  if (numClasses < 3) return 2;
  return numClasses < 15 ? 4 : 8;
}

/** Rows of a layer, packed and filtered, each with its filter's number before it. */
function filteredRows(layer, width, height, bits) {
  const stride = Math.ceil((width * bits) / 8);
  const raw = new Uint8Array(height * (stride + 1));
  let above = new Uint8Array(stride);
  let row = new Uint8Array(stride);
  for (let y = 0; y < height; y++) {
    const any = packRow(layer, y * width, (y + 1) * width, row, bits);
    const at = y * (stride + 1);
    if (any) {
      raw[at] = 2;
      for (let x = 0; x < stride; x++) raw[at + 1 + x] = row[x] - above[x];
    }
    [above, row] = [row, above];
  }
  return raw;
}

/** Pack the pixels from `i` to `end`, the first in the highest bits. @returns {number} 0 where all are untouched */
function packRow(layer, i, end, row, bits) {
  let any = 0;
  let byte = 0;
  // Nearly all layers are of 2 bits: four pixels at a time take half the time of one by one.
  for (; bits === 2 && i + 4 <= end; i += 4) {
    const packed = (layer[i] << 6) | (layer[i + 1] << 4) | (layer[i + 2] << 2) | layer[i + 3];
    row[byte++] = packed;
    any |= packed;
  }
  for (; byte < row.length; byte++) {
    let packed = 0;
    for (let shift = 8 - bits; shift >= 0 && i < end; shift -= bits) packed |= layer[i++] << shift;
    row[byte] = packed;
    any |= packed;
  }
  return any;
}

function chunk(name, content) {
  const bytes = new Uint8Array(12 + content.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = name.charCodeAt(i);
  bytes.set(content, 8);
  view.setUint32(8 + content.length, crc32(bytes.subarray(4, 8 + content.length)));
  return bytes;
}

/**
 * A layer as a PNG whose pixels, decoded by anything, are its values.
 *
 * @param {Uint8Array} layer values 0 (untouched), 1 (background), k + 1 (class k), row by row
 * @param {number} width
 * @param {number} height
 * @param {number} numClasses
 * @returns {Uint8Array}
 */
function encodeLayer(layer, width, height, numClasses) {
  const bits = layerBits(numClasses);
  const head = new Uint8Array(13);
  const view = new DataView(head.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  head.set([bits, 3, 0, 0, 0], 8);
  const parts = [
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk("IHDR", head),
    chunk("PLTE", Uint8Array.from({ length: 3 << bits }, (_, i) => Math.floor(i / 3))),
    chunk("IDAT", compressRuns(filteredRows(layer, width, height, bits))),
    chunk("IEND", new Uint8Array(0)),
  ];
  const png = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    png.set(part, at);
    at += part.length;
  }
  return png;
}

/** @param {Uint8Array} bytes @returns {string} */
function toBase64(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768) {
    text += String.fromCharCode.apply(null, bytes.subarray(at, at + 32768));
  }
  return btoa(text);
}

/** @param {string} text @returns {Uint8Array} */
function fromBase64(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
