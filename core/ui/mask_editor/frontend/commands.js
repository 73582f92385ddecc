/** What each button and key does, by the ids of keys.js. */

const PAN_STEP = 60;
const BRUSH_STEP = 1.15;
const TOOL_IDS = ["brush", "eraser", "restore", "polygon", "cut", "fill", "frame", "smart_click"];
/** Commands that may repeat while a key is held. */
const REPEATING = new Set(
  ("undo redo smaller larger threshold_down threshold_up opacity_down opacity_up " +
    "pan_left pan_right pan_up pan_down zoom_in zoom_out").split(" "),
);
/** Commands that change the mask; without an image, or read-only, they do nothing. */
const CHANGING = new Set([
  ...TOOL_IDS,
  ...("fill_holes specks clear undo redo polygon_close polygon_back threshold_down threshold_up").split(" "),
]);

/** @param {Editor} editor @returns {Record<string, () => void>} */
function makeCommands(editor) {
  const { view, outbox, settings } = editor;
  const toggle = (name) => () => editor.set({ [name]: !settings[name] });
  const opacityBy = (step) => () => editor.set({ opacity: within(0, 1, roundTo(settings.opacity + step, 0.05)) });
  const thresholdBy = (step) => () => editor.setThreshold(within(0, 1, roundTo(editor.drawing.threshold + step, 0.01)));
  /** Repairs are done on the chosen class alone; `valueOf` says what a pixel becomes, `allowed` which ones may. */
  const repair = (visit, valueOf, allowedOf) => () => {
    const { drawing, classes } = editor;
    const { chosen } = classes;
    const picture = { mask: drawing.maskOf(chosen), width: drawing.width, height: drawing.height };
    const paint = (y, left, right) => drawing.paintSpan(y, left, right, valueOf(chosen), allowedOf());
    editor.stepDone(drawing.asStep(() => visit(picture, paint)));
  };
  // Another class inside of this one is no hole in it.
  const background = () => Uint8Array.from({ length: 256 }, (_, label) => (label === 0 ? 1 : 0));
  const commands = {
    fill_holes: repair(visitHoles, (chosen) => chosen + BACKGROUND, background),
    specks: repair(
      (picture, paint) => visitSpecks(picture, settings.speckSize, paint),
      () => BACKGROUND,
      () => editor.drawing.allowed,
    ),
    clear: () => editor.stepDone(editor.drawing.clear()),
    undo: () => editor.undo(),
    redo: () => editor.stepDone(editor.drawing.redo()),
    outline: toggle("outline"),
    corrections: toggle("corrections"),
    original: toggle("original"),
    colour: () => editor.set({ colour: (settings.colour + 1) % MASK_COLOURS.length }),
    hide: () => editor.hide(!editor.hidden),
    display: () => editor.display.toggle(),
    invert: () => editor.display.invert(),
    display_reset: () => editor.display.reset(),
    help: () => editor.controls.toggleSheetOfKeys(),
    zoom_out: () => view.zoomBy(1 / 1.4),
    zoom_in: () => view.zoomBy(1.4),
    fit: () => view.fit(),
    actual: () => view.actualSize(),
    smaller: () => editor.setBrushSize(Math.min(settings.brushSize - 1, Math.round(settings.brushSize / BRUSH_STEP))),
    larger: () => editor.setBrushSize(Math.max(settings.brushSize + 1, Math.round(settings.brushSize * BRUSH_STEP))),
    polygon_close: () => editor.tool().close?.(),
    polygon_back: () => editor.tool().back?.(),
    polygon_cancel: () => {
      editor.toolCancel();
      editor.display.toggle(false);
    },
    threshold_down: thresholdBy(-0.01),
    threshold_up: thresholdBy(0.01),
    opacity_down: opacityBy(-0.05),
    opacity_up: opacityBy(0.05),
    pan_left: () => view.panBy(PAN_STEP, 0),
    pan_right: () => view.panBy(-PAN_STEP, 0),
    pan_up: () => view.panBy(0, PAN_STEP),
    pan_down: () => view.panBy(0, -PAN_STEP),
  };
  for (const key of "123456789") commands[`class_${key}`] = () => editor.classes.chooseByKey(key);
  for (const id of TOOL_IDS) commands[id] = () => editor.chooseTool(id);
  for (const action of ["save", "save_next", "next", "previous", "slice_next", "slice_previous"]) {
    commands[action] = () => {
      // What is seen is saved.
      if (action.startsWith("save")) editor.tools.smart_click.close();
      outbox.post({ action });
    };
  }
  return commands;
}

/** The command that a key means now: Enter closes an open polygon or accepts a preview, else it saves. */
function commandForKey(key, somethingIsOpen) {
  const ids = KEYS_TO_IDS.get(key) ?? [];
  if (ids.length < 2) return ids[0];
  return somethingIsOpen ? ids[0] : ids[1];
}

function within(low, high, value) {
  return Math.min(high, Math.max(low, value));
}

/** The nearest multiple of a step, written without the noise of binary fractions. */
function roundTo(value, step) {
  return Number((Math.round(value / step) * step).toFixed(4));
}
