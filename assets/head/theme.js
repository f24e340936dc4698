// Sets the theme before anything is drawn, so that a dark page never flashes white, and the size of an embed; begins to
// load the client. Where the user has not chosen a theme, the system decides.
(function () {
  let chosen = null;
  try { chosen = localStorage.getItem("theme"); } catch (error) { /* storage refused */ }
  const dark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  const size = /[?&]embed=(full|main|plot)(&|$)/.exec(location.search);
  if (size) document.documentElement.dataset.embed = size[1];

  // The client is modules, which may arrive after Dash calls for them. They are not loaded before Dash's own scripts, after
  // which further requests follow one upon the other.
  const script = document.currentScript;
  if (!script.dataset.client) return;
  const base = script.src.split("/assets/")[0]; // with the path under which a proxy serves the app
  const address = base + script.dataset.client; // a whole one: a frame without an origin has no base
  const client = new Promise((resolve) => {
    addEventListener("DOMContentLoaded", () => resolve(import(address)));
  });
  const reportMissing = (error) => {
    console.error(error);
    const place = document.getElementById("alert"); // part of the view, which Dash has put on the page by then
    if (!place) return;
    place.textContent = "A part of this page has not arrived. Reloading it may help; the link keeps the picture.";
    place.hidden = false;
  };
  window.dash_clientside = {
    frame: {
      mount: (view) => client.then(({ mount }) => mount(view), reportMissing),
      arrive: (pathname) => client.then(({ arrive }) => arrive(pathname), () => pathname),
    },
  };
})();
