"""What the bodies of our own routes share: strict types, no unknown fields, times in ISO 8601."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StrictInt, StrictStr, StringConstraints


class Body(BaseModel):
    """A request's body on our own routes: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


Name = Annotated[StrictStr, StringConstraints(min_length=1, max_length=100)]
Description = Annotated[StrictStr, StringConstraints(max_length=500)]
FileName = Annotated[StrictStr, StringConstraints(min_length=1, max_length=255)]
Title = Annotated[StrictStr, StringConstraints(min_length=1, max_length=200)]
Id = Annotated[StrictStr, StringConstraints(min_length=1, max_length=128)]
MessageText = Annotated[StrictStr, StringConstraints(min_length=1, max_length=20_000)]

__all__ = ["Answer", "Body", "Description", "FileName", "Id", "MessageText", "Name", "StrictInt", "StrictStr", "Title"]
