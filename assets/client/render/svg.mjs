// Elements of SVG.

/**
 * Create an element of SVG. Attributes with the prefix xlink get its namespace: programs that read SVG 1.1 only,
 * Inkscape 1.2 among them, need an image's xlink:href.
 *
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} shape
 * @param {Record<string, unknown>} [attributes]
 * @param {(Node | string)[]} children
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function svgElement(shape, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", shape);
  for (const [name, value] of Object.entries(attributes)) {
    const namespace = name.startsWith("xlink:") ? "http://www.w3.org/1999/xlink" : null;
    node.setAttributeNS(namespace, name, String(value));
  }
  node.append(...children);
  return node;
}
