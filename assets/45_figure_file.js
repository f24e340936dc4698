// A figure for a paper or a slide: a dialog in which its look is chosen, with a preview; the server draws it.
window.fl = window.fl || {};

fl.FIGURE_WIDTHS = [["single", "one column, 3.4 in"], ["double", "two columns, 7 in"], ["slide", "slide, 10 in"]];
fl.FIGURE_KINDS = [["pdf", "PDF"], ["svg", "SVG"], ["png", "PNG, 600 dpi"], ["pgf", "PGF, for LaTeX"]];
fl.FONT_SIZES = [4, 48]; // points

// The part of the address that says how a figure looks, as components/server/figure_files.py reads it.
fl.figureLook = function ({ width, font, legend, transparent }) {
  return [width, font ? `${font}pt` : "", legend ? "legend" : "", transparent ? "transparent" : ""].filter(Boolean).join("-");
};

fl.figureDialog = function (take) {
  const { page } = take, { view, state } = page;
  const figures = Object.values(page.drawing.figures).map(({ name, title }) => [name, title]);
  const choice = (label, options) => {
    const select = fl.make("select", {}, ...options.map(([value, textContent]) => fl.make("option", { value, textContent })));
    return [fl.make("label", {}, fl.make("span", { textContent: label }), select), select];
  };
  const check = (label) => {
    const box = fl.make("input", { type: "checkbox" });
    return [fl.make("label", { className: "check" }, box, fl.make("span", { textContent: label })), box];
  };
  const [figureLabel, figure] = choice("Figure", figures);
  const [widthLabel, width] = choice("Width", fl.FIGURE_WIDTHS);
  const [kindLabel, kind] = choice("File", fl.FIGURE_KINDS);
  const [low, high] = fl.FONT_SIZES;
  const font = fl.make("input", { type: "number", min: low, max: high, step: 0.5, placeholder: "auto" });
  const fontLabel = fl.make("label", {}, fl.make("span", { textContent: "Font size, pt" }), font);
  const [legendLabel, legend] = check("Legend");
  const [transparentLabel, transparent] = check("Transparent background");
  width.value = "double";
  const query = fl.query(view, state);
  const address = (ending) => {
    const size = Number(font.value);
    const look = fl.figureLook({
      width: width.value, font: size ? Math.min(high, Math.max(low, Math.round(100 * size) / 100)) : 0,
      legend: legend.checked, transparent: transparent.checked,
    });
    return `figure/${view.name}/${figure.value}/${look}.${ending}?${query}`;
  };
  const preview = fl.make("img", { className: "figure-preview", alt: "Preview of the figure" });
  const note = fl.make("p", { className: "figure-note", role: "status" });
  let requested = "";
  const show = () => { // one at a time: the server draws few at once
    if (requested) return;
    note.textContent = "The figure is being drawn…";
    requested = address("svg");
    preview.src = `${fl.base}/${requested}`;
  };
  const ended = (works) => {
    const changed = requested !== address("svg");
    requested = "";
    if (changed) { show(); return; }
    preview.hidden = !works;
    note.textContent = works ? "" : "There is no preview at present; the file can be tried all the same.";
  };
  preview.onload = () => ended(true);
  preview.onerror = () => ended(false);
  const save = fl.make("button", { type: "button", className: "tool", textContent: "Save", onclick: async () => {
    note.textContent = "The file is being made…";
    try {
      await take.download(address(kind.value));
      note.textContent = "";
      dialog.close();
    } catch (error) {
      note.textContent = error.sentences ? error.sentences.join(" ")
        : error instanceof fl.Later ? error.message : "The file could not be made; please try again.";
    }
  } });
  const close = fl.make("button", { type: "button", className: "tool", textContent: "Close", onclick: () => dialog.close() });
  const dialog = fl.make("dialog", { className: "help", id: "figure-file", aria: { label: "Figure for a paper or a slide" } },
    fl.make("h2", { textContent: "Figure for a paper or a slide" }),
    fl.make("div", { className: "figure-choices" }, ...(figures.length > 1 ? [figureLabel] : []), widthLabel, kindLabel, fontLabel, legendLabel, transparentLabel),
    preview, note, fl.make("div", { className: "compare-buttons" }, save, close));
  for (const input of [figure, width, font, legend, transparent]) input.addEventListener("change", show);
  const opener = document.activeElement;
  dialog.onclose = () => { dialog.remove(); opener.focus(); };
  document.body.append(dialog);
  dialog.showModal();
  show();
};
