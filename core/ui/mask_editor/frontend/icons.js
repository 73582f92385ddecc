/** Icons of the controls: strokes on a field of 20 x 20, in the colour of the text. */

const ICONS = {
  brush: '<path d="M16.6 3.4a1.7 1.7 0 0 0-2.4 0L8 9.6l2.4 2.4 6.2-6.2a1.7 1.7 0 0 0 0-2.4Z"/><path d="M8 9.6c-2 0-3 1.3-3.2 3-.1 1.3-.7 2.2-1.8 2.9 2.6 1.1 7 .9 7.4-3.5"/>',
  eraser: '<path d="m11.5 3.9 4.6 4.6a1.4 1.4 0 0 1 0 2L11 15.6H7.3l-3.4-3.4a1.4 1.4 0 0 1 0-2l5.6-6.3a1.4 1.4 0 0 1 2 0Z"/><path d="m7 7 5.8 5.8M6.5 16.5h10"/>',
  restore: '<path d="M4 9.5A6.2 6.2 0 1 1 5.8 14"/><path d="M3.6 5.3v4.3h4.3"/><circle cx="10.2" cy="10" r="1.4"/>',
  polygon: '<path d="M10 3.3 16.7 8l-2.5 8H5.8L3.3 8Z"/><path d="M10 8v5M7.5 10.5h5"/>',
  cut: '<path d="M10 3.3 16.7 8l-2.5 8H5.8L3.3 8Z" stroke-dasharray="2.4 1.8"/><path d="M7.5 10.5h5"/>',
  fill: '<path d="m8.3 3 6.5 6.5-5.4 5.4a1.5 1.5 0 0 1-2.1 0L3.8 11.4a1.5 1.5 0 0 1 0-2.1L9.2 4"/><path d="M3.6 10.3h10.5"/><path d="M16.6 12.5c.9 1.4 1.3 2.1 1.3 2.7a1.3 1.3 0 0 1-2.6 0c0-.6.4-1.3 1.3-2.7Z" fill="currentColor"/>',
  smart_click: '<path d="m9.5 9.5 2.6 7 1.3-3.1 3.1-1.3Z"/><path d="M8 3v2.2M8 10.8V13M3 8h2.2M4.5 4.5 6 6M11.5 4.5 10 6M4.5 11.5 6 10"/>',
  frame: '<path d="M3.5 6.5v-3h3M16.5 6.5v-3h-3M3.5 13.5v3h3M16.5 13.5v3h-3"/><path d="m7 10.2 2.2 2.2L13.2 8"/>',
  fill_holes: '<circle cx="10" cy="10" r="6.7"/><circle cx="10" cy="10" r="2.6" fill="currentColor"/>',
  specks: '<path d="M3.5 12a4.5 4.5 0 0 1 9 0 4.5 4.5 0 0 1-9 0Z"/><circle cx="15.5" cy="5" r=".9" fill="currentColor"/><circle cx="11.7" cy="3.8" r=".5" fill="currentColor"/><path d="m13.6 7.7 4 0"/>',
  clear: '<path d="M4 5.5h12M8 5.5V3.7h4v1.8M5.6 5.5l.7 10.8h7.4l.7-10.8M8.4 8.5v5M11.6 8.5v5"/>',
  undo: '<path d="M4 8h7.5a4 4 0 0 1 0 8H8"/><path d="M7.3 4.5 3.8 8l3.5 3.5"/>',
  redo: '<path d="M16 8H8.5a4 4 0 0 0 0 8H12"/><path d="M12.7 4.5 16.2 8l-3.5 3.5"/>',
  outline: '<path d="M10 3.5c4 0 6.5 2.6 6.5 6s-2 7-6 7-7-2.3-7-6.3 2.5-6.7 6.5-6.7Z"/>',
  hide: '<path d="M2.5 10S5.2 5 10 5s7.5 5 7.5 5-2.7 5-7.5 5-7.5-5-7.5-5Z"/><circle cx="10" cy="10" r="2.3"/>',
  original: '<rect x="2.8" y="4.3" width="14.4" height="11.4" rx="1.5"/><path d="M10 4.3v11.4"/><path d="m12.2 12.6 1.5-2.2 1.6 2.2"/>',
  corrections: '<path d="M3 6.5h6M6 3.5v6M11 14h6"/><path d="m4 17 12-14" opacity=".55"/>',
  colour: '<path d="M10 3.2c3 3.4 4.7 5.7 4.7 8a4.7 4.7 0 0 1-9.4 0c0-2.3 1.7-4.6 4.7-8Z"/><path class="swatch" d="M10 7c1.8 2.1 2.7 3.3 2.7 4.6a2.7 2.7 0 0 1-5.4 0C7.3 10.3 8.2 9.1 10 7Z"/>',
  display: '<circle cx="10" cy="10" r="6.7"/><path d="M10 3.3a6.7 6.7 0 0 1 0 13.4Z" fill="currentColor"/>',
  zoom_out: '<path d="M5 10h10"/>',
  zoom_in: '<path d="M5 10h10M10 5v10"/>',
  fit: '<path d="M3.5 7.5v-4h4M16.5 7.5v-4h-4M3.5 12.5v4h4M16.5 12.5v4h-4"/>',
  help: '<path d="M7.6 7.6a2.5 2.5 0 1 1 3.6 2.3c-.8.4-1.2.9-1.2 1.9"/><circle cx="10" cy="14.6" r=".5" fill="currentColor"/>',
};

/** @param {string} name @returns {string} an SVG element, or the name itself for a control that is a word */
function iconOf(name) {
  if (name === "actual") return '<span class="word">1:1</span>';
  return `<svg viewBox="0 0 20 20" aria-hidden="true">${ICONS[name]}</svg>`;
}
