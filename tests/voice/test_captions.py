"""An answer on the screen: nothing before it is said, nothing twice, and all of it in the end."""

import json
from typing import Any

import pytest

from clara.tutor.events import ArtifactEvent, CitationEvent, Cited, TextEvent
from clara.voice.talking.captions import Captions
from clara.voice.wire.outbox import Outbox

PLACE = Cited(1, "f", "a.pdf", "d", 0, 41, 41, "", "q", 0, 1)
MADE = ArtifactEvent("set", "diagram", "Cycle", {})


class Screen:
    def __init__(self) -> None:
        self.outbox = Outbox(24_000)
        self.captions = Captions(self.outbox, lambda cited: {"n": cited.n}, "msg")

    @property
    def shown(self) -> list[Any]:
        said = [json.loads(text) for _, text in self.outbox._kept]
        return [message.get("text", message["type"]) for message in said]


@pytest.fixture
def screen() -> Screen:
    return Screen()


class TestCaptions:
    def test_what_was_made_before_any_word_is_shown_at_once(self, screen: Screen) -> None:
        screen.captions.add(MADE)
        assert screen.shown == ["visual"]

    def test_the_rest_is_shown_when_it_is_said(self, screen: Screen) -> None:
        for event in (TextEvent("It is light"), CitationEvent(PLACE), TextEvent(" [1]."), MADE, TextEvent(" See?")):
            screen.captions.add(event)
        assert screen.shown == []
        screen.captions.show("It is light")
        assert screen.shown == ["It is light"]
        screen.captions.show("It is light [1].")
        assert screen.shown[1:] == ["citation", "It is light [1]."]
        screen.captions.show("It is")
        screen.captions.finish("It is light [1]. See?")
        assert screen.shown[3:] == ["visual", "It is light [1]. See?"]
        screen.captions.finish("It is light [1]. See?")
        assert len(screen.shown) == 5

    def test_what_was_not_heard_is_not_shown(self, screen: Screen) -> None:
        for event in (TextEvent("It is light"), CitationEvent(PLACE), TextEvent(" [1].")):
            screen.captions.add(event)
        screen.captions.finish("It is")
        assert screen.shown == ["It is"]

    def test_nothing_said_is_nothing_shown(self, screen: Screen) -> None:
        screen.captions.add(TextEvent("It is light"))
        screen.captions.finish("")
        assert screen.shown == []
