"""Uploads: multipart streamed to the blob store, or the JSON that existing clients send."""

import base64
import binascii
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from fastapi import Request
from pydantic import BaseModel, ConfigDict, StrictStr, StringConstraints

from clara.api.auth import USER_ID_NAMES
from clara.api.bodies import BoundedReceive, check_text
from clara.api.multipart import Multipart
from clara.api.routes import caller_for_body, json_body
from clara.core.errors import Invalid
from clara.core.ids import NO_FOLDER
from clara.library.files import Files, Uploaded

MULTIPART, JSON = "multipart/form-data", "application/json"
JSON_UPLOAD_BYTES = 32 * 2**20
"""Such a body is held in memory whole; larger files come as multipart."""
_FOLDER_NAMES = ("folder_id", "folderId", "class_id")


class JsonUpload(BaseModel):
    """A file in JSON: its text, or its bytes in base64."""

    model_config = ConfigDict(extra="ignore")

    filename: Annotated[StrictStr, StringConstraints(min_length=1, max_length=10_000)]
    content: StrictStr
    content_type: Literal["text", "binary"] = "text"
    folder_id: StrictStr | None = None
    class_id: StrictStr | None = None
    user_id: StrictStr | None = None


async def receive_upload(request: Request, files: Files) -> tuple[str, Uploaded]:
    """Return the learner and the file of an upload of either form; nothing is kept until every field was checked."""
    if request.headers.get("content-type", "").lower().startswith(MULTIPART):
        return await _receive_multipart(request, files)
    return await _receive_json(request, files)


async def _receive_multipart(request: Request, files: Files) -> tuple[str, Uploaded]:
    form = Multipart(request.headers["content-type"], aiter(request.stream()))
    users: list[str] = []
    folders: list[str] = []
    async with files.receiving() as receiving:
        async for part in form.parts():
            if part.name == "file":
                if receiving.stored:
                    raise Invalid("Send one file at a time.", code="several_files")
                await receiving.store(part.filename, part.content())
            elif part.name in USER_ID_NAMES:
                users.append(await part.text())
            elif part.name in _FOLDER_NAMES:
                folders.append(await part.text())
        caller = await caller_for_body(request, *users)
        return caller.owner_id, await receiving.keep(caller.owner_id, _folder(folders))


async def _receive_json(request: Request, files: Files) -> tuple[str, Uploaded]:
    bounded = Request(request.scope, BoundedReceive(request.receive, JSON_UPLOAD_BYTES))
    body = await json_body(bounded, JsonUpload)
    caller = await caller_for_body(request)
    folder_id = _folder([value for value in (body.folder_id, body.class_id) if value is not None])
    async with files.receiving() as receiving:
        await receiving.store(body.filename, _once(_decode(body)))
        return caller.owner_id, await receiving.keep(caller.owner_id, folder_id)


def _decode(body: JsonUpload) -> bytes:
    if body.content_type == "text":
        return body.content.encode()
    encoded = body.content.partition(",")[2] if body.content.startswith("data:") else body.content
    try:
        return base64.b64decode("".join(encoded.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid("The field `content` is not base64.", code="invalid_base64") from error


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data


def _folder(named: list[str]) -> str:
    """Return the one folder that was named; nothing, "" and "none" mean no folder."""
    folders = {folder.strip() for folder in named} - {"", "null", "undefined", NO_FOLDER}
    for folder in folders:
        check_text(folder)
    if len(folders) > 1:
        raise Invalid("The upload names two folders.", code="several_folders")
    return folders.pop() if folders else NO_FOLDER


UPLOAD_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            MULTIPART: {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "folder_id": {"type": "string"},
                        "user_id": {"type": "string"},
                    },
                }
            }
        },
    }
}
"""What OpenAPI is told of a body that the route reads itself."""
