/** Which key was pressed, whatever script is being typed. */

/** What keys that are no letters write, without and with Shift, by their place on the keyboard. */
const SIGNS_BY_PLACE = {
  BracketLeft: "[{", BracketRight: "]}", Comma: ",<", Period: ".>", Minus: "-_", Equal: "=+", Slash: "/?", Space: "  ",
};

/**
 * A key press as the tables write it: from the key's place on the keyboard where another script is being typed, or
 * where an input method keeps the letter to itself ("Process") to put a syllable together.
 *
 * @param {KeyboardEvent} event
 * @param {(key: string) => boolean} isKnown whether a key means something as it is
 */
function keyOf(event, isKnown) {
  let key = event.key.toLowerCase();
  const isHidden = event.isComposing || event.keyCode === 229 || key === "process" || key === "unidentified";
  if (isHidden || (key.length === 1 && !/^[\x20-\x7e]$/.test(key))) key = keyByPlace(event) ?? key;
  // The row of digits by its place: on some keyboards a digit alone needs Shift.
  const digit = /^Digit([1-9])$/.exec(event.code);
  if (digit && !event.shiftKey && !isKnown(key)) key = digit[1];
  if (event.shiftKey && event.code === "Digit0") return "shift+0";
  const control = event.ctrlKey || event.metaKey ? "mod+" : "";
  const shift = event.shiftKey && /^[a-z]$/.test(key) ? "shift+" : "";
  return control + shift + key;
}

/** What a key writes on an English keyboard. @param {KeyboardEvent} event @returns {string | undefined} */
function keyByPlace({ code, shiftKey }) {
  if (!code) return undefined;
  const letter = /^(?:Key([A-Z])|(?:Digit|Numpad)([0-9]))$/.exec(code);
  if (letter) return (letter[1] ?? letter[2]).toLowerCase();
  return SIGNS_BY_PLACE[code]?.[shiftKey ? 1 : 0] ?? code.replace("Numpad", "").toLowerCase();
}

/** What has the keys for itself: where somebody types, and boxes that are open. */
const TYPING = 'input:not([type="radio"], [type="checkbox"]), textarea, select, [contenteditable]';
const OPEN_BOXES = '[data-testid="stPopoverBody"], [data-testid="stDialog"]';

/** Whether a key that was pressed anywhere on the page is free to mean something to the picture. @param {KeyboardEvent} event */
function isFree(event) {
  const [pressed] = event.composedPath();
  if (event.defaultPrevented || document.querySelector(OPEN_BOXES) || pressed.matches?.(TYPING)) return false;
  if (pressed.matches?.('input, [role="radio"], [role="tab"], [role="slider"]') && /^(Arrow|Page|Home|End)/.test(event.key)) return false;
  return pressed === document.body || !["Enter", " ", "Tab", "Escape"].includes(event.key);
}
