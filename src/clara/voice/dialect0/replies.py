"""What Clara says to a whole message: words to be read aloud, and what was made to look at.

For clients that speak themselves. The tutor keeps question and answer as in any chat.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import structlog

from clara.core.clock import Clock
from clara.core.errors import ClaraError, Conflict, Unavailable
from clara.library.locks import Locks
from clara.providers.chat import ChatModel
from clara.providers.speech import Speech
from clara.study.contract import visual_content
from clara.study.scope import Kind, Scope
from clara.study.sets import StudySet
from clara.study.studio import Studio
from clara.tutor.aloud import say_made
from clara.tutor.turns.tutor import Tutor
from clara.voice.sound.recordings import Recordings
from clara.voice.sound.silence import RATE, is_quiet
from clara.voice.sound.unspoken import is_echo, is_invented
from clara.voice.wording.aloud import read_aloud

log = structlog.get_logger()

T = TypeVar("T")
_NOT_HERE = frozenset(("no_material", "topic_not_covered"))


@dataclass(frozen=True, slots=True)
class Reply:
    """``visual`` is as ``visual_content`` has it. ``made`` is False where something was to be made and couldn't be."""

    text: str
    said_at: float
    conversation_id: str = ""
    visual: Mapping[str, Any] | None = None
    made: bool = True

    @property
    def command_type(self) -> str | None:
        return self.visual["type"] if self.visual else None


class Replies:
    """Replies to one learner at a time. What is begun runs to its end, and is kept, should the client leave."""

    def __init__(
        self,
        tutor: Tutor,
        studio: Studio,
        locks: Locks,
        speech: Speech,
        clock: Clock,
        model_of: Callable[[str], ChatModel | None],
        recordings: Recordings | None = None,
    ) -> None:
        self._tutor = tutor
        self._studio = studio
        self._locks = locks
        self._speech = speech
        self._clock = clock
        self._model_of = model_of
        self._recordings = recordings or Recordings()
        self._tasks: set[asyncio.Task[Any]] = set()

    async def ask(
        self, owner_id: str, message: str, conversation_id: str | None = None, folder_id: str | None = None
    ) -> Reply:
        """Answer in a conversation, which is opened where there is none of that id."""
        return await self._to_its_end(self._ask(owner_id, message, conversation_id, folder_id))

    async def show(self, owner_id: str, kind: Kind, scope: Scope) -> Reply:
        """Make something to look at, and keep it as a study set. Raises Forbidden while an exam runs."""
        return await self._to_its_end(self._show(owner_id, kind, scope))

    def check(self, encoded: str) -> None:
        """Raise TooLarge for a recording that isn't worth waiting for its turn."""
        self._recordings.check(encoded)

    async def hear(self, encoded: str, language: str | None = None, terms: Sequence[str] = ()) -> str:
        """Return the words of a recording in base64, "" when there are none. Raises as Recordings and Speech do."""
        if not self._speech.hears:
            raise Unavailable("No speech service is set up on this server. Use text.", code="speech_not_configured")
        recording = await self._recordings.read(encoded)
        if not recording.hearable:
            return ""
        text = await self._speech.transcribe(recording.pcm, RATE, language, terms)
        return "" if is_invented(text, is_quiet(recording.loudness)) or is_echo(text, terms) else text

    async def remark(self, owner_id: str, conversation_id: str, role: Literal["user", "assistant"], text: str) -> None:
        """Keep what is said outside of question and answer, where there is a conversation yet; logged if it fails."""
        try:
            await self._tutor.remark(owner_id, conversation_id, role, text)
        except ClaraError as error:
            log.warning("voice.remark_not_kept", code=error.problem_code)

    async def close(self) -> None:
        """Wait for nothing more; what is half done is the tutor's to end."""
        self._recordings.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _ask(self, owner_id: str, message: str, conversation_id: str | None, folder_id: str | None) -> Reply:
        turn = await self._tutor.begin(owner_id, conversation_id, message, folder_id, create=True, aloud=True)
        answered = await self._tutor.answer(turn)
        made = await self._studio.find(owner_id, [artifact.set_id for artifact in answered.artifacts])
        visuals = [visual_content(found, self._clock.now()) for found in made.values()]
        texts = [_points(found) for found in made.values() if found.kind is Kind.SUMMARY]
        return Reply(
            read_aloud("\n\n".join(texts) or answered.content, answered.citations),
            answered.answered_at,
            turn.conversation.id,
            next((visual for visual in visuals if visual), None),
        )

    async def _show(self, owner_id: str, kind: Kind, scope: Scope) -> Reply:
        await self._locks.require_open(owner_id, None)
        now = self._clock.now
        try:
            found = await self._studio.make_anyhow(owner_id, kind, scope, model=self._model_of(owner_id))
        except Conflict as error:
            if error.problem_code not in _NOT_HERE:
                raise
            return Reply(error.detail, now(), made=False)
        return Reply(say_made(found), now(), visual=visual_content(found, now()))

    async def _to_its_end(self, doing: Coroutine[Any, Any, T]) -> T:
        task: asyncio.Task[T] = asyncio.create_task(doing)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return await asyncio.shield(task)

    def _done(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            # Where the client left, nobody else asks for it.
            task.exception()


def _points(found: StudySet) -> str:
    """Return a summary as text to be read: these clients have nowhere to show one."""
    return "\n\n".join((f"# {found.title}", *(str(item.body["text"]) for item in found.items)))
