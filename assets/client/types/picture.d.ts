// Pictures as a page requests and keeps them.

import type { StreamResult } from "../core/stream_result.mjs";
import type { JobWatcher } from "../pages/job_watcher.mjs";
import type { TextChunk } from "./stream.d.ts";

/** what a stream has brought; going back to a complete picture requests nothing */
export interface Picture {
  result: StreamResult;
  texts: TextChunk | null;
  status: string;
}

/** a request of a picture */
export interface PictureRequest {
  id: number;
  query: string;
  /** whether it is of a moving hand */
  draft: boolean;
  /** whether the texts are requested */
  texts: boolean;
  abort: AbortController;
  result: StreamResult;
  job: JobWatcher | null;
  /** ms */
  startedAt: number;
  /** what has come of it, as it is kept */
  picture: Picture;
  /** whether the stream has come to its end without an error */
  ended: boolean;
  /** ms that the server took to its first chunk, if it has said so */
}
