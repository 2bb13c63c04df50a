"""Uploads: multipart streamed to the blob store, or the JSON that existing clients send."""

import asyncio
import base64
import binascii
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Annotated, Any, Literal

from fastapi import Request
from pydantic import Field, StrictStr, StringConstraints
from starlette.types import Message, Receive

from clara.api.admission import check_size
from clara.api.auth import USER_ID_NAMES
from clara.api.bodies import check_text, read_body
from clara.api.multipart import Multipart
from clara.api.routes import caller_for_body, json_body
from clara.api.schemas.fields import FOLDER_NAMES, NamesFolder, named_folder
from clara.core.errors import Invalid
from clara.core.ids import NO_FOLDER
from clara.library.files import Files, Uploaded

MULTIPART, JSON = "multipart/form-data", "application/json"
PIECE_BYTES = 256 * 1024
JSON_UPLOAD_BYTES = 32 * 2**20
"""Such a body is held in memory whole; larger files come as multipart."""


class JsonUpload(NamesFolder):
    """A file in JSON: its text, or its bytes in base64 (a `data:` URL is read too)."""

    filename: Annotated[StrictStr, StringConstraints(min_length=1, max_length=10_000)]
    content: StrictStr
    content_type: Literal["text", "binary"] = Field("text", description='"binary": `content` is base64.')
    user_id: StrictStr | None = None


async def receive_upload(request: Request, files: Files) -> tuple[str, Uploaded]:
    """Return the learner and the file of an upload of either form; nothing is kept until every field was checked."""
    if request.headers.get("content-type", "").lower().startswith(MULTIPART):
        return await receive_form(request, files)
    return await _receive_json(request, files)


async def receive_form(request: Request, files: Files) -> tuple[str, Uploaded]:
    """As receive_upload, of multipart only."""
    form = Multipart(request.headers.get("content-type", ""), aiter(request.stream()))
    folders: list[str] = []
    async with files.receiving() as receiving:
        async for part in form.parts():
            if part.name == "file":
                if receiving.stored:
                    raise Invalid("Send one file at a time.", code="several_files")
                await receiving.store(part.filename, part.content())
            elif part.name in USER_ID_NAMES:
                # Now, so that a form that names someone else before its file is refused before the file is stored.
                await caller_for_body(request, await part.text())
            elif part.name in FOLDER_NAMES:
                folders.append(await part.text())
        caller = await caller_for_body(request)
        return caller.owner_id, await receiving.keep(caller.owner_id, _folder(folders))


async def _receive_json(request: Request, files: Files) -> tuple[str, Uploaded]:
    check_size(request, JSON_UPLOAD_BYTES)
    with files.held.holding() as take:
        raw = await read_body(_taking(request.receive, take), JSON_UPLOAD_BYTES)
        async with files.decoding:
            body = await json_body(Request(request.scope, _again(raw)), JsonUpload)
            data = await asyncio.to_thread(_decode, body)
    caller = await caller_for_body(request)
    async with files.receiving() as receiving:
        await receiving.store(body.filename, _in_pieces(data))
        return caller.owner_id, await receiving.keep(caller.owner_id, body.folder or NO_FOLDER)


def _taking(receive: Receive, take: Callable[[int], None]) -> Receive:
    async def taking() -> Message:
        message = await receive()
        take(len(message.get("body", b"")))
        return message

    return taking


def _again(raw: bytes) -> Receive:
    async def again() -> Message:
        return {"type": "http.request", "body": raw, "more_body": False}

    return again


def _decode(body: JsonUpload) -> bytes:
    if body.content_type == "text":
        return body.content.encode()
    encoded = body.content.partition(",")[2] if body.content.startswith("data:") else body.content
    try:
        return base64.b64decode("".join(encoded.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid(
            'The field `content` is not base64. Send base64, or `"content_type": "text"` with the text itself.',
            code="invalid_base64",
        ) from error


async def _in_pieces(data: bytes) -> AsyncIterator[bytes]:
    """Yield pieces small enough to be hashed between two other requests."""
    for start in range(0, max(len(data), 1), PIECE_BYTES):
        yield data[start : start + PIECE_BYTES]


def _folder(named: Sequence[str]) -> str:
    for folder in named:
        check_text(folder)
    return named_folder(*named) or NO_FOLDER


_FORM: dict[str, Any] = {
    "schema": {
        "type": "object",
        "required": ["file"],
        "properties": {
            "file": {"type": "string", "format": "binary"},
            "folder_id": {"type": "string", "description": "Leave it out for no folder."},
            "user_id": {"type": "string", "description": "The caller's own, or whom a service key acts for."},
        },
    }
}

FORM_BODY: dict[str, Any] = {"requestBody": {"required": True, "content": {MULTIPART: _FORM}}}
"""What OpenAPI is told of a body that the route reads itself."""

FORM_OR_JSON_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            MULTIPART: _FORM,
            JSON: {
                "schema": JsonUpload.model_json_schema(),
                "example": {"filename": "cells.md", "content": "# Cells\n\nMitochondria make ATP.", "user_id": "ana"},
            },
        },
    }
}
