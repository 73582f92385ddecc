/** Editors by the element that Streamlit gave them: the same one at every run, gone when the element is gone. */

/** @type {WeakMap<ShadowRoot, Editor>} */
const editors = new WeakMap();

/** Make or update the editor of a component. @returns {() => void} for when Streamlit takes it away */
function mountEditor(component) {
  const parent = component.parentElement;
  let editor = editors.get(parent);
  if (!editor) {
    editor = new Editor(parent);
    editors.set(parent, editor);
  }
  editor.update(component);
  return () => {
    editor.leave();
    // React may only be moving it: look again when it has settled.
    setTimeout(() => {
      if (parent.isConnected) return;
      editor.destroy();
      editors.delete(parent);
    });
  };
}

/**
 * Mark the element that Streamlit puts around a component, and how marked ones behave: an editor never fades while a
 * script runs (its state is its own), a carrier takes no room.
 */
function markContainer(parent, name) {
  const container = parent.host?.closest('[data-testid="stElementContainer"]');
  if (container) container.dataset[name] = "";
  if (document.getElementById("mask-loop-style")) return;
  const style = document.createElement("style");
  style.id = "mask-loop-style";
  style.textContent =
    "[data-mask-editor] { opacity: 1 !important; } [data-mask-carrier] { display: none !important; }";
  document.head.append(style);
}
