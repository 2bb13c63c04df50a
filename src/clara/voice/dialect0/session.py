"""One session of a client of dialect 0: what it is about, and what is said to each of its messages."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from clara.core.clock import Clock
from clara.ops.drain import Drain
from clara.ops.limits import RateLimiter
from clara.voice.dialect0.messages import Asking, Audio, SessionStart, Text, VisualCommand
from clara.voice.dialect0.replies import Replies, Reply, Terms
from clara.voice.dialect0.study import Announced
from clara.voice.talking.asking import count_question

HEARD_NOTHING = "Sorry, I couldn't hear anything. Please say it again."


async def no_terms(owner_id: str, folder_id: str | None) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Dialect0:
    """What such sockets need; made once.

    A client that says nothing for ``idle_s`` is cut off; a session is announced to be over after ``study_s``.
    """

    replies: Replies
    limiter: RateLimiter
    drain: Drain
    clock: Clock
    terms: Terms = no_terms
    idle_s: float = 600.0
    max_s: float = 7200.0
    study_s: float = 600.0


class Session0:
    """``announce`` says what nobody asked for, ``is_quiet`` is whether nothing is being answered.

    Without a ``start`` it is about all files, and no study session.
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
        self._language = start.language[:2].lower() if start and start.language else None
        self._terms: Sequence[str] | None = None
        self._announce = announce
        self._study = Announced(parts.study_s, self._language or "en", self._say, is_quiet) if start else None

    async def reply_to(self, asked: Asking) -> Reply:
        """Return what is said to it. Raises what there is to be said instead."""
        await count_question(self._parts.limiter, self._owner_id)
        replies = self._parts.replies
        match asked:
            case VisualCommand():
                return await replies.show(self._owner_id, asked.kind, asked.scope(self._folder_id))
            case Audio():
                if self._terms is None:
                    self._terms = await self._parts.terms(self._owner_id, self._folder_id)
                text = await replies.hear(asked.audio, self._language, self._terms)
            case Text():
                text = asked.text
        if not text.strip():
            return Reply(HEARD_NOTHING, self._now)
        if self._study is not None and (thanks := self._study.takes(text)) is not None:
            await replies.remark(self._owner_id, self._conversation_id, "user", text)
            return await self._remarked(thanks)
        return await replies.ask(self._owner_id, text, self._conversation_id, self._folder_id)

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
