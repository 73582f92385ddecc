// Draws the pictures anew when their data changes and keeps the scroll position; says which one was clicked.

/** @typedef {{id: string, jpeg: string, caption: string, mark: string, locked: boolean, mark_word: string}} Picture */

// Drawn here, since not every system has a font with a lock in it.
const LOCK =
  '<svg viewBox="0 0 12 12" width="12" height="12"><path d="M4 5.5V4a2 2 0 0 1 4 0v1.5" fill="none" stroke="#000"' +
  ' stroke-width="1.3"/><rect x="2.8" y="5.4" width="6.4" height="4.6" rx="1" fill="#000"/></svg>';
const SIGNS = { new: "○", draft: "✎", corrected: "✓", flagged: "!" };

/** @param {Picture} item @param {boolean} selected @returns {HTMLButtonElement} */
function pictureButton(item, selected) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = `picture${selected ? " selected" : ""}`;
  button.title = [item.caption, item.mark_word].filter(Boolean).join(" · ");
  button.setAttribute("aria-label", button.title);
  if (selected) button.setAttribute("aria-current", "true");
  const frame = document.createElement("span");
  frame.className = "frame";
  if (item.jpeg) {
    const image = document.createElement("img");
    image.src = item.jpeg;
    image.alt = "";
    image.draggable = false;
    frame.append(image);
  }
  if (item.mark) frame.append(sign(SIGNS[item.mark], `mark ${item.mark}`));
  if (item.locked) {
    const lock = sign("", "mark locked");
    lock.innerHTML = LOCK;
    frame.append(lock);
  }
  button.append(frame, shownName(item.caption, "caption"));
  return button;
}

/** @param {string} text @param {string} className @returns {HTMLSpanElement} */
function sign(text, className) {
  const span = document.createElement("span");
  span.className = className;
  span.textContent = text;
  span.setAttribute("aria-hidden", "true");
  return span;
}

/** A strip keeps the current picture in the middle, without moving the page itself. @param {HTMLElement} root */
function centreSelected(root) {
  const current = root.querySelector(".selected");
  if (current) root.scrollLeft = current.offsetLeft - (root.clientWidth - current.offsetWidth) / 2;
}

export default function (component) {
  const { parentElement, setTriggerValue } = component;
  const [data] = component.data;
  const root = parentElement.querySelector(".pictures");
  const drawn = JSON.stringify(data);
  if (root.drawn === drawn) return;
  root.drawn = drawn;
  root.className = `pictures ${data.layout}`;
  root.setAttribute("aria-label", data.label);
  const scroll = root.scrollLeft;
  root.replaceChildren(
    ...data.items.map((item) => {
      const button = pictureButton(item, item.id === data.selected);
      button.addEventListener("click", () => setTriggerValue("clicked", item.id));
      return button;
    }),
  );
  root.scrollLeft = scroll;
  if (data.layout !== "strip") return;
  requestAnimationFrame(() => centreSelected(root));
  // On a page that is just being drawn the strip gets its width later.
  root.sized ??= new ResizeObserver(() => centreSelected(root));
  root.sized.observe(root);
}
