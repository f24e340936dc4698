// Light and dark: the system's choice until the user makes one, which is remembered.
window.fl = window.fl || {};

fl.dark = () => document.documentElement.dataset.theme === "dark";

fl.setTheme = function (dark, remember) {
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  if (!remember) return;
  try { localStorage.setItem("theme", dark ? "dark" : "light"); } catch (error) { /* storage refused */ }
};

fl.keptTheme = function () {
  try { return localStorage.getItem("theme"); } catch (error) { return null; }
};
