/** What a frame shows: the mask, the view, the pointer's circle, the polygon under way, numbers and states. */

const SVG = "http://www.w3.org/2000/svg";

/** @param {Editor} editor */
function showFrame(editor) {
  const { drawing, readout } = editor;
  if (!editor.ready) return;
  paintMask(editor);
  showView(editor);
  showCircle(editor);
  showSketch(editor);
  readout.showNumbers(drawing, editor.classes, editor.data);
  const { threshold } = drawing;
  editor.controls.setSlider("threshold", threshold, threshold.toFixed(2));
  showSteps(editor);
}

/** Whether there is a step to undo or redo. */
function showSteps(editor) {
  const { undoSteps, redoSteps } = editor.drawing.history;
  editor.controls.enable("undo", editor.canDraw() && (undoSteps.length > 0 || editor.tool().isBusy()));
  editor.controls.enable("redo", editor.canDraw() && redoSteps.length > 0);
}

function paintMask(editor) {
  const { drawing, painter, settings } = editor;
  const thickness = within(1, THICKEST_EDGE, Math.round(1.2 / editor.view.scale));
  const zoomed = editor.view.scale > 4;
  const hatchPeriod = within(4, 64, 2 ** Math.round(Math.log2(12 / editor.view.scale)));
  const isStriped = editor.checkedOnly && hatchPeriod !== painter.hatchPeriod;
  if (thickness !== painter.thickness || zoomed !== painter.zoomed || isStriped) {
    Object.assign(painter, { thickness, zoomed, hatchPeriod });
    drawing.tiles.markAll();
  }
  if (!drawing.tiles.anyDirty) return;
  // While Restore is chosen one has to see what can be restored.
  const corrections = settings.corrections || settings.tool === "restore";
  const { hidden: hiddenClasses, list } = editor.classes;
  const { checkedOnly } = editor;
  painter.setColours(list, { ...settings, corrections, zoomed, hiddenClasses, checkedOnly });
  painter.paint(drawing);
}

function showView(editor) {
  const { view, controls, surface } = editor;
  for (const part of ["sheet", "original-sheet"]) {
    const sheet = controls.part(part);
    sheet.style.transform = view.transform();
    sheet.classList.toggle("pixelated", view.scale * devicePixelRatio > 2);
  }
  controls.part("zoom-level").textContent = `${Math.round(view.scale * devicePixelRatio * 100)} %`;
  // Where the image lies, for those who point at its pixels from outside.
  Object.assign(surface.dataset, { image: editor.opening.imageId, scale: view.scale, left: view.x, top: view.y });
}

function showCircle(editor) {
  const circle = editor.controls.part("cursor");
  const tool = editor.tool();
  circle.hidden = !editor.hoverPlace || !tool.hasCircle || !editor.canDraw();
  if (circle.hidden) return;
  const { brushSize } = editor.settings;
  const point = editor.view.toImage(editor.hoverPlace.x, editor.hoverPlace.y);
  const middle = editor.view.toPane(snapBrush(point, brushSize));
  const size = brushSize * editor.view.scale;
  circle.style.width = circle.style.height = `${size}px`;
  circle.style.transform = `translate(${middle.x - size / 2}px, ${middle.y - size / 2}px)`;
}

function showSketch(editor) {
  const drawn = editor.controls.part("sketch");
  const { corners, hover } = editor.sketch ?? { corners: [], hover: null };
  if (corners.length === 0) {
    drawn.replaceChildren(...clickMarks(editor));
    return;
  }
  const places = corners.map((corner) => editor.view.toPane(corner));
  const line = hover ? [...places, editor.view.toPane(hover)] : places;
  const text = line.map((place) => `${place.x},${place.y}`).join(" ");
  const shapes = ["casing", "line"].map((name) => svg("polyline", { points: text, class: name }));
  for (const [index, place] of places.entries()) {
    shapes.push(svg("circle", { cx: place.x, cy: place.y, r: index === 0 ? 5 : 3.5 }));
  }
  drawn.replaceChildren(...shapes);
}

function svg(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  return element;
}

/** Everything that follows from settings rather than from the drawing. */
function showControls(editor) {
  const { controls, settings, classes } = editor;
  for (const id of TOOL_IDS) controls.press(id, settings.tool === id);
  for (const id of ["outline", "corrections", "original"]) controls.press(id, settings[id]);
  controls.press("hide", editor.hidden);
  controls.press("display", editor.display.isOpen());
  for (const id of CHANGING) if (controls.buttons.has(id)) controls.enable(id, editor.canDraw());
  if (editor.ready) showSteps(editor);
  const threshold = controls.part("threshold");
  threshold.disabled = !editor.canDraw();
  const suggested = editor.data.image.suggested_threshold;
  if (typeof suggested === "number") threshold.style.setProperty("--mark", suggested);
  else threshold.style.removeProperty("--mark");
  controls.part("brush-size").max = String(editor.largestBrush());
  controls.setSlider("brush-size", settings.brushSize, `${settings.brushSize} ${controls.words.pixels}`);
  const percent = Math.round(settings.opacity * 100);
  controls.setSlider("opacity", percent, `${percent} %`);
  controls.part("speck-size").value = String(settings.speckSize);
  controls.part("overlay").style.visibility = editor.hidden ? "hidden" : "visible";
  if (controls.part("original-pane").hidden === settings.original) {
    controls.part("original-pane").hidden = !settings.original;
    editor.display.show();
  }
  classes.show();
  controls.buttons.get("colour").hidden = classes.isSeveral;
  controls.buttons.get("smart_click").hidden = !editor.data.smart_click;
  controls.part("preview").style.visibility = editor.hidden ? "hidden" : "visible";
  controls.part("rail").querySelector('[data-place="checked"]').hidden = !editor.checkedOnly;
  const shown = classes.list.find((each) => each.value === classes.chosen);
  const rgb = colourOf(shown, classes.list, settings.colour).join(" ");
  editor.root.style.setProperty("--mask-colour", `rgb(${rgb})`);
  editor.pointer.showState();
}
