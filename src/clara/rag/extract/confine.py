"""What a parser process gives up before it opens a file that a stranger made."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from clara.rag.extract.landlock import allow_only
from clara.rag.extract.limits import ExtractLimits
from clara.rag.extract.seccomp import refuse_system_calls

NICENESS = 10
_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38


_FONTS = ("/usr/share/fonts", "/usr/local/share/fonts")
"""PDFium takes from here what a document doesn't bring along."""


def confine(limits: ExtractLimits, parent_pid: int, file: Path | None = None) -> dict[str, bool]:
    """Limit this process for good, leaving it one file to read, and say which limits took hold.

    Called after the reader's imports: those are our own files, and compiling them may need to write a cache.
    """
    killed_first = _try(lambda: Path("/proc/self/oom_score_adj").write_text("1000"))  # before writing is given up
    standard_library = Path(os.__file__).parent  # the codecs of rare encodings are imported when they are met
    readable = [standard_library, *map(Path, _FONTS), *([file] if file else [])]
    held = {
        "process_group": os.name == "posix" and os.getpgid(0) == os.getpid(),
        **_resource_limits(limits),
        "low_priority": _try(_lower_priority),
        "killed_first": killed_first,
        "dies_with_parent": _try(lambda: _die_with_parent(parent_pid)),
        "no_new_privileges": _try(lambda: _prctl(_PR_SET_NO_NEW_PRIVS, 1)),
        "other_files": _try(lambda: allow_only(readable)),
        "network_and_programs": _try(refuse_system_calls),
    }
    # Root may start processes whatever its limit; the filter refuses that too.
    return held | {"new_processes": held["new_processes"] or held["network_and_programs"]}


def _resource_limits(limits: ExtractLimits) -> dict[str, bool]:
    names = ("memory", "cpu_time", "file_writes", "core_dumps", "open_files", "new_processes")
    try:
        import resource
    except ImportError:  # Windows
        return dict.fromkeys(names, False)

    def lower(kind: int, soft: int, hard: int | None = None) -> bool:
        return _try(lambda: resource.setrlimit(kind, (soft, soft if hard is None else hard)))

    return {
        # macOS knows the name but not the limit: setting it fails or does nothing.
        "memory": sys.platform != "darwin" and lower(resource.RLIMIT_AS, limits.memory_bytes),
        "cpu_time": lower(resource.RLIMIT_CPU, limits.cpu_s, limits.cpu_s + 5),
        "file_writes": lower(resource.RLIMIT_FSIZE, 0),
        "core_dumps": lower(resource.RLIMIT_CORE, 0),
        "open_files": lower(resource.RLIMIT_NOFILE, 64),
        "new_processes": os.geteuid() != 0 and lower(resource.RLIMIT_NPROC, 0),
    }


def _lower_priority() -> None:
    if os.getpriority(os.PRIO_PROCESS, 0) < NICENESS:
        os.setpriority(os.PRIO_PROCESS, 0, NICENESS)
    # Where Linux shares the processors out by session first, a session of its own makes the above void.
    with suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(NICENESS))


def _die_with_parent(parent_pid: int) -> None:
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:  # it died before the line above
        os._exit(1)


def _prctl(option: int, value: int) -> None:
    if sys.platform != "linux":
        raise OSError("only Linux has prctl")
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, ctypes.c_ulong(value), ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0)) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def _try(action: Callable[[], object]) -> bool:
    try:
        action()
    except (OSError, ValueError, AttributeError):
        return False
    return True
