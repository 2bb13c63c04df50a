"""Study sets made in a conversation: as commands, without a model, and as a tool of the model's."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from clara.core.errors import ClaraError, Conflict, Invalid
from clara.providers.chat import ChatModel, Tool
from clara.study.commands import Command, read_command
from clara.study.contract import content_of
from clara.study.dictated import as_typed
from clara.study.labels import kind_label, no_model_note
from clara.study.scope import MAX_TOPIC, Kind, Scope
from clara.study.sets import ShownSource, StudySet
from clara.study.studio import MAX_ITEMS, Studio
from clara.tutor.aloud import say_made
from clara.tutor.answering import Answerer, Question
from clara.tutor.events import AnswerEvent, ArtifactEvent, CitationEvent, Cited, TextEvent, ToolEvent
from clara.tutor.showing import quoted

TOOL = "make_study_set"
CITED = 5
"""So many places are named below cards, a quiz or a diagram; each item has its own."""
_NOT_HERE = frozenset(("no_material", "topic_not_covered"))

_PARAMETERS: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "kind": {"type": "string", "enum": [kind.value for kind in Kind]},
        "topic": {
            "type": "string",
            "description": "In the words of the learner's material, or a title in it. Empty for all of it.",
        },
        "count": {"type": "integer", "minimum": 1, "maximum": MAX_ITEMS, "description": "Items at most."},
    },
    "required": ["kind", "topic"],
}


class StudyingAnswerer:
    """Makes what a message tells to make; whatever else is asked goes to another answerer.

    With a model only what names its topic is made here: "quiz me on that" is for one who has followed.
    """

    def __init__(
        self, inner: Answerer, studio: Studio, model_of: Callable[[str], ChatModel | None] = lambda owner_id: None
    ) -> None:
        self.name = inner.name
        self._inner = inner
        self._studio = studio
        self._model_of = model_of

    async def answer(self, question: Question) -> AsyncGenerator[AnswerEvent, None]:
        """Yield the artifact, what it is, and places that it cites; in modes that hold back nothing is made."""
        command = _command_of(question) if question.mode == "explain" else None
        model = self._model_of(question.owner_id)
        if command is not None and (command.topic or model is None):
            yield ToolEvent(TOOL, "started", command.topic)
            found = await self._make(question, command, model)
            yield ToolEvent(TOOL, "failed" if found is None else "ended", command.topic)
            if found is not None:
                for event in told(found, question.aloud):
                    yield event
                return
        async with aclosing(self._inner.answer(question)) as events:
            async for event in events:
                yield event

    async def _make(self, question: Question, command: Command, model: ChatModel | None) -> StudySet | None:
        """Return the set; None where the material has nothing for it, which the other answerer says better."""
        scope = Scope(folder_id=question.folder_id, topic=command.topic)
        count = None if command.count is None else min(command.count, MAX_ITEMS)
        try:
            return await self._studio.make_anyhow(question.owner_id, command.kind, scope, count, model)
        except Conflict as error:
            if error.problem_code not in _NOT_HERE:
                raise
            return None


def _command_of(question: Question) -> Command | None:
    return read_command(as_typed(question.text) if question.aloud else question.text)


def told(found: StudySet, aloud: bool = False) -> Sequence[AnswerEvent]:
    """Return a set that was made as events: its artifact, and in words what it is and where it comes from.

    ``aloud``: one sentence, since what can be seen isn't read out.
    """
    label = kind_label(found.kind, found.language)
    note = found.description or ("" if found.has_model else no_model_note(found.language))
    head = f"{label}: {found.title} ({len(found.items)}). {note}".strip()
    events: list[AnswerEvent] = [ArtifactEvent(found.id, found.kind, found.title, content_of(found))]
    if aloud:
        return [*events, TextEvent(say_made(found))]
    if found.kind is Kind.SUMMARY:
        return [*events, TextEvent(f"**{found.title}**\n\n{note}".strip()), *_points(found)]
    events.append(TextEvent(head))
    cited = list({source.chunk_id: source for item in found.items for source in item.sources if source.quote}.values())
    for n, source in enumerate(cited[:CITED], 1):
        events += [CitationEvent(_cited(n, source)), TextEvent(f" [{n}]")]
    return events


def _points(found: StudySet) -> Sequence[AnswerEvent]:
    events: list[AnswerEvent] = []
    section, n = None, 0
    for item in found.items:
        if item.body["section"] != section:
            section = item.body["section"]
            events.append(TextEvent(f"\n\n**{section}**" if section else "\n"))
        source = next((source for source in item.sources if source.quote), None)
        events.append(TextEvent("\n- "))
        if source is None or source.quote is None:
            continue
        n += 1
        events.append(CitationEvent(_cited(n, source)))
        if found.has_model:
            events.append(TextEvent(f"{item.body['text']} [{n}]"))
        else:
            events.append(TextEvent(quoted(source.quote, n), quote_of=n))
    return events


def _cited(n: int, source: ShownSource) -> Cited:
    place = source.place
    return Cited(
        n=n,
        file_id=source.file_id,
        file_name=source.file_name or "",
        document_id=place.document_id,
        chunk_seq=place.chunk_seq,
        page_from=source.page_from,
        page_to=source.page_to,
        heading=source.heading or "",
        quote=source.quote or "",
        start=place.start,
        end=place.end,
        label_from=source.label_from,
        label_to=source.label_to,
    )


def study_tools(
    studio: Studio, model_of: Callable[[str], ChatModel | None]
) -> Callable[[Question, Callable[[AnswerEvent], None]], Sequence[Tool]]:
    """Return a toolbox with which a model makes study sets of what the conversation is about."""

    def toolbox(question: Question, show: Callable[[AnswerEvent], None]) -> Sequence[Tool]:
        if question.mode != "explain":
            return ()

        async def run(arguments: Mapping[str, Any]) -> str:
            kind, scope, count = _asked(question, arguments)
            try:
                found = await studio.make(question.owner_id, kind, scope, count, model=model_of(question.owner_id))
            except ClaraError as error:
                return f"Not made: {error.detail}"
            show(ArtifactEvent(found.id, found.kind, found.title, content_of(found)))
            return (
                f"Made and shown to the learner: {len(found.items)} items, {found.kind}, titled {found.title!r}. "
                "Say in one sentence what it is; don't repeat its items."
            )

        description = (
            "Make diagrams, flashcards, quizzes, mind maps or summaries of the learner's files, when they ask for one. "
            "It is shown and kept by itself."
        )
        return (Tool(TOOL, description, _PARAMETERS, run),)

    return toolbox


def _asked(question: Question, arguments: Mapping[str, Any]) -> tuple[Kind, Scope, int | None]:
    """Read a call's arguments, which nobody has checked."""
    kind, topic, count = arguments.get("kind"), arguments.get("topic", ""), arguments.get("count")
    if kind not in set(Kind) or not isinstance(topic, str):
        raise Invalid(f"kind is one of {', '.join(Kind)}, and topic a text.", code="invalid")
    wanted = min(max(count, 1), MAX_ITEMS) if isinstance(count, int) and not isinstance(count, bool) else None
    topic = as_typed(topic) if question.aloud else topic
    return Kind(kind), Scope(question.folder_id, topic=" ".join(topic.split())[:MAX_TOPIC]), wanted
