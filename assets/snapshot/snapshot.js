// A snapshot: the recorded stream of a picture, drawn as the app draws it; it asks for nothing but that the app wakes up.
window.fl = window.fl || {};

fl.snapshot = function ({ view, state, chunks, live }) {
  const drawing = new fl.Drawing(view, () => {});
  for (const chunk of chunks) drawing.picture.take(chunk);
  const draw = () => {
    if (!drawing.ready()) { requestAnimationFrame(draw); return; }
    drawing.draw(state, null, fl.dark(), false);
    drawing.drawn.then(() => { document.body.dataset.drawn = view.name; });
  };
  draw();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", ({ matches }) => { fl.setTheme(matches, false); draw(); });
  if (live) fetch(`${live}/health`, { mode: "no-cors", cache: "no-store" }).catch(() => {});
};

fl.snapshot(JSON.parse(document.getElementById("snapshot").textContent));
