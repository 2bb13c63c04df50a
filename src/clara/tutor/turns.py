"""One turn: take the conversation, store the question, answer as events, store the answer."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from clara.core.clock import Clock
from clara.core.errors import Conflict, Invalid, NotFound
from clara.core.ids import NO_FOLDER, new_id
from clara.store import conversations as stored
from clara.store.conversations import Citation, Conversation
from clara.store.database import Database, Tx
from clara.store.folders import require_folder
from clara.store.learners import lock_learner
from clara.tutor.answering import Answerer, Question, Said
from clara.tutor.conversations import title_of
from clara.tutor.events import CitationEvent, Cited, DoneEvent, TextEvent, TutorEvent

TURN_LEASE_S = 30.0
HISTORY = 12
"""How many earlier messages a turn looks back at."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn that was begun: the question is stored and the conversation is ours until it ends."""

    id: str
    question_id: str
    conversation: Conversation
    question: Question


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


@dataclass(frozen=True, slots=True)
class Answered:
    """A whole turn, for doors that don't stream."""

    question_id: str
    message_id: str
    content: str
    citations: Sequence[Cited]
    covered: bool


class Tutor:
    """Answers in conversations; one turn at a time in each."""

    def __init__(self, database: Database, answerer: Answerer, clock: Clock) -> None:
        self._database = database
        self._answerer = answerer
        self._clock = clock

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
        """Store the question and take the conversation.

        ``create``: an id that this learner doesn't have opens a conversation of that id, filled from ``history``;
        otherwise it is NotFound. Conflict while another turn runs in it.
        """
        if not message.strip():
            raise Invalid("The message is empty.", code="empty_message")
        turn_id, question_id, now = new_id("turn"), new_id("msg"), self._clock.now()

        def begin(tx: Tx) -> Turn:
            lock_learner(tx, owner_id, now)
            if folder_id is not None:
                require_folder(tx, owner_id, folder_id)
            found = stored.get_conversation(tx, owner_id, conversation_id) if conversation_id else None
            if found is None:
                if not create:
                    raise NotFound("There is no such conversation.", code="conversation_not_found")
                found = self._open(tx, owner_id, conversation_id, message, folder_id, history, now)
            if not stored.take_turn(tx, owner_id, found.id, turn_id, TURN_LEASE_S):
                raise Conflict("An answer in this conversation is being written. Wait for it.", code="turn_running")
            if not found.title:
                stored.change_conversation(tx, owner_id, found.id, title=title_of(message))
            question = Question(owner_id, message, _folder(folder_id, found), _said(tx, owner_id, found.id))
            stored.add_message(tx, owner_id, found.id, question_id, "user", [{"text": message}], now)
            return Turn(turn_id, question_id, found, question)

        return await self._database.write(begin)

    def _open(
        self,
        tx: Tx,
        owner_id: str,
        conversation_id: str | None,
        message: str,
        folder_id: str | None,
        history: Sequence[Said],
        now: float,
    ) -> Conversation:
        first = next((said.text for said in history if said.role == "user"), message)
        conversation = Conversation(
            conversation_id or new_id("chat"), title_of(first), folder_id or NO_FOLDER, now, now
        )
        stored.add_conversation(tx, owner_id, conversation)
        for said in history:
            stored.add_message(tx, owner_id, conversation.id, new_id("msg"), said.role, [{"text": said.text}], now)
        return conversation

    async def run(self, turn: Turn) -> AsyncIterator[TutorEvent]:
        """Yield the answer's events; the last says that it is stored. However it ends, the conversation is free."""
        answer = _Answer()
        done = False
        try:
            async for event in self._answerer.answer(turn.question):
                answer.add(event)
                yield event
            message_id = await self._store(turn, answer)
            done = True
            yield DoneEvent(message_id, turn.question_id, covered=bool(answer.cited))
        finally:
            if not done:
                owner_id, conversation_id = turn.question.owner_id, turn.conversation.id
                await self._database.write(lambda tx: stored.end_turn(tx, owner_id, conversation_id, turn.id))

    async def answer(self, turn: Turn) -> Answered:
        """Run a turn to its end."""
        texts: list[str] = []
        cited: list[Cited] = []
        async for event in self.run(turn):
            match event:
                case TextEvent(text):
                    texts.append(text)
                case CitationEvent(citation):
                    cited.append(citation)
                case DoneEvent(message_id, question_id, covered):
                    return Answered(question_id, message_id, "".join(texts), cited, covered)
        raise RuntimeError("a turn ended without its last event")

    async def _store(self, turn: Turn, answer: _Answer) -> str:
        message_id, now = new_id("msg"), self._clock.now()
        owner_id, conversation_id = turn.question.owner_id, turn.conversation.id

        def store(tx: Tx) -> None:
            if not stored.end_turn(tx, owner_id, conversation_id, turn.id):
                raise Conflict("Another answer was begun meanwhile, or the conversation was deleted.", code="turn_lost")
            seq = stored.add_message(tx, owner_id, conversation_id, message_id, "assistant", answer.parts, now)
            stored.add_citations(tx, owner_id, conversation_id, [_citation(seq, cited) for cited in answer.cited])

        await self._database.write(store)
        return message_id


def _folder(folder_id: str | None, conversation: Conversation) -> str | None:
    if folder_id is not None:
        return folder_id
    return None if conversation.folder_id == NO_FOLDER else conversation.folder_id


def _said(tx: Tx, owner_id: str, conversation_id: str) -> Sequence[Said]:
    found = stored.list_messages(tx, owner_id, conversation_id, last=HISTORY)
    return [Said(message.role, "".join(part.get("text", "") for part in message.parts)) for message in found]


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
