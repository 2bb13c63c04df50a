"""Runs one bench in this process and keeps what it found: python -m bench.runner NAME."""

import argparse
import json
import os
import platform
import sys
import time
from importlib import import_module
from pathlib import Path

from bench.report import RESULTS, Figure, Options, Skipped, save, table


def load(name: str) -> list[Figure]:
    """Return the figures of a bench's last run."""
    rows = json.loads((RESULTS / f"{name}.json").read_text())["figures"]
    return [Figure(**{key: value for key, value in row.items() if key != "verdict"}) for row in rows]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("name")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    # Measured servers start from compiled bytecode, as installed packages do; at the first start it is written.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    bench = import_module(f"bench.{given.name}")
    print(bench.__doc__.strip(), flush=True)
    try:
        figures = bench.run(Options(given.data, given.quick))
    except Skipped as skipped:
        print(f"skipped: {skipped}")
        return 3
    facts = {"at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "python": platform.python_version()}
    facts |= {"processors": str(os.cpu_count()), "load": str(os.getloadavg()[0]), "quick": str(given.quick)}
    save(given.name, figures, dict(facts))
    print(table(figures), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
