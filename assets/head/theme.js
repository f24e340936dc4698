// Sets the theme before anything is drawn, so that a dark page never flashes white, and the size of an embed.
// Where the user has not chosen, the system decides.
(function () {
  var kept = null;
  try { kept = localStorage.getItem("theme"); } catch (error) { /* storage refused */ }
  var dark = kept === "dark" || (kept !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  var size = /[?&]embed=(full|main|plot)(&|$)/.exec(location.search);
  if (size) document.documentElement.dataset.embed = size[1];
})();
