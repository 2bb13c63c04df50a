"""Conversations and answers on the wire."""

from collections.abc import Mapping
from typing import Annotated, Literal, cast

from pydantic import Field, StrictBool, StrictStr, StringConstraints

from clara.api.schemas.fields import Answer, Body, Id, MessageText, Title, folder_on_the_wire
from clara.core.clock import iso
from clara.core.paging import PageOf
from clara.library.locks import EXAM, Hold
from clara.rag.passages import chunk_id_of
from clara.store.conversations import Conversation
from clara.tutor.events import Cited
from clara.tutor.modes.exams import Exam
from clara.tutor.showing import ShownCitation, ShownMessage
from clara.tutor.turns.answered import Answered
from clara.tutor.turns.beginning import Turn

Mode = Literal["explain", "hints", "exam"]
Role = Literal["user", "assistant"]
Rating = Literal["up", "down"]
Note = Annotated[StrictStr, StringConstraints(max_length=1000)]


class NewChat(Body):
    """A conversation to begin; without a title it takes one from its first question."""

    title: Title | None = None
    folder_id: Id | None = Field(None, description='Answers come from this folder only; "none" means all files.')
    mode: Mode | None = Field(None, description="explain, when it is left out.")
    material_only: StrictBool | None = Field(None, description="Answers come from the learner's files alone.")


class ChatChange(Body):
    """What is to change of a conversation; what is left out stays as it is."""

    title: Title | None = None
    folder_id: Id | None = Field(None, description='The folder that answers come from; "none" means all files.')
    mode: Mode | None = Field(
        None, description="Another mode begins anew: what the one before remembered is forgotten."
    )
    material_only: StrictBool | None = Field(None, description="Answers come from the learner's files alone.")


class NewMessage(Body):
    """A question."""

    content: MessageText = Field(examples=["Where is ATP made?"])
    folder_id: Id | None = Field(
        None, description='For this question, instead of the conversation\'s folder; "none" means all files.'
    )


class MessageChange(Body):
    """A question as it should have been asked."""

    content: MessageText = Field(examples=["Where is ATP made?"])


class Feedback(Body):
    """What the learner thinks of an answer."""

    rating: Rating
    note: Note | None = None


class ExamAnswer(Answer):
    """The exam of a conversation, from its first question on."""

    state: Literal["running", "marked"]
    questions: int | None = Field(description="Null: without a quiz, what the learner writes is taken as answers.")
    answered: int
    locked: bool = Field(description="A lock made it an exam: only a service key marks it.")
    study_set_id: str | None = Field(description="Its quiz, once it was marked; null while it runs, or without one.")

    @classmethod
    def of(cls, exam: Exam, hold: Hold) -> "ExamAnswer":
        return cls(
            state="marked" if exam.marked else "running",
            questions=exam.total if exam.set_id else None,
            answered=len(exam.answers),
            locked=hold.mode == EXAM,
            study_set_id=exam.set_id if exam.marked and exam.set_id else None,
        )


class ChatAnswer(Answer):
    """A conversation."""

    id: str
    title: str = Field(description="Empty until the first question, when none was given.")
    folder_id: str | None = Field(description="Null: answers come from all files.")
    mode: Mode
    material_only: bool
    locked: bool = Field(description="Mode or material is locked: what is said here is the freest that is left.")
    turn_id: str | None = Field(description="The turn that is running; null when no answer is being written.")
    exam: ExamAnswer | None = Field(description="Null as long as no exam has begun here.")
    created_at: str
    updated_at: str

    @classmethod
    def of(cls, chat: Conversation, hold: Hold) -> "ChatAnswer":
        exam = Exam.of(chat.progress)
        return cls(
            id=chat.id,
            title=chat.title,
            folder_id=folder_on_the_wire(chat.folder_id),
            mode=cast(Mode, hold.strictest(chat.mode)),
            material_only=chat.material_only or hold.material_only,
            locked=bool(hold),
            turn_id=chat.turn_id,
            exam=ExamAnswer.of(exam, hold) if exam.begun else None,
            created_at=iso(chat.created_at),
            updated_at=iso(chat.updated_at),
        )


class ChatList(Answer):
    """Conversations, latest first."""

    chats: list[ChatAnswer]
    next_cursor: str | None
    total: int

    @classmethod
    def of(cls, page: PageOf[Conversation], holds: Mapping[str, Hold]) -> "ChatList":
        items = [ChatAnswer.of(chat, holds[chat.folder_id]) for chat in page.items]
        return cls(chats=items, next_cursor=page.next_cursor, total=page.total)


class CitationAnswer(Answer):
    """Where a quote stands. After its file was deleted, the place stays and the texts are null."""

    n: int = Field(description="The answer's text marks it as [n].")
    file_id: str
    file_name: str | None = Field(description="Null when the file was deleted.")
    page_from: int | None = Field(description="Null in formats without pages.")
    page_to: int | None
    page_label_from: str | None = Field(description="The number printed on page_from, null where the file names none.")
    page_label_to: str | None
    heading: str | None
    quote: str | None
    chunk_id: str | None

    @classmethod
    def of(cls, cited: Cited | ShownCitation) -> "CitationAnswer":
        chunk_id = chunk_id_of(cited.document_id, cited.chunk_seq) if isinstance(cited, Cited) else cited.chunk_id
        return cls(
            n=cited.n,
            file_id=cited.file_id,
            file_name=cited.file_name,
            page_from=cited.page_from,
            page_to=cited.page_to,
            page_label_from=cited.label_from,
            page_label_to=cited.label_to,
            heading=cited.heading,
            quote=cited.quote,
            chunk_id=chunk_id,
        )


class FeedbackAnswer(Answer):
    """What the learner thought of an answer."""

    rating: Rating
    note: str | None


class ArtifactRef(Answer):
    """A study set that was made with an answer."""

    set_id: str
    kind: str | None = Field(description="Null when it was deleted.")
    title: str | None


Made = Mapping[str, tuple[str, str]]


def _artifact(set_id: str, made: Made) -> ArtifactRef:
    kind, title = made.get(set_id, (None, None))
    return ArtifactRef(set_id=set_id, kind=kind, title=title)


class MessageAnswer(Answer):
    """A question, or an answer with its citations."""

    id: str
    role: Role
    content: str
    citations: list[CitationAnswer]
    created_at: str
    answered: bool | None = Field(
        description="Of a question: whether its answer follows. False while that is written, and when it failed."
    )
    artifacts: list[ArtifactRef] = Field(description="Study sets that were made with the answer.")
    model: str | None = Field(description='What wrote the answer; "none": it is quotes.')
    ended: str | None = Field(description="How the answer ended: end, length, refusal, stopped or broken.")
    feedback: FeedbackAnswer | None

    @classmethod
    def of(cls, message: ShownMessage, made: Made | None = None) -> "MessageAnswer":
        """``made``: the kinds and titles of study sets, by id."""
        feedback = None
        if message.rating is not None:
            feedback = FeedbackAnswer(rating="up" if message.rating > 0 else "down", note=message.rating_note)
        return cls(
            id=message.id,
            role=cast(Role, message.role),
            content=message.content,
            citations=[CitationAnswer.of(citation) for citation in message.citations],
            created_at=iso(message.created_at),
            answered=message.answered,
            artifacts=[_artifact(set_id, made or {}) for set_id in message.artifacts],
            model=message.model,
            ended=message.ended,
            feedback=feedback,
        )


class MessageList(Answer):
    """The latest messages, or those before a cursor; oldest first."""

    messages: list[MessageAnswer]
    next_cursor: str | None = Field(description="Leads to the messages before these.")
    total: int

    @classmethod
    def of(cls, page: PageOf[ShownMessage], made: Made) -> "MessageList":
        items = [MessageAnswer.of(message, made) for message in page.items]
        return cls(messages=items, next_cursor=page.next_cursor, total=page.total)


class TurnAnswer(Answer):
    """A question and its answer, as they are stored."""

    turn_id: str
    question: MessageAnswer
    message: MessageAnswer
    covered: bool = Field(description="False when the material doesn't answer the question.")

    @classmethod
    def of(cls, turn: Turn, answered: Answered, model: str) -> "TurnAnswer":
        message = ShownMessage(
            seq=0,
            id=answered.message_id,
            role="assistant",
            content=answered.content,
            citations=(),
            created_at=answered.answered_at,
            model=model,
            ended=answered.ended,
            artifacts=[artifact.set_id for artifact in answered.artifacts],
        )
        citations = [CitationAnswer.of(cited) for cited in answered.citations]
        made = {artifact.set_id: (artifact.kind, artifact.title) for artifact in answered.artifacts}
        shown = MessageAnswer.of(message, made).model_copy(update={"citations": citations})
        return cls(turn_id=turn.id, question=_question(turn), message=shown, covered=answered.covered)

    @classmethod
    def of_stored(cls, turn: Turn, message: ShownMessage, covered: bool, made: Made) -> "TurnAnswer":
        shown = MessageAnswer.of(message, made)
        return cls(turn_id=turn.id, question=_question(turn), message=shown, covered=covered)


def _question(turn: Turn) -> MessageAnswer:
    asked = ShownMessage(0, turn.question_id, "user", turn.question.text, (), turn.asked_at, answered=True)
    return MessageAnswer.of(asked)


class StopAnswer(Answer):
    """What was stopped."""

    turn_id: str | None = Field(description="Null when nothing was running.")
