"""What a model fills in: pydantic types, since what comes back is untrusted."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Cited(Shape):
    """Says where in the passages it stands."""

    passage: int = Field(0, description="The number of the passage that says so.")
    quote: str = Field("", description="The sentence, or part of one, of that passage that says so, copied exactly.")


class CardShape(Cited):
    front: str = Field(description="A question or term. It doesn't give the back away.")
    back: str = Field(description="The answer, short, in the passage's words where possible.")


class CardsShape(Shape):
    """Flashcards."""

    title: str = ""
    cards: list[CardShape] = Field(default_factory=list)


class QuestionShape(Cited):
    question: str
    type: Literal["choice", "short"] = "choice"
    options: list[str] = Field(default_factory=list, description="Four, one of them right; none for type short.")
    answer: str = Field(description="The right option, as in options; for type short the answer in a few words.")
    explanation: str = ""


class QuizShape(Shape):
    """A quiz."""

    title: str = ""
    questions: list[QuestionShape] = Field(default_factory=list)


class BranchShape(Cited):
    id: str
    label: str = Field(description="At most eight words.")
    parent: str | None = Field(None, description="The id of the node above; null for main branches.")


class MindMapShape(Shape):
    """A mind map as a list of nodes."""

    title: str = ""
    nodes: list[BranchShape] = Field(default_factory=list)


class NodeShape(Cited):
    id: str
    label: str = Field(description="At most ten words; of a timeline, the time.")
    details: list[str] = Field(
        default_factory=list, description="Members of a class, attributes of an entity, events at a time; else none."
    )


class EdgeShape(Shape):
    start: str = Field(description="A node's id.")
    end: str = Field(description="A node's id.")
    label: str = ""


class DiagramShape(Shape):
    """A diagram: choose the type that fits the material best."""

    title: str = ""
    type: Literal["flowchart", "sequence", "class", "state", "er", "timeline"] = "flowchart"
    nodes: list[NodeShape] = Field(default_factory=list)
    edges: list[EdgeShape] = Field(default_factory=list, description="In order. None for a timeline.")


class PointShape(Cited):
    section: str = Field("", description="The heading that the point belongs under.")
    text: str = Field(description="One sentence.")


class SummaryShape(Shape):
    """A summary as points under headings, in order."""

    title: str = ""
    points: list[PointShape] = Field(default_factory=list)
