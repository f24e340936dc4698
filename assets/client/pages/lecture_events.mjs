// Keys, fingers and history of a lecture.
import { session } from "../core/session.mjs";
import { openMenus } from "../ui/dom.mjs";
import { Lecture } from "./lecture.mjs";

const TEXT_FIELDS = "input[type=text], input[type=number], textarea, select, [role=application]";

/**
 * What a key does in a lecture, undefined where it does nothing there.
 *
 * @param {Lecture} lecture
 * @param {string} key
 * @param {{ input: boolean, button: boolean }} on what has the focus
 * @returns {(() => void) | undefined}
 */
export function lectureAction(lecture, key, on) {
  const { audienceControls: taken, index } = lecture;
  const next = () => lecture.next(),
    back = () => lecture.go(index - 1);
  const toggle = () => (taken ? lecture.returnControls() : lecture.takeControls());
  if (key === "t" || key === "T") return toggle;
  if (taken) {
    if (key === "Escape" && !openMenus().length) return toggle;
    return on.input ? undefined : { PageDown: next, PageUp: back }[key];
  }
  if (/^[1-5]$/.test(key)) return choose(lecture, Number(key) - 1);
  if (key === "PageDown") return next;
  if (key === "PageUp") return back;
  if (on.input) return undefined;
  if (key === " ") return on.button ? undefined : next;
  return { ArrowRight: next, ArrowLeft: back }[key];
}

/**
 * What chooses an answer of the open question, undefined where there is none.
 *
 * @param {Lecture} lecture
 * @param {number} k
 */
function choose(lecture, k) {
  const choices = lecture.asking ? lecture.step.question?.choices : undefined;
  return choices && choices[k] ? () => lecture.reveal(k) : undefined;
}

/**
 * Steps go before everything else that knows these keys.
 *
 * @param {KeyboardEvent} event
 */
function pressKey(event) {
  const { lecture } = session;
  const { target, key } = event;
  if (!lecture || !lecture.isActive || !(target instanceof Element)) return;
  if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
  if (target.closest(TEXT_FIELDS)) return;
  const on = { input: Boolean(target.closest("input")), button: Boolean(target.closest("button, a, summary")) };
  const action = lectureAction(lecture, key, on);
  if (!action) return;
  action();
  event.preventDefault();
  event.stopImmediatePropagation();
}

/** @type {[number, number] | null} */
let swipeStart = null; // where the only finger was put down

/**
 * A finger that may swipe; not one on the player or the pad.
 *
 * @param {TouchEvent} event
 */
function putFinger({ touches, target }) {
  const elsewhere = target instanceof Element && target.closest(".player, .pad, input, .controls");
  swipeStart = touches.length === 1 && !elsewhere ? [touches[0].clientX, touches[0].clientY] : null;
}

/** @param {TouchEvent} event */
function liftFinger({ changedTouches }) {
  const { lecture } = session;
  if (!swipeStart || !lecture || !lecture.isActive || lecture.audienceControls) return;
  const across = changedTouches[0].clientX - swipeStart[0],
    down = changedTouches[0].clientY - swipeStart[1];
  if (Math.abs(across) < Lecture.SWIPE || Math.abs(across) < 2 * Math.abs(down)) return;
  if (across < 0) lecture.next();
  else lecture.go(lecture.index - 1);
}

/** @param {PopStateEvent} event */
function travel(event) {
  if (session.lecture && session.lecture.onTravel(event.state)) event.stopImmediatePropagation();
}

/**
 * Listens for a lecture. Keys and history come before everything else that knows them, Dash included, which would build
 * the same page again.
 */
export function listenToLecture() {
  document.addEventListener("keydown", pressKey, true);
  document.addEventListener("touchstart", putFinger, { passive: true });
  document.addEventListener("touchend", liftFinger, { passive: true });
  window.addEventListener("popstate", travel, true);
}
