// A user's own images: a file control sends them to the server, which keeps them under a hash that goes into the link.
window.fl = window.fl || {};

fl.Upload = class {
  constructor(page) {
    this.page = page;
    this.place = document.getElementById("upload");
    if (!this.place) return;
    this.file = fl.make("input", { type: "file", accept: ".npz", id: "upload-file", className: "visually-hidden" });
    this.file.onchange = () => this.send(this.file.files[0]);
    const label = fl.make("label", { className: "tool", htmlFor: this.file.id, title: "An .npz with arrays x and y, or other usual names such as images and labels", textContent: "Own images (.npz)…" });
    this.back = fl.make("button", { type: "button", className: "tool", id: "upload-back", textContent: "Back to the digits" });
    this.back.onclick = () => {
      this.page.settled({ images: null });
      this.file.focus();
    };
    this.text = fl.make("p", { className: "upload-text" });
    this.place.replaceChildren(this.text, this.file, label, this.back);
  }

  sync({ images }) {
    if (!this.place) return;
    this.back.hidden = !images;
    this.text.textContent = images ? `Own images, ${images.slice(0, 8)}…` : "1,797 digits of 8 × 8 values, inside scikit-learn.";
  }

  async send(file) {
    if (!file) return;
    const { path, most } = this.place.dataset;
    this.file.value = ""; // the same file may be chosen again
    if (file.size > Number(most)) {
      this.page.say([`${file.name} has ${file.size.toLocaleString("en")} bytes, more than the ${Number(most) >> 20} MiB that are taken.`]);
      return;
    }
    this.page.tell("The images are on their way…");
    const response = await fetch(fl.base + path, { method: "POST", headers: { "Content-Type": "application/octet-stream" }, body: file }).catch(() => null);
    const body = response && await response.json().catch(() => null);
    if (fl.page !== this.page) return;
    if (!body) { this.page.say(["The server does not answer; the images have not arrived. Please choose the file again."]); return; }
    if (body.errors) { this.page.say(body.errors.map(({ sentence }) => sentence)); return; }
    this.page.settled({ images: body.hash });
    this.page.say([]);
    this.page.tell(body.sentence);
  }
};
