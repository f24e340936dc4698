// Loads the client of a recorded page. Browsers load modules from a server only: a page that is opened as a file has them
// in itself, as data, and an import map that names them. `modules` is written before this script: data by name.
if (location.protocol === "file:" || !document.currentScript.src) {
  const map = document.createElement("script");
  map.type = "importmap";
  map.textContent = JSON.stringify({ imports: modules });
  document.head.append(map);
  import("client/pages/recorded.mjs");
} else {
  import(new URL("client/pages/recorded.mjs", document.currentScript.src));
}
