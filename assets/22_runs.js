// Follows a run that is computed beside the server: asks for what is new several times a second, and asking is what
// keeps it going. A server that is away for a while is waited for; a run that has begun again is read again.
window.fl = window.fl || {};

fl.FOLLOW = {
  pace: 250, // ms between two questions
  longest: 8000, // ms, where the server is away or has no room
  hidden: 60_000, // ms after which a page that nobody sees asks no more until it is seen
};

// Returns when the run is finished (true) or has failed (false). base: "/jobs/<view>"; query: a link's; place: up to
// where its records have been read, kept for whoever goes on later.
// onStatus gets {status, place, sentence, …} with each answer, status "away" where there was none; onRestart is called
// before records come again from the first; onRelease, onChunk, onBatch, and what is thrown, are those of fl.read.
fl.follow = async function (base, query, signal, handlers, place = { generation: 0, from: 0 }) {
  let pause = fl.FOLLOW.pace;
  for (;;) {
    await fl.seen(fl.FOLLOW.hidden, signal);
    const { status, more } = await fl.ask(base, query, signal, handlers, place);
    if (!more && ["finished", "failed"].includes(status)) return status === "finished";
    if (more) continue;
    pause = ["away", "stopped"].includes(status) ? Math.min(2 * pause, fl.FOLLOW.longest) : fl.FOLLOW.pace;
    await fl.until(signal, (done) => setTimeout(done, pause));
  }
};

// Asks once, and hands on what is new; peek only looks, which keeps no run going. Returns how the run stands.
fl.ask = async function (base, query, signal, { onRelease, onChunk, onBatch, onStatus, onRestart }, place, peek = false) {
  let head, records;
  try {
    [head, ...records] = await fl.runLines(`${base}?generation=${place.generation}&offset=${place.from}${peek ? "&peek=1" : ""}&${query}`, signal, onRelease);
  } catch (error) {
    if (error instanceof fl.Later) head = { status: "stopped", sentence: error.message };
    else if (error instanceof fl.Lost) head = { status: "away", sentence: "" };
    else throw error;
  }
  onStatus(head);
  if (!records) return head;
  if (head.from !== place.from) onRestart();
  Object.assign(place, { generation: head.generation, from: head.next });
  for (const record of records) onChunk(record);
  if (records.length) onBatch();
  return head;
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

// Returns at once, unless the page has been hidden for some time, or an embed is out of sight: then when it is seen again.
fl.seen = async function (patience, signal) {
  if (fl.embed) { await fl.until(signal, fl.whenSeen); return; }
  if (!document.hidden || performance.now() - fl.hiddenSince < patience) return;
  await fl.until(signal, (done) => document.addEventListener("visibilitychange", done, { once: true }));
};

fl.hiddenSince = performance.now();
document.addEventListener("visibilitychange", () => { fl.hiddenSince = performance.now(); });
