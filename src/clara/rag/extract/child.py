"""The confined process: reads one file and writes lines of JSON to the pipe that was its standard output."""

import json
import os
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from clara.rag.documents import Page
from clara.rag.extract.confine import confine
from clara.rag.extract.failures import ReadFailed
from clara.rag.extract.limits import MAX_PART_CHARS, MAX_TITLE_CHARS, ExtractLimits
from clara.rag.extract.messages import DocumentInfo, encode_done, encode_failed, encode_info, encode_pages, encode_png

BATCH_CHARS = 64 * 1024
BATCH_S = 0.05


class Reader(Protocol):
    """One a type, a module of this package: ``read`` yields the info, then the pages; it raises ReadFailed."""

    def read(self, path: Path, limits: ExtractLimits) -> Iterator[DocumentInfo | Page]: ...


class Pipe:
    """Our standard output, taken away from everything else in this process: libraries print to stderr."""

    def __init__(self) -> None:
        self._fd = os.dup(1)
        os.dup2(2, 1)

    def write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self._fd, view) :]


def main(job: dict[str, Any]) -> None:
    """Do the job that the parent sent (see sandbox) and end the process without running any cleanup."""
    pipe = Pipe()
    try:
        _run(job, pipe)
    except ReadFailed as failed:
        pipe.write(encode_failed(failed.code))
    except MemoryError:
        pipe.write(encode_failed("parser_out_of_memory"))
    except RecursionError:
        pipe.write(encode_failed("parser_crashed"))
    except Exception as error:
        _report(error)
        pipe.write(encode_failed("internal" if isinstance(error, ImportError | OSError) else "parser_crashed"))
    sys.stderr.flush()
    os._exit(0)


def _run(job: dict[str, Any], pipe: Pipe) -> None:
    limits, parent_pid = ExtractLimits(**job["limits"]), job["parent_pid"]
    if job["task"] == "check":
        pipe.write(json.dumps(confine(limits, parent_pid)).encode() + b"\n")
        return
    path = Path(job["path"])
    if job["task"] == "draw":
        drawing = import_module("clara.rag.extract.drawing")
        confine(limits, parent_pid, path)
        pipe.write(encode_png(drawing.draw(path, limits, job["page"], job["width"])))
        return
    reader: Reader = import_module(f"clara.rag.extract.{job['reader']}")
    confine(limits, parent_pid, path)
    send(reader.read(path, limits), limits, pipe)


def send(items: Iterator[DocumentInfo | Page], limits: ExtractLimits, pipe: Pipe) -> None:
    """Write what a reader yields, several pages a line, enforcing the limits on pages and text."""
    pages = chars = waiting = 0
    batch: list[Page] = []
    sent_at = 0.0
    for item in items:
        if isinstance(item, DocumentInfo):
            if (item.pages_total or 0) > limits.max_pages:
                raise ReadFailed("too_many_pages")
            pipe.write(encode_info(item))
            continue
        pages, chars = pages + 1, chars + len(item.text)
        waiting += len(item.text) + MAX_TITLE_CHARS * len(item.headings)
        if pages > limits.max_pages:
            raise ReadFailed("too_many_pages")
        if chars > limits.max_chars or len(item.text) > MAX_PART_CHARS:
            raise ReadFailed("too_much_text")
        batch.append(item)
        if waiting >= BATCH_CHARS or time.monotonic() - sent_at >= BATCH_S:
            pipe.write(encode_pages(batch))
            batch, waiting, sent_at = [], 0, time.monotonic()
    if batch:
        pipe.write(encode_pages(batch))
    pipe.write(encode_done(pages))


def _report(error: BaseException) -> None:
    """Where it broke, for our log: files, lines and the class, but not the message, which may hold file text."""
    frame = error.__traceback__
    while frame is not None:
        code = frame.tb_frame.f_code
        os.write(2, f"at {Path(code.co_filename).name}:{frame.tb_lineno} {code.co_name}\n".encode())
        frame = frame.tb_next
    os.write(2, f"raised {type(error).__name__}\n".encode())
