/** Every command with its keys: the buttons, the keyboard and the sheet of keys all come from these tables. */

const IS_MAC = /Mac|iPhone|iPad/.test(navigator.platform);
const CONTROL = IS_MAC ? "⌘" : "Ctrl+";

/**
 * @typedef {{id: string, place: string, kind: "tool" | "toggle" | "action", keys: string[], cap: string}} Command
 *   `cap` is what the button shows beside an icon that is not the key itself; keys are written as by `keyOf`
 */

/** @type {Command[]} */
const COMMANDS = [
  { id: "brush", place: "paint", kind: "tool", keys: ["b"], cap: "B" },
  { id: "eraser", place: "paint", kind: "tool", keys: ["e"], cap: "E" },
  { id: "restore", place: "paint", kind: "tool", keys: ["r"], cap: "R" },
  { id: "polygon", place: "paint", kind: "tool", keys: ["p"], cap: "P" },
  { id: "cut", place: "paint", kind: "tool", keys: ["x"], cap: "X" },
  { id: "fill", place: "paint", kind: "tool", keys: ["f"], cap: "F" },
  { id: "smart_click", place: "paint", kind: "tool", keys: ["w"], cap: "W" },
  { id: "frame", place: "checked", kind: "tool", keys: ["q"], cap: "Q" },
  { id: "fill_holes", place: "repair", kind: "action", keys: ["h"], cap: "H" },
  { id: "specks", place: "repair", kind: "action", keys: ["k"], cap: "K" },
  { id: "clear", place: "repair", kind: "action", keys: ["delete"], cap: "Del" },
  { id: "undo", place: "history", kind: "action", keys: ["mod+z"], cap: IS_MAC ? "⌘Z" : "^Z" },
  { id: "redo", place: "history", kind: "action", keys: ["mod+shift+z", "mod+y"], cap: IS_MAC ? "⌘Y" : "^Y" },
  { id: "outline", place: "look", kind: "toggle", keys: ["l"], cap: "L" },
  { id: "hide", place: "look", kind: "toggle", keys: ["m"], cap: "M" },
  { id: "corrections", place: "look", kind: "toggle", keys: ["c"], cap: "C" },
  { id: "original", place: "look", kind: "toggle", keys: ["d"], cap: "D" },
  { id: "colour", place: "look", kind: "action", keys: ["g"], cap: "G" },
  { id: "display", place: "look", kind: "toggle", keys: ["o"], cap: "O" },
  { id: "help", place: "look", kind: "action", keys: ["?"], cap: "" },
  { id: "zoom_out", place: "zoom", kind: "action", keys: ["-"], cap: "" },
  { id: "zoom_in", place: "zoom", kind: "action", keys: ["+", "="], cap: "" },
  { id: "fit", place: "zoom", kind: "action", keys: ["0"], cap: "0" },
  { id: "actual", place: "zoom", kind: "action", keys: ["shift+0"], cap: "⇧0" },
];

/** Keys without a button. @type {{id: string, word: string, keys: string[]}[]} */
const KEYS_ALONE = [
  ...[..."123456789"].map((key) => ({ id: `class_${key}`, word: "key_class", keys: [key] })),
  { id: "smaller", word: "key_smaller", keys: ["["] },
  { id: "larger", word: "key_larger", keys: ["]"] },
  { id: "polygon_close", word: "key_polygon_close", keys: ["enter"] },
  { id: "polygon_back", word: "key_polygon_back", keys: ["backspace"] },
  { id: "polygon_cancel", word: "key_polygon_cancel", keys: ["escape"] },
  { id: "threshold_down", word: "key_threshold_down", keys: [","] },
  { id: "threshold_up", word: "key_threshold_up", keys: ["."] },
  { id: "opacity_down", word: "key_opacity_down", keys: ["{"] },
  { id: "opacity_up", word: "key_opacity_up", keys: ["}"] },
  { id: "invert", word: "invert", keys: ["i"] },
  { id: "display_reset", word: "display_reset", keys: ["shift+o"] },
  { id: "pan_left", word: "key_pan_steps", keys: ["arrowleft"] },
  { id: "pan_right", word: "key_pan_steps", keys: ["arrowright"] },
  { id: "pan_up", word: "key_pan_steps", keys: ["arrowup"] },
  { id: "pan_down", word: "key_pan_steps", keys: ["arrowdown"] },
  { id: "save", word: "key_save", keys: ["s", "mod+s"] },
  { id: "save_next", word: "key_save_next", keys: ["enter", "mod+enter"] },
  { id: "next", word: "key_next", keys: ["n"] },
  { id: "previous", word: "key_previous", keys: ["shift+n"] },
  { id: "slice_next", word: "key_slices", keys: ["pagedown"] },
  { id: "slice_previous", word: "key_slices", keys: ["pageup"] },
];

const KEYS_TO_IDS = (() => {
  const ids = new Map();
  for (const { id, keys } of [...COMMANDS, ...KEYS_ALONE]) {
    for (const key of keys) ids.set(key, [...(ids.get(key) ?? []), id]);
  }
  return ids;
})();

/** What the sheet shows: a heading's word, then lines of keys and a word. */
const SHEET_OF_KEYS = [
  ["keys_draw", [
    [["B"], "brush"], [["E"], "eraser"], [["R"], "restore"], [["P"], "polygon"], [["X"], "cut"], [["F"], "fill"],
    [["W"], "smart_click"], [["Alt"], "key_exclude"], [["⇧"], "key_box"], [["Enter"], "key_accept"], [["⌫"], "key_click_back"],
    [["1–9"], "key_class"], [["[", "]"], "brush_size"], [["Enter"], "key_polygon_close"], [["⌫"], "key_polygon_back"],
    [["Esc"], "key_polygon_cancel"],
  ]],
  ["keys_change", [
    [[`${CONTROL}Z`], "undo"], [[`${CONTROL}Y`, `${CONTROL}⇧Z`], "redo"], [["H"], "fill_holes"], [["K"], "specks"],
    [["Del"], "clear"], [[",", "."], "threshold"],
  ]],
  ["keys_view", [
    [["L"], "outline"], [["M"], "key_peek"], [["C"], "corrections"], [["D"], "original"], [["G"], "colour"],
    [["{", "}"], "opacity"], [["−", "+"], "zoom_level"], [["0"], "fit"], [["⇧0"], "actual"],
    [["O"], "display"], [["I"], "invert"], [["⇧O"], "display_reset"], [["Space"], "key_pan"], [["←", "→", "↑", "↓"], "key_pan_steps"],
  ]],
  ["keys_go_on", [
    [["S"], "key_save"], [["Enter"], "key_save_next"], [["N"], "key_next"], [["⇧N"], "key_previous"],
    [["PgUp", "PgDn"], "key_slices"],
  ]],
];

/** A command's keys as screen readers are told. */
function spokenKeys(command) {
  const parts = { mod: IS_MAC ? "Meta" : "Control", shift: "Shift", delete: "Delete" };
  const speak = (key) => {
    if (key === "+") return key;
    return key.split("+").map((part) => parts[part] ?? part.toUpperCase()).join("+");
  };
  return command.keys.map(speak).join(" ");
}

/** A key as it is written for people: "mod+z" becomes "Ctrl+Z". */
function writtenKey(key) {
  const name = key.replace("mod+", "").replace("shift+", "");
  const written = name.charAt(0).toUpperCase() + name.slice(1);
  return (key.includes("mod+") ? CONTROL : "") + (key.includes("shift+") ? "⇧" : "") + written;
}
