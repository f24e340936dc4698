// What a user takes away: pictures made here, files made by the server.
window.fl = window.fl || {};

// A figure as an SVG document, what is drawn under it included.
fl.svgOf = async function (figure, paper) {
  const { gd, overlay } = figure;
  const { width, height } = gd._fullLayout;
  const data = await Plotly.toImage(gd, { format: "svg", width, height });
  const drawn = new DOMParser().parseFromString(decodeURIComponent(data.slice(data.indexOf(",") + 1)), "image/svg+xml").documentElement;
  const under = fl.svg("g", {}, ...[...overlay.under.childNodes].map((node) => node.cloneNode(true)));
  if (overlay.grid && !overlay.grid.frame.hidden) under.prepend(fl.cellsOf(overlay.grid, gd._fullLayout));
  drawn.prepend(fl.svg("rect", { width, height, fill: paper }), under);
  await fl.portable(drawn, paper);
  return { text: new XMLSerializer().serializeToString(drawn), width, height };
};

// The cells of a map as an image, cut as they are on the screen.
fl.cellsOf = function ({ canvas }, { xaxis, yaxis }) {
  const { left, top, width, height } = canvas.style;
  return fl.svg("svg", { x: xaxis._offset, y: yaxis._offset, width: xaxis._length, height: yaxis._length },
    fl.svg("image", {
      "xlink:href": canvas.toDataURL(), x: parseFloat(left), y: parseFloat(top), width: parseFloat(width), height: parseFloat(height),
      preserveAspectRatio: "none", style: "image-rendering: pixelated",
    }));
};

// Rewrites an SVG document with what every renderer understands. Inkscape, CairoSVG and svglib each misread some of:
// nested svg elements, sizes in % and em, text without width, opacity of groups and of an image's pixels.
fl.portable = async function (root, paper) {
  [...root.querySelectorAll("svg")].forEach(fl.clippedGroup);
  const images = [];
  fl.flattenOpacity(root, 1, images);
  for (const [image, opacity] of images) await fl.mixImage(image, opacity, paper);
  const [size] = fl.fontSize(root, 16);
  fl.absoluteText(root, size);
};

// A nested svg element as a group, moved and cut as it was.
fl.clippedGroup = function (nested, place) {
  const [x, y, width, height] = ["x", "y", "width", "height"].map((name) => nested.getAttribute(name) || 0);
  const id = `window-${place}`;
  const group = fl.svg("g", { transform: `translate(${x},${y})`, "clip-path": `url(#${id})` }, ...nested.childNodes);
  nested.replaceWith(fl.svg("clipPath", { id }, fl.svg("rect", { width, height })), group);
};

// Gives the opacity of each group to the fills and strokes in it; removes what is invisible. Collects images.
fl.flattenOpacity = function (element, inherited, images) {
  if (["defs", "clipPath"].includes(element.localName)) return;
  const number = (name) => parseFloat(element.style.getPropertyValue(name) || element.getAttribute(name) || 1);
  const opacity = inherited * number("opacity");
  if (opacity === 0) { element.remove(); return; }
  element.style.removeProperty("opacity");
  element.removeAttribute("opacity");
  if (element.localName === "image") images.push([element, opacity]);
  else if (element.localName === "text" || !element.children.length) {
    for (const name of opacity < 1 ? ["fill-opacity", "stroke-opacity"] : []) element.style.setProperty(name, opacity * number(name));
  } else for (const child of [...element.children]) fl.flattenOpacity(child, opacity, images);
};

// Mixes the pixels of an image with the paper, and puts it right above that: what was seen through it stays visible.
fl.mixImage = async function (image, opacity, paper) {
  const source = new Image(), canvas = document.createElement("canvas"), context = canvas.getContext("2d");
  source.src = image.getAttribute("xlink:href") || image.getAttribute("href");
  await source.decode();
  Object.assign(canvas, { width: source.naturalWidth, height: source.naturalHeight });
  context.fillStyle = paper;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.globalAlpha = opacity;
  context.drawImage(source, 0, 0);
  image.setAttribute("xlink:href", canvas.toDataURL());
  const root = image.ownerSVGElement, [ground] = root.children;
  let moved = image.cloneNode();
  for (let group = image.parentElement; group !== root; group = group.parentElement) {
    const shell = fl.svg("g", {}, moved);
    for (const name of ["transform", "clip-path"]) if (group.hasAttribute(name)) shell.setAttribute(name, group.getAttribute(name));
    const [, clip] = /url\(['"]?#([^'")]+)/.exec(group.getAttribute("clip-path") || "") || [];
    if (clip) root.prepend(root.querySelector(`[id="${clip}"]`)); // svglib knows it only when it has come by
    moved = shell;
  }
  image.remove();
  ground.after(moved);
};

// The font size of an element in pixels, and whether the element states it.
fl.fontSize = function (element, inherited) {
  const [, size, unit] = /^([\d.]+)(px|%|em)$/.exec(element.style.fontSize || element.getAttribute("font-size") || "") || [];
  if (!size) return [inherited, false];
  return [unit === "px" ? Number(size) : inherited * size / (unit === "%" ? 100 : 1), true];
};

// Sizes and shifts of text in pixels, without zero-width spaces. A tspan that has no letters only shifts what follows:
// that is shifted itself.
fl.absoluteText = function (element, inherited) {
  const [size, stated] = fl.fontSize(element, inherited);
  const rounded = (number) => Math.round(1000 * number) / 1000;
  if (stated) element.style.fontSize = `${rounded(size)}px`;
  for (const name of ["x", "y", "dx", "dy"]) {
    const [, number] = /^(-?[\d.]+)em$/.exec(element.getAttribute(name) || "") || [];
    if (number) element.setAttribute(name, rounded(number * size));
  }
  for (const child of [...element.childNodes]) {
    if (child.nodeType === Node.TEXT_NODE) child.data = child.data.replaceAll("\u200b", "");
    else fl.absoluteText(child, size);
  }
  if (element.localName !== "tspan" || element.textContent) return;
  const next = element.nextSibling;
  if (next) {
    const shifted = fl.svg("tspan", { dy: element.getAttribute("dy") || 0 });
    next.replaceWith(shifted);
    shifted.append(next);
  }
  element.remove();
};

fl.SCALE = 3; // pixels of a PNG for each of the screen's: sharp in print and on a projector

fl.pngOf = async function ({ text, width, height }) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = fl.make("canvas", { width: fl.SCALE * width, height: fl.SCALE * height });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
};

fl.save = function (blob, name) {
  const href = URL.createObjectURL(blob);
  fl.make("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 10000);
};

// The size of a file as one reads it.
fl.bytes = (size) => (size < 1e6 ? `${Math.max(Math.round(size / 1e3), 1)} kB` : `${(size / 1e6).toFixed(1)} MB`);

// Whether an address of this host leads every device to itself.
fl.isLocal = (host) => /^(localhost|.+\.localhost|127(\.\d+){3}|0\.0\.0\.0|\[::1?\])$/.test(host);

fl.Take = class {
  static LOCAL = "This address works on this computer alone; another device cannot open it. Start the app with HOST=0.0.0.0 and open this page under the computer's address in the network.";

  constructor(page) {
    this.page = page;
    const { view, drawing } = page;
    const item = (text, action) => fl.make("button", { type: "button", textContent: text, onclick: async () => {
      const menu = document.getElementById("take-menu");
      menu.open = false;
      menu.querySelector("summary").focus();
      await action().catch((error) => {
        if (error.sentences) { page.say(error.sentences); return; }
        console.warn(error);
        page.say([error instanceof fl.Later ? error.message : "This could not be made: the server did not give it. The picture is still here; please try again."]);
      });
    } });
    const pictures = Object.values(drawing.figures).flatMap((figure) => [
      item(`${figure.title}, SVG`, () => this.picture(figure, "svg")),
      item(`${figure.title}, PNG`, () => this.picture(figure, "png")),
    ]);
    const files = Object.entries(view.exports).map(([kind, title]) => item(title, () => this.file(kind)));
    const links = fl.recorded ? [] : [
      item("Link of this picture", () => fl.copyLink(page)), item("Short link", () => this.short().then((link) => fl.copyText(page, link))),
      item("QR code of the link", () => this.code()),
      item("Link for a class…", () => this.classLink()),
      item("Embed…", async () => fl.embedding(page)),
      fl.make("hr"),
    ];
    if (!fl.recorded) {
      pictures.push(item("Figure for a paper or a slide…", async () => fl.figureDialog(this)));
      files.push(item("Offline page, HTML", () => this.offline()));
    }
    document.getElementById("take").replaceChildren(
      ...links, ...pictures, ...(files.length ? [fl.make("hr")] : []), ...files, ...this.narrow(item),
    );
  }

  // What has no button of its own in the header of a narrow screen.
  narrow(item) {
    const items = [
      fl.make("hr"),
      item("Start again", async () => this.page.reset()),
      ...(document.getElementById("help") ? [item("Help", async () => fl.help())] : []),
    ];
    for (const element of items) element.classList.add("narrow");
    return items;
  }

  // The short form of the link, whole with its host; a step of a story has its own, with what was changed behind it.
  async short() {
    const { view, state, history } = this.page;
    if (fl.lecture) return location.origin + history.address();
    const response = await fetch(`${fl.base}/short-link/${view.name}?${fl.query(view, state)}`);
    if (!response.ok) throw new Error("the server refused it");
    return location.origin + (await response.json()).link + history.given();
  }

  // The link as a code over the whole screen, to be read from the last row.
  async code() {
    const link = await this.short();
    const image = fl.make("img", { src: `${fl.base}/qr.svg?u=${encodeURIComponent(link)}`, alt: "QR code of the link of this picture" });
    const close = fl.make("button", { type: "button", className: "tool", textContent: "Close", onclick: () => dialog.close() });
    const dialog = fl.make("dialog", { className: "code", aria: { label: "QR code of the link" } }, close, image, fl.make("p", { textContent: link }));
    if (fl.isLocal(location.hostname)) dialog.append(fl.make("p", { className: "code-local", textContent: fl.Take.LOCAL }));
    const opener = document.activeElement;
    dialog.onclose = () => { dialog.remove(); opener.focus(); };
    document.body.append(dialog);
    await image.decode();
    dialog.showModal();
  }

  // A link that shows only some of the controls: a dialog in which they are chosen.
  async classLink() {
    const { page } = this;
    const given = new Map();
    for (const { key, title } of page.view.controls) if (!given.has(key)) given.set(key, title.replace(/, degree \d+$/, ""));
    const checks = [...given].map(([key, title]) => {
      const check = fl.make("input", { type: "checkbox", value: key, checked: !page.controls.only || page.controls.only.includes(key) });
      return fl.make("label", { className: "check" }, check, fl.make("span", { textContent: title }));
    });
    const chosen = () => [...dialog.querySelectorAll("input:checked")].map(({ value }) => value);
    const copy = fl.make("button", { type: "button", className: "tool", textContent: "Show and copy the link", onclick: () => {
      page.showOnly(chosen().length === given.size && !page.usual ? null : chosen());
      page.history.record(page.state, "same");
      page.sync();
      dialog.close();
      fl.copyLink(page);
    } });
    const all = fl.make("button", { type: "button", className: "tool", textContent: "None", onclick: () => {
      for (const check of dialog.querySelectorAll("input")) check.checked = false;
    } });
    const close = fl.make("button", { type: "button", className: "tool", textContent: "Close", onclick: () => dialog.close() });
    const dialog = fl.make("dialog", { className: "help", id: "class-link", aria: { label: "Link for a class" } },
      fl.make("h2", { textContent: "Controls that the class sees" }), fl.make("div", { className: "checks" }, ...checks),
      fl.make("div", { className: "compare-buttons" }, copy, all, close));
    dialog.onclose = () => dialog.remove();
    document.body.append(dialog);
    dialog.showModal();
  }

  async picture(figure, format) {
    await this.page.drawing.drawn;
    const paper = getComputedStyle(document.body).backgroundColor;
    const svg = await fl.svgOf(figure, paper);
    const words = fl.metadata(this.page, figure);
    const blob = format === "png" ? await fl.describedPng(await fl.pngOf(svg), words) : new Blob([fl.describedSvg(svg.text, words)], { type: "image/svg+xml" });
    const name = `${figure.id}${fl.slug(this.page.view, this.page.state)}.${format}`;
    fl.save(blob, name);
    this.page.tell(`${name} saved.`);
  }

  file(kind) {
    return this.served("export", kind);
  }

  // The picture as a page that plays without the app.
  offline() {
    this.page.tell("The page is being made…");
    return this.served("offline", "html");
  }

  served(route, kind) {
    const { view, state } = this.page;
    return this.download(`${route}/${view.name}.${kind}?${fl.query(view, state)}`);
  }

  // Saves what the server gives at an address below its root.
  async download(address) {
    const response = await fetch(`${fl.base}/${address}`);
    if (response.status === 422) throw { sentences: (await response.json()).errors.map(({ sentence }) => sentence) };
    if (response.status === 429) throw fl.refusal(response, await response.json());
    if (!response.ok) throw new Error("the server refused it");
    const blob = await response.blob();
    const name = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition"))[1];
    fl.save(blob, name);
    this.page.tell(`${name} saved, ${fl.bytes(blob.size)}.`);
  }
};

fl.copyLink = async function (page) {
  page.history.write(); // the address bar has it too
  await fl.copyText(page, location.origin + page.history.address(), "The link is in the address bar.");
};

fl.copyText = async function (page, link, otherwise = link) {
  const copied = navigator.clipboard
    ? await navigator.clipboard.writeText(link).then(() => true, () => false)
    : fl.copySelected(link); // no clipboard without https
  page.tell(copied ? "Link copied." : otherwise);
};

fl.copySelected = function (text) {
  const area = fl.make("textarea", { value: text, className: "visually-hidden" });
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  return copied;
};
