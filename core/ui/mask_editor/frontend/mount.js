/**
 * The editor component: a door to the code that a carrier brings (see registry.js). Streamlit runs this at every
 * change of data or theme, so it must cost nothing.
 */
export default function mountComponent(component) {
  const registry = (globalThis.maskLoop ??= {
    images: new Map(),
    listeners: new Set(),
    mount: null,
    sendToPage: null,
    waiting: new Map(),
  });
  if (registry.mount) return registry.mount(component);
  let unmount = () => registry.waiting.delete(component.parentElement);
  registry.waiting.set(component.parentElement, {
    component,
    mounted: (later) => {
      unmount = later;
    },
  });
  return () => unmount();
}
