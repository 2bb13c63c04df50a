"""The worker: the ingest child of a server, or a process of its own; reads, indexes and purges."""

import gc
import os
import signal
import sys
import threading
import time

import structlog

from clara.core.clock import SystemClock
from clara.core.errors import ClaraError
from clara.jobs.worker import Handler, Worker
from clara.library.purge import Discard, Purge, sweep
from clara.library.webhooks import Webhook
from clara.ops.logs import configure_logging
from clara.rag.embedder import make_embedder
from clara.rag.ingest import Ingestion
from clara.rag.reembedding import Reembedding
from clara.settings import Settings
from clara.store.blobs import BlobStore
from clara.store.database import Database
from clara.store.jobs import DISCARD, EMBED, FLAG, INGEST, PURGE
from clara.store.migrate import backups_dir, check_migrated, migrate
from clara.store.opening import open_database

log = structlog.get_logger()

SWEEP_S = 60.0
NICENESS = 10
LEAVE_TIMEOUT_S = 20.0
"""A child whose server is gone gives back what it holds; one that can't is ended all the same."""

ALL = (PURGE, DISCARD, INGEST)
LANES = ((*ALL, EMBED), ALL, (PURGE, DISCARD))
"""Two books may be read at once; what was deleted doesn't wait for them, nor an upload for other books' vectors."""


def build_worker(settings: Settings, database: Database, blobs: BlobStore) -> Worker:
    """Join a worker and its handlers."""
    embedder = make_embedder(settings)
    handlers: dict[str, Handler] = {
        INGEST: Ingestion(database, blobs, embedder, SystemClock(), settings.files),
        PURGE: Purge(database, blobs, backups_dir(settings.data_dir)),
        DISCARD: Discard(blobs),
        EMBED: Reembedding(database, embedder),
        FLAG: Webhook(database, settings.flags, settings.development),
    }
    return Worker(
        database,
        handlers,
        lanes=(*LANES, (FLAG,)) if settings.flags.webhook_url else LANES,
        lease_s=settings.jobs.lease_s,
        max_attempts=settings.jobs.max_attempts,
        poll_s=settings.jobs.poll_s,
        per_owner=settings.jobs.per_learner,
    )


def run_worker(settings: Settings, *, child: bool) -> int:
    """Work until told to stop: by a signal, or, as a child, by the end of stdin."""
    configure_logging(settings.log_level)
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    # A child shares the terminal's Ctrl-C with its server, which then closes its stdin.
    signal.signal(signal.SIGINT, signal.SIG_IGN if child else lambda *_: stopping.set())
    if child:
        _stand_back()
    elif settings.database.migrate == "auto":
        migrate(settings)
    database = open_database(settings)
    if not child:
        database.read_now(check_migrated)
    worker = build_worker(settings, database, BlobStore(settings.blobs_url))
    gc.freeze()
    gc.enable()
    worker.start()
    log.info("worker.started", worker=worker.name)
    if child:
        threading.Thread(target=_listen, args=(worker, stopping), daemon=True).start()
    while not stopping.is_set():
        try:
            sweep(database, time.time)
        except ClaraError as error:
            log.warning("worker.sweep_failed", code=error.problem_code)
        stopping.wait(SWEEP_S)
    worker.stop()
    database.close()
    log.info("worker.stopped", worker=worker.name)
    return 0


def _stand_back() -> None:
    """Leave one processor to the server: kernels that preempt at ticks only keep it waiting for 4 ms otherwise.

    On two processors a 1,200-page PDF takes 2.6 s instead of 1.6 s so, and the p99 of searches beside it is 1.3 times
    that of an idle server instead of 2.8 times.
    """
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    if hasattr(os, "sched_setaffinity"):
        others = sorted(os.sched_getaffinity(0))[1:]
        if others:
            os.sched_setaffinity(0, others)


def _listen(worker: Worker, stopping: threading.Event) -> None:
    """Wake the worker at every line of stdin; stop it at the end."""
    # Not through sys.stdin's buffer: its lock, held by this thread at the interpreter's end, would abort the process.
    while os.read(sys.stdin.fileno(), 4096):
        worker.wake()
    stopping.set()
    time.sleep(LEAVE_TIMEOUT_S)
    os._exit(1)
