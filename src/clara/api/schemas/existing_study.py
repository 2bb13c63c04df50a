"""What existing clients study with: a file's summary, a finished session."""

from typing import Annotated, Any, Literal

from pydantic import Field, StrictStr, StringConstraints

from clara.api.schemas.fields import Loose
from clara.study.contract import summary_notes
from clara.study.diagrams import diagram_of
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
