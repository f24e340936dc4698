// What a picture that is taken away says of itself: its figure, link and parameters, and a name that tells them apart.
window.fl = window.fl || {};

fl.MAX_SLUG = 80; // characters of a file's name that say the parameters

// The physical parameters that differ from the view's first picture, for a file's name, as components/export/files.py.
fl.slug = function (view, state) {
  const texts = (of) => new Map(fl.query(view, of, ["physics"]).split("&").slice(1).map((term) => term.split("=")));
  const first = texts(view.initial);
  const slug = [...texts(state)].filter(([key, text]) => text !== first.get(key)).map(([key, text]) => `-${key}${text}`).join("");
  return slug.replace(/[^A-Za-z0-9.-]+/g, "_").slice(0, fl.MAX_SLUG).replace(/[-_.]+$/, "");
};

// Title, link and parameters of a figure.
fl.metadata = function ({ view, state }, figure) {
  const host = fl.recorded ? fl.recorded.host : location.origin;
  return {
    Title: `${figure.title}, ${view.title}`,
    Source: host ? `${host}${view.path}?${fl.query(view, state)}` : "",
    Description: fl.query(view, state).split("&").slice(1).map((term) => term.replace("=", " = ")).join("; "),
    Software: `Feature unlearning, release ${view.release}`,
  };
};

fl.describedSvg = function (text, words) {
  const whole = new DOMParser().parseFromString(text, "image/svg+xml"), root = whole.documentElement;
  const title = fl.svg("title"), description = fl.svg("desc");
  title.textContent = words.Title;
  description.textContent = [words.Source, words.Description, words.Software].filter(Boolean).join("\n");
  root.prepend(title, description);
  return new XMLSerializer().serializeToString(whole);
};

// A PNG with its words in tEXt chunks, behind the header, which is 33 bytes long.
fl.describedPng = async function (blob, words) {
  const encoder = new TextEncoder();
  const chunks = Object.entries(words).filter(([, text]) => text).map(([key, text]) => {
    const latin = Uint8Array.from(`${key}\0${text.replace(/[–−]/g, "-")}`, (letter) => (letter.codePointAt(0) < 256 ? letter.codePointAt(0) : 0x3f));
    const body = new Uint8Array([...encoder.encode("tEXt"), ...latin]);
    const chunk = new DataView(new ArrayBuffer(body.length + 8));
    chunk.setUint32(0, latin.length);
    new Uint8Array(chunk.buffer).set(body, 4);
    chunk.setUint32(body.length + 4, fl.crc32(body));
    return chunk.buffer;
  });
  return new Blob([blob.slice(0, 33), ...chunks, blob.slice(33)], { type: "image/png" });
};

fl.crc32 = function (bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return (sum ^ 0xffffffff) >>> 0;
};
