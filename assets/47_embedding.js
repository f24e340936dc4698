// The dialog that makes an embed of the present picture: a size, a preview, and what another site's page has to hold.
window.fl = window.fl || {};

// A text as it stands in an attribute of HTML.
fl.attribute = (text) => text.replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign]);

// The frame of an embed, as HTML.
fl.frameOf = ({ src, width, height, title }) => {
  const given = { src, width, height, title, loading: "lazy", allow: "fullscreen", style: "border: 0; max-width: 100%" };
  return `<iframe ${Object.entries(given).map(([name, value]) => `${name}="${fl.attribute(String(value))}"`).join(" ")}></iframe>`;
};

fl.SANDBOX = "If the frame has a sandbox attribute: allow-scripts is necessary, allow-popups opens the app from the embed, and allow-same-origin remembers the theme.";

fl.PIXELS = [240, 4000]; // of a frame's edge

fl.embedding = function (page) {
  const { view, history } = page, { sizes } = view.embed;
  const { framers } = document.getElementById("take").dataset;
  const preset = view.presets[page.presetOf()];
  const title = `${preset ? `${preset.title}, ` : ""}${document.querySelector(".brand").textContent}`;
  const chosen = { size: "main", width: sizes.main.width, height: sizes.main.height };
  const src = () => `${location.origin}${history.plain()}${history.given()}&embed=${chosen.size}`;

  const radios = Object.entries(sizes).map(([size, words]) => {
    const radio = fl.make("input", { type: "radio", name: "embed-size", value: size, checked: size === chosen.size });
    radio.onchange = () => {
      Object.assign(chosen, { size, width: words.width, height: words.height });
      boxes.forEach((box) => { box.value = chosen[box.name]; });
      show(true);
    };
    return fl.make("label", { className: "segment" }, radio, fl.make("span", { textContent: words.title }));
  });
  const [low, high] = fl.PIXELS;
  const boxes = ["width", "height"].map((name) => {
    const box = fl.make("input", { type: "number", className: "box", id: `embed-${name}`, name, min: low, max: high, value: chosen[name] });
    box.onchange = () => {
      chosen[name] = box.value = Math.min(Math.max(Math.round(box.valueAsNumber) || chosen[name], low), high);
      show(false);
    };
    return box;
  });
  const code = fl.make("textarea", { className: "box embed-code", id: "embed-code", readOnly: true, rows: 5, spellcheck: false, aria: { label: "HTML for the page" } });
  code.onfocus = () => code.select();
  const frame = fl.make("iframe", { title: "Preview", className: "embed-frame" });
  const preview = fl.make("div", { className: "embed-preview" }, frame);
  const said = fl.make("span", { role: "status" });

  // What is chosen, and the preview, as much smaller as it must be; fresh: what it shows is something else.
  function show(fresh) {
    const { width, height } = chosen;
    code.value = fl.frameOf({ src: src(), width, height, title });
    said.textContent = "";
    fit();
    if (fresh) frame.src = src();
  }

  function fit() {
    const { width, height } = chosen;
    const scale = Math.min(1, preview.clientWidth / width, 360 / height);
    Object.assign(frame.style, { width: `${width}px`, height: `${height}px`, transform: `scale(${scale})` });
    preview.style.height = `${Math.ceil(scale * height)}px`;
  }

  const copy = fl.make("button", { type: "button", className: "tool", textContent: "Copy", onclick: async () => {
    const selected = () => { code.select(); return document.execCommand("copy"); }; // no clipboard without https
    const copied = navigator.clipboard ? await navigator.clipboard.writeText(code.value).then(() => true, selected) : selected();
    said.textContent = copied ? "Copied." : "Please copy the text above.";
  } });
  const close = fl.make("button", { type: "button", className: "tool", textContent: "Close", onclick: () => dialog.close() });
  const where = {
    "*": "Any page may hold it.", self: "The operator of this app lets no other site's page hold it (FRAME_ANCESTORS).",
  }[framers] || `The operator of this app lets pages of these sites hold it: ${framers.replaceAll(" ", ", ")}.`;
  const dialog = fl.make("dialog", { className: "help embedding", id: "embed-dialog", aria: { labelledby: "embed-title" } },
    fl.make("h2", { id: "embed-title", textContent: "Embed this picture" }),
    fl.make("div", { className: "segments", role: "radiogroup", aria: { label: "What is shown" } }, ...radios),
    fl.make("p", { className: "embed-edges" }, fl.make("label", { htmlFor: "embed-width", textContent: "Width" }), boxes[0],
      fl.make("label", { htmlFor: "embed-height", textContent: "Height" }), boxes[1], "pixels"),
    preview, code, fl.make("p", { className: "hint", textContent: `${where} It pauses while it is out of sight. ${fl.SANDBOX}` }),
    fl.make("div", { className: "compare-buttons" }, copy, close, said));
  dialog.onclose = () => {
    dialog.remove();
    document.querySelector("#take-menu > summary").focus();
  };
  document.body.append(dialog);
  dialog.showModal();
  show(true);
  new ResizeObserver(fit).observe(dialog);
};
