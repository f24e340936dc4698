// Follows a run that is computed beside the server: asks for what is new several times a second, and asking is what
// keeps it going. A server that is away for a while is waited for; a run that has begun again is read again.
window.fl = window.fl || {};

fl.FOLLOW = {
  pace: 250, // ms between two questions
  longest: 8000, // ms, where the server is away or has no room
  hidden: 60_000, // ms after which a page that nobody sees asks no more until it is seen
};

// Returns when the run is finished (true) or has failed (false). base: "/runs/<view>"; query: a link's.
// onStatus gets {status, place, sentence, …} with each answer, status "away" where there was none; onRestart is called
// before records come again from the first; onRelease, onChunk, onBatch, and what is thrown, are those of fl.read.
fl.follow = async function (base, query, signal, { onRelease, onChunk, onBatch, onStatus, onRestart }) {
  let generation = 0, from = 0, pause = fl.FOLLOW.pace;
  for (;;) {
    let head, records;
    try {
      [head, ...records] = await fl.runLines(`${base}/${generation}/${from}?${query}`, signal, onRelease);
    } catch (error) {
      if (error instanceof fl.Later) head = { status: "stopped", sentence: error.message };
      else if (error instanceof fl.Lost) head = { status: "away", sentence: "" };
      else throw error;
    }
    onStatus(head);
    if (records) {
      if (head.from !== from) onRestart();
      ({ generation, next: from } = head);
      for (const record of records) onChunk(record);
      if (records.length) onBatch();
      if (!head.more && ["finished", "failed"].includes(head.status)) return head.status === "finished";
      if (head.more) continue;
    }
    const idle = ["away", "stopped"].includes(head.status);
    pause = idle ? Math.min(2 * pause, fl.FOLLOW.longest) : fl.FOLLOW.pace;
    await fl.seen(fl.FOLLOW.hidden, signal);
    await fl.until(signal, (done) => setTimeout(done, pause));
  }
};

// The lines of one answer, parsed.
fl.runLines = async function (url, signal, onRelease) {
  const response = await fetch(url, { signal }).catch(fl.lost);
  onRelease(response.headers.get("X-Release"));
  const body = await response.text().catch(fl.lost);
  let lines;
  try { lines = body.trim().split("\n").map((line) => JSON.parse(line)); } catch (error) { /* not ours: a proxy's */ }
  if (lines && response.ok) return lines;
  throw fl.refusal(response, lines && lines[0]);
};

// Waits until start(done) calls done; throws AbortError as soon as the signal says so.
fl.until = (signal, start) => new Promise((resolve, reject) => {
  const abort = () => reject(new DOMException("nobody follows any more", "AbortError"));
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  start(() => { signal.removeEventListener("abort", abort); resolve(); });
});

// Returns at once, unless the page has been hidden for some time: then when it is seen again.
fl.seen = async function (patience, signal) {
  if (!document.hidden || performance.now() - fl.hiddenSince < patience) return;
  await fl.until(signal, (done) => document.addEventListener("visibilitychange", done, { once: true }));
};

fl.hiddenSince = performance.now();
document.addEventListener("visibilitychange", () => { fl.hiddenSince = performance.now(); });
