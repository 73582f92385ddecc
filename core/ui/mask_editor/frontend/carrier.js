/** The carrier component: registers its image, and lets editors in that were mounted before the code was there. */

registry.mount = mountEditor;
for (const waiting of registry.waiting.values()) waiting.mounted(mountEditor(waiting.component));
registry.waiting.clear();

export default function carryImage({ parentElement, data, setTriggerValue }) {
  markContainer(parentElement, "maskCarrier");
  registry.sendToPage = (envelope) => setTriggerValue("message", envelope);
  if (data instanceof Uint8Array) storeImage(data);
}
