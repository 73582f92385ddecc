/**
 * The one global, `globalThis.maskLoop`: where carriers put what they bring and editors find it.
 *
 * - `images`: decoded images by id, in the order in which they were last wanted
 * - `mount`: makes or updates the editor of a component; null until a carrier has brought the code
 * - `sendToPage`: sends an envelope through the newest carrier, so that the whole page runs and not the editor alone
 * - `waiting`: components that were mounted before the code was there, by their parent element
 *
 * mount.js makes the same object when it comes first.
 *
 * @type {{images: Map<string, StoredImage>, listeners: Set<(id: string) => void>,
 *         mount: ((component: object) => () => void) | null, sendToPage: ((envelope: object) => void) | null,
 *         waiting: Map<object, object>}}
 */
const registry = (globalThis.maskLoop ??= {
  images: new Map(),
  listeners: new Set(),
  mount: null,
  sendToPage: null,
  waiting: new Map(),
});
