// What other scripts bring, and what tests read.

import type { Embed } from "../pages/embed.mjs";
import type { Lecture } from "../pages/lecture.mjs";
import type { ViewController } from "../pages/view_controller.mjs";
import type { Recording } from "./view.d.ts";

/** an element in which plotly has drawn; names with _ are plotly's own, and checked by the browser tests */
export interface GraphDiv extends HTMLElement {
  _fullLayout: any;
  _fullData: any[];
  layout: any;
  data: any[];
  on(event: string, handler: (event: any) => void): void;
}

export interface Session {
  page: ViewController | null;
  lecture: Lecture | null;
  embed: Embed | null;
  recorded: Recording | null;
  base: string;
}

declare global {
  const Plotly: any;
  interface Window {
    Plotly?: any;
    /** for tests */
    client?: Session & { load: (path: string) => Promise<any> };
  }
  interface Navigator {
    connection?: { saveData: boolean };
  }
}
