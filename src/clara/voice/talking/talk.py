"""A learner's talk with the tutor in one session: questions asked, answers given, and stored as far as they were heard.

However they are heard and said: what speaks calls ``ask``, takes ``answer``, and says with ``finish`` what was heard.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Literal

import structlog

from clara.core.errors import ClaraError, Internal
from clara.core.ids import new_id
from clara.rag.languages import UNKNOWN, detect_language
from clara.tutor.events import AnswerEvent, TextEvent
from clara.tutor.turns.foreseen import Foreseen
from clara.tutor.turns.spoken import SpokenTurn
from clara.tutor.turns.tutor import Tutor
from clara.voice.sound.unspoken import is_stop
from clara.voice.talking.captions import Captions, Shown
from clara.voice.talking.reading import Reading
from clara.voice.talking.study_session import Stage, StudySession
from clara.voice.wire.messages import MOST_TEXT_CHARS, Transcript, Turn, failure_of
from clara.voice.wire.outbox import Outbox
from clara.voice.wording.phrases import apology, phrases_of

log = structlog.get_logger()

SETTLE_S = 0.25
"""So often an answer that still runs is cut again while the next question waits for its end."""
SETTLE_TRIES = 40
END_TRIES = 8
TAUGHT_BACK = (
    "The learner was asked to teach the key ideas of this conversation back. Unless they ask something: say what of it "
    "is right, and the one thing that is wrong or missing, by their material. In two short sentences."
)


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose talk it is, in which conversation (made by its first question), about which folder (None: its own).

    ``language`` is the learner's (ISO 639-1), None where nobody said: then each question's, and ``guess`` before.
    ``reads_aloud``: the client reads answers to the learner, and says how far, where the server doesn't speak.
    """

    owner_id: str
    conversation_id: str
    folder_id: str | None = None
    language: str | None = None
    guess: str = "en"
    reads_aloud: bool = False


class Talk:
    """One question at a time; ``study`` is the study session that it belongs to, if any.

    ``cut`` is called when what is said is to stop; ``heard`` tells what was heard so far.
    Without ``heard`` the answer is read: it is shown as it is written, and was heard as far as it is written, or as the
    client reports that reads it aloud. ``count`` is asked before a spoken question, and
    raises where it is one too many; typed ones are counted as they come in. ``foresees``: the answer is begun with the
    words, before it is certain that the learner has finished.
    """

    def __init__(
        self,
        tutor: Tutor,
        subject: Subject,
        outbox: Outbox,
        shown: Shown,
        cut: Callable[[], None],
        heard: Callable[[], str] | None = None,
        count: Callable[[], Awaitable[None]] | None = None,
        foresees: bool = False,
    ) -> None:
        self.language = subject.language or subject.guess
        self.study: StudySession | None = None
        self._tutor = tutor
        self._subject = subject
        self._outbox = outbox
        self._shown = shown
        self._cut = cut
        self._count = count
        self._foresees = foresees
        self._foreseen: Foreseen | None = None
        self._reads = heard is None
        self._reading = Reading() if heard is None and subject.reads_aloud else None
        self._heard = heard or (lambda: self.heard(self._captions))
        self._turn: SpokenTurn | None = None
        self._finishing: SpokenTurn | None = None
        self._free = asyncio.Event()
        self._free.set()
        self._instead, self._thanking = "", False
        self._captions: Captions = self._captioned(new_id("msg"))
        self._unheard: str | None = None
        self._withdrawn = False
        self.stops_so_far = self._stops_before = 0
        self._utterance, self._words = new_id("say"), ""
        self._asking = asyncio.Lock()

    @property
    def captions(self) -> Captions:
        """Of what is said now."""
        return self._captions

    def showing(self) -> Callable[[str], None]:
        """Return what shows how far the answer that is given now was said."""
        return self._captions.show

    def hear(self, words: str, goes_on: bool = False) -> None:
        """Show what the learner has said of a question so far; ``goes_on``: they are speaking again already."""
        self._words = f"{self._words} {words}".strip()
        self._outbox.say(Transcript(role="user", id=self._utterance, text=self._words, final=True))
        self.forget()
        summary = self.study is not None and self.study.stage is Stage.SUMMARY
        if self._foresees and not goes_on and self.is_free and self._unheard is None and not summary:
            subject, said, wishes = self._subject, self._words[:MOST_TEXT_CHARS], self._wishes
            self._foreseen = self._tutor.foresee(
                subject.owner_id, subject.conversation_id, said, subject.folder_id, wishes, aloud=True
            )

    def forget(self) -> None:
        """The learner goes on: what was foreseen isn't what they ask."""
        foreseen, self._foreseen = self._foreseen, None
        if foreseen is not None:
            foreseen.cancel()

    def _captioned(self, message_id: str) -> Captions:
        if self._reading is not None:
            self._reading.begin(message_id)
        return Captions(self._outbox, self._shown, message_id)

    def played(self, message_id: str, chars: int) -> None:
        """The client has read so much of an answer aloud."""
        if self._reading is not None:
            self._reading.played(message_id, chars)

    def heard(self, captions: Captions) -> str:
        """Return what was heard by now of what stands on the screen."""
        return captions.written if self._reading is None else self._reading.heard(captions.written)

    async def read_out(self, captions: Captions) -> bool:
        """It is written: wait until the client has read it aloud, if it does; False where ``hush`` came before."""
        if self._reading is None:
            return True
        captions.finish(captions.written)
        return await self._reading.follow(captions.written)

    def hush(self) -> None:
        """The client reads nothing more."""
        if self._reading is not None:
            self._reading.cut()

    async def ask(self, text: str, typed: bool = False, stops: int | None = None) -> None:
        """Begin a turn with a question; ``answer`` says why there is none where that fails.

        What is spoken before anything of the last answer was heard goes on with the last question. ``stops``: how often
        Clara was stopped when it was sent; who stops her before the answer begins gets none.
        """
        stops = self.stops_so_far if stops is None else stops
        async with self._asking:
            await self._settle()
            self._stops_before = stops
            subject, goes_on, self._unheard = self._subject, self._unheard, None
            self._instead, self._thanking, self._withdrawn = "", False, False
            self._utterance, self._words = new_id("say"), ""
            if await self._is_summary(text):
                self.forget()
                return
            try:
                if self._count and not typed:
                    await self._count()
                turn = await self._tutor.begin(
                    subject.owner_id,
                    subject.conversation_id,
                    text[:MOST_TEXT_CHARS],
                    subject.folder_id,
                    create=True,
                    goes_on=None if typed else goes_on,
                    aloud=True,
                    instructions=self._wishes,
                )
            except Exception as error:
                self.forget()
                self._refuse(error)
                return
            self._understand(turn.question.text)
            if self.study is not None:
                self.study.asked(turn.question_id, turn.question.text)
            self._captions = self._captioned(turn.message_id)
            foreseen, self._foreseen = self._foreseen, None
            self._turn = self._tutor.speak(turn, self._heard, lambda by: self._cut(), foreseen)
            self._free.clear()
            self._outbox.say(Turn(id=turn.question_id, role="user", text=turn.question.text))

    @property
    def _wishes(self) -> str:
        return TAUGHT_BACK if self.study is not None and self.study.stage is Stage.TEACH_BACK else ""

    async def _is_summary(self, text: str) -> bool:
        """Take what is said as the summary that a study session asked for; what is said to it is no answer."""
        if self.study is None or not self.study.takes(text):
            return False
        self._instead, self._thanking = phrases_of(self.language).over, True
        self._captions = self._captioned(new_id("msg"))
        self._free.clear()
        await self._remark("user", text)
        return True

    def line(self, text: str) -> Captions:
        """Show something that is said outside of a turn; tell ``finish_line`` how much of it was heard."""
        captions = self._captions = self._captioned(new_id("msg"))
        captions.add(TextEvent(text))
        return captions

    async def finish_line(self, captions: Captions, heard: str) -> None:
        captions.finish(heard)
        if heard.strip():
            await self._remark("assistant", heard.strip(), captions.id)

    async def _remark(self, role: Literal["user", "assistant"], text: str, message_id: str | None = None) -> None:
        subject = self._subject
        try:
            kept = await self._tutor.remark(subject.owner_id, subject.conversation_id, role, text, message_id)
        except Exception as error:
            self.tell(self._known(error))
            return
        if kept is not None:
            self._outbox.say(Turn(id=kept, role=role, text=text))

    @property
    def is_free(self) -> bool:
        """Whether nothing is being asked or answered."""
        return self._free.is_set() and not self._asking.locked()

    async def answer(self) -> AsyncGenerator[AnswerEvent, None]:
        """Yield the answer to what was asked, or an apology: nothing is raised, and nothing stored."""
        turn, captions = self._turn, self._captions
        if self.stops_so_far != self._stops_before:
            return
        if turn is None:
            said = TextEvent(self._instead or apology(None, self.language))
            self._add(captions, said)
            yield said
            return
        try:
            async with aclosing(turn.answer()) as events:
                async for event in events:
                    self._add(captions, event)
                    yield event
        except Exception as error:
            known = self._known(error)
            self.tell(known)
            said = TextEvent(f" {apology(known, self.language)}" if captions.written else apology(known, self.language))
            self._add(captions, said)
            yield said

    def _add(self, captions: Captions, event: AnswerEvent) -> None:
        captions.add(event)
        if self._reads and isinstance(event, TextEvent):
            captions.show_soon(captions.written)

    async def finish(self, heard: str, interrupted: bool = False) -> None:
        """The answer is over, or what was said instead: store what was heard of it, and tell of it."""
        turn = self._turn
        self._captions.finish(heard)
        if turn is None:
            thanks, self._thanking = self._thanking, False
            if thanks and heard.strip():
                await self._remark("assistant", heard.strip(), self._captions.id)
            self._free.set()
            return
        if turn is self._finishing:
            return
        self._finishing = turn
        try:
            done = await self._tutor.keep_spoken(turn, heard, interrupted)
        except Exception as error:
            self.tell(self._known(error))
        else:
            if done is not None:
                interrupted = done.ended == "stopped"
                self._outbox.say(Turn(id=done.message_id, role="assistant", text=turn.kept, interrupted=interrupted))
            elif interrupted and not turn.broke and not self._withdrawn:
                self._unheard = turn.turn.question_id
        finally:
            if self._turn is turn:
                self._turn = None
                self._free.set()

    def stops(self, said: str, over: bool = False) -> bool:
        """Take what is said for no more than the wish that Clara stop, where she speaks (``over``) or is about to."""
        if not is_stop(said) or (self.is_free and not over):
            return False
        self.withdraw()
        self._cut()
        return True

    def withdraw(self) -> None:
        """What is said next is a question of its own."""
        self._unheard, self._withdrawn = None, True
        self.stops_so_far += 1

    async def end(self) -> None:
        """Cut what is being said, and store what was heard of it."""
        self.withdraw()
        self.forget()
        async with self._asking:
            await self._settle(tries=END_TRIES)

    def tell(self, error: ClaraError) -> None:
        """Tell the client what went wrong."""
        self._outbox.say(failure_of(error))

    async def _settle(self, tries: int = SETTLE_TRIES) -> None:
        """Wait for the end of the answer before, and see to it."""
        for _ in range(tries):
            if self._free.is_set():
                return
            self._cut()
            try:
                async with asyncio.timeout(SETTLE_S):
                    await self._free.wait()
            except TimeoutError:
                continue
        await self.finish(self._heard(), interrupted=True)

    def _understand(self, question: str) -> None:
        if self._subject.language is None:
            found = detect_language(question)
            self.language = found if found != UNKNOWN else self.language

    def _refuse(self, error: Exception) -> None:
        known = self._known(error)
        self._instead = apology(known, self.language)
        self._captions = self._captioned(new_id("msg"))
        self._free.clear()
        self.tell(known)

    def _known(self, error: Exception) -> ClaraError:
        if isinstance(error, ClaraError):
            return error
        log.error("voice.turn_failed", exc_info=error)
        return Internal()
