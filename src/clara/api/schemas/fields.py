"""What the bodies of routes share: strict types, the bounds of names and ids, the spellings of a folder."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictStr, StringConstraints, WithJsonSchema

from clara.core.errors import Invalid
from clara.core.ids import NO_FOLDER

Name = Annotated[StrictStr, StringConstraints(min_length=1, max_length=100)]
Description = Annotated[StrictStr, StringConstraints(max_length=500)]
FileName = Annotated[StrictStr, StringConstraints(min_length=1, max_length=255)]
Title = Annotated[StrictStr, StringConstraints(min_length=1, max_length=200)]
Id = Annotated[StrictStr, StringConstraints(min_length=1, max_length=128)]
MessageText = Annotated[StrictStr, StringConstraints(min_length=1, max_length=20_000)]
Mark = Annotated[
    tuple[int, int],
    # Not the prefixItems of a tuple, which few makers of clients read.
    WithJsonSchema({"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2}),
]
"""Where a text is marked: offsets of its characters, the second exclusive."""

FOLDER_NAMES = ("folder_id", "folderId", "class_id")
"""How existing clients name a folder, which some of them call a class."""

_NOTHING = frozenset({"", "null", "undefined"})
"""What a client's missing value becomes in a form or an address."""


class Body(BaseModel):
    """A request's body on our own routes: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Answer(BaseModel):
    """An answer's body."""

    model_config = ConfigDict(frozen=True)


class Loose(BaseModel):
    """A body of existing clients: unknown fields are let through."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class NamesFolder(Loose):
    """A body that may name a folder in any of the spellings."""

    folder_id: StrictStr | None = Field(None, max_length=128)
    folder_id_in_camel_case: StrictStr | None = Field(None, max_length=128, alias="folderId")
    class_id: StrictStr | None = Field(None, max_length=128, description="The same as folder_id.")

    @property
    def folder(self) -> str | None:
        return named_folder(self.folder_id, self.folder_id_in_camel_case, self.class_id)


def named_folder(*names: str | None) -> str | None:
    """Return the one folder that the spellings name, None for none; Invalid when they disagree."""
    folders = {name.strip() for name in names if name is not None} - _NOTHING
    if len(folders) > 1:
        raise Invalid("The request names several folders. Name one.", code="several_folders")
    return folders.pop() if folders else None


def folder_on_the_wire(folder_id: str) -> str | None:
    return None if folder_id == NO_FOLDER else folder_id
