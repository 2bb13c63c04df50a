"""Reading a file's pages by a confined process: its lines checked, its death explained."""

import json
import signal
from collections.abc import Callable, Generator
from pathlib import Path

import structlog

from clara.core.errors import ClaraError, Internal
from clara.rag.documents import Page
from clara.rag.extract.failures import failure
from clara.rag.extract.limits import ExtractLimits
from clara.rag.extract.media import MediaType
from clara.rag.extract.messages import Decoder, DocumentInfo, Done, Failed, Garbage
from clara.rag.extract.process import ConfinedProcess, TimedOut

log = structlog.get_logger()


def never() -> bool:
    """The ``stop`` of a caller who never stops."""
    return False


def extract(
    path: Path, media_type: MediaType, limits: ExtractLimits, stop: Callable[[], bool] = never
) -> Generator[DocumentInfo | Page, None, None]:
    """Yield one DocumentInfo, then the pages in order as they are read; closing the iterator kills the process.

    Raises Unreadable or TooLarge with a code of failures.CODES, process.Stopped when ``stop()`` (asked about five
    times a second) says so, Internal when the fault is ours, Unavailable when no process can be started. Run it from
    start to end on one thread: the process dies with the thread that started it.
    """
    job = {"task": "read", "reader": media_type.reader, "path": str(path.absolute())}
    with ConfinedProcess(job, limits, stop) as process:
        yield from receive(process, media_type, limits)


def receive(
    process: ConfinedProcess, media_type: MediaType, limits: ExtractLimits
) -> Generator[DocumentInfo | Page, None, None]:
    """Yield what a process sends, once it is checked, until it says that this was all; raises as ``extract`` does."""
    decoder = Decoder(limits)
    while True:
        try:
            line = process.readline()
            message = decoder.decode(line) if line else Failed(cause_of_death(process))
        except TimedOut:
            message = Failed("parser_timeout")
        except Garbage as garbage:
            log.warning("parser.garbage", reason=str(garbage))
            message = Failed("parser_crashed")
        match message:
            case Done():
                return
            case Failed(code):
                raise explained(code, process, media_type, limits)
            case DocumentInfo():
                yield message
            case pages:
                yield from pages


def active_limits(limits: ExtractLimits | None = None) -> dict[str, bool]:
    """Start a process that reads nothing and return which of its limits took hold on this system."""
    with ConfinedProcess({"task": "check"}, limits or ExtractLimits(), never) as process:
        line = process.readline()
        if not line:
            raise Internal(f"The parser process can't start: {process.diagnosis()}")
        return {str(name): held is True for name, held in json.loads(line).items()}


def cause_of_death(process: ConfinedProcess) -> str:
    """Return the code for a process whose output ended early: only the signal and stderr can tell why."""
    status = process.wait()
    if process.killed:
        return "parser_crashed"
    if status == -getattr(signal, "SIGXCPU", 0):
        return "parser_timeout"
    # PDFium aborts without a word where it gets no memory (and C's library with one where memory is corrupt), the
    # kernel kills where a whole container has none left.
    if status == -getattr(signal, "SIGKILL", 0) or (status == -signal.SIGABRT and not process.said_anything):
        return "parser_out_of_memory"
    return "parser_crashed" if status < 0 or status > 2**31 else "internal"


def explained(code: str, process: ConfinedProcess, media_type: MediaType, limits: ExtractLimits) -> ClaraError:
    """Return the public error for a code, and log what the process said of it without quoting the file."""
    process.kill()
    log.warning("parser.failed", code=code, type=media_type.short, diagnosis=process.diagnosis())
    if code == "internal":
        return Internal()
    return failure(code, media_type, limits)
