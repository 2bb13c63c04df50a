"""Study sets on the wire."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, StrictInt, StrictStr, StringConstraints

from clara.api.schemas.chats import CitationAnswer
from clara.api.schemas.fields import Answer, Body, Id, Title, folder_on_the_wire
from clara.core.clock import iso
from clara.core.paging import PageOf
from clara.store.cards import CardRow
from clara.store.study import SetRow
from clara.study.diagrams import diagram_of, draw
from clara.study.mermaid.diagrams import DiagramType
from clara.study.scope import MAX_TOPIC, Kind, Scope
from clara.study.sets import Item, ShownSource, StudySet
from clara.study.studio import MAX_ITEMS

Language = Annotated[StrictStr, StringConstraints(pattern=r"^[a-z]{2}$")]
PageNumber = Annotated[StrictInt, Field(ge=1, le=10_000_000)]


class NewStudySet(Body):
    """What to make, and of what: a file or folder, or all files; some pages of the file; a topic in it."""

    kind: Kind
    folder_id: Id | None = Field(None, description='Only files of this folder; "none": those in no folder.')
    file_id: Id | None = None
    page_from: PageNumber | None = Field(None, description="The first page, of the file that is named.")
    page_to: PageNumber | None = None
    topic: Annotated[StrictStr, StringConstraints(max_length=MAX_TOPIC)] = Field(
        "", description='In the words of the material, or a title in it ("chapter 2").', examples=["photosynthesis"]
    )
    count: Annotated[StrictInt, Field(ge=1, le=MAX_ITEMS)] | None = Field(None, description="Items at most.")
    language: Language | None = Field(None, description="To write in (ISO 639-1); by default the material's.")

    @property
    def scope(self) -> Scope:
        return Scope(self.folder_id, self.file_id, self.page_from, self.page_to, " ".join(self.topic.split()))


class StudySetChange(Body):
    """A new title."""

    title: Title


class SourceAnswer(Answer):
    """What a set was made of; null where nothing was named."""

    folder_id: str | None
    file_id: str | None
    page_from: int | None
    page_to: int | None
    topic: str | None

    @classmethod
    def of(cls, scope: Scope) -> "SourceAnswer":
        return cls(
            folder_id=scope.folder_id,
            file_id=scope.file_id,
            page_from=scope.page_from,
            page_to=scope.page_to,
            topic=scope.topic or None,
        )


class StudySetSummary(Answer):
    """A study set without its items."""

    id: str
    kind: Kind
    title: str
    folder_id: str | None
    source: SourceAnswer
    made_by: str = Field(description='The model\'s name; "none": without one, in the words of the files.')
    item_count: int
    created_at: str
    updated_at: str

    @classmethod
    def of_row(cls, row: SetRow) -> "StudySetSummary":
        return cls(
            id=row.id,
            kind=Kind(row.kind),
            title=row.title,
            folder_id=folder_on_the_wire(row.folder_id),
            source=SourceAnswer.of(Scope.of(row.source)),
            made_by=row.made_by,
            item_count=row.items,
            created_at=iso(row.created_at),
            updated_at=iso(row.updated_at),
        )


class StudySetList(Answer):
    """Study sets, newest first."""

    sets: list[StudySetSummary]
    next_cursor: str | None
    total: int

    @classmethod
    def of(cls, page: PageOf[SetRow]) -> "StudySetList":
        sets = [StudySetSummary.of_row(row) for row in page.items]
        return cls(sets=sets, next_cursor=page.next_cursor, total=page.total)


class CardAnswer(Answer):
    """A flashcard, and when it is due."""

    id: str
    item: int
    front: str
    back: str
    state: Literal["new", "learning", "review", "relearning"]
    due_at: str
    citations: list[CitationAnswer]

    @classmethod
    def of(cls, card: CardRow, sources: Sequence[ShownSource]) -> "CardAnswer":
        return cls(
            id=card.id,
            item=card.item,
            front=card.front,
            back=card.back,
            state=state_of(card),
            due_at=iso(card.due_at),
            citations=cited(sources),
        )


class QuestionAnswer(Answer):
    """A question of a quiz; answer, explanation and citations are left out on request."""

    item: int
    type: Literal["choice", "short"]
    question: str
    options: list[str] = Field(description="Empty for a short answer.")
    answer: str | None
    explanation: str | None
    citations: list[CitationAnswer]

    @classmethod
    def of(cls, item: Item, answers: bool) -> "QuestionAnswer":
        body = item.body
        return cls(
            item=item.number,
            type=body["type"],
            question=body["question"],
            options=body["options"],
            answer=body["answer"] if answers else None,
            explanation=body["explanation"] if answers else None,
            citations=cited(item.sources) if answers else [],
        )


class NodeAnswer(Answer):
    """A node of a mind map or diagram; `parent` is another's item, null at the top."""

    item: int
    label: str
    details: list[str] = Field(description="Members of a class, attributes of an entity, events at a time.")
    parent: int | None
    citations: list[CitationAnswer]


class EdgeAnswer(Answer):
    """An edge of a diagram, from one node's item to another's."""

    start: int
    end: int
    label: str


class PointAnswer(Answer):
    """A point of a summary, below a heading that may be empty."""

    item: int
    section: str
    text: str
    citations: list[CitationAnswer]


class StudySetAnswer(StudySetSummary):
    """A study set with its items, those of its kind: the other lists are empty."""

    description: str
    language: str = Field(description="ISO 639-1.")
    cards: list[CardAnswer]
    questions: list[QuestionAnswer]
    diagram_type: DiagramType | None = Field(description="Of a diagram or mind map.")
    nodes: list[NodeAnswer]
    edges: list[EdgeAnswer] = Field(description="Besides those from parents to their children.")
    points: list[PointAnswer]
    diagram: str | None = Field(description="As Mermaid text; null for cards and quizzes.")

    @classmethod
    def of(cls, found: StudySet, answers: bool = True) -> "StudySetAnswer":
        items, kind = found.items, found.kind
        tree, drawn = kind in (Kind.MINDMAP, Kind.DIAGRAM), draw(found)
        return cls(
            id=found.id,
            kind=kind,
            title=found.title,
            folder_id=folder_on_the_wire(found.folder_id),
            source=SourceAnswer.of(found.scope),
            made_by=found.made_by,
            item_count=len(items),
            created_at=iso(found.created_at),
            updated_at=iso(found.updated_at),
            description=found.description,
            language=found.language,
            cards=[CardAnswer.of(item.card, item.sources) for item in items if item.card],
            questions=[QuestionAnswer.of(item, answers) for item in items if kind is Kind.QUIZ],
            diagram_type=drawn.type if drawn and tree else None,
            nodes=[_node(item) for item in items if tree],
            edges=[
                EdgeAnswer(start=edge.start, end=edge.end, label=edge.label)
                for edge in (drawn.whole_edges if drawn and tree else ())
            ],
            points=[_point(item) for item in items if kind is Kind.SUMMARY],
            diagram=diagram_of(found),
        )


def state_of(card: CardRow) -> Any:
    return ("new", "learning", "review", "relearning")[card.state]


def cited(sources: Sequence[ShownSource]) -> list[CitationAnswer]:
    same = [name for name in CitationAnswer.model_fields if name in ShownSource.__slots__]
    return [
        CitationAnswer(
            **{name: getattr(source, name) for name in same},
            page_label_from=source.label_from,
            page_label_to=source.label_to,
        )
        for source in sources
    ]


def _node(item: Item) -> NodeAnswer:
    body = item.body
    return NodeAnswer(
        item=item.number,
        label=body["label"],
        details=body.get("details", []),
        parent=body.get("parent"),
        citations=cited(item.sources),
    )


def _point(item: Item) -> PointAnswer:
    return PointAnswer(
        item=item.number, section=item.body["section"], text=item.body["text"], citations=cited(item.sources)
    )
