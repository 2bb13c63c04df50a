"""Turns: a question taken, its answer written by a task of its own, and heard by whoever asks, then or later."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Sequence
from contextlib import aclosing
from typing import Any

import structlog

from clara.core.clock import Clock
from clara.core.errors import ClaraError, Internal, Invalid
from clara.core.ids import NO_FOLDER
from clara.library.locks import closed, closed_since
from clara.settings.sections import ChatSettings
from clara.store import conversations as stored
from clara.store import turns
from clara.store.conversations import Conversation
from clara.store.database import Database, Tx
from clara.store.folders import require_folder
from clara.tutor.answering import Answerer, Question, Said, well_formed
from clara.tutor.conversations import require_conversation
from clara.tutor.events import AnswerEvent, DoneEvent, TutorEvent
from clara.tutor.flagging import Flagging
from clara.tutor.flags import flags_in
from clara.tutor.showing import open_messages
from clara.tutor.turns.answered import Answered, Collected
from clara.tutor.turns.apart import read_apart
from clara.tutor.turns.beginning import HISTORY, Again, Asked, Terms, Turn, begin_again, begin_turn, teaching_rules
from clara.tutor.turns.following import follow_stored, no_such_turn
from clara.tutor.turns.foreseen import Foreseen
from clara.tutor.turns.keeping import KEPT_S
from clara.tutor.turns.remarks import add_remark
from clara.tutor.turns.running import TURN_LEASE_S, TURN_MAX_LIFE_S, Pace, RunningTurn
from clara.tutor.turns.spoken import Listening, SpokenTurn
from clara.tutor.turns.tape import Numbered
from clara.tutor.turns.titles import Titler

log = structlog.get_logger()

CLOSE_TIMEOUT_S = 5.0
STOP_TIMEOUT_S = 3.0
STOP_POLL_S = 0.1

__all__ = ["TURN_LEASE_S", "TURN_MAX_LIFE_S", "Tutor"]


class Tutor:
    """Answers in conversations; one turn at a time in each."""

    def __init__(
        self,
        database: Database,
        answerer: Answerer,
        clock: Clock,
        lease_s: float = TURN_LEASE_S,
        max_life_s: float = TURN_MAX_LIFE_S,
        titler: Titler | None = None,
        limits: ChatSettings | None = None,
        flagging: Flagging | None = None,
    ) -> None:
        self._database = database
        self._answerer = answerer
        self._clock = clock
        self._pace = Pace(lease_s, max_life_s)
        self._titler = titler
        self._limits = limits or ChatSettings()
        self._flagging = flagging or Flagging(clock)
        self._running: dict[str, RunningTurn | SpokenTurn] = {}
        self._tasks: set[asyncio.Task[None]] = set()

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
        mode: str | None = None,
        instructions: str = "",
        max_tokens: int | None = None,
        goes_on: str | None = None,
        aloud: bool = False,
    ) -> Turn:
        """Take the conversation and store the question, which is not doubled when it stands there without an answer.

        ``folder_id`` is for this question: None means the conversation's, "none" every file. ``create``: an id that
        this learner doesn't have opens a conversation of that id, filled from ``history``; otherwise it is NotFound.
        ``mode`` changes the conversation's. ``goes_on`` and ``aloud`` are as in Asked. Conflict while another turn runs
        in it.
        """
        _check(message)
        asked = Asked(
            owner_id,
            conversation_id,
            message,
            folder_id,
            history,
            create,
            mode,
            instructions,
            max_tokens,
            goes_on,
            aloud,
        )
        terms = self._terms()
        return await self._begin(lambda tx: begin_turn(tx, asked, terms))

    async def begin_again(self, again: Again) -> Turn:
        """Take the conversation to answer a question once more, or to answer it as it is changed."""
        if again.content is not None:
            _check(again.content)
        terms = self._terms()
        return await self._begin(lambda tx: begin_again(tx, again, terms))

    async def _begin(self, begin: Callable[[Tx], Turn]) -> Turn:
        def begin_flagged(tx: Tx) -> tuple[Turn, bool]:
            turn = begin(tx)
            return turn, self._flagging.note(tx, turn.question, turn.question_id)

        turn, flagged = await self._database.write(begin_flagged)
        if flagged:
            self._flagging.wake()
        return turn

    def _terms(self) -> Terms:
        return Terms(self._clock.now(), self._pace.lease_s, self._pace.max_life_s + KEPT_S, self._limits)

    def start(self, turn: Turn) -> RunningTurn:
        """Run a turn that was begun to its end, whether or not somebody listens."""
        running = RunningTurn(turn, self._answerer, self._database, self._clock, self._pace)
        self._running[turn.id] = running
        self._later(self._run(running))
        return running

    def _later(self, doing: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(doing, name="turn")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, running: RunningTurn) -> None:
        try:
            await running.run()
        finally:
            del self._running[running.turn.id]
        if running.error is None:
            await self._name(running.turn)

    async def _name(self, turn: Turn) -> None:
        # A title by a model could tell what hints don't.
        if self._titler is not None and turn.titled is not None and turn.question.mode == "explain":
            await self._titler.name(turn.question, turn.titled)

    def foresee(
        self,
        owner_id: str,
        conversation_id: str,
        message: str,
        folder_id: str | None = None,
        instructions: str = "",
        aloud: bool = False,
    ) -> Foreseen:
        """Begin to write the answer to what may be asked next, for ``speak``; who doesn't need it closes it."""
        asked = Asked(owner_id, conversation_id, message, folder_id, (), False, instructions=instructions, aloud=aloud)
        return Foreseen(asked, self._database, self._answerer)

    def speak(
        self, turn: Turn, heard: Listening, cut: Callable[[str], None], foreseen: Foreseen | None = None
    ) -> SpokenTurn:
        """Hold a turn that was begun while it is spoken, until ``keep_spoken``; see SpokenTurn."""
        spoken = SpokenTurn(turn, self._answerer, self._database, self._clock, self._pace, heard, cut, foreseen)
        self._running[turn.id] = spoken
        return spoken

    async def keep_spoken(self, spoken: SpokenTurn, heard: str, interrupted: bool = False) -> DoneEvent | None:
        """Store what was heard of a turn, as SpokenTurn.keep does; then its conversation may get a title."""
        try:
            done = await spoken.keep(heard, interrupted)
        finally:
            kept = self._running.pop(spoken.turn.id, None) is not None
        if done is not None and kept:
            self._later(self._name(spoken.turn))
        return done

    def stream(self, turn: Turn) -> AsyncGenerator[TutorEvent, None]:
        """Run a turn to its end, whether or not somebody listens that long; return its events as they come.

        The last is DoneEvent once all is stored, or ErrorEvent: they raise nothing of the turn's.
        """
        return _events(self.start(turn))

    async def answer(self, turn: Turn) -> Answered:
        """Run a turn to its end, and return it or raise why there is no answer."""
        running = self.start(turn)
        collected = Collected()
        async for heard in running.tape.listen():
            if (answered := collected.add(heard.event)) is not None:
                return answered
        raise running.error or Internal()

    async def find(self, owner_id: str, conversation_id: str, turn_id: str) -> Turn:
        """Return a turn that runs anywhere, or that ended a short while ago; none from before a locked exam."""

        def query(tx: Tx) -> Turn:
            row = turns.get_turn(tx, owner_id, turn_id)
            conversation = stored.get_conversation(tx, owner_id, conversation_id)
            if row is None or conversation is None or row.conversation_id != conversation_id:
                raise no_such_turn()
            asked = stored.get_message(tx, owner_id, conversation_id, row.question_id)
            if (asked.created_at if asked else 0.0) < closed_since(tx, owner_id, conversation.folder_id):
                raise closed()
            answer = stored.get_message(tx, owner_id, conversation_id, row.message_id)
            if answer and not open_messages(tx, owner_id, conversation_id, [answer]):
                raise closed()
            text = "".join(part.get("text", "") for part in asked.parts) if asked else ""
            asked_at, seq = (asked.created_at, asked.seq) if asked else (0.0, 0)
            question = Question(owner_id, text, None, (), conversation_id)
            return Turn(turn_id, row.question_id, row.message_id, asked_at, conversation, question, seq)

        return await self._database.read(query)

    def follow(self, turn: Turn) -> AsyncIterator[Numbered]:
        """Yield a turn's events from its first, or from the first that is left, as they come; on any server."""
        running = self._running.get(turn.id)
        if running is not None:
            return running.tape.listen()
        return follow_stored(self._database, turn.question.owner_id, turn.id)

    async def stop(self, owner_id: str, conversation_id: str) -> str | None:
        """Stop the turn that runs in a conversation, on any server, and wait a little for its end; return its id."""

        def ask(tx: Tx) -> str | None:
            turn_id = require_conversation(tx, owner_id, conversation_id).turn_id
            return turn_id if turn_id and turns.ask_to_stop(tx, owner_id, turn_id) else None

        turn_id = await self._database.write(ask)
        if turn_id is None:
            return None
        if turn_id in self._running:
            self._running[turn_id].stop()
        try:
            async with asyncio.timeout(STOP_TIMEOUT_S):
                # Another server's turn can't set an event here.
                while await self._runs(owner_id, conversation_id, turn_id):  # noqa: ASYNC110
                    await asyncio.sleep(STOP_POLL_S)
        except TimeoutError:
            log.warning("turn.stops_late", turn=turn_id)
        return turn_id

    async def _runs(self, owner_id: str, conversation_id: str, turn_id: str) -> bool:
        found = await self._database.read(lambda tx: stored.get_conversation(tx, owner_id, conversation_id))
        return found is not None and found.turn_id == turn_id

    async def once(
        self,
        owner_id: str,
        message: str,
        folder_id: str | None = None,
        history: Sequence[Said] = (),
        mode: str = "explain",
        instructions: str = "",
        max_tokens: int | None = None,
    ) -> AsyncGenerator[AnswerEvent, None]:
        """Answer a question of which nothing is stored; raise what goes wrong. Leaving ends the answer."""
        _check(message)
        now, wanted = self._clock.now(), folder_id or NO_FOLDER
        conversation = Conversation("", "", wanted, now, now, mode)

        def rules(tx: Tx) -> Question:
            require_folder(tx, owner_id, wanted)
            found = teaching_rules(tx, owner_id, conversation, wanted)
            return Question(
                owner_id,
                message,
                None if wanted == NO_FOLDER else wanted,
                history[-HISTORY:],
                mode=found.mode,
                material_only=found.material_only,
                instructions=instructions,
                max_tokens=max_tokens,
            )

        question = await self._database.read(rules)
        if flags_in(question.text, question.mode):
            await self._database.write(lambda tx: self._flagging.note(tx, question, ""))
            self._flagging.wake()
        async with aclosing(read_apart(self._answerer.answer(question))) as events:
            async for event in events:
                yield well_formed(event)

    async def remark(
        self, owner_id: str, conversation_id: str, role: str, text: str, message_id: str | None = None
    ) -> str | None:
        """Keep what is said outside of a turn; see add_remark."""
        now = self._clock.now()
        return await self._database.write(
            lambda tx: add_remark(tx, owner_id, conversation_id, role, text, now, message_id)
        )

    async def close(self, timeout_s: float = CLOSE_TIMEOUT_S) -> None:
        """Let answers be written; cut what takes too long. Of answers that are being spoken, keep what was heard."""
        for spoken in [running for running in self._running.values() if isinstance(running, SpokenTurn)]:
            try:
                await self.keep_spoken(spoken, spoken.heard, interrupted=True)
            except ClaraError as error:
                log.warning("turn.not_kept", turn=spoken.turn.id, code=error.problem_code)
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=timeout_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)


async def _events(running: RunningTurn) -> AsyncGenerator[TutorEvent, None]:
    async for heard in running.tape.listen():
        yield heard.event


def _check(message: str) -> None:
    if not message.strip():
        raise Invalid("The message is empty. Send a question.", code="empty_message")
