// Sets the theme before anything is drawn, so that a dark page never flashes white.
// Mantine keeps the choice under this name; where there is none, the system decides.
(function () {
  var kept = null;
  try { kept = localStorage.getItem("mantine-color-scheme-value"); } catch (error) { /* storage refused */ }
  var dark = kept === "dark" || (kept !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
})();
