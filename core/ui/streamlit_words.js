// What Streamlit itself says in English (labels of its buttons, hints in its boxes), in the language of the session.
// Nothing that people wrote is touched: it stands in Markdown, in options and in fields. Once for a page; every run
// gives the words anew.

(() => {
  const words = Object.entries(globalThis.maskLoopWords);
  // A page that was never in another language than English has nothing to say anew.
  if (!globalThis.maskLoopSaid && words.every(([english, shown]) => english === shown)) return;
  const shownFor = new Map(words.filter(([english]) => !english.includes("{name}")));
  const patterns = words
    .filter(([english]) => english.includes("{name}"))
    .map(([english, shown]) => [english.split("{name}"), shown]);
  const said = (globalThis.maskLoopSaid ??= new Map());
  for (const [english, shown] of shownFor) said.set(shown, english);
  const ATTRIBUTES = ["aria-label", "title", "placeholder"];
  const PEOPLES = '[data-testid="stMarkdownContainer"], [role="option"], [data-part], input, textarea, style, script';

  const translated = (text) => {
    const english = said.get(text) ?? text;
    if (shownFor.has(english)) return shownFor.get(english);
    for (const [[before, after], shown] of patterns) {
      if (english.length > before.length + after.length && english.startsWith(before) && english.endsWith(after)) {
        return shown.replace("{name}", () => english.slice(before.length, english.length - after.length));
      }
    }
    return text;
  };
  const sayText = (node) => {
    const text = node.data.trim();
    if (!text || node.parentElement?.closest(PEOPLES)) return;
    const shown = translated(text);
    if (shown !== text) node.data = node.data.replace(text, () => shown);
  };
  const sayAttribute = (element, name) => {
    const text = element.getAttribute(name);
    const shown = text && translated(text);
    if (shown && shown !== text) element.setAttribute(name, shown);
  };
  const sayAll = (root) => {
    if (root.nodeType === Node.TEXT_NODE) sayText(root);
    if (root.nodeType !== Node.ELEMENT_NODE) return;
    const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) sayText(texts.currentNode);
    for (const each of [root, ...root.querySelectorAll(ATTRIBUTES.map((name) => `[${name}]`).join())]) {
      for (const name of ATTRIBUTES) sayAttribute(each, name);
    }
  };

  globalThis.maskLoopObserver?.disconnect();
  globalThis.maskLoopObserver = new MutationObserver((changes) => {
    for (const { type, target, addedNodes, attributeName } of changes) {
      if (type === "attributes") sayAttribute(target, attributeName);
      else if (type === "characterData") sayText(target);
      else addedNodes.forEach(sayAll);
    }
  });
  const watched = { subtree: true, childList: true, characterData: true, attributeFilter: ATTRIBUTES };
  globalThis.maskLoopObserver.observe(document.body, watched);
  sayAll(document.body);
})();
