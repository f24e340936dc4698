// A slider that a finger can scroll past.

const RESTING_FINGER = 6; // pixels that a resting finger may move

/**
 * @typedef {object} SlideHandlers
 * @property {() => void} slide called while the slider moves: of a finger only once it has moved more across than down,
 *   or is lifted
 * @property {() => void} [begin] called when a finger touches the slider
 * @property {() => void} cancel called when the browser takes the touch for a scroll
 */

/**
 * Call handlers as a slider is moved by mouse, keyboard or finger.
 *
 * @param {HTMLInputElement} range
 * @param {SlideHandlers} handlers
 */
export function onSlide(range, { slide, begin = () => {}, cancel }) {
  /** @type {{ x: number, y: number, moved: boolean } | null} */
  let touch = null; // where the finger is put down, while it has not moved across
  let isDown = false; // whether a finger is
  range.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "mouse" || range.disabled) return; // a disabled slider receives touches, too
    touch = { x: event.clientX, y: event.clientY, moved: false };
    isDown = true;
    begin();
  });
  range.addEventListener("pointermove", (event) => {
    if (!touch) return;
    const across = Math.abs(event.clientX - touch.x),
      along = Math.abs(event.clientY - touch.y);
    if (across <= RESTING_FINGER || across <= along) return;
    const { moved } = touch;
    touch = null;
    if (moved) slide();
  });
  range.addEventListener("pointerup", () => {
    const moved = touch && touch.moved;
    touch = null;
    isDown = false;
    if (moved) slide();
  });
  range.addEventListener("pointercancel", () => {
    if (isDown) cancel();
    touch = null;
    isDown = false;
  });
  range.oninput = () => {
    if (touch) touch.moved = true;
    else slide();
  };
}
