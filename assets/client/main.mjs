// The client of the app: what Dash calls, and what listens from the beginning. components/ui/templates/index.html loads it.
import { session } from "./core/session.mjs";
import { Embed } from "./pages/embed.mjs";
import { listenToLecture } from "./pages/lecture_events.mjs";
import { listenToBrowser } from "./pages/navigation.mjs";
import { listenToKeyboard } from "./ui/keyboard.mjs";
import { listenToPrinting } from "./ui/print.mjs";
import { listenToClicks } from "./ui/toolbar.mjs";

export { arrive, mount } from "./pages/navigation.mjs";

session.base = new URL(import.meta.url).pathname.split("/client/")[0];
const { embed } = document.documentElement.dataset;
if (embed) session.embed = new Embed(embed);
listenToLecture();
listenToBrowser();
listenToClicks();
listenToKeyboard();
listenToPrinting();
// For tests.
const load = (/** @type {string} */ path) => import(new URL(path, import.meta.url).href);
window.client = Object.assign(session, { load });
