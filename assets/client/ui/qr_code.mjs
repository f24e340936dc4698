// A link as a QR code over the whole screen, to be read from the last row of a hall.
import { session } from "../core/session.mjs";
import { closeButton, openDialog } from "./dialog.mjs";
import { createElement } from "./dom.mjs";

export const LOCAL_NOTE =
  "This address works on this computer alone; another device cannot open it. Start the app with HOST=0.0.0.0 and open this page under the computer's address in the network.";

/**
 * Whether a host is the device itself, so that other devices cannot open its addresses.
 *
 * @param {string} host
 */
export const isLocalHost = (host) => /^(localhost|.+\.localhost|127(\.\d+){3}|0\.0\.0\.0|\[::1?\])$/.test(host);

/**
 * Opens the QR code of a link.
 *
 * @param {string} link
 * @param {string} hostname of the link
 */
export async function openQrCode(link, hostname) {
  const image = createElement("img", {
    src: `${session.base}/qr.svg?u=${encodeURIComponent(link)}`,
    alt: "QR code of the link of this picture",
  });
  await image.decode();
  openDialog(
    { className: "code", aria: { label: "QR code of the link" } },
    closeButton(),
    image,
    createElement("p", { textContent: link }),
    ...(isLocalHost(hostname) ? [createElement("p", { className: "code-local", textContent: LOCAL_NOTE })] : []),
  );
}
