"""The mode "hints" with a model: up the ladder with the learner's attempts, and no answer before its top.

What the model writes is held, and released unit by unit once it is known not to give the answer away that the tutor
worked out for itself, in a request of its own that the learner never sees.
"""

import re
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

import structlog

from clara.core.errors import ClaraError, ProviderFailed
from clara.library.budget import Budget
from clara.library.metering import MeteredModel
from clara.providers.chat import ChatModel, ChatRequest, Spent, Stopped, TextDelta
from clara.rag.languages import detect_language
from clara.rag.search import SearchEngine
from clara.tutor.answering import Answerer, Question
from clara.tutor.events import AnswerEvent, EndedEvent, ProgressEvent, TextEvent, UsageEvent
from clara.tutor.leaks.check import LeakCheck
from clara.tutor.leaks.replies import content_words
from clara.tutor.material import PASSAGES, Material
from clara.tutor.modes.gate import Gate
from clara.tutor.modes.hint_prompts import WorkedOut, hint_text, work_out_text
from clara.tutor.modes.ladder import Ladder, Task
from clara.tutor.modes.phrases import ModePhrases, mode_phrases
from clara.tutor.prompting import Marker, ask, conversation, show_passages
from clara.tutor.quotes.greetings import says_nothing, small_talk
from clara.tutor.reading import Reading, read
from clara.tutor.writing import Writing

log = structlog.get_logger()

HINT_TOKENS = 800
WORKING_TOKENS = 2500
MAX_ANSWERS = 12
NEW_WORDS = 3
_WRITES_CODE = re.compile(
    r"```|\b(?:python|javascript|typescript|java|c\+\+|c#|sql|html|css|rust|golang|code|program|function|funktion"
    r"|programm|función|fonction|funzione|função|functie)\b",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Lesson:
    question: Question
    material: Material
    passages: str
    language: str
    phrases: ModePhrases
    spent: Spent = field(default_factory=Spent)


class HintingAnswerer:
    """``explain`` answers where the answer may be told; ``otherwise`` where the tutor couldn't work one out itself.

    ``on_leak`` is told by what the model tried to give an answer away.
    """

    def __init__(
        self,
        search: SearchEngine,
        model: ChatModel,
        budget: Budget,
        explain: Answerer,
        otherwise: Answerer,
        on_leak: Callable[[str], None] = lambda kind: None,
    ) -> None:
        self._search = search
        self._model = model
        self._budget = budget
        self._explain = explain
        self._otherwise = otherwise
        self._on_leak = on_leak

    @property
    def name(self) -> str:
        """The model's."""
        return self._model.name

    async def answer(self, question: Question) -> AsyncGenerator[AnswerEvent, None]:
        """Yield what may be said; the ladder first, so that a turn that is cut remembers the attempt."""
        ladder = Ladder.of(question.progress)
        if small_talk(question.text) is not None or says_nothing(question.text):
            async with aclosing(self._gated(question, ladder)) as events:
                async for event in events:
                    yield event
            return
        marker = Marker.new()
        material, reading = Material(self._search, question, marker), await read(self._search, question, PASSAGES)
        lesson = _lesson(question, material, reading)
        worked = await self._work_out(lesson)
        climbed = _climb(ladder, question.text, worked)
        task = climbed.task if climbed else None
        if climbed is None or task is None or not task.answers:
            async with aclosing(self._gated(question, ladder, self._otherwise)) as events:
                async for event in events:
                    yield event
            return
        ladder = climbed
        yield ProgressEvent({**question.progress, **ladder.progress()})
        events = self._gated(question, ladder) if task.may_tell else self._hint(lesson, ladder, task)
        async with aclosing(events):
            async for event in events:
                yield event

    async def _work_out(self, lesson: _Lesson) -> WorkedOut:
        question = lesson.question
        request = ChatRequest(
            work_out_text(lesson.material.marker),
            conversation(question.history, ask(lesson.passages, question.text)),
            max_tokens=WORKING_TOKENS,
        )
        try:
            worked, lesson.spent = await self._metered(question).fill(request, WorkedOut)
        except ProviderFailed as error:
            log.info("hints.not_worked_out", code=error.problem_code)
            return WorkedOut()
        return worked

    async def _hint(self, lesson: _Lesson, ladder: Ladder, task: Task) -> AsyncGenerator[AnswerEvent, None]:
        question = lesson.question
        checks = _checks(ladder, lesson.material)
        with_code = _WRITES_CODE.search(task.text) is not None
        said = ""
        for stricter in (False, True):
            gate = Gate(checks, f"{_said_before(question)}\n{said}", with_code=with_code)
            apart = said.strip() != ""
            async with aclosing(self._write(lesson, task, gate, stricter)) as events:
                async for event in events:
                    if apart and isinstance(event, TextEvent):
                        yield TextEvent("\n\n")
                        apart = False
                    yield event
            said += gate.released
            if gate.leaked is None and said.strip():
                return
            self._on_leak(gate.leaked or "nothing")
        yield TextEvent(f"\n\n{lesson.phrases.safe}" if said.strip() else lesson.phrases.safe)

    async def _write(
        self, lesson: _Lesson, task: Task, gate: Gate, stricter: bool
    ) -> AsyncGenerator[AnswerEvent, None]:
        question = lesson.question
        request = ChatRequest(
            hint_text(lesson.material.marker, task, stricter),
            conversation(question.history, ask(lesson.passages, question.text)),
            max_tokens=min(question.max_tokens or HINT_TOKENS, HINT_TOKENS),
        )
        writing = Writing(lesson.material, lesson.language)
        spent = Spent()
        try:
            async with aclosing(self._metered(question).stream(request)) as events:
                async for event in events:
                    if isinstance(event, TextDelta):
                        for shown in _through(gate, await writing.hear(event.text)):
                            yield shown
                    elif isinstance(event, Spent):
                        spent = event
                    elif isinstance(event, Stopped) and event.reason == "refusal":
                        break
                    if gate.leaked:
                        break
        except ClaraError as error:
            if not gate.released:
                raise
            log.warning("answer.broke_off", code=error.problem_code)
            yield EndedEvent("broken")
        if not gate.leaked:
            for shown in (*_through(gate, await writing.end()), *gate.end()):
                yield shown
        lesson.spent += spent
        if lesson.spent.total:
            yield UsageEvent(lesson.spent.input_tokens, lesson.spent.output_tokens)

    async def _gated(
        self, question: Question, ladder: Ladder, answerer: Answerer | None = None
    ) -> AsyncGenerator[AnswerEvent, None]:
        """Let another answerer answer, as far as it doesn't tell what isn't to be told yet."""
        checks = _checks(ladder, None)
        gate = Gate(checks, _said_before(question)) if checks else None
        async with aclosing((answerer or self._explain).answer(question)) as events:
            async for event in events:
                if gate is None or isinstance(event, ProgressEvent):
                    yield event
                    continue
                for shown in gate.hear(event):
                    yield shown
                if gate.leaked:
                    break
        if gate is None:
            return
        for shown in gate.end():
            yield shown
        if gate.leaked:
            self._on_leak(gate.leaked)
            yield TextEvent(("\n\n" if gate.released.strip() else "") + mode_phrases(_language_of(question)).safe)

    def _metered(self, question: Question) -> MeteredModel:
        return MeteredModel(self._budget, question.owner_id, self._model)


def _lesson(question: Question, material: Material, reading: Reading) -> _Lesson:
    found, language = reading.found, reading.asked.language
    numbers = material.add(found.passages)
    passages = show_passages(material.marker, list(zip(numbers, found.passages, strict=True)))
    return _Lesson(question, material, passages, language, mode_phrases(language))


def _climb(ladder: Ladder, message: str, worked: WorkedOut) -> Ladder | None:
    """Begin the task that was asked, or go on with the present one; None: a task whose answer isn't known.

    Every answer that was worked out is guarded from then on, whatever it is taken for.
    """
    answers = [answer.strip() for answer in (worked.answer, *worked.also) if answer.strip()][:MAX_ANSWERS]
    if ladder.task is None or not worked.same_task:
        return ladder.begin(message, answers) if answers else None
    if not answers and _asks_anew(message, ladder.task.text):
        return None
    every = tuple(dict.fromkeys((*ladder.task.answers, *answers)))[: 2 * MAX_ANSWERS]
    return Ladder((*ladder.tasks[:-1], replace(ladder.task, answers=every))).hear(message)


def _asks_anew(message: str, task: str) -> bool:
    """A question with words of its own may be another task, whatever a model takes it for."""
    new = set(content_words(message)) - set(content_words(task))
    return len(new) >= NEW_WORDS and message.rstrip().endswith(("?", "？", "؟"))


def _checks(ladder: Ladder, material: Material | None) -> Sequence[LeakCheck]:
    pages = {page for p in (material.passages if material else ()) for page in (p.page_from, p.page_to) if page}
    return [LeakCheck(task.answers, task.text, pages) for task in ladder.guarded]


def _through(gate: Gate, events: Sequence[AnswerEvent]) -> list[AnswerEvent]:
    return [shown for event in events for shown in gate.hear(event)]


def _said_before(question: Question) -> str:
    return "\n".join(said.text for said in question.history if said.role == "assistant")[-4000:]


def _language_of(question: Question) -> str:
    return detect_language(question.text)
