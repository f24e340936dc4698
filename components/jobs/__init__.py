"""Jobs: computations that take longer than a stream should run in background processes, once for all clients, and are
recorded.

    GET /jobs/<view>?generation=g&offset=n&<link>           NDJSON, at once; the first time 0 and 0
    GET /jobs/<view>?generation=g&offset=n&peek=1&<link>    the same, but it does not keep the job alive

The first line states the status of the job:

    {"kind": "job", "status": …, "place": 0, "generation": g, "from": n, "next": m, "more": false, "sentence": ""}

status      waiting (place: in the queue, from 1), running, finished, failed (sentence: why), or stopped (sentence: why
            it is not computed at present; a later poll may start it)
generation  of the records; if it has changed, start again
from, next  offsets of these records in the log, in bytes; poll with `next`. `from` is 0 if the requested offset is of
            another generation, or not the start of a record
more        whether there are more already: poll at once, else in a quarter of a second

The records follow, each a chunk of the view's `run_job`; after the last one of a failed job an "error". Polls keep a
job alive: it stops a few seconds after the last poll, and continues at the next one.

Settings: see RUNS_… in components/operations/settings.py. Running jobs may exceed RUNS_KEEP_BYTES by 16 MiB each; with
Dask, at most as many jobs run at once as its cluster has threads.
"""
