"""The voice routes of existing clients: a message and its reply, something to look at, who is connected."""

from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictStr, StringConstraints, TypeAdapter

from clara.api.schemas.fields import Loose, MessageText, NamesFolder
from clara.core.clock import iso
from clara.study.contract import CommandName, kind_of_command
from clara.study.scope import MAX_TOPIC, Kind, Scope
from clara.voice.dialect0.replies import Reply

_SessionId = Annotated[StrictStr, StringConstraints(max_length=128)]


class VisualRequest(NamesFolder):
    """Something to look at on a topic."""

    command_type: CommandName
    topic: StrictStr | None = Field(None, max_length=20_000, examples=["photosynthesis"])
    context: StrictStr | None = Field(None, max_length=20_000, description="Read over: the files are what counts.")
    user_id: StrictStr | None = None

    @property
    def kind(self) -> Kind:
        return kind_of_command(self.command_type)

    @property
    def scope(self) -> Scope:
        return Scope(folder_id=self.folder, topic=" ".join((self.topic or "").split())[:MAX_TOPIC])


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


def _shown(reply: Reply) -> VisualContent | None:
    return _VISUAL.validate_python(reply.visual) if reply.visual else None


class VisualAnswer(Loose):
    """What was made; `success` is false, and `text` says why, when the files have nothing for it."""

    success: StrictBool
    text: str
    visual_content: VisualContent | None
    command_type: str
    timestamp: str

    @classmethod
    def of(cls, asked: VisualRequest, reply: Reply) -> "VisualAnswer":
        return cls(
            success=reply.made,
            text=reply.text,
            visual_content=_shown(reply),
            command_type=asked.command_type,
            timestamp=iso(reply.said_at),
        )


class VoiceChatRequest(NamesFolder):
    """Something said, in a conversation of any name that the client makes up."""

    message: MessageText = Field(examples=["Where is ATP made?"])
    session_id: _SessionId | None = Field(None, description="The conversation; one is made when it is left out.")
    conversation_id: _SessionId | None = Field(None, description="The same as session_id.")
    user_id: StrictStr | None = None

    @property
    def conversation(self) -> str | None:
        return self.session_id or self.conversation_id or None


class VoiceChatAnswer(Loose):
    """Words to be read aloud, and what was made to look at."""

    success: StrictBool
    response: str
    visual_content: VisualContent | None
    command_type: str | None
    timestamp: str

    @classmethod
    def of(cls, reply: Reply) -> "VoiceChatAnswer":
        return cls(
            success=reply.made,
            response=reply.text,
            visual_content=_shown(reply),
            command_type=reply.command_type,
            timestamp=iso(reply.said_at),
        )


class VoiceStatus(Loose):
    """Whether a learner is connected by voice."""

    user_id: str
    is_connected: StrictBool
    has_agent: StrictBool = Field(description="A session is held for them, also while their connection is broken.")
    timestamp: str


class VoiceStats(Loose):
    """How many are connected by voice."""

    active_connections: int
    active_agents: int
    connected_users: list[str] = Field(description="Only for an operator's key; else empty.")
    timestamp: str
