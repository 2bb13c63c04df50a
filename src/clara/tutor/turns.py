"""One turn: take the conversation, store the question, answer as events, store the answer."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from clara.core.clock import Clock
from clara.core.errors import ClaraError, Conflict, Invalid
from clara.core.ids import new_id
from clara.store import conversations as stored
from clara.store.conversations import Citation
from clara.store.database import Database, Tx
from clara.tutor.answering import Answerer, Said
from clara.tutor.beginning import Asked, Turn, begin_turn
from clara.tutor.events import CitationEvent, Cited, DoneEvent, EndedEvent, ProgressEvent, TextEvent, TutorEvent

log = structlog.get_logger()

TURN_LEASE_S = 15.0
"""For so long a conversation is held after its server died; while an answer is written the lease is prolonged."""
CLOSE_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class Answered:
    """A whole turn, for doors that don't stream."""

    message_id: str
    content: str
    citations: Sequence[Cited]
    answered_at: float
    covered: bool


@dataclass(slots=True)
class Collected:
    """What a turn's events amount to."""

    texts: list[str] = field(default_factory=list)
    cited: list[Cited] = field(default_factory=list)

    def add(self, event: TutorEvent) -> Answered | None:
        """Take one event; return the whole turn with the last."""
        match event:
            case TextEvent(text):
                self.texts.append(text)
            case CitationEvent(citation):
                self.cited.append(citation)
            case DoneEvent():
                content = "".join(self.texts)
                return Answered(event.message_id, content, self.cited, event.answered_at, event.covered)
        return None


@dataclass(slots=True)
class _Answer:
    parts: list[dict[str, Any]] = field(default_factory=list)
    cited: list[Cited] = field(default_factory=list)

    def add(self, event: TextEvent | CitationEvent) -> None:
        if isinstance(event, CitationEvent):
            self.cited.append(event.citation)
        elif event.quote_of is not None:
            self.parts.append({"cite": event.quote_of})
        elif self.parts and "text" in self.parts[-1]:
            self.parts[-1]["text"] += event.text
        else:
            self.parts.append({"text": event.text})


class Tutor:
    """Answers in conversations; one turn at a time in each."""

    def __init__(self, database: Database, answerer: Answerer, clock: Clock, lease_s: float = TURN_LEASE_S) -> None:
        self._database = database
        self._answerer = answerer
        self._clock = clock
        self._lease_s = lease_s
        self._streamed: set[asyncio.Task[None]] = set()

    @property
    def model(self) -> str:
        """The model's name, "none" when answers are quotes."""
        return self._answerer.name

    async def begin(
        self,
        owner_id: str,
        conversation_id: str | None,
        message: str,
        folder_id: str | None = None,
        history: Sequence[Said] = (),
        create: bool = False,
    ) -> Turn:
        """Take the conversation and store the question, which is not doubled when it stands there without an answer.

        ``folder_id`` is for this question: None means the conversation's, "none" every file. ``create``: an id that
        this learner doesn't have opens a conversation of that id, filled from ``history``; otherwise it is NotFound.
        Conflict while another turn runs in it.
        """
        if not message.strip():
            raise Invalid("The message is empty. Send a question.", code="empty_message")
        now = self._clock.now()
        asked = Asked(owner_id, conversation_id, message, folder_id, history, create, now, self._lease_s)
        return await self._database.write(lambda tx: begin_turn(tx, asked))

    async def run(self, turn: Turn) -> AsyncIterator[TutorEvent]:
        """Yield the answer's events; the last says that it is stored. However it ends, the conversation is free."""
        answer = _Answer()
        done = False
        holding = asyncio.create_task(self._hold(turn))
        try:
            async for event in self._answerer.answer(turn.question):
                if isinstance(event, ProgressEvent | EndedEvent):
                    continue
                if isinstance(event, TextEvent | CitationEvent):
                    answer.add(event)
                yield event
            message_id, now = await self._store(turn, answer)
            done = True
            yield DoneEvent(message_id, turn.question_id, now, covered=bool(answer.cited))
        finally:
            holding.cancel()
            if not done:
                owner_id, conversation_id = turn.question.owner_id, turn.conversation.id
                await self._database.write(lambda tx: stored.end_turn(tx, owner_id, conversation_id, turn.id))

    async def _hold(self, turn: Turn) -> None:
        """Prolong the turn's lease for as long as it runs."""
        owner_id, conversation_id = turn.question.owner_id, turn.conversation.id
        while True:
            await asyncio.sleep(self._lease_s / 3)
            try:
                await self._database.write(
                    lambda tx: stored.hold_turn(tx, owner_id, conversation_id, turn.id, self._lease_s)
                )
            except ClaraError as error:
                log.warning("turn.not_held", turn=turn.id, code=error.problem_code)

    async def answer(self, turn: Turn) -> Answered:
        """Run a turn to its end."""
        collected = Collected()
        async for event in self.run(turn):
            if (answered := collected.add(event)) is not None:
                return answered
        raise RuntimeError("a turn ended without its last event")

    def stream(self, turn: Turn) -> AsyncIterator[TutorEvent]:
        """Run a turn to its end, whether or not somebody listens that long; return its events as they come."""
        events: asyncio.Queue[TutorEvent | Exception] = asyncio.Queue()

        async def write() -> None:
            try:
                async for event in self.run(turn):
                    events.put_nowait(event)
            except Exception as error:
                # Whoever asked may have gone: then nobody else would tell of it.
                if not isinstance(error, ClaraError) or error.status >= 500:
                    log.exception("turn.failed", turn=turn.id)
                events.put_nowait(error)

        task = asyncio.create_task(write(), name="turn")
        self._streamed.add(task)
        task.add_done_callback(self._streamed.discard)
        return _events(events)

    async def close(self, timeout_s: float = CLOSE_TIMEOUT_S) -> None:
        """Let answers that are being streamed be written; cut what takes too long."""
        if self._streamed:
            _, late = await asyncio.wait(self._streamed, timeout=timeout_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _store(self, turn: Turn, answer: _Answer) -> tuple[str, float]:
        message_id, now = new_id("msg"), self._clock.now()
        owner_id, conversation_id = turn.question.owner_id, turn.conversation.id

        def store(tx: Tx) -> None:
            if not stored.end_turn(tx, owner_id, conversation_id, turn.id):
                raise Conflict(
                    "The answer is not kept: its conversation was deleted, or another question asked. Ask again.",
                    code="turn_lost",
                )
            seq = stored.add_message(tx, owner_id, conversation_id, message_id, "assistant", answer.parts, now)
            stored.add_citations(tx, owner_id, conversation_id, [_citation(seq, cited) for cited in answer.cited])

        await self._database.write(store)
        return message_id, now


async def _events(events: "asyncio.Queue[TutorEvent | Exception]") -> AsyncIterator[TutorEvent]:
    while True:
        event = await events.get()
        if isinstance(event, Exception):
            raise event
        yield event
        if isinstance(event, DoneEvent):
            return


def _citation(seq: int, cited: Cited) -> Citation:
    return Citation(
        seq,
        cited.n,
        cited.file_id,
        cited.document_id,
        cited.chunk_seq,
        cited.start,
        cited.end,
        cited.page_from,
        cited.page_to,
    )
