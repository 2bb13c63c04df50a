"""A turn's events as JSON, for the few minutes in which they can be read again."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from clara.tutor.events import (
    ArtifactEvent,
    CitationEvent,
    Cited,
    DoneEvent,
    ErrorEvent,
    TextEvent,
    ToolEvent,
    TutorEvent,
    UsageEvent,
)

_NAMES: Mapping[type[Any], str] = {
    TextEvent: "text",
    CitationEvent: "citation",
    ToolEvent: "tool",
    ArtifactEvent: "artifact",
    UsageEvent: "usage",
    DoneEvent: "done",
    ErrorEvent: "error",
}
_KINDS = {name: kind for kind, name in _NAMES.items()}


def encode(event: TutorEvent) -> dict[str, Any]:
    return {"event": _NAMES[type(event)], **asdict(event)}


def decode(stored: Mapping[str, Any]) -> TutorEvent:
    values = {name: value for name, value in stored.items() if name != "event"}
    if stored["event"] == "citation":
        return CitationEvent(Cited(**values["citation"]))
    event: TutorEvent = _KINDS[stored["event"]](**values)
    return event
