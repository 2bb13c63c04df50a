"""What a bench returns and how it is shown: ours, the goal, the peer or floor of the same run, and the verdict."""

import json
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


class Skipped(Exception):
    """The bench can't run here; the message says why and what would make it run."""


@dataclass(frozen=True, slots=True)
class Options:
    """``data``: the folder of SQuAD and XQuAD, None where there is none. ``quick``: smaller sets, for a look only."""

    data: Path | None = None
    quick: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number. Without a goal it is only told. ``against`` is the peer or floor of the same run."""

    name: str
    ours: float
    unit: str = ""
    at_most: float | None = None
    at_least: float | None = None
    against: str = ""
    note: str = ""

    @property
    def met(self) -> bool:
        return (self.at_most is None or self.ours <= self.at_most) and (
            self.at_least is None or self.ours >= self.at_least
        )

    @property
    def goal(self) -> str:
        if self.at_most is not None:
            return f"≤ {self._show(self.at_most)}"
        return f"≥ {self._show(self.at_least)}" if self.at_least is not None else "-"

    @property
    def verdict(self) -> str:
        goal = self.at_most if self.at_most is not None else self.at_least
        if goal is None:
            return "told"
        if self.met:
            return "met"
        return f"SHORT by {abs(self.ours - goal) / abs(goal):.0%}" if goal else "SHORT"

    def _show(self, value: float) -> str:
        digits = 0 if abs(value) >= 1000 else 1 if abs(value) >= 20 else 2 if abs(value) >= 0.1 else 3
        return f"{value:,.{digits}f}{' ' if self.unit and self.unit != '%' else ''}{self.unit}"

    def row(self) -> tuple[str, str, str, str, str]:
        return self.name, self._show(self.ours), self.goal, self.against or "-", self.verdict


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as a table of text."""
    rows = [("what", "ours", "goal", "peer or floor, same run", "verdict"), *(figure.row() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def save(name: str, figures: Sequence[Figure], facts: dict[str, object]) -> Path:
    """Write the figures as JSON beside earlier results."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    rows = [asdict(figure) | {"verdict": figure.verdict} for figure in figures]
    path.write_text(json.dumps({"facts": facts, "figures": rows}, indent=1, ensure_ascii=False))
    return path


def percentile(values: Iterable[float], share: float) -> float:
    """Return the value that ``share`` (0 to 1) of the values don't exceed."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def of_rounds(rounds: Sequence[Sequence[float]], share: float) -> float:
    """Return the median over rounds of each round's percentile: one disturbed round doesn't decide."""
    return statistics.median(percentile(values, share) for values in rounds)
