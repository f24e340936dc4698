// Waiting until a page or an embed is visible: a page that is not visible requests nothing.
import { session } from "./session.mjs";

/**
 * Wait until `start(done)` calls `done`; throw an AbortError as soon as the signal is aborted.
 *
 * @param {AbortSignal} signal
 * @param {(done: () => void) => void} start
 * @returns {Promise<void>}
 */
export const abortable = (signal, start) =>
  new Promise((resolve, reject) => {
    const abort = () => reject(new DOMException("the wait was aborted", "AbortError"));
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    start(() => {
      signal.removeEventListener("abort", abort);
      resolve();
    });
  });

/**
 * Wait until the page is visible, if it has been hidden for some time; of an embed, until it is on the screen.
 *
 * @param {number} patience ms for which a hidden page does not wait
 * @param {AbortSignal} signal
 */
export async function waitUntilVisible(patience, signal) {
  if (session.embed) {
    await abortable(signal, whenVisible);
    return;
  }
  if (!document.hidden || performance.now() - hiddenSince < patience) return;
  await abortable(signal, (done) => document.addEventListener("visibilitychange", done, { once: true }));
}

let hiddenSince = performance.now();

document.addEventListener("visibilitychange", () => {
  hiddenSince = performance.now();
});

/**
 * Call a function at once, or, in an embed that is not on the screen, as soon as it is. The same function waits only
 * once.
 *
 * @param {() => void} action
 */
export function whenVisible(action) {
  if (!session.embed || session.embed.seen) action();
  else session.embed.waiting.add(action);
}
