/**
 * What the server has to get: the newest state of each drawing until it is acknowledged. Messages carry the whole
 * layer and a number that only rises, so a lost one costs nothing and the last one wins.
 */

/** After a finished step, so that two quick clicks travel together. */
const STEP_DEBOUNCE_MS = 30;
/** While the server is still busy with the message before: each one interrupts its work on the last. */
const BUSY_DEBOUNCE_MS = 400;
/** While a slider is being dragged. */
const DRAG_DEBOUNCE_MS = 150;
const LONGEST_WAIT_MS = 1000;
const PATIENCE_MS = 4000;
/** Each try interrupts a script that is still running, so they become rarer. */
const LONGEST_PATIENCE_MS = 32000;
const MOST_MESSAGES = 16;
/** What a key asks for that leaves a drawing as it is. */
const MOVES = ["next", "previous", "slice_next", "slice_previous"];
/** What a key that saves asks for after that. */
const MOVE_OF = { save: "", save_next: "next" };

/** @typedef {"untouched" | "saving" | "saved" | "late" | "refused" | "conflict"} SaveState */

class Outbox {
  /**
   * @param {{snapshot: () => object, send: (envelope: object) => void, sendToPage: (envelope: object) => void,
   *          onState: () => void}} wires
   *   `snapshot` gives the open drawing's fields of a message; what is sent to the page runs more than the editor
   */
  constructor(wires) {
    this.wires = wires;
    this.clientId = newClientId();
    this.sequence = 0;
    this.actionNumber = 0;
    /**
     * Sent and not acknowledged, by drawing; `isNews` where the drawing is to be kept, not only left.
     * @type {Map<string, {message: object, since: number, base: Writer, isNews: boolean}>}
     */
    this.pending = new Map();
    this.imageId = "";
    /** Whether the open drawing holds what was never sent. */
    this.dirty = false;
    /** Whether that is only a stroke under way, which may yet change nothing. */
    this.onlyTouched = false;
    this.conflict = false;
    this.takenOverAt = 0;
    this.refused = "";
    /** Whose draft is on disk. @type {Writer | null} */
    this.writer = null;
    /** Whose strokes the open drawing took over from a copy; until the server has them. @type {Writer | null} */
    this.continues = null;
    this.debounce = 0;
    this.deadline = 0;
    this.patience = PATIENCE_MS;
    /** Until Streamlit has sent a message that asks for the editor alone. @type {Promise<void> | null} */
    this.leaving = null;
    this.watch = setInterval(() => this.lookAtClock(), 500);
  }

  /** Turn to another drawing; what is left of the one before stays pending. */
  open(imageId, writer) {
    this.flush();
    this.imageId = imageId;
    this.writer = writer;
    this.continues = null;
    this.dirty = false;
    this.conflict = false;
    this.takenOverAt = this.sequence;
  }

  /** A stroke has begun: what is on disk is no longer what is shown. */
  touch() {
    if (this.dirty) return;
    this.dirty = this.onlyTouched = true;
    this.wires.onState();
  }

  /** The stroke changed nothing. */
  untouch() {
    if (this.onlyTouched) this.dirty = this.onlyTouched = false;
    this.wires.onState();
  }

  /** The open drawing changed: send soon. */
  changed(debounce = STEP_DEBOUNCE_MS) {
    this.dirty = true;
    this.onlyTouched = false;
    clearTimeout(this.debounce);
    const wait = this.pending.size > 0 ? BUSY_DEBOUNCE_MS : debounce;
    this.debounce = setTimeout(() => this.flush(), wait);
    this.deadline ||= setTimeout(() => this.flush(), LONGEST_WAIT_MS);
    this.wires.onState();
  }

  /**
   * Send now what has changed; in a conflict too: the draft on disk stays as it is until the person has chosen, but
   * the page has to know what is shown here when Save is pressed.
   */
  flush() {
    if (this.dirty) this.post();
  }

  /**
   * Somebody presses outside of the editor: send what has changed, and what is on its way once more, in the same frame.
   * Streamlit can drop a message when the next one comes within milliseconds, but never a part of one; Python takes
   * each only once. It goes to the page, so that the run that hears of the button has it too.
   */
  sendAlong() {
    if (this.dirty) this.post({ toPage: true });
    else if (this.pending.size > 0) this.transmit(true);
  }

  /**
   * Send the open drawing as it is.
   *
   * @param {{action?: string, takeOver?: boolean, toPage?: boolean}} [wish]
   */
  post(wish = {}) {
    this.stopTimers();
    const before = this.pending.get(this.imageId);
    const isRepeated = !wish.action || [before?.message.action, MOVE_OF[before?.message.action]].includes(wish.action);
    const isAfterSave = MOVES.includes(wish.action) && before?.message.action in MOVE_OF;
    const presses = isRepeated ? (before?.message.presses ?? 0) : 0;
    const message = {
      ...this.wires.snapshot(),
      client_id: this.clientId,
      sequence: ++this.sequence,
      // A key press or a choice that is not yet acknowledged goes along with the newer state.
      action: wish.action ?? before?.message.action ?? "",
      action_number: wish.action ? ++this.actionNumber : (before?.message.action_number ?? 0),
      presses: presses + Number(Boolean(wish.action)),
      save_number: isAfterSave ? before.message.action_number : (before?.message.save_number ?? 0),
      take_over: wish.takeOver ?? before?.message.take_over ?? false,
      continues_client: this.continues?.client_id ?? "",
      continues_sequence: this.continues?.sequence ?? 0,
    };
    const isNews = this.dirty || (before?.isNews ?? false) || !MOVES.includes(wish.action ?? "");
    this.pending.delete(this.imageId);
    this.pending.set(this.imageId, { message, since: before?.since ?? Date.now(), base: this.writer, isNews });
    this.dirty = this.onlyTouched = false;
    this.transmit(wish.toPage);
  }

  /** The same, and a copy of this tab's own takes the place of the one that the strokes came from. */
  postAndKeep() {
    this.post();
    this.keepCopies();
  }

  transmit(toPage = false) {
    this.sentAt = Date.now();
    const messages = [...this.pending.values()].slice(-MOST_MESSAGES).map((entry) => entry.message);
    if (toPage) {
      this.wires.sendToPage({ messages });
    } else {
      this.wires.send({ messages });
      const gone = new Promise((done) => setTimeout(() => setTimeout(done)));
      this.leaving = gone.then(() => (this.leaving = null));
    }
    this.wires.onState();
  }

  /**
   * Take in what the server says it has.
   *
   * @param {{delivered: Record<string, number>, acknowledged: object | null, refused: string}} answer
   */
  acknowledge(answer) {
    const delivered = answer.delivered[this.clientId] ?? 0;
    const stored = answer.acknowledged;
    const mine = stored?.client_id === this.clientId ? stored : null;
    this.refused = answer.refused;
    if (mine?.conflict && mine.sequence > this.takenOverAt) this.conflict = true;
    for (const [imageId, { message, isNews }] of this.pending) {
      const isOpen = imageId === this.imageId;
      const onDisk = isOpen && mine && !mine.conflict && mine.saved && mine.sequence >= message.sequence;
      if (message.sequence <= delivered || onDisk) this.settle(imageId, message.sequence, isNews);
    }
    if (this.debounce && this.pending.size === 0) this.changed();
    this.wires.onState();
  }

  settle(imageId, sequence, isNews) {
    this.pending.delete(imageId);
    this.patience = PATIENCE_MS;
    if (imageId === this.imageId && this.conflict) return;
    removeCopy(imageId, this.clientId, sequence);
    if (imageId !== this.imageId || !isNews) return;
    this.writer = { client_id: this.clientId, sequence };
    this.continues = null;
  }

  /** The person chose what is shown here. */
  takeOver() {
    this.conflict = false;
    this.takenOverAt = this.sequence + 1;
    this.post({ takeOver: true });
  }

  /** The person chose what is on disk: ask the page for it. */
  giveUp() {
    dropCopy(this.imageId);
    this.conflict = false;
    this.takenOverAt = this.sequence + 1;
    this.post({ action: "reload" });
  }

  /** The open drawing is now as the server gave it. */
  tookDraft(writer) {
    this.stopTimers();
    this.pending.delete(this.imageId);
    this.dirty = false;
    this.conflict = false;
    this.writer = writer;
    this.wires.onState();
  }

  /** Whether the server lacks something of the open drawing. */
  isBehind() {
    return this.dirty || this.pending.has(this.imageId);
  }

  /** @returns {Copy | null} what the server lacks of the open drawing; null also where the page is asked for its own */
  unsent() {
    const entry = this.pending.get(this.imageId);
    if (!this.isBehind() || entry?.message.action === "reload") return null;
    const message = { ...this.wires.snapshot(), client_id: this.clientId, sequence: this.sequence + Number(this.dirty) };
    return asCopy(message, entry?.base ?? this.writer);
  }

  /** @returns {SaveState} */
  state() {
    if (this.conflict) return "conflict";
    if (!this.dirty && this.pending.size === 0) return this.writer ? "saved" : "untouched";
    if (this.refused) return "refused";
    return this.isLate() ? "late" : "saving";
  }

  isLate() {
    return [...this.pending.values()].some((entry) => Date.now() - entry.since > PATIENCE_MS);
  }

  /** Send again what nobody has acknowledged. */
  lookAtClock() {
    if (this.pending.size === 0) return;
    if (Date.now() - this.sentAt > this.patience) {
      this.patience = Math.min(2 * this.patience, LONGEST_PATIENCE_MS);
      for (const entry of this.pending.values()) {
        entry.message = { ...entry.message, sequence: ++this.sequence };
      }
      this.transmit();
      this.keepCopies();
    }
    this.wires.onState();
  }

  /** Write copies of everything that is not acknowledged. */
  keepCopies() {
    for (const [imageId, { message, base }] of this.pending) {
      if (message.action !== "reload") writeCopy(imageId, asCopy(message, base));
    }
    if (this.conflict) {
      const message = { ...this.wires.snapshot(), client_id: this.clientId, sequence: this.sequence };
      writeCopy(this.imageId, asCopy(message, this.writer));
    }
  }

  stopTimers() {
    clearTimeout(this.debounce);
    clearTimeout(this.deadline);
    this.debounce = this.deadline = 0;
  }

  destroy() {
    this.stopTimers();
    clearInterval(this.watch);
  }
}

/** One for each editor that is opened; `crypto.randomUUID` is missing on plain http. */
function newClientId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
