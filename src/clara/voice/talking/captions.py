"""An answer on the screen: its written form, its citations and what was made, each as it is said."""

import asyncio
from collections.abc import Callable
from typing import Any

from clara.tutor.events import AnswerEvent, ArtifactEvent, CitationEvent, Cited, TextEvent
from clara.voice.wire.messages import Citation, Transcript, Visual
from clara.voice.wire.outbox import Outbox

SHOWN_S = 0.2
"""So often at most a text that is read as it is written grows."""

Shown = Callable[[Cited], dict[str, Any]]
"""A citation as clients get it."""


class Captions:
    """Of the answer with one id. ``add`` what it consists of as it is written, ``show`` how far it has been said."""

    def __init__(self, outbox: Outbox, shown: Shown, message_id: str) -> None:
        self.id = message_id
        self.written = ""
        self._outbox = outbox
        self._shown = shown
        self._said = ""
        self._shown_at = 0.0
        self._final = False
        self._waiting: list[tuple[int, AnswerEvent]] = []

    def add(self, event: AnswerEvent) -> None:
        """Take what comes next; what is shown before any word waits for none."""
        if isinstance(event, TextEvent):
            self.written += event.text
        elif isinstance(event, CitationEvent | ArtifactEvent):
            self._waiting.append((len(self.written), event))
            if not self.written and isinstance(event, ArtifactEvent):
                self._tell_until(0)

    def show(self, said: str) -> None:
        """Show that so much of the text was said: its beginning."""
        if not self._final and len(said) > len(self._said):
            self._said = said
            self._tell_until(len(said) - 1)
            self._outbox.say(Transcript(role="assistant", id=self.id, text=said, final=False))

    def show_soon(self, said: str) -> None:
        """Show it, unless something was shown a moment ago: the end is shown in any case."""
        now = asyncio.get_running_loop().time()
        if now >= self._shown_at + SHOWN_S:
            self._shown_at = now
            self.show(said)

    def finish(self, said: str) -> None:
        """Show what was said in the end; once, and nothing where nothing was."""
        if self._final:
            return
        self._final = True
        whole = len(said.rstrip()) >= len(self.written.rstrip())
        self._tell_until(len(self.written) if whole else len(said) - 1)
        if said:
            self._outbox.say(Transcript(role="assistant", id=self.id, text=said, final=True))

    def _tell_until(self, at: int) -> None:
        while self._waiting and self._waiting[0][0] <= at:
            _, event = self._waiting.pop(0)
            if isinstance(event, CitationEvent):
                self._outbox.say(Citation(citation=self._shown(event.citation)))
            elif isinstance(event, ArtifactEvent):
                content = dict(event.content)
                self._outbox.say(Visual(set_id=event.set_id, kind=event.kind, title=event.title, content=content))
