"""What passes of an answer in hints: units of text, citations and tools that don't give an answer away."""

import re
from collections.abc import Sequence
from dataclasses import replace

from clara.tutor.events import AnswerEvent, ArtifactEvent, CitationEvent, EndedEvent, TextEvent, ToolEvent, UsageEvent
from clara.tutor.leaks.check import LeakCheck
from clara.tutor.modes.holding import Units, is_code

NEAR = 1500
"""Characters of a reply that are read with each new unit of it."""


class Gate:
    """Holds events back until they are checked. ``leaked`` says by what an answer was nearly given away, then ends.

    ``before`` is what was said about the same tasks earlier. Code passes only where ``with_code``: what a program
    prints can't be told by reading it.
    """

    def __init__(self, checks: Sequence[LeakCheck], before: str = "", *, with_code: bool = False) -> None:
        self.leaked: str | None = None
        self.released = ""
        self._checks = checks
        self._before = before
        self._with_code = with_code
        self._units = Units()
        self._citations: list[CitationEvent] = []
        self._dropped: set[int] = set()

    def hear(self, event: AnswerEvent) -> list[AnswerEvent]:
        """Take an event; return those that may be shown by now, in order."""
        if self.leaked:
            return []
        match event:
            case TextEvent(text, quote_of):
                if quote_of in self._dropped and quote_of is not None:
                    return []
                return self._pass(self._units.feed(text))
            case CitationEvent(citation):
                if self._find(citation.quote) or self._find(citation.heading):
                    self._dropped.add(citation.n)
                else:
                    self._citations.append(event)
                return []
            case ToolEvent(detail=detail):
                return [replace(event, detail="")] if self._find(detail) else [event]
            case ArtifactEvent():
                return []
            case UsageEvent() | EndedEvent():
                return [event]
        return [event]

    def end(self) -> list[AnswerEvent]:
        """Return the rest."""
        rest = self._units.end()
        return self._pass([rest]) if rest and not self.leaked else []

    def _pass(self, units: Sequence[str]) -> list[AnswerEvent]:
        events: list[AnswerEvent] = []
        for unit in units:
            if self.leaked:
                break
            if is_code(unit) and not self._with_code:
                continue
            for n in self._dropped:
                unit = re.sub(rf"\s?\[{n}\]", "", unit)
            self.leaked = self._find(unit, self.released)
            if self.leaked is None and unit:
                self.released += unit
                events += [*self._citations, TextEvent(unit)]
                self._citations.clear()
        return events

    def _find(self, text: str, released: str = "") -> str | None:
        """Check a text with what stands right before it; what is further back counts as said earlier."""
        near = released[-NEAR:]
        earlier = f"{self._before}\n{released[: len(released) - len(near)]}"[-2 * NEAR :]
        return next((found for check in self._checks if (found := check.find(near + text, earlier))), None)
