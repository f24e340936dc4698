// Sets the theme before anything is drawn, so that a dark page never flashes white, and the size of an embed.
// Where the user has not chosen, the system decides.
window.fl = window.fl || {};

// The path under which a proxy serves the app (PATH_PREFIX), and nothing where it serves at the root: this script is in
// assets/head. In a page of one file it has no address.
fl.base = (document.currentScript.src ? new URL(document.currentScript.src).pathname : "").split("/assets/")[0];

(function () {
  var kept = null;
  try { kept = localStorage.getItem("theme"); } catch (error) { /* storage refused */ }
  var dark = kept === "dark" || (kept !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  var size = /[?&]embed=(full|main|plot)(&|$)/.exec(location.search);
  if (size) document.documentElement.dataset.embed = size[1];
})();
