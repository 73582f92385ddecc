/** The keyboard, the sliders, and clicks outside of the editor. */

/** Keys that a slider or a number needs for itself. */
const SLIDER_KEYS = new Set("arrowleft arrowright arrowup arrowdown home end pageup pagedown".split(" "));

/** @param {Editor} editor */
function listenToKeys(editor) {
  const { root } = editor;
  root.addEventListener("keydown", (event) => {
    // Else Streamlit would take "r" for a rerun and "c" for clearing its caches.
    event.stopPropagation();
    onKeyDown(editor, event);
  });
  root.addEventListener("keyup", (event) => {
    event.stopPropagation();
    onKeyUp(editor, event);
  });
  root.addEventListener("keypress", (event) => event.stopPropagation());
  const outside = (name, react) =>
    document.addEventListener(
      name,
      (event) => {
        // What saves is pressed on the picture or on its button.
        if (event.composedPath().includes(root) || event.key === "Enter" || !isFree(event)) return;
        react(editor, event);
        if (event.defaultPrevented) event.stopPropagation();
      },
      { capture: true, signal: editor.ending.signal },
    );
  outside("keydown", onKeyDown);
  outside("keyup", onKeyUp);
  editor.surface.addEventListener("blur", () => editor.pointer.holdSpace(false));
}

function onKeyDown(editor, event) {
  const key = keyOf(event, (each) => KEYS_TO_IDS.has(each));
  if (isTyping(event, key)) return;
  if (!editor.controls.part("keys").hidden) {
    if (key === "escape" || key === "?") {
      event.preventDefault();
      editor.run("help");
    }
    return;
  }
  if (key === " ") {
    event.preventDefault();
    editor.pointer.holdSpace(true);
    return;
  }
  const id = commandForKey(key, Boolean(editor.tool().close) && editor.tool().isBusy());
  if (!id || event.altKey) return;
  event.preventDefault();
  if (event.repeat && !mayRepeat(editor, id)) return;
  if (id === "hide") editor.hiddenSince = event.timeStamp;
  editor.run(id);
}

/** Whether a held key goes on; through a stack as fast as slices are shown, so that none is passed unseen. */
function mayRepeat(editor, id) {
  return REPEATING.has(id) || (id.startsWith("slice_") && editor.ready && editor.outbox.pending.size === 0);
}

/** Whether the key belongs to the control that has the focus. */
function isTyping(event, key) {
  const { target } = event;
  if (target.matches("input[type=number], select")) return key !== "escape";
  if (target.matches("input[type=checkbox]")) return key === " ";
  if (target.matches("input")) return SLIDER_KEYS.has(key);
  return target.matches("button") && (key === "enter" || key === " ");
}

function onKeyUp(editor, event) {
  const key = keyOf(event, (each) => KEYS_TO_IDS.has(each));
  if (key === " ") editor.pointer.holdSpace(false);
  // Held for a moment it was a peek, else a switch.
  if (key === "m" && editor.hiddenSince && event.timeStamp - editor.hiddenSince > PEEK_MS) editor.run("hide");
  if (key === "m") editor.hiddenSince = 0;
}

/** @param {Editor} editor */
function listenToSliders(editor) {
  const { controls } = editor;
  const threshold = controls.part("threshold");
  threshold.addEventListener("input", () => editor.setThreshold(Number(threshold.value)));
  threshold.addEventListener("dblclick", () => {
    const suggested = editor.data.image.suggested_threshold;
    if (typeof suggested === "number") editor.setThreshold(suggested);
  });
  const brush = controls.part("brush-size");
  brush.addEventListener("input", () => editor.setBrushSize(Number(brush.value)));
  const opacity = controls.part("opacity");
  opacity.addEventListener("input", () => editor.set({ opacity: Number(opacity.value) / 100 }));
  const speck = controls.part("speck-size");
  speck.addEventListener("change", () => {
    const size = Math.round(Number(speck.value)) || FIRST_SETTINGS.speckSize;
    editor.set({ speckSize: within(Number(speck.min), Number(speck.max), size) });
  });
}

/**
 * Streamlit puts all of a frame into one message; if any part of that asks for the editor alone, the page never hears of
 * the button. So a click in the frame of such a message comes again when that is gone, a few milliseconds later.
 */
function clickOutside(outbox, event) {
  if (!outbox.leaving) {
    outbox.sendAlong();
    return;
  }
  const [target] = event.composedPath();
  event.stopImmediatePropagation();
  event.preventDefault();
  outbox.leaving.then(() => target.dispatchEvent(new event.constructor(event.type, event)));
}
