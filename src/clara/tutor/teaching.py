"""The answerer with a model: it explains from the learner's files, and what it cites was checked.

``TeachingAnswerer`` is the mode "explain". Other modes put their own instructions and checks around the same pieces:
``read`` and ``Material`` find what may be cited, ``prompting`` says it to the model, ``Writing`` makes it fit to show.
"""

from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

import structlog

from clara.core.errors import ClaraError
from clara.library.budget import Budget
from clara.library.metering import MeteredModel
from clara.providers.chat import ChatModel, ChatRequest, Spent, Stopped, TextDelta, Tool, ToolEnded, ToolStarted
from clara.providers.failures import empty
from clara.rag.languages import detect_language
from clara.rag.search import SearchEngine
from clara.store.files import count_unread
from clara.study.labels import kind_label
from clara.study.scope import Kind
from clara.tutor.answering import Question
from clara.tutor.events import AnswerEvent, ArtifactEvent, CitationEvent, EndedEvent, TextEvent, ToolEvent, UsageEvent
from clara.tutor.labels import Labels, labels_in
from clara.tutor.material import PASSAGES, SEARCH_TOOL, Material, query_of
from clara.tutor.phrases import Phrases, phrases_in
from clara.tutor.prompting import Marker, ask, conversation, not_covered, show_passages, system_text, talk_text
from clara.tutor.quotes.greetings import says_nothing, small_talk
from clara.tutor.quotes.overview import look_over
from clara.tutor.quotes.references import asks_for_overview
from clara.tutor.reading import asked_before, read
from clara.tutor.writing import Writing

log = structlog.get_logger()

ANSWER_TOKENS = 4000
TALK_TOKENS = 400

Show = Callable[[AnswerEvent], None]
Toolbox = Callable[[Question, Show], Sequence[Tool]]
"""Makes the tools for one question besides the search. What a tool shows, such as an ArtifactEvent, comes right after
its call has ended."""


def _no_tools(question: Question, show: Show) -> Sequence[Tool]:
    return ()


@dataclass(frozen=True, slots=True)
class Watch:
    """Who hears of marks (their outcome) and of what was stripped from a text (its kind)."""

    on_mark: Callable[[str], None] = lambda outcome: None
    on_stripped: Callable[[str], None] = lambda kind: None


class TeachingAnswerer:
    """Explains with a model. ``hosts`` are those that links may lead to."""

    def __init__(
        self,
        search: SearchEngine,
        model: ChatModel,
        budget: Budget,
        *,
        toolbox: Toolbox = _no_tools,
        hosts: Collection[str] = (),
        watch: Watch | None = None,
    ) -> None:
        self._search = search
        self._model = model
        self._budget = budget
        self._toolbox = toolbox
        self._hosts = hosts
        self._watch = watch or Watch()

    @property
    def name(self) -> str:
        """The model's."""
        return self._model.name

    async def answer(self, question: Question) -> AsyncGenerator[AnswerEvent, None]:
        """Yield the answer as it is written; what fails before anything was shown raises."""
        if says_nothing(question.text):
            yield TextEvent(phrases_in(detect_language(" ".join(asked_before(question)))).nothing_asked)
            return
        lesson = await self._prepare(question)
        if lesson.excuse:
            yield TextEvent(lesson.excuse)
            return
        events = self._write(lesson)
        if question.material_only and not lesson.talk:
            events = _once_cited(events, not_covered(question, lesson.phrases), lesson.language)
        async with aclosing(events):
            async for event in events:
                yield event
        if lesson.late:
            yield TextEvent(f"\n\n{lesson.late}")

    async def _prepare(self, question: Question) -> "Lesson":
        """Find what may be cited, and say it to the model."""
        marker, shown = Marker.new(), list[AnswerEvent]()
        material = Material(self._search, question, marker)
        talk = small_talk(question.text)
        if talk is not None:
            request = ChatRequest(
                talk_text(question, marker),
                conversation(question.history, ask("", question.text)),
                max_tokens=TALK_TOKENS,
            )
            return Lesson(
                material, request, phrases_in(talk.language), labels_in(talk.language), talk.language, talk=True
            )
        reading = await read(self._search, question, PASSAGES)
        language, found = reading.asked.language, reading.found
        phrases, labels = phrases_in(language), labels_in(language)
        given = found.passages
        if asks_for_overview(reading.asked):
            seen = await self._search.database.read(lambda tx: look_over(tx, question.owner_id, question.folder_id))
            given = tuple(draft.passage for draft in seen.drafts) or given
        numbers = material.add(given)
        passages = show_passages(marker, list(zip(numbers, given, strict=True)))
        request = ChatRequest(
            system_text(question, marker, phrases, labels),
            conversation(question.history, ask(passages, question.text)),
            tools=(material.tool(), *self._toolbox(question, shown.append)),
            max_tokens=min(question.max_tokens or ANSWER_TOKENS, ANSWER_TOKENS),
        )
        unread = await self._search.database.read(lambda tx: count_unread(tx, question.owner_id, question.folder_id))
        late = phrases.still_reading.format(unread) if unread else ""
        excuse = ""
        if question.material_only and not found.searched_chunks:
            excuse = late or (phrases.empty_folder if found.corpus_chunks else phrases.no_files)
        return Lesson(material, request, phrases, labels, language, shown=shown, excuse=excuse, late=late)

    async def _write(self, lesson: "Lesson") -> AsyncGenerator[AnswerEvent, None]:
        question = lesson.material.question
        watch = self._watch
        writing = Writing(
            lesson.material, lesson.language, hosts=self._hosts, on_mark=watch.on_mark, on_stripped=watch.on_stripped
        )
        model = MeteredModel(self._budget, question.owner_id, self._model)
        made = False
        try:
            async with aclosing(_told(model, lesson, writing)) as events:
                async for event in events:
                    made = made or isinstance(event, ArtifactEvent)
                    yield event
        except ClaraError as error:
            if not (made or (writing.cited if question.material_only else writing.wrote)):
                raise
            # What was shown stays; the learner sees that it isn't all.
            log.warning("answer.broke_off", code=error.problem_code)
            apart = "\n\n" if writing.wrote else ""
            for event in (*await writing.end(), TextEvent(f"{apart}*{lesson.labels.broke_off}*"), EndedEvent("broken")):
                yield event
            return
        if not (made or writing.wrote):
            # Blanks, or only what isn't shown, such as a diagram in prose.
            raise empty()
        if not made and lesson.lacks_label(writing):
            yield TextEvent(f"\n\n*{lesson.labels.general}*")


@dataclass(frozen=True, slots=True)
class Lesson:
    """One answer that is to be written. ``shown`` fills with what tools show; ``excuse`` is said instead of asking.

    ``late`` is said after it: of files that couldn't be looked into yet.
    """

    material: Material
    request: ChatRequest
    phrases: Phrases
    labels: Labels
    language: str
    talk: bool = False
    shown: list[AnswerEvent] = field(default_factory=list)
    excuse: str = ""
    late: str = ""

    def lacks_label(self, writing: Writing) -> bool:
        """Tell whether an answer has nothing from the files and doesn't say so."""
        if self.talk or self.material.question.material_only or writing.cited:
            return False
        text = writing.text.strip()
        said = (self.labels.general, self.phrases.not_covered, self.phrases.not_in_folder)
        return bool(text) and not text.endswith(("?", "？", "؟")) and not any(phrase in text for phrase in said)


async def _told(model: ChatModel, lesson: Lesson, writing: Writing) -> AsyncGenerator[AnswerEvent, None]:
    """Yield what the model does and writes, to its end."""
    called: dict[str, str] = {}
    async with aclosing(model.stream(lesson.request)) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                for shown in await writing.hear(event.text):
                    yield shown
            elif isinstance(event, ToolStarted):
                writing.pause()
                called[event.name] = query_of(event.arguments) if event.name == SEARCH_TOOL else ""
                yield ToolEvent(event.name, "started", called[event.name])
            elif isinstance(event, ToolEnded):
                yield ToolEvent(event.name, "failed" if event.failed else "ended", called.get(event.name, ""))
                while lesson.shown:
                    yield lesson.shown.pop(0)
            elif isinstance(event, Spent) and event.total:
                yield UsageEvent(event.input_tokens, event.output_tokens)
            elif isinstance(event, Stopped):
                for shown in await writing.end():
                    yield shown
                if event.reason != "end":
                    yield EndedEvent(event.reason)


async def _once_cited(
    events: AsyncGenerator[AnswerEvent, None], otherwise: str, language: str
) -> AsyncGenerator[AnswerEvent, None]:
    """Hold the text until something of it was cited; without any citation name what was made, or say ``otherwise``."""
    held: list[TextEvent] = []
    made: list[str] = []
    cited = False
    async with aclosing(events):
        async for event in events:
            if isinstance(event, CitationEvent):
                cited = True
                for text in held:
                    yield text
                held.clear()
            if isinstance(event, ArtifactEvent):
                made.append(f"{kind_label(Kind(event.kind), language)}: {event.title}")
            if isinstance(event, TextEvent) and not cited:
                held.append(event)
            else:
                yield event
    if not cited:
        yield TextEvent("\n\n".join(made) or otherwise)
