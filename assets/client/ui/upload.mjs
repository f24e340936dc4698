// A user's own images: a file control sends them to the server, which stores them under a hash that goes into the link.
import { session } from "../core/session.mjs";
import { createElement } from "./dom.mjs";

/** @import { State } from "../types/view.d.ts" */
/** @import { ViewController } from "../pages/view_controller.mjs" */

/** @typedef {{ errors?: { sentence: string }[]; hash: string; sentence: string }} Answer the server's, to an upload */

/** The file control for a user's own images, and the way back to the built-in ones. */
export class ImageUpload {
  /** @param {ViewController} page */
  constructor(page) {
    this.page = page;
    this.container = document.getElementById("upload"); // null in most views
    this.file = createElement("input", {
      type: "file",
      accept: ".npz",
      id: "upload-file",
      className: "visually-hidden",
    });
    this.file.onchange = () => this.send(this.file.files?.[0]);
    const label = createElement("label", {
      className: "tool",
      htmlFor: this.file.id,
      title: "An .npz with arrays x and y, or other usual names such as images and labels",
      textContent: "Own images (.npz)…",
    });
    this.back = createElement("button", {
      type: "button",
      className: "tool",
      id: "upload-back",
      textContent: "Back to the digits",
    });
    this.back.onclick = () => {
      page.commit({ images: null });
      this.file.focus();
    };
    this.text = createElement("p", { className: "upload-text" });
    this.container?.replaceChildren(this.text, this.file, label, this.back);
  }

  /**
   * Show whose images the state names.
   *
   * @param {State} state
   */
  sync({ images }) {
    if (!this.container) return;
    this.back.hidden = !images;
    this.text.textContent = images
      ? `Own images, ${images.slice(0, 8)}…`
      : "1,797 digits of 8 × 8 values, inside scikit-learn.";
  }

  /**
   * Send a file to the server, and show what it answers.
   *
   * @param {File | undefined} file
   */
  async send(file) {
    if (!file || !this.container) return;
    const { path, most } = this.container.dataset;
    this.file.value = ""; // the same file may be chosen again
    if (file.size > Number(most)) {
      this.page.texts.showAlert([
        `${file.name} has ${file.size.toLocaleString("en")} bytes, more than the ${Number(most) >> 20} MiB that are taken.`,
      ]);
      return;
    }
    this.page.texts.showToast("The images are on their way…");
    const response = await fetch(session.base + path, {
      method: "POST",
      headers: { "Content-Type": "application/octet-stream" },
      body: file,
    }).catch(() => null);
    const answer = response && (await response.json().catch(() => null));
    if (session.page === this.page) this.receive(answer);
  }

  /**
   * Show the uploaded images, or why the server refused them.
   *
   * @param {Answer | null} answer null where the server does not answer
   */
  receive(answer) {
    const { texts } = this.page;
    if (!answer) {
      texts.showAlert(["The server does not answer; the images have not arrived. Please choose the file again."]);
      return;
    }
    if (answer.errors) {
      texts.showAlert(answer.errors.map(({ sentence }) => sentence));
      return;
    }
    this.page.commit({ images: answer.hash });
    texts.showAlert([]);
    texts.showToast(answer.sentence);
  }
}
