/**
 * The keys of Streamlit's own buttons while another script is being typed: a letter that such a script or an input
 * method keeps to itself is pressed again as the one that an English keyboard has there. Once for a page.
 */

function passShortcuts() {
  if (globalThis.maskLoopShortcuts) return;
  globalThis.maskLoopShortcuts = true;
  document.addEventListener(
    "keydown",
    (event) => {
      const [typed] = event.composedPath();
      const letter = /^Key([A-Z])$/.exec(event.code)?.[1];
      const isHidden = event.keyCode === 229 || !/^[\x20-\x7e]+$/.test(event.key) || event.key === "Process";
      const isTyping = typed.matches?.("input, textarea, select") || typed.isContentEditable;
      if (!letter || !isHidden || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const { code, shiftKey } = event;
      const key = shiftKey ? letter : letter.toLowerCase();
      const again = { key, code, shiftKey, keyCode: letter.charCodeAt(0), bubbles: true, composed: true, cancelable: true };
      for (const kind of ["keydown", "keyup"]) typed.dispatchEvent(new KeyboardEvent(kind, again));
    },
    { capture: true },
  );
}
