"""What existing clients study with: a file's summary, a finished session, something to look at."""

from typing import Annotated, Any, Literal

from pydantic import Field, StrictStr, StringConstraints, TypeAdapter

from clara.api.schemas.fields import Loose, NamesFolder
from clara.core.clock import iso
from clara.study.contract import KINDS_OF_COMMANDS, summary_notes, visual_content
from clara.study.diagrams import diagram_of
from clara.study.scope import MAX_TOPIC, Kind, Scope
from clara.study.sets import StudySet

MAX_SESSION_S = 3600
Short = Annotated[StrictStr, StringConstraints(max_length=300)]
Several = Annotated[list[Short], Field(max_length=200)]


class FileSummary(Loose):
    """A study summary of a file."""

    title: str
    notes: str = Field(description="Points as Markdown, with their pages.")
    diagram: str = Field(description="As Mermaid text.")

    @classmethod
    def of(cls, found: StudySet) -> "FileSummary":
        return cls(title=found.title, notes=summary_notes(found), diagram=diagram_of(found) or "")


class CompletedSession(Loose):
    """A study session that came to its end."""

    session_id: Annotated[StrictStr, StringConstraints(min_length=1, max_length=128)] = Field(alias="sessionId")
    duration: float = Field(ge=0, le=MAX_SESSION_S, description="Seconds.")
    confidence: float = Field(alias="confidenceScore", ge=0, le=1)
    classes: Several = Field(default_factory=list, alias="classesCovered")
    topics: Several = Field(default_factory=list, alias="topicsCovered")
    concepts: Several = Field(default_factory=list, alias="keyConcepts")
    summary: Annotated[StrictStr, StringConstraints(max_length=20_000)] = Field("", alias="summaryText")
    user_id: StrictStr | None = None

    @property
    def report(self) -> dict[str, Any]:
        return {"classes": self.classes, "topics": self.topics, "concepts": self.concepts, "summary": self.summary}


class SessionKept(Loose):
    """The session was kept, now or before."""

    success: Literal[True] = True
    status: Literal["success"] = "success"
    message: str
    session_id: str = Field(serialization_alias="sessionId")


class VisualRequest(NamesFolder):
    """Something to look at on a topic."""

    command_type: Literal["diagram", "flashcard", "flashcards", "quiz", "mindmap", "mind_map"]
    topic: Annotated[StrictStr, StringConstraints(max_length=MAX_TOPIC)] = Field("", examples=["photosynthesis"])
    context: StrictStr | None = Field(None, max_length=20_000, description="Read over: the files are what counts.")
    user_id: StrictStr | None = None

    @property
    def kind(self) -> Kind:
        return KINDS_OF_COMMANDS[self.command_type.replace("_", "").removesuffix("s")]

    @property
    def scope(self) -> Scope:
        return Scope(folder_id=self.folder, topic=" ".join(self.topic.split()))


class _Visual(Loose):
    title: str
    description: str
    generated_at: str


class VisualDiagram(_Visual):
    """A diagram, as what it is made of and how that hangs together."""

    type: Literal["diagram"]
    components: list[str]
    relationships: list[str]


class VisualCard(Loose):
    """A flashcard."""

    front: str
    back: str


class VisualCards(_Visual):
    """Flashcards."""

    type: Literal["flashcard"]
    cards: list[VisualCard]


class VisualQuestion(Loose):
    """A question; `correct_answer` is one of its options."""

    question: str
    options: list[str]
    correct_answer: str
    explanation: str


class VisualQuiz(_Visual):
    """A quiz."""

    type: Literal["quiz"]
    questions: list[VisualQuestion]


class VisualBranch(Loose):
    """A main branch, and what hangs below it."""

    topic: str
    subtopics: list[str]


class VisualMindMap(_Visual):
    """A mind map."""

    type: Literal["mindmap"]
    central_topic: str
    branches: list[VisualBranch]


VisualContent = Annotated[VisualDiagram | VisualCards | VisualQuiz | VisualMindMap, Field(discriminator="type")]
_VISUAL: TypeAdapter[VisualContent] = TypeAdapter(VisualContent)


class VisualAnswer(Loose):
    """What was made; `success` is false, and `text` says why, when the files have nothing for it."""

    success: bool
    text: str
    visual_content: VisualContent | None
    command_type: str
    timestamp: str

    @classmethod
    def of(cls, asked: VisualRequest, found: StudySet, text: str, now: float) -> "VisualAnswer":
        visual = visual_content(found, now)
        return cls(
            success=True,
            text=text,
            visual_content=_VISUAL.validate_python(visual) if visual else None,
            command_type=asked.command_type,
            timestamp=iso(now),
        )

    @classmethod
    def without(cls, asked: VisualRequest, why: str, now: float) -> "VisualAnswer":
        return cls(success=False, text=why, visual_content=None, command_type=asked.command_type, timestamp=iso(now))
