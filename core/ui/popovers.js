// Tab leads from the button of an open box into the box, and from its end to what follows the button: Streamlit
// draws boxes at the end of the document, where only whoever went through the whole page came to. In a dialog whose box
// went with what it was of, keys go on. A list in which something was chosen lets go of the keys. Once for a page.

(() => {
  if (globalThis.maskLoopPopovers) return;
  globalThis.maskLoopPopovers = true;
  const FOCUSABLE = "a[href], button:enabled, input:enabled, textarea:enabled, summary, [tabindex]";

  document.addEventListener("keydown", (event) => {
    const box = document.querySelector('[data-testid="stPopoverBody"]');
    const button = document.querySelector('[data-testid="stPopoverButton"][aria-expanded="true"]');
    if (event.key !== "Tab" || !box || !button) return;
    // While the focus is elsewhere, what is in the box has -1 and the number of its own beside it.
    const isReached = (each) => (each.dataset.tabindex ?? each.tabIndex) >= 0 && each.checkVisibility();
    const inside = [...box.querySelectorAll(FOCUSABLE)].filter(isReached);
    const { activeElement } = document;
    if (event.shiftKey ? activeElement === inside[0] : activeElement === button && inside.length) {
      event.preventDefault();
      (event.shiftKey ? button : inside[0]).focus();
    } else if (!event.shiftKey && activeElement === inside.at(-1)) {
      button.focus();
    }
  });

  document.addEventListener("keydown", (event) => {
    const dialog = document.querySelector('[data-testid="stDialog"] [role="dialog"]');
    if (event.target !== document.body || !dialog) return;
    dialog.focus();
    if (!dialog.dispatchEvent(new KeyboardEvent(event.type, event))) event.preventDefault();
  });

  const letGo = () => {
    const { activeElement } = document;
    if (activeElement?.matches('[role="combobox"][aria-expanded="false"]')) activeElement.blur();
  };
  const chosen = (event) => event.target.closest?.('[role="option"]') && setTimeout(letGo);
  document.addEventListener("click", chosen, { capture: true });
})();
