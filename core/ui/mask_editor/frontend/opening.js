/** Which image, draft and insert the editor shows: takes in what is new in Streamlit's data, and nothing twice. */

/** Who lays drafts down that no tab drew, such as a restored revision: the person has just asked for it. */
const PROGRAM = "server";

/** @returns {Writer | null} whose draft is on disk, as the page says */
function writerOf(acknowledged) {
  if (!acknowledged || !acknowledged.saved || acknowledged.conflict) return null;
  return { client_id: acknowledged.client_id, sequence: acknowledged.sequence };
}

class Opening {
  /** @param {Editor} editor */
  constructor(editor) {
    this.editor = editor;
    this.imageId = "";
    this.draftToken = "";
    this.insertToken = "";
    /** A copy of an earlier visit while somebody else's draft is on disk; the person chooses. @type {Copy | null} */
    this.foundCopy = null;
    /** Where keys lead that were pressed while the image was on its way. @type {string[]} */
    this.onward = [];
    this.arrival = (id) => {
      if (id === this.imageId && !this.editor.ready) this.install(id);
    };
    registry.listeners.add(this.arrival);
  }

  update() {
    const { editor } = this;
    const { data } = editor;
    const isNew = data.image.id !== this.imageId;
    if (isNew) this.open(data);
    editor.outbox.acknowledge(data);
    if (!isNew && editor.ready && data.draft.token !== this.draftToken) this.takeDraft();
    this.takeInsert();
  }

  /** Turn to another image; the old picture goes at once, the new one comes when it is decoded. */
  open(data) {
    const { editor } = this;
    const { image } = data;
    editor.toolEnd();
    editor.outbox.open(image.id, writerOf(data.acknowledged));
    editor.drawing = null;
    this.foundCopy = null;
    editor.clock = { seconds: 0, last: 0 };
    this.imageId = image.id;
    editor.ready = false;
    delete editor.surface.dataset.image;
    editor.showState();
    editor.notice(data.words.loading);
    if (registry.images.has(image.id)) this.install(image.id);
  }

  async install(id) {
    const { editor } = this;
    let image;
    try {
      image = await registry.images.get(id).ready;
    } catch {
      if (id !== this.imageId) return;
      this.onward = [];
      editor.notice(editor.data.words.broken_image);
      return;
    }
    const start = await this.firstState(image);
    if (id !== this.imageId || editor.ready) return;
    this.begin(image, start);
    editor.display.setImage(image);
    editor.ready = true;
    editor.notice("");
    editor.showControls();
    editor.showState();
    if (editor.data.draft.token !== this.draftToken) this.takeDraft();
    this.takeInsert();
    // By keys at once, as after an upload; nothing is taken from somebody who is elsewhere or has only just come.
    if (navigator.userActivation.hasBeenActive && document.activeElement === document.body) {
      editor.surface.focus({ preventScroll: true });
    }
    for (const each of this.onward.splice(0)) editor.run(each);
  }

  /**
   * What a drawing begins with: what this tab has not brought to the server yet, else a copy that an earlier visit
   * left, else the draft on disk.
   */
  async firstState(image) {
    const { data, outbox } = this.editor;
    const token = data.draft.token;
    const pending = outbox.pending.get(this.imageId)?.message;
    if (pending) return this.stateOf(image, pending.threshold, pending.layer_png, { token, isUnsent: true });
    const copy = readCopy(this.imageId);
    const verdict = copy ? judgeCopy(copy, writerOf(data.acknowledged)) : "drop";
    if (verdict === "restore") {
      outbox.continues = copy;
      return this.stateOf(image, copy.threshold, copy.layer_png, { token, isUnsent: true });
    }
    if (verdict === "drop") dropCopy(this.imageId);
    else this.foundCopy = copy;
    return this.stateOf(image, data.draft.threshold, data.draft.layer, { token });
  }

  async stateOf(image, threshold, layer, more) {
    try {
      return { threshold, layer: await this.decodeLayer(layer, image), ...more };
    } catch {
      // A copy of another size or a broken one: the draft on disk is what is left.
      dropCopy(this.imageId);
      const { draft } = this.editor.data;
      return { threshold: draft.threshold, layer: await this.decodeLayer(draft.layer, image), token: more.token };
    }
  }

  begin(image, start) {
    const { editor } = this;
    const { outbox } = editor;
    editor.drawing = new Drawing(image, start.threshold, editor.classes.all);
    editor.drawing.allowed = editor.classes.allowed();
    editor.drawing.startWith(start.layer);
    editor.painter.resize(image.width, image.height);
    editor.view.setImage(image.width, image.height);
    this.draftToken = start.token;
    if (start.isUnsent) outbox.postAndKeep();
  }

  /** The server wants another draft shown. It becomes one step, so that undo brings back what was there. */
  async takeDraft() {
    const { editor } = this;
    const { draft, acknowledged } = editor.data;
    const writer = writerOf(acknowledged);
    const id = this.imageId;
    this.draftToken = draft.token;
    const layer = await this.decodeLayer(draft.layer, editor.drawing);
    if (id !== this.imageId || this.draftToken !== draft.token) return;
    // Judged now and not before: a stroke may have been drawn meanwhile. After a restart of the server its draft
    // can be the one that was drawn on here; what is shown is newer.
    const unsent = editor.outbox.unsent();
    const verdict = unsent ? judgeCopy(unsent, writer) : "drop";
    if (verdict === "restore") {
      editor.outbox.post();
      return;
    }
    if (verdict === "ask" && writer.client_id !== PROGRAM) {
      writeCopy(this.imageId, unsent);
      this.foundCopy = unsent;
    }
    editor.toolEnd();
    editor.drawing.takeLayer(layer);
    editor.drawing.setThreshold(draft.threshold);
    editor.outbox.tookDraft(writer);
    editor.scheduleFrame();
  }

  hasConflict() {
    return this.foundCopy !== null || this.editor.outbox.conflict;
  }

  /** The person wants their own strokes: those shown, or those of a copy (as one step, which undo takes back). */
  async keepMine() {
    const { editor } = this;
    const copy = this.foundCopy;
    if (!copy) {
      editor.outbox.takeOver();
      return;
    }
    const layer = await this.decodeLayer(copy.layer_png, editor.drawing);
    this.foundCopy = null;
    editor.toolEnd();
    editor.drawing.takeLayer(layer);
    editor.drawing.setThreshold(copy.threshold);
    editor.outbox.postAndKeep();
    editor.scheduleFrame();
  }

  useTheirs() {
    const { outbox } = this.editor;
    if (outbox.conflict) outbox.giveUp();
    else dropCopy(this.imageId);
    this.foundCopy = null;
    this.editor.showState();
  }

  /** Lay a proposal over the layer, once. */
  async takeInsert() {
    const { editor } = this;
    const { insert } = editor.data;
    if (!insert || !editor.ready || insert.token === this.insertToken) return;
    this.insertToken = insert.token;
    const id = this.imageId;
    const layer = await this.decodeLayer(insert.layer, editor.drawing);
    if (id !== this.imageId) return;
    editor.toolEnd();
    editor.drawing.insert(layer, insert.has_classes ? null : editor.classes.chosen);
    editor.outbox.changed();
    editor.outbox.flush();
  }

  /** @returns {Promise<Uint8Array>} */
  async decodeLayer(text, { width, height }) {
    return text ? decodeGrey(fromBase64(text), width, height) : new Uint8Array(width * height);
  }

  destroy() {
    registry.listeners.delete(this.arrival);
  }
}
