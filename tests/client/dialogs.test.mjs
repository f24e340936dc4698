// What dialogs and the save menu make of what is chosen: texts, names and addresses.
import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { NetworkError, Refusal, RetryLater } from "../../assets/client/core/stream.mjs";
import { MAX_SLUG, fileSlug } from "../../assets/client/render/metadata.mjs";
import { titlesByKey } from "../../assets/client/ui/class_link_dialog.mjs";
import { framersText, iframeHtml } from "../../assets/client/ui/embed_dialog.mjs";
import { curvePath } from "../../assets/client/ui/explanation_panel.mjs";
import { FIGURE_WIDTHS, figureLook, fontSize } from "../../assets/client/ui/figure_dialog.mjs";
import { attachmentName, failureSentences, formatBytes } from "../../assets/client/ui/files.mjs";
import { besidePointer } from "../../assets/client/ui/map_inspector.mjs";
import { isLocalHost } from "../../assets/client/ui/qr_code.mjs";

describe("a host", () => {
  for (const host of ["localhost", "app.localhost", "127.0.0.1", "127.1.2.3", "[::1]", "0.0.0.0"])
    it(`${host} is the device itself`, () => assert.ok(isLocalHost(host)));
  for (const host of ["192.168.1.20", "127.example.org", "localhost.example", "app.example"])
    it(`${host} is another device's too`, () => assert.ok(!isLocalHost(host)));
});

describe("the frame of an embed", () => {
  it("has its attributes escaped", () => {
    const html = iframeHtml({ src: "/?a&b", width: 800, height: 500, title: 'A "<b>" & more' });
    assert.equal(
      html,
      '<iframe src="/?a&amp;b" width="800" height="500" title="A &quot;&lt;b&gt;&quot; &amp; more" ' +
        'loading="lazy" allow="fullscreen" style="border: 0; max-width: 100%"></iframe>',
    );
  });

  it("cannot be left by a title", () => {
    const html = iframeHtml({ src: "/", width: 1, height: 1, title: '"></iframe><script>' });
    assert.equal(html.match(/[<>]/g).join(""), "<><>");
    assert.equal(html.match(/"/g).length, 2 * 7);
  });

  it("is allowed on the sites that the operator names", () => {
    assert.match(framersText("*"), /^Any page/);
    assert.match(framersText("self"), /no other site's page/);
    assert.match(framersText("https://a.example https://b.example"), /: https:\/\/a\.example, https:\/\/b\.example\.$/);
  });
});

describe("the look of a figure", () => {
  const plain = { width: "double", font: 0, legend: false, transparent: false };

  it("is a part of its path", () => {
    assert.equal(figureLook(plain), "double");
    assert.equal(figureLook({ ...plain, font: 7.5 }), "double-7.5pt");
    assert.equal(
      figureLook({ width: "single", font: 7, legend: true, transparent: true }),
      "single-7pt-legend-transparent",
    );
    for (const [width] of FIGURE_WIDTHS) assert.equal(figureLook({ ...plain, width, legend: true }), `${width}-legend`);
  });

  it("has a font size within limits, or an automatic one", () => {
    const sizes = { "": 0, 0: 0, ten: 0, 7: 7, 7.123: 7.12, 1: 4, "-3": 4, 100: 48 };
    for (const [text, size] of Object.entries(sizes)) assert.equal(fontSize(text), size, text);
  });
});

describe("a file", () => {
  const view = {
    version: 1,
    initial: { c: [1, -1], eps: 1, note: "a" },
    parameters: [
      { name: "c", key: "c", group: "physics" },
      { name: "eps", key: "eps", group: "physics" },
      { name: "note", key: "n", group: "display" },
    ],
  };

  it("has the parameters that differ from the first picture in its name", () => {
    assert.equal(fileSlug(view, view.initial), "");
    assert.equal(fileSlug(view, { c: [1, 0.5, -2], eps: 1, note: "b" }), "-c1_0.5_-2");
    assert.equal(fileSlug(view, { c: [1, -1], eps: 1e-5, note: "a" }), "-eps1e-5");
  });

  it("has a name of limited length, without a sign at its end", () => {
    const slug = fileSlug(view, { ...view.initial, c: Array(100).fill(0.25) });
    assert.ok(slug.length <= MAX_SLUG);
    assert.match(slug, /[A-Za-z0-9]$/);
  });

  it("has the name that the server gives it", () => {
    assert.equal(attachmentName('attachment; filename="unlearning-eps2.csv"'), "unlearning-eps2.csv");
    for (const header of [null, "", "inline"]) assert.throws(() => attachmentName(header), /no name/);
  });

  it("has its size in words", () => {
    assert.deepEqual([0, 1499, 2e5, 1e6, 12.34e6].map(formatBytes), ["1 kB", "1 kB", "200 kB", "1.0 MB", "12.3 MB"]);
  });

  it("that cannot be made is explained by the server, if it says why", () => {
    assert.deepEqual(failureSentences(new Refusal(["One.", "Two."]), "No."), ["One.", "Two."]);
    assert.deepEqual(failureSentences(new RetryLater("Later.", 1000), "No."), ["Later."]);
    for (const error of [new NetworkError("away"), new Error("status 500"), null])
      assert.deepEqual(failureSentences(error, "No."), ["No."]);
  });
});

it("controls of one list have one title in the link for a class", () => {
  const controls = [
    { key: "cs", title: "Target, degree 0" },
    { key: "cs", title: "Target, degree 1" },
    { key: "a", title: "Second layer at start" },
  ];
  assert.deepEqual(
    [...titlesByKey(controls)],
    [
      ["cs", "Target"],
      ["a", "Second layer at start"],
    ],
  );
});

it("a curve has gaps where it is not finite", () => {
  const toPixel = (value) => 10 * value;
  assert.equal(
    curvePath([0, 1, 2, 3, 4], [0, 1, NaN, 3, 4], toPixel, toPixel),
    "M0.0 0.0L10.0 10.0M30.0 30.0L40.0 40.0",
  );
  assert.equal(curvePath([0], [Infinity], toPixel, toPixel), "");
});

it("a box stands beside the pointer, and on its other side where there is no room", () => {
  assert.equal(besidePointer(100, 80, 400, 14), 114);
  assert.equal(besidePointer(350, 80, 400, 14), 256);
  assert.equal(besidePointer(50, 80, 100, 14), 4);
});
