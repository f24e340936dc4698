// State that the modules share: the page that is shown, and how it is shown. There is one page at a time.

/** @import { Session } from "../types/globals.d.ts" */

/** @type {Session} */
export const session = {
  page: null, // the view that is shown
  lecture: null, // the lecture that runs over it, if any
  embed: null, // set if this document is an embed
  recorded: null, // the recording that this document shows in place of streams of a server
  base: "", // the path under which a proxy serves the app (PATH_PREFIX); empty at the root
};
