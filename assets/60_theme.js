// Light and dark: the system's choice until the user makes one, which is remembered.
window.fl = window.fl || {};

fl.dark = () => document.documentElement.getAttribute("data-mantine-color-scheme") === "dark";

fl.setTheme = function (dark, remember) {
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
  if (!remember) return;
  try { localStorage.setItem("mantine-color-scheme-value", dark ? "dark" : "light"); } catch (error) { /* storage refused */ }
};
