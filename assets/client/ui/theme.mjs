// Light and dark: the system's choice until the user makes one, which is remembered.

/** Whether the page is dark. */
export const isDark = () => document.documentElement.dataset.theme === "dark";

/**
 * Make the page light or dark.
 *
 * @param {boolean} dark
 * @param {boolean} remember whether it is the user's choice, which later visits restore
 */
export function setTheme(dark, remember) {
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  if (!remember) return;
  try {
    localStorage.setItem("theme", dark ? "dark" : "light");
  } catch {
    /* storage refused */
  }
}

/** The user's choice, null without one. */
export function storedTheme() {
  try {
    return localStorage.getItem("theme");
  } catch {
    return null;
  }
}
