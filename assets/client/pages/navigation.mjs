// Pages come and go: what Dash calls, and the browser's Back and Forward.
import { session } from "../core/session.mjs";
import { setTheme, storedTheme } from "../ui/theme.mjs";
import { Lecture } from "./lecture.mjs";
import { ViewController } from "./view_controller.mjs";

/** @import { View } from "../types/view.d.ts" */

/**
 * A view with the path prefix before its own addresses.
 *
 * @param {View} view
 * @param {string} base
 * @returns {View}
 */
export function withBasePath(view, base) {
  const figures = Object.entries(view.figures).map(([name, figure]) => [
    name,
    figure.opens ? { ...figure, opens: base + figure.opens } : figure,
  ]);
  return { ...view, path: base + view.path, nav_path: base + view.nav_path, figures: Object.fromEntries(figures) };
}

/**
 * What Dash calls: a view has come on the page.
 *
 * @param {View} description
 * @returns {string} its name
 */
export function mount(description) {
  if (session.page) session.page.destroy();
  const view = withBasePath(description, session.base);
  session.page = new ViewController(view);
  if (session.embed) session.embed.begin(session.page);
  session.lecture = Lecture.here(session.page);
  if (session.lecture) session.lecture.begin();
  else session.page.start();
  markCurrentLink(session.lecture ? `${session.base}/lecture` : view.nav_path, view.path);
  return view.name;
}

/**
 * What Dash calls: the address has changed. Dash replaces the page, and mounts a view on it some time later. A page that
 * is no view's has its entry in the header too.
 *
 * @param {string} pathname
 */
export function arrive(pathname) {
  if (session.page && session.page.pathname !== location.pathname) session.page.stop();
  const bare = pathname.replace(/(.)\/$/, "$1");
  if (navigationLinks(".view-link").some((link) => link.pathname === bare)) markCurrentLink(bare, bare);
  return pathname;
}

/**
 * Marks, in the header and in a view's tabs, where the user is.
 *
 * @param {string} entry path of the header's entry
 * @param {string} path of the tab
 */
function markCurrentLink(entry, path) {
  for (const link of navigationLinks(".view-link, .page-link")) {
    if (link.pathname === (link.matches(".page-link") ? path : entry)) {
      link.setAttribute("aria-current", "page");
      link.scrollIntoView({ block: "nearest", inline: "nearest" }); // a phone's row of views scrolls
    } else link.removeAttribute("aria-current");
  }
}

/** @param {string} selector */
const navigationLinks = (selector) => [
  .../** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll(selector)),
];

/**
 * The browser has gone back or forward.
 *
 * @param {PopStateEvent} event
 */
async function travel(event) {
  const { page } = session;
  if (!page || location.pathname !== page.view.path) return;
  page.history.onTravel(event.state);
  const state = page.history.stateOf(event.state);
  if (state) {
    page.restore(state);
    return;
  }
  await page.readLink(location.search.slice(1));
  page.history.mark(page.state);
  page.restore(page.state);
}

/** Listens to what happens to the whole page: history, connection, theme of the system. */
export function listenToBrowser() {
  window.addEventListener("popstate", travel);
  window.addEventListener("online", () => {
    if (session.page && session.page.loader.reconnection.disconnected) session.page.loader.throttle.start();
  });
  window.addEventListener("pagehide", () => {
    if (session.page) session.page.history.settle();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (event) => {
    if (storedTheme()) return;
    setTheme(event.matches, false);
    if (session.page) session.page.show();
  });
}
