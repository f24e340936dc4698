"""Runs: what takes longer than a breath is computed beside the server, once however many watch, and recorded.

    GET /jobs/<view>?generation=g&offset=n&<link>           NDJSON, at once; the first time 0 and 0
    GET /jobs/<view>?generation=g&offset=n&peek=1&<link>    the same, but it does not keep the job going

The first line tells how the run stands:

    {"kind": "job", "status": …, "place": 0, "generation": g, "from": n, "next": m, "more": false, "sentence": ""}

status      waiting (place: in the queue, from 1), running, finished, failed (sentence: why), or stopped (sentence: why
            it is not computed at present; it may be later, so ask again)
generation  whose records follow; another one than before: begin again
from, next  where these records begin and end in the log, in bytes; next is what to ask for then. `from` is 0 where
            what was asked for is of another generation, or no place where a record begins
more        whether there are more already: ask at once, else in a quarter of a second

Then come the records, each a chunk of the view's `run`; after the last one of a failed run an "error". To ask is what
keeps a run going: it stops some seconds after the last one has asked, and goes on when somebody asks again.

Settings: see RUNS_… in components/operations/settings.py. Jobs that run may exceed RUNS_KEEP_BYTES by 16 MiB each; with
Dask at most as many jobs run at once as its cluster has threads.
"""
