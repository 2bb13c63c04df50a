"""What a turn's events amount to: the answer as it is stored, and as doors that don't stream give it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from clara.tutor.events import ArtifactEvent, CitationEvent, Cited, DoneEvent, TextEvent, TutorEvent, UsageEvent

UNTOLD = UsageEvent(0, 0)


@dataclass(frozen=True, slots=True)
class Answered:
    """A whole turn, for doors that don't stream. ``ended`` is as in DoneEvent."""

    message_id: str
    content: str
    citations: Sequence[Cited]
    answered_at: float
    covered: bool
    artifacts: Sequence[ArtifactEvent] = ()
    usage: UsageEvent = UNTOLD
    ended: str = "end"


@dataclass(slots=True)
class Collected:
    """What a turn's events amount to."""

    texts: list[str] = field(default_factory=list)
    cited: list[Cited] = field(default_factory=list)
    artifacts: list[ArtifactEvent] = field(default_factory=list)
    usage: UsageEvent = UNTOLD

    def add(self, event: TutorEvent) -> Answered | None:
        """Take one event; return the whole turn with the last, unless that is an error."""
        match event:
            case TextEvent(text):
                self.texts.append(text)
            case CitationEvent(citation):
                self.cited.append(citation)
            case ArtifactEvent():
                self.artifacts.append(event)
            case UsageEvent():
                self.usage = event
            case DoneEvent():
                return Answered(
                    event.message_id,
                    "".join(self.texts),
                    self.cited,
                    event.answered_at,
                    event.covered,
                    self.artifacts,
                    self.usage,
                    event.ended,
                )
        return None


class Written:
    """An answer as it is stored: parts, in which a quote is a place and never text."""

    def __init__(self) -> None:
        self.cited: list[Cited] = []
        self.characters = 0
        self._parts: list[dict[str, Any]] = []
        self._text: list[str] = []

    def add(self, event: TutorEvent) -> None:
        match event:
            case TextEvent(text, None):
                self._text.append(text)
                self.characters += len(text)
            case TextEvent(text, quote_of):
                self._part({"cite": quote_of})
                self.characters += len(text)
            case CitationEvent(citation):
                self.cited.append(citation)
            case ArtifactEvent():
                self._part({"artifact": event.set_id})

    @property
    def empty(self) -> bool:
        return not (self._parts or self._text)

    def parts(self) -> list[dict[str, Any]]:
        """Return the parts so far."""
        self._end_text()
        return self._parts

    def _part(self, part: dict[str, Any]) -> None:
        self._end_text()
        self._parts.append(part)

    def _end_text(self) -> None:
        if self._text:
            self._parts.append({"text": "".join(self._text)})
            self._text = []
