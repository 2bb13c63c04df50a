"""One session of a client of dialect 0: what it is about, and what is said to each of its messages."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from clara.core.clock import Clock
from clara.core.errors import ClaraError, Conflict
from clara.ops.drain import Drain
from clara.ops.limits import RateLimiter
from clara.rag.languages import UNKNOWN, detect_language
from clara.voice.dialect0.messages import Asking, Audio, SessionStart, Text, VisualCommand
from clara.voice.dialect0.phrases import Phrases0, phrases0_of, told_aloud
from clara.voice.dialect0.replies import Replies, Reply
from clara.voice.dialect0.study import Announced
from clara.voice.sound.priming import Primed
from clara.voice.talking.asking import count_question
from clara.voice.wording.phrases import phrases_of

BEFORE_S = 30.0
"""For an answer of before: a client that comes back may ask while it is still being written."""
LOOK_S = 0.25

Prime = Callable[[str, str, str | None], Awaitable[Primed]]
"""What to expect of a learner, in a conversation, about a folder or all files."""


@dataclass(frozen=True, slots=True)
class Dialect0:
    """What such sockets need; made once.

    A client that says nothing for ``idle_s`` is cut off; a session is announced to be over after ``study_s``.
    """

    replies: Replies
    limiter: RateLimiter
    drain: Drain
    clock: Clock
    prime: Prime
    idle_s: float = 600.0
    max_s: float = 7200.0
    study_s: float = 600.0


class Session0:
    """``announce`` says what nobody asked for, ``is_quiet`` is whether nothing is being answered.

    Without a ``start`` it is about all files. What Clara says of herself is in the language that
    ``start`` names, or else in that of the last question, of the conversation, or of the files.
    """

    def __init__(
        self,
        parts: Dialect0,
        owner_id: str,
        conversation_id: str,
        start: SessionStart | None = None,
        announce: Callable[[Reply], Awaitable[None]] | None = None,
        is_quiet: Callable[[], bool] = lambda: True,
    ) -> None:
        self._parts = parts
        self._owner_id = owner_id
        self._conversation_id = conversation_id
        self._folder_id = start.folder if start else None
        self._named = start.language if start else None
        self._spoken: str | None = None
        self._primed: Primed | None = None
        self._announce = announce
        self._is_quiet = is_quiet
        self._study: Announced | None = None

    @property
    def language(self) -> str:
        guessed = self._primed.language if self._primed else None
        return self._named or self._spoken or guessed or "en"

    @property
    def phrases(self) -> Phrases0:
        return phrases0_of(self.language)

    async def expect(self) -> Primed:
        """Look into the learner's material, once."""
        if self._primed is None:
            self._primed = await self._parts.prime(self._owner_id, self._conversation_id, self._folder_id)
        return self._primed

    @property
    def studying(self) -> bool:
        """Whether a study session runs, in which a learner may well read for minutes."""
        return self._study is not None and self._study.runs

    def study(self) -> None:
        """Begin a study session."""
        self._study = Announced(self._parts.study_s, lambda: self.language, self._say, self._is_quiet)

    def told(self, error: ClaraError) -> Reply:
        return Reply(told_aloud(error, self.language), self._now)

    async def reply_to(self, asked: Asking) -> Reply:
        """Return what is said to it. Raises what there is to be said instead."""
        await count_question(self._parts.limiter, self._owner_id)
        replies = self._parts.replies
        match asked:
            case VisualCommand():
                return await replies.show(self._owner_id, asked.kind, asked.scope(self._folder_id))
            case Audio():
                expected = await self.expect()
                text = await replies.hear(asked.audio, self._named or expected.language, expected.terms)
            case Text():
                text = asked.text
        if not text.strip():
            return Reply(phrases_of(self.language).unheard, self._now)
        found = detect_language(text)
        self._spoken = found if found != UNKNOWN else self._spoken
        if self._study is not None and (thanks := self._study.takes(text)) is not None:
            await replies.remark(self._owner_id, self._conversation_id, "user", text)
            return await self._remarked(thanks)
        return await self._ask(text)

    async def _ask(self, text: str) -> Reply:
        """Ask, once what was asked before the connection broke is answered."""
        until = time.monotonic() + BEFORE_S
        while True:
            try:
                return await self._parts.replies.ask(self._owner_id, text, self._conversation_id, self._folder_id)
            except Conflict as error:
                if error.problem_code != "turn_running" or time.monotonic() > until:
                    raise
            await asyncio.sleep(LOOK_S)

    async def close(self) -> None:
        """Announce nothing more."""
        if self._study is not None:
            await self._study.close()

    async def _say(self, line: str) -> None:
        reply = await self._remarked(line)
        if self._announce is not None:
            await self._announce(reply)

    async def _remarked(self, line: str) -> Reply:
        await self._parts.replies.remark(self._owner_id, self._conversation_id, "assistant", line)
        return Reply(line, self._now)

    @property
    def _now(self) -> float:
        return self._parts.clock.now()
