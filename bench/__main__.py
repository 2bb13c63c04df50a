"""python -m bench [NAME…] [--data FOLDER] [--quick]: measure what the README claims; exit 1 when one falls short."""

import argparse
import subprocess
import sys
import time
from pathlib import Path

from bench.report import RESULTS, Figure, table
from bench.runner import DISTURBED, disturbance, load

CLAIMS = (
    "search_speed",
    "search_pgvector",
    "many_learners",
    "http_search",
    "chat_speed",
    "pdf_ingest",
    "real_pdf",
    "start_and_memory",
    "message_writes",
    "voice_resuming",
    "model_stream",
    "tutor_stream",
    "citations",
    "leaks",
    "model_memory",
    "endurance",
    "voice_latency",
    "voice_load",
    "voice_memory",
    "voice_truth",
    "retrieval_quality",
    "keyless_answers",
)  # fmt: skip


def main() -> int:
    options = _options()
    names = options.names or CLAIMS
    for name in names:
        if name not in CLAIMS:
            print(f"There is no bench {name!r}. There are: {', '.join(CLAIMS)}.", file=sys.stderr)
            return 2
    figures: list[Figure] = []
    troubles: list[str] = []
    disturbed = 0.0
    for name in names:
        started = time.monotonic()
        print(f"\n== {name}", flush=True)
        code = _run(name, options)
        print(f"({time.monotonic() - started:.0f} s)", flush=True)
        if code == 0:
            figures += load(name)
            disturbed = max(disturbed, disturbance(name))
        else:
            troubles.append(f"{name}: " + ("skipped, see above" if code == 3 else f"failed with exit code {code}"))
    print(f"\n{table(figures)}\n")
    print(*troubles, sep="\n")
    if disturbed > DISTURBED:
        print(f"Other programs used up to {disturbed:.0%} of this machine: run again when it is quiet.")
    short = [figure for figure in figures if not figure.met]
    failed = [trouble for trouble in troubles if "failed" in trouble]
    print(f"{len(figures) - len(short)} of {len(figures)} figures as they should be. JSON: {RESULTS}")
    return 1 if short or failed else 0


def _run(name: str, options: argparse.Namespace) -> int:
    """Run one bench in a process of its own, so that none inherits another's memory or threads."""
    (RESULTS / f"{name}.json").unlink(missing_ok=True)
    command = [sys.executable, "-m", "bench.runner", name]
    if options.data:
        command += ["--data", str(options.data.resolve())]
    if options.quick:
        command += ["--quick"]
    return subprocess.run(command, cwd=Path(__file__).parent.parent, check=False).returncode


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(CLAIMS)} (default: all)")
    parser.add_argument("--data", type=Path, help="folder with SQuAD and XQuAD, for the benches of quality")
    parser.add_argument("--quick", action="store_true", help="smaller sets: a look, not a measurement")
    options = parser.parse_args()
    if options.data and not options.data.is_dir():
        print(f"{options.data} isn't there: what needs SQuAD and XQuAD is skipped.")
        options.data = None
    return options


if __name__ == "__main__":
    sys.exit(main())
