// The texts of a page: sentences, notes and links, alerts and notices, and what a screen reader hears.
import { session } from "../core/session.mjs";
import { createElement, getElement, typeset } from "../ui/dom.mjs";
import { Lecture } from "./lecture.mjs";

/** @import { TextChunk } from "../types/stream.d.ts" */
/** @import { ViewController } from "./view_controller.mjs" */

export class PageTexts {
  /** @param {ViewController} page */
  constructor(page) {
    this.page = page;
    /** @type {Record<string, string>} */
    this.alternatives = {}; // the alternative text of each figure
    /** @type {TextChunk | null} */
    this.pending = null; // the latest texts, which may not be on the page yet
    /** @type {string | null} */
    this.pendingStatus = null; // of the latest picture, while it is not on the page yet
    /** @type {ReturnType<typeof setTimeout> | null} */
    this.readTimer = null; // while the sentences are too young to be replaced
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.toastTimer = undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.announceTimer = undefined;
  }

  static TOAST = 2200; // ms that a short notice stays
  static READING = 140; // ms between two versions of the sentences: faster ones cannot be read
  static ANNOUNCED = 900; // ms of rest after which a screen reader hears the sentences

  /**
   * Shows the texts of the latest picture, not more often than they can be read.
   *
   * @param {string} status
   */
  update(status) {
    this.pendingStatus = status;
    if (this.readTimer !== null) return;
    const write = () => {
      if (this.pendingStatus === null) {
        this.readTimer = null;
        return;
      }
      getElement("status").textContent = this.pendingStatus;
      if (this.pending) this.render(this.pending);
      this.pendingStatus = null;
      this.readTimer = setTimeout(write, PageTexts.READING);
    };
    write();
  }

  /** @param {TextChunk} chunk */
  render(chunk) {
    if (chunk.runs) this.renderSentences(chunk.runs, chunk);
    replaceItems("notes", chunk.notes ?? []);
    for (const { text, href } of chunk.links ?? [])
      getElement("notes").append(createElement("li", {}, this.link(text, href)));
    this.alternatives = chunk.figures ?? {};
    this.describe();
    this.renderCaption();
    clearTimeout(this.announceTimer);
    if (chunk.runs && !(session.lecture && session.lecture.asking)) {
      const sentences = chunk.runs.join(" ");
      this.announceTimer = setTimeout(() => this.announce(sentences), PageTexts.ANNOUNCED);
    }
  }

  /**
   * @param {string[]} sentences
   * @param {TextChunk} chunk
   */
  renderSentences(sentences, { fates = [], causes }) {
    const { page } = this;
    const items = replaceItems("sentences", sentences);
    items.forEach((item, index) => {
      const { color, fate } = fates[index];
      item.style.setProperty("--light", color);
      item.style.setProperty("--dark", page.view.toDark[color]);
      item.dataset.fate = fate.toLowerCase();
    });
    page.explanations.render(items, causes);
  }

  /**
   * @param {string} text
   * @param {string} address
   */
  link(text, address) {
    const href = address.startsWith("/") ? session.base + address : address;
    const link = createElement("a", { href, textContent: text });
    link.onclick = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.page.open(href);
    };
    return link;
  }

  /** The caption of the preset, if the state is one, with its source. */
  renderCaption() {
    const { view } = this.page;
    const preset = this.page.presetOf();
    const caption = getElement("caption");
    caption.hidden = !preset;
    if (!preset) return;
    const { caption: text, paper } = view.presets[preset];
    const link = createElement("a", {
      href: paper.url,
      title: paper.citation,
      target: "_blank",
      rel: "noopener",
      textContent: paper.short,
    });
    caption.replaceChildren(text, " ", createElement("cite", {}, link));
  }

  /** What a screen reader says of each figure; not while a question about it is open. */
  describe() {
    const asking = session.lecture && session.lecture.asking;
    for (const [name, text] of Object.entries(this.alternatives)) {
      getElement(`${this.page.view.figures[name].id}-text`).textContent = asking ? Lecture.HELD : text;
    }
  }

  /**
   * Sentences about a link, a refusal, a typed value or a lost connection.
   *
   * @param {string[]} sentences
   */
  showAlert(sentences) {
    const place = getElement("alert");
    const text = sentences.join(" ");
    if (place.textContent !== text) place.textContent = text;
    place.hidden = !text;
  }

  /**
   * A short notice, for the eye and for a screen reader.
   *
   * @param {string} text
   */
  showToast(text) {
    const place = getElement("notice");
    place.textContent = text;
    place.hidden = false;
    clearTimeout(this.toastTimer);
    this.toastTimer = setTimeout(() => {
      place.hidden = true;
    }, PageTexts.TOAST);
  }

  /**
   * What a screen reader hears at once: of an action, before what waits to be said of a picture.
   *
   * @param {string} text
   */
  announce(text) {
    clearTimeout(this.announceTimer);
    getElement("announcer").textContent = text.replace(/[_^]/g, " ");
  }

  /** Nothing more is written. */
  stop() {
    for (const timer of [this.announceTimer, this.readTimer, this.toastTimer]) clearTimeout(timer ?? undefined);
    this.readTimer = this.pendingStatus = null;
  }
}

/**
 * @param {string} id of a list
 * @param {string[]} texts
 */
function replaceItems(id, texts) {
  const items = texts.map((text) => createElement("li", {}, ...typeset(text)));
  getElement(id).replaceChildren(...items);
  return items;
}
