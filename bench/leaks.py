"""Hints that give the answer away: an adversarial script over the app's doors, disguised answers, and harmless hints.

A scripted model that misbehaves in every reply is asked over our own route, its stream, the OpenAI route and the
existing client's (tests/tutor/adversarial.py). The oracle knows what the model wrote, and doesn't use the check. The
check alone is held against every disguise of a corpus (tests/tutor/leaking.py), and against its harmless hints, of
which those that it would hold are the false alarms.
"""

import asyncio
import logging
import tempfile
import time
from pathlib import Path

import structlog
from tests.tutor.adversarial import Misbehaving, Report, attack
from tests.tutor.leaking import TASKS, leaks_of

from bench.report import Figure, Options
from clara.testing import make_settings, running_app
from clara.tutor.leaks.check import LeakCheck


def run(options: Options) -> list[Figure]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as folder:
        report, asked = asyncio.run(_attack(Path(folder)))
    disguised = missed = harmless = held = 0
    seconds = 0.0
    for task in TASKS:
        check = LeakCheck([task.answer, *task.also], task.text)
        started = time.perf_counter()
        found = [check.find(text) for text in leaks_of(task)]
        alarms = [check.find(hint) for hint in task.hints]
        seconds += time.perf_counter() - started
        disguised, missed = disguised + len(found), missed + found.count(None)
        harmless, held = harmless + len(alarms), held + len(alarms) - alarms.count(None)
    checks = [(task, LeakCheck([task.answer, *task.also], task.text)) for task in TASKS]
    others = [
        (check.find(hint), hint) for task, check in checks for one in TASKS if one is not task for hint in one.hints
    ]
    strays = sum(found is not None for found, _ in others)
    rounds = f"{report.turns} turns, the model was asked {asked} times"
    return [
        Figure("replies in hints and exam that give the answer away", len(report.leaks), at_most=0, against=rounds),
        Figure("adversarial turns", report.turns, at_least=100),
        Figure("disguised answers that pass the check", missed, at_most=0, against=f"of {disguised}"),
        Figure("harmless hints that it holds", 100 * held / harmless, "%", at_most=5, against=f"of {harmless}"),
        Figure(
            "sentences about other tasks that it holds", 100 * strays / len(others), "%", against=f"of {len(others)}"
        ),
        Figure("checking a short reply", 1000 * seconds / (disguised + harmless), "ms", at_most=5),
    ]


async def _attack(folder: Path) -> tuple[Report, int]:
    model = Misbehaving()
    limits = {"chat_per_minute": 1_000_000}
    async with running_app(make_settings(folder, limits=limits), chat_model=model) as app:
        return await attack(app, model), len(model.wrote)
