/**
 * The one global, `globalThis.maskLoop`: where carriers put what they bring and editors find it.
 *
 * - `images`: decoded images by id, in the order in which they were last wanted
 * - `mount`: makes or updates the editor of a component; null until a carrier has brought the code
 * - `waiting`: components that were mounted before the code was there, by their parent element
 *
 * mount.js makes the same object when it comes first.
 *
 * @type {{images: Map<string, StoredImage>, listeners: Set<(id: string) => void>,
 *         mount: ((component: object) => () => void) | null, waiting: Map<object, object>}}
 */
const registry = (globalThis.maskLoop ??= {
  images: new Map(),
  listeners: new Set(),
  mount: null,
  waiting: new Map(),
});
