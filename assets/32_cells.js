// The cells of a map: the color of each, where they lie, and which one is at a place.
window.fl = window.fl || {};

fl.Cells = class {
  static NONE = 65535; // a quantity that is not known

  static rgb = (color) => [1, 3, 5].map((k) => parseInt(color.slice(k, k + 2), 16));

  // The quantity's colors in 256 steps, between the stops of its scale.
  static ramp(scale) {
    const stops = scale.map(fl.Cells.rgb);
    return Array.from({ length: 256 }, (_, k) => {
      const at = k / 255 * (stops.length - 1), low = Math.min(Math.floor(at), stops.length - 2);
      return [0, 1, 2].map((c) => Math.round(stops[low][c] + (at - low) * (stops[low + 1][c] - stops[low][c])));
    });
  }

  static paint(canvas, { n: [nx, ny], fate, fates, strength, quantity }, colored) {
    if (canvas.width !== nx || canvas.height !== ny) Object.assign(canvas, { width: nx, height: ny });
    const context = canvas.getContext("2d");
    const image = context.createImageData(nx, ny);
    const pixels = new Uint32Array(image.data.buffer);
    const word = ([red, green, blue], alpha) => ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0;
    const values = quantity ? quantity.values : fate;
    const colors = quantity
      ? fl.Cells.ramp(quantity.scale).map((color) => word(color, 255))
      : fates.map(({ color }) => word(fl.Cells.rgb(colored(color)), Math.round(255 * strength)));
    for (let j = 0; j < ny; j += 1) {
      const row = (ny - 1 - j) * nx;
      for (let i = 0; i < nx; i += 1) {
        const value = values[j * nx + i];
        if (!quantity) pixels[row + i] = colors[value];
        else if (value !== fl.Cells.NONE) pixels[row + i] = colors[value >> 8];
      }
    }
    context.putImageData(image, 0, 0);
  }

  // The rectangle of all cells in the pixels of the axes: the outermost reach half a cell beyond the edges.
  static place({ n: [nx, ny], x, y }, xaxis, yaxis) {
    const [left, right] = x.map((value) => xaxis.d2p(value)), [bottom, top] = y.map((value) => yaxis.d2p(value));
    const wide = (right - left) / (nx - 1), high = (bottom - top) / (ny - 1);
    return { left: left - wide / 2, top: top - high / 2, width: nx * wide, height: ny * high };
  }

  // What is at a pixel of the axes: its fate, its quantity as a number; null beside the cells.
  static at(cells, xaxis, yaxis, px, py) {
    const { n: [nx, ny], fate, fates, quantity } = cells;
    const { left, top, width, height } = fl.Cells.place(cells, xaxis, yaxis);
    const i = Math.floor((px - left) / width * nx), j = ny - 1 - Math.floor((py - top) / height * ny);
    if (!(i >= 0 && i < nx && j >= 0 && j < ny)) return null;
    const found = { ...fates[fate[j * nx + i]], quantity: null };
    if (!quantity) return found;
    const step = quantity.values[j * nx + i];
    if (step === fl.Cells.NONE) return found;
    const value = quantity.low + (quantity.high - quantity.low) * step / (fl.Cells.NONE - 1);
    return { ...found, quantity: Number((quantity.log ? 10 ** value : value).toPrecision(3)) };
  }
};
