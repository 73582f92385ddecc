/** How a person likes the editor; kept in the browser, over images and visits. */

const SETTINGS_KEY = "maskLoop.settings";

const FIRST_SETTINGS = {
  tool: "brush",
  brushSize: 24,
  opacity: 0.45,
  outline: false,
  corrections: false,
  original: false,
  colour: 0,
  speckSize: 64,
  chosenClass: 1,
  paintOver: "unlocked",
};

/** @returns {typeof FIRST_SETTINGS} what was kept, where it is of the right kind */
function loadSettings() {
  const settings = { ...FIRST_SETTINGS };
  try {
    const kept = JSON.parse(localStorage.getItem(SETTINGS_KEY)) ?? {};
    for (const name of Object.keys(settings)) {
      if (typeof kept[name] === typeof settings[name]) settings[name] = kept[name];
    }
  } catch {
    // Nothing kept, or nothing readable.
  }
  // Every visit begins with a tool that does no harm to a whole region.
  settings.tool = FIRST_SETTINGS.tool;
  settings.paintOver = PAINT_OVER.includes(settings.paintOver) ? settings.paintOver : FIRST_SETTINGS.paintOver;
  settings.colour = MASK_COLOURS[settings.colour] ? settings.colour : 0;
  return settings;
}

function keepSettings(settings) {
  try {
    localStorage.setItem(SETTINGS_KEY, JSON.stringify(settings));
  } catch {
    // Full or forbidden: they only last until the page is left.
  }
}
