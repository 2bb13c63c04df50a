"""How much memory this process may use."""

import os
from pathlib import Path

_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def allowed_bytes() -> int:
    """Return the cgroup's memory limit, or the machine's memory where there is none (4 GiB where that isn't told)."""
    try:
        machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        machine = 4 * 2**30
    for path in _LIMITS:
        try:
            return min(int(path.read_text()), machine)
        except (OSError, ValueError):
            continue
    return machine
