"""Runs one bench in this process and keeps what it found: python -m bench.runner NAME."""

import argparse
import json
import os
import platform
import sys
import time
from importlib import import_module
from pathlib import Path

import psutil

from bench.report import RESULTS, Figure, Options, Skipped, save, table

DISTURBED = 0.05


def load(name: str) -> list[Figure]:
    """Return the figures of a bench's last run."""
    rows = json.loads((RESULTS / f"{name}.json").read_text())["figures"]
    return [Figure(**{key: value for key, value in row.items() if key != "verdict"}) for row in rows]


def disturbance(name: str) -> float:
    """Return the share of the machine that other programs used during a bench's last run."""
    return float(json.loads((RESULTS / f"{name}.json").read_text())["facts"]["others"])


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("name")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    # Measured servers start from compiled bytecode, as installed packages do; at the first start it is written.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    bench = import_module(f"bench.{given.name}")
    print((bench.__doc__ or "").strip(), flush=True)
    others = Others()
    try:
        figures = bench.run(Options(given.data, given.quick))
    except Skipped as skipped:
        print(f"skipped: {skipped}")
        return 3
    disturbed = others.share()
    facts = {"at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "python": platform.python_version()}
    facts |= {"processors": str(os.cpu_count()), "others": f"{disturbed:.3f}", "quick": str(given.quick)}
    save(given.name, figures, dict(facts))
    print(table(figures))
    if disturbed > DISTURBED:
        print(f"Other programs used {disturbed:.0%} of this machine meanwhile: what is in seconds would be less alone.")
    sys.stdout.flush()
    return 0


class Others:
    """What other programs use of the machine, from when this is made."""

    def __init__(self) -> None:
        self._before = self._times()

    def share(self) -> float:
        """Return their share of all processors' time, from 0 to 1; processes of ours must have ended."""
        busy, idle, own = (now - before for now, before in zip(self._times(), self._before, strict=True))
        return max(0.0, busy - own) / (busy + idle)

    def _times(self) -> tuple[float, float, float]:
        times = psutil.cpu_times()
        idle = times.idle + getattr(times, "iowait", 0.0)
        own = os.times()
        return sum(times[:7]) - idle, idle, own.user + own.system + own.children_user + own.children_system


if __name__ == "__main__":
    sys.exit(main())
