// The menu of what can be saved: links, pictures that are made here, files that the server makes. What an item needs is
// loaded when it is chosen.
import { query } from "../core/link.mjs";
import { session } from "../core/session.mjs";
import { Refusal } from "../core/stream.mjs";
import { copyLink, copyText } from "./clipboard.mjs";
import { createElement, getElement } from "./dom.mjs";
import { downloadFile, failureSentences, saveFile } from "./files.mjs";
import { helpDialog, openHelp } from "./toolbar.mjs";

/** @import { ViewController } from "../pages/view_controller.mjs" */
/** @import { FigureView } from "../render/figure_renderer.mjs" */

export class SaveMenu {
  /** @param {ViewController} page */
  constructor(page) {
    this.page = page;
    getElement("save").replaceChildren(
      ...this.linkItems(),
      ...this.pictureItems(),
      ...this.fileItems(),
      ...this.narrowItems(),
    );
  }

  static FAILURE = "This could not be made: the server did not give it. The picture is still here; please try again.";

  /**
   * An item of the menu, which closes it.
   *
   * @param {string} textContent
   * @param {() => unknown} action
   */
  item(textContent, action) {
    const onclick = async () => {
      const menu = /** @type {HTMLDetailsElement} */ (getElement("save-menu"));
      menu.open = false;
      menu.querySelector("summary")?.focus();
      try {
        await action();
      } catch (error) {
        if (!(error instanceof Refusal)) console.warn(error);
        this.page.texts.showAlert(failureSentences(error, SaveMenu.FAILURE));
      }
    };
    return createElement("button", { type: "button", textContent, onclick });
  }

  /** Links; a recorded page has no server that would read them. */
  linkItems() {
    if (session.recorded) return [];
    const { page } = this;
    return [
      this.item("Link of this picture", () => copyLink(page)),
      this.item("Short link", async () => copyText(page, await this.shortLink())),
      this.item("QR code of the link", () => this.openQrCode()),
      this.item("Link for a class…", async () =>
        (await loaded(import("./class_link_dialog.mjs"))).openClassLinkDialog(page),
      ),
      this.item("Embed…", async () => (await loaded(import("./embed_dialog.mjs"))).openEmbedDialog(page)),
      createElement("hr"),
    ];
  }

  pictureItems() {
    const items = Object.values(this.page.renderer.figures).flatMap((figure) => [
      this.item(`${figure.title}, SVG`, () => this.savePicture(figure, "svg")),
      this.item(`${figure.title}, PNG`, () => this.savePicture(figure, "png")),
    ]);
    if (session.recorded) return items;
    const openDialog = async () => (await loaded(import("./figure_dialog.mjs"))).openFigureDialog(this.page);
    return [...items, this.item("Figure for a paper or a slide…", openDialog)];
  }

  fileItems() {
    const items = Object.entries(this.page.view.exports).map(([kind, title]) =>
      this.item(title, () => this.downloadOfState("export", kind)),
    );
    if (!session.recorded) items.push(this.item("Offline page, HTML", () => this.downloadOfflinePage()));
    return items.length ? [createElement("hr"), ...items] : [];
  }

  /** What has no button of its own in the header of a narrow screen. */
  narrowItems() {
    const items = [
      createElement("hr"),
      this.item("Start again", () => this.page.reset()),
      ...(helpDialog() ? [this.item("Help", () => openHelp())] : []),
    ];
    for (const item of items) item.classList.add("narrow");
    return items;
  }

  async openQrCode() {
    const { openQrCode } = await loaded(import("./qr_code.mjs"));
    await openQrCode(await this.shortLink(), this.hostname);
  }

  /** The host of the link. */
  get hostname() {
    return location.hostname;
  }

  /** The short link of the picture, with its host; a step of a story has its own, followed by what was changed. */
  async shortLink() {
    const { view, state, history } = this.page;
    if (session.lecture) return location.origin + history.address();
    const response = await fetch(`${session.base}/short-link/${view.name}?${query(view, state)}`);
    if (!response.ok) throw new Error("the server refused it");
    return location.origin + (await response.json()).link + history.controlsSuffix();
  }

  /**
   * Saves a figure as it is on the screen.
   *
   * @param {FigureView} figure
   * @param {"svg" | "png"} format
   */
  async savePicture(figure, format) {
    const { page } = this;
    await page.renderer.whenDrawn;
    const { pictureFile } = await loaded(import("../render/picture_file.mjs"));
    const { blob, name } = await pictureFile(page, figure, format);
    saveFile(blob, name);
    page.texts.showToast(`${name} saved.`);
  }

  /** Saves the picture as a page that plays without the app. */
  downloadOfflinePage() {
    this.page.texts.showToast("The page is being made…");
    return this.downloadOfState("offline", "html");
  }

  /**
   * Saves what a route of the server gives for the present state.
   *
   * @param {string} route
   * @param {string} kind
   */
  downloadOfState(route, kind) {
    const { view, state } = this.page;
    return downloadFile(this.page, `${route}/${view.name}.${kind}?${query(view, state)}`);
  }
}

/**
 * A module that is imported when it is needed. The server has none for a page of an earlier release.
 *
 * @template Module
 * @param {Promise<Module>} module
 */
const loaded = (module) =>
  module.catch((error) => {
    console.warn(error);
    throw new Refusal(["A part of this page could not be loaded. Reload the page; the link keeps the picture."]);
  });
